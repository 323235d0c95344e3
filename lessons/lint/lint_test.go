package lint

import (
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wireup/content"
	"wireup/inspector"
	"wireup/lessons/exercise"
	"wireup/wire"
)

// route is that of the program, as far as the fixtures here need it.
func route(method, target string) wire.Route {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return wire.Route{}
	}
	id, err := wire.ParseID(u.Query().Get("wire"))
	if lab, ok := strings.CutPrefix(u.Path, "/lab/"); err == nil && (ok || u.Path == "/echo") {
		lab, _, _ = strings.Cut(lab, "/")
		return wire.Route{Wire: id, Lab: lab}
	}
	return wire.Route{Muted: true}
}

// small is a course of lessons 8 and 9 alone, in memory, for a test to break.
func small(t *testing.T) (fstest.MapFS, Course) {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(content.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		lesson := strings.HasPrefix(name, "lessons/") || strings.HasPrefix(name, "fixtures/") || strings.HasPrefix(name, "sessions/")
		if lesson && !strings.Contains(name, "/frames") && !strings.Contains(name, "/masking") {
			return nil
		}
		b, err := fs.ReadFile(content.FS, name)
		files[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	edit(files, "course.md", func(string) string {
		var ids []string
		for range 7 {
			ids = append(ids, "  - id: l"+string(rune('a'+len(ids)))+"\n    title: A\n    minutes: 1\n    level: must\n    summary: A.\n")
		}
		return "---\ntitle: A course\nsummary: Of two lessons.\nlessons:\n" + strings.Join(ids, "") + "  - id: frames\n  - id: masking\n---\n\nText.\n"
	})
	var list []*exercise.Exercise
	for _, x := range exercise.All() {
		if x.Lesson == "frames" || x.Lesson == "masking" {
			list = append(list, x)
		}
	}
	return files, Course{Content: files, Exercises: list, Route: route}
}

func edit(files fstest.MapFS, name string, f func(string) string) {
	files[name] = &fstest.MapFile{Data: []byte(f(string(files[name].Data)))}
}

func replace(from, to string) func(string) string {
	return func(s string) string {
		if !strings.Contains(s, from) {
			panic(from + " is not there")
		}
		return strings.Replace(s, from, to, 1)
	}
}

func TestCheckFindsNothing(t *testing.T) {
	_, c := small(t)
	if r := Check(c); len(r.Problems) > 0 || r.Lessons != 2 || r.Exercises != 8 || r.Fixtures < 30 {
		t.Errorf("%d lessons, %d exercises, %d fixtures, problems:\n%s", r.Lessons, r.Exercises, r.Fixtures, strings.Join(r.Problems, "\n"))
	}
}

// always is an exercise that passes on something that it shouldn't.
func always(x *exercise.Exercise, start func(a exercise.Attempt) exercise.Check) *exercise.Exercise {
	c := *x
	c.Start = start
	return &c
}

func TestCheckFinds(t *testing.T) {
	const (
		frames  = "lessons/frames.md"
		session = "sessions/frames/echo.txt"
		pass    = "fixtures/frames/smallest/pass.txt"
		wrong   = "fixtures/frames/smallest/wrong-ping.txt"
	)
	start := func(name string, f func(a exercise.Attempt) exercise.Check) func(fstest.MapFS, *Course) {
		return func(_ fstest.MapFS, c *Course) {
			i := slices.IndexFunc(c.Exercises, func(x *exercise.Exercise) bool { return x.Name() == name })
			c.Exercises = slices.Clone(c.Exercises)
			c.Exercises[i] = always(c.Exercises[i], f)
		}
	}
	in := func(name string, f func(string) string) func(fstest.MapFS, *Course) {
		return func(files fstest.MapFS, _ *Course) { edit(files, name, f) }
	}
	anyFrame := func(e *wire.Event) bool { return e.Frame != nil && e.Direction == inspector.Up }
	tests := []struct {
		name   string
		change func(fstest.MapFS, *Course)
		want   string
	}{
		{"passes on an empty log", start("frames/smallest", func(exercise.Attempt) exercise.Check {
			return passing{}
		}), "on an empty log the verdict is passed"},
		{"passes under another word", start("frames/smallest", func(exercise.Attempt) exercise.Check {
			return exercise.Proves("So.", exercise.Once(exercise.Event("anything", anyFrame)))
		}), "passes under another word"},
		{"passes without the word", start("frames/chars", func(a exercise.Attempt) exercise.Check {
			if a.Word == other { // knows the words of others, and looks at none in the log
				return exercise.Once(exercise.Event("nothing", func(*wire.Event) bool { return false }))
			}
			return exercise.Proves("So.", exercise.Once(exercise.Event("anything", anyFrame)))
		}), "passes on a log without the word"},
		{"passes on a mistake", in(wrong, replace("verdict: wrong\nmistake: control-not-data", "verdict: passed")), "by its name"},
		{"a mistake draws another verdict", in(wrong, replace("control-not-data", "more-than-six")), "want wrong more-than-six"},
		{"a pass that doesn't", in(pass, replace("word: ", "word: plum-12 # ")), "want passed"},
		{"a word that isn't drawn", in(pass, replace("word: ", "word: free # ")), "no word"},
		{"another exercise's fixture", in(pass, replace("frames/smallest", "frames/chars")), "it says that it is of frames/chars"},
		{"a fixture that can't be read", in(pass, replace(" open page", " begin page")), "want open, up, down"},
		{"no pass", func(f fstest.MapFS, _ *Course) { delete(f, pass) }, "no fixture passes"},
		{"no mistake", func(f fstest.MapFS, _ *Course) {
			for name := range f {
				if strings.HasPrefix(name, "fixtures/masking/naked/wrong") {
					delete(f, name)
				}
			}
		}, "no fixture makes a mistake"},
		{"no solution", in(frames, replace("::: solution pass\nA message of nothing", "::: solution fail\nA message of nothing")), `replays "fail"`},
		{"two hints", in(frames, replace("::: hint\nWhich bytes of a frame can't be left out? Add them up, for the way from the client to the server.\n:::\n", "")), "2 blocks ::: hint; want 3"},
		{"no check", func(_ fstest.MapFS, c *Course) { c.Exercises = c.Exercises[1:] }, "nothing checks the exercise three-lengths"},
		{"no exercise", func(_ fstest.MapFS, c *Course) {
			c.Exercises = append(slices.Clone(c.Exercises), &exercise.Exercise{Lesson: "frames", ID: "gone", Revision: 1})
		}, "frames/gone belongs to no exercise"},
		{"fixtures of no exercise", func(f fstest.MapFS, _ *Course) { f["fixtures/frames/gone/pass.txt"] = f[pass] }, "there is no exercise frames/gone"},
		{"a wording that nothing draws", func(_ fstest.MapFS, c *Course) {
			c.Wordings = []exercise.Wording{{Name: "never", Say: "So.", Want: "so", Ref: "RFC 6455 §5.2"}}
		}, "no fixture draws the mistake never"},
		{"a wording that shouts", func(_ fstest.MapFS, c *Course) {
			c.Wordings = []exercise.Wording{{Name: "more-than-six", Say: "So!", Want: "so", Ref: "RFC 6455 §5.2"}}
		}, "exclamation mark"},
		{"a wording without its rule", func(_ fstest.MapFS, c *Course) {
			c.Wordings = []exercise.Wording{{Name: "more-than-six", Say: "So.", Want: "so", Ref: "RFC 6455 §99"}}
		}, "has no section 99"},
		{"a section that isn't there", in(frames, replace("(RFC 6455 §5.2). What comes", "(RFC 6455 §5.99). What comes")), "no section 5.99"},
		{"a slide without notes", in(frames, replace("## Forge one", "::: slide More\nText.\n:::\n\n## Forge one")), `the slide "More" has no notes`},
		{"a title without notes", in(frames, replace("::: notes\nWrite the word", "<!-- -->\n::: slide More\nText.\n:::\n::: notes\nWrite the word")), "the title's slide has no notes"},
		{"too many slides", in(frames, replace("## Forge one", "::: slide More\nText.\n::: notes\nSo.\n:::\n:::\n\n## Forge one")), "10 slides, with the title's; want at most 9"},
		{"nothing is corrected", in(frames, replace("::: said fin\n", "::: step\n")), "no slide corrects a misconception"},
		{"a lab that nothing stands in for", func(f fstest.MapFS, _ *Course) { delete(f, session) }, `the lab of the slide "A message becomes a frame"`},
		{"a session of no lab", func(f fstest.MapFS, _ *Course) { f["sessions/frames/gone.txt"] = f[session] }, "no slide of lesson frames shows a lab of this name"},
		{"a session of an exercise", func(f fstest.MapFS, _ *Course) { f[session] = f[pass] }, "of the exercise frames/"},
		{"a session that can't be read", in(session, replace(" open page", " begin page")), "want open, up, down"},
		{"a session in which nothing crosses", in(session, func(s string) string { head, _, _ := strings.Cut(s, "\n\n"); return head }), "0 events; want 3 to"},
		{"a session of too much", in(session, func(s string) string { return s + "\n# " + strings.Repeat("x", mostText) }), "bytes of text; want at most"},
		{"nobody is asked", in("lessons/masking.md", replace("::: poll The key stands in the frame. Who is kept from reading it?\n- Everybody but the server\n- Proxies\n- Nobody\n:::\n", "")), "the room is asked nothing"},
		{"no minutes", in(frames, replace("minutes: 6", "minutes: 90")), "90 minutes"},
		{"a page that isn't there", in(frames, replace("## Send one", "[So](/lessons/gone)\n\n## Send one")), "leads to a page that isn't there"},
		{"an anchor that isn't there", in(frames, replace("## Send one", "[So](#gone)\n\n## Send one")), "leads to an anchor that isn't there"},
		{"typed bytes", in(frames, replace("## Send one", "It began with 81 85 37 fa.\n\n## Send one")), `"81 85 37 fa" was typed`},
		{"a typed size", in(frames, replace("## Send one", "It took 548 bytes.\n\n## Send one")), `"548 bytes" was typed`},
		{"an excuse for nothing", func(f fstest.MapFS, _ *Course) {
			f["typed.txt"] = &fstest.MapFile{Data: []byte("lessons/frames.md: 81 85: an example\n")}
		}, "excuses nothing any more"},
		{"an excuse without a reason", func(f fstest.MapFS, _ *Course) {
			f["typed.txt"] = &fstest.MapFile{Data: []byte("lessons/frames.md: 81 85\n")}
		}, "the reason in words"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files, c := small(t)
			tt.change(files, &c)
			r := Check(c)
			if !slices.ContainsFunc(r.Problems, func(p string) bool { return strings.Contains(p, tt.want) }) {
				t.Errorf("the problems are\n%s\nwant one with %q", strings.Join(r.Problems, "\n"), tt.want)
			}
		})
	}
}

// passing passes on anything.
type passing struct{}

func (passing) Event(*wire.Event) {}
func (passing) Verdict() exercise.Verdict {
	return exercise.Verdict{State: exercise.Passed, Say: "So.", Offset: -1}
}

func TestTypedIn(t *testing.T) {
	for _, tt := range []struct {
		line string
		want []string
	}{
		{"The header of a frame is 2, 4 or 10 bytes long.", nil},
		{"Up to 125 bytes in 7 bits, from 65 536 bytes on in 64.", nil},
		{"In 1983, and 20 21 times.", nil},
		{"A bee and a cafe were added.", nil},
		{"It was {spang 1 bytes} long, {spang 1 size} in all.", nil},
		{"It took 1,234 bytes.", []string{"1,234 bytes"}},
		{"A page of 644 B and 12 kB.", []string{"644 B"}},
		{"The frame 81 05 came.", nil},
		{"The frame 81 05 48 came.", []string{"81 05 48"}},
		{"The key 37 fa came.", []string{"37 fa"}},
		{"The word 0xdeadbeef.", []string{"0xdeadbeef"}},
	} {
		if got := typedIn(tt.line); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q; want %q", tt.line, got, tt.want)
		}
	}
}

// An excuse with a reason is taken.
func TestExcuse(t *testing.T) {
	files, c := small(t)
	edit(files, "lessons/frames.md", replace("## Send one", "It took 548 bytes.\n\n## Send one"))
	files["typed.txt"] = &fstest.MapFile{Data: []byte("# What is no typed byte.\nlessons/frames.md: 548 bytes: quoted from the talk\n")}
	if r := Check(c); len(r.Problems) > 0 {
		t.Errorf("%s", strings.Join(r.Problems, "\n"))
	}
}
