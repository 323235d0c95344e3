package exercise

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// randomProgress draws documents that overlap.
func randomProgress(r *rand.Rand) Progress {
	var p Progress
	for range r.IntN(6) {
		p.Change(fmt.Sprintf("frames/x%d", r.IntN(4)), func(s *Standing) {
			*s = Standing{Word: nouns[r.IntN(3)] + "-41", Drawn: time.Unix(int64(r.IntN(3)), 0).UTC(),
				Passed: r.IntN(3), Seen: r.IntN(2) == 0, Hints: r.IntN(4), Missed: r.IntN(4)}
			if s.Passed > 0 {
				s.At = time.Unix(int64(r.IntN(3)), 0).UTC()
			}
		})
	}
	return p
}

func merged(a, b Progress) Progress {
	c := a.Clone()
	c.Merge(b)
	return c
}

// Documents that two instances or two devices wrote come together in any order, any number of
// times, and no pass is lost.
func TestProgressMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		a, b, c := randomProgress(r), randomProgress(r), randomProgress(r)
		ab := merged(a, b)
		if !ab.Equal(merged(b, a)) {
			t.Fatalf("%v and %v: the order makes a difference", a, b)
		}
		if !ab.Equal(merged(ab, b)) || !ab.Equal(merged(ab, a)) {
			t.Fatalf("%v and %v: twice is another thing than once", a, b)
		}
		if !merged(ab, c).Equal(merged(a, merged(b, c))) {
			t.Fatalf("%v, %v and %v: the grouping makes a difference", a, b, c)
		}
		for _, part := range []Progress{a, b} {
			for name, s := range part.Exercises {
				if ab.Exercises[name].Passed < s.Passed {
					t.Fatalf("%v and %v: the pass of %s is lost", a, b, name)
				}
			}
		}
	}
}

func TestParseProgress(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	good := Progress{Exercises: map[string]Standing{
		"frames/smallest": {Word: "plum-41", Drawn: now, Passed: 1, At: now, Missed: 2, Seen: true},
		"other/unknown":   {Passed: 3, At: now},
	}}
	b, err := good.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ParseProgress(b, now); err != nil || !again.Equal(good) {
		t.Errorf("%s becomes %+v, %v", b, again, err)
	}
	many := make(map[string]Standing)
	for i := range maxProgressNames + 1 {
		many[fmt.Sprintf("a/b%d", i)] = Standing{}
	}
	tooMany, _ := json.Marshal(Progress{many})
	for _, tt := range []struct{ name, doc, want string }{
		{"no JSON", "{", "no progress"},
		{"other JSON", `{"a":1}`, `no "exercises"`},
		{"a name", `{"exercises":{"../x":{}}}`, "no LESSON/EXERCISE"},
		{"a word", `{"exercises":{"a/b":{"word":"<script>"}}}`, "word"},
		{"a revision", `{"exercises":{"a/b":{"passed":-1}}}`, "revision"},
		{"a count", `{"exercises":{"a/b":{"missed":99999999}}}`, "count"},
		{"too long", strings.Repeat(" ", MaxProgress+1), "limit"},
		{"too many", string(tooMany), "limit"},
	} {
		if p, err := ParseProgress([]byte(tt.doc), now); !errors.Is(err, ErrProgress) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %+v, %v; want an error with %q", tt.name, p, err, tt.want)
		}
	}
	future, err := ParseProgress([]byte(`{"exercises":{"a/b":{"passed":1,"at":"2126-01-01T00:00:00Z"}}}`), now)
	if err != nil || !future.Exercises["a/b"].At.Equal(now) {
		t.Errorf("a pass of the future: %+v, %v; want it now", future, err)
	}
}

func TestNewWord(t *testing.T) {
	for range 1000 {
		w := NewWord()
		if !ValidWord(w) || FindWord([]byte("x"+w+"y")) != w {
			t.Fatalf("%q is drawn and not known", w)
		}
	}
	for _, w := range []string{"", "plum-4", "plum-411", "zzzz-41", "plum-01", "Plum-41"} {
		if ValidWord(w) {
			t.Errorf("%q is taken for a word", w)
		}
	}
	if w := FindWord([]byte("abcd-12 plum-4 plum-41")); w != "plum-41" {
		t.Errorf("found %q", w)
	}
}
