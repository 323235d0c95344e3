package lint

// The rules of fixtures.

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"wireup/lessons/exercise"
	"wireup/wire"
)

// other is a word of somebody else's, and blank what is put in the place of one that is taken out.
const (
	other = "plum-99"
	blank = "-------"
)

// exercise looks at one exercise and all of its fixtures; solution is the one that is replayed.
func (l *linter) exercise(x *exercise.Exercise, solution string) {
	folder := "fixtures/" + x.Name()
	if v := x.Start(exercise.Attempt{Word: other}).Verdict(); v.State != exercise.NotYet {
		l.problem("%s: on an empty log the verdict is %s; want not yet", folder, v.State)
	} else if v.Say == "" {
		l.problem("%s: on an empty log nothing is said of what is awaited", folder)
	}
	files, err := fs.Glob(l.Content, folder+"/*")
	if err != nil {
		l.problem("%s: %v", folder, err)
	}
	passes, mistakes, replayed := 0, 0, false
	for _, file := range files {
		name, ok := strings.CutSuffix(path.Base(file), ".txt")
		if !ok {
			l.problem("%s: fixtures end in .txt", file)
			continue
		}
		l.Fixtures++
		switch {
		case strings.HasPrefix(name, "pass"):
			passes++
		case strings.HasPrefix(name, "wrong-"):
			mistakes++
		}
		replayed = replayed || name == solution
		if err := l.fixture(x, file, name); err != nil {
			l.problem("%s: %v", file, err)
		}
	}
	if passes == 0 {
		l.problem("%s: no fixture passes; record one as pass.txt", folder)
	}
	if mistakes == 0 {
		l.problem("%s: no fixture makes a mistake; record one as wrong-….txt", folder)
	}
	if !replayed || !strings.HasPrefix(solution, "pass") {
		l.problem("lessons/%s.md: the solution of %s replays %q; want one of its fixtures that pass", x.Lesson, x.ID, solution)
	}
}

// fixture says what is wrong with one fixture.
func (l *linter) fixture(x *exercise.Exercise, file, name string) error {
	src, err := fs.ReadFile(l.Content, file)
	if err != nil {
		return err
	}
	f, err := exercise.ParseFixture(name, src)
	if err != nil {
		return err
	}
	switch pass, wrong := strings.HasPrefix(name, "pass"), strings.HasPrefix(name, "wrong-"); {
	case f.Exercise != x.Name():
		return fmt.Errorf("it says that it is of %s", f.Exercise)
	case !exercise.ValidWord(f.Word):
		return fmt.Errorf("%q is no word that an attempt can have", f.Word)
	case pass != (f.Verdict == exercise.Passed) || wrong != (f.Verdict == exercise.Wrong):
		return fmt.Errorf("by its name it is no fixture whose verdict is %s", f.Verdict)
	}
	events, err := f.Replay(l.Route, 0)
	if err != nil {
		return err
	}
	v := exercise.Run(x.Start(exercise.Attempt{Word: f.Word}), events)
	l.drawn[v.Mistake] = true
	if v.State != f.Verdict || v.Mistake != f.Mistake {
		return fmt.Errorf("the verdict is %s %s (%s); want %s %s", v.State, v.Mistake, v.Say, f.Verdict, f.Mistake)
	}
	if err := named(v, events); err != nil {
		return err
	}
	word := other
	if f.Word == word {
		word = "plum-98"
	}
	for _, again := range []struct {
		what   string
		word   string
		events []*wire.Event
	}{
		{"under another word", word, events},
		{"on a log without the word", f.Word, without(events, f.Word)},
	} {
		if v := exercise.Run(x.Start(exercise.Attempt{Word: again.word}), again.events); v.State == exercise.Passed {
			return fmt.Errorf("the exercise passes %s", again.what)
		}
	}
	return nil
}

// named says what a verdict names that isn't there.
func named(v exercise.Verdict, events []*wire.Event) error {
	if v.Say == "" {
		return fmt.Errorf("the verdict says nothing; wrap the check in Proves")
	}
	if strings.ContainsAny(v.Say+v.Want, "{}") && v.State == exercise.Wrong {
		return fmt.Errorf("braces are left in the verdict: %s %s", v.Say, v.Want)
	}
	if v.State != exercise.NotYet && len(v.Proof) == 0 {
		return fmt.Errorf("the verdict %s names no event", v.State)
	}
	for _, seq := range v.Proof {
		if seq < 1 || seq > uint64(len(events)) {
			return fmt.Errorf("the verdict names event %d of %d", seq, len(events))
		}
	}
	if v.State == exercise.Wrong && v.Offset >= 0 {
		if e := events[v.Proof[0]-1]; uint64(v.Offset) > e.Size {
			return fmt.Errorf("the verdict names byte %d of an event of %d bytes", v.Offset, e.Size)
		}
	}
	return nil
}

// without returns the events with something else in the place of each word.
func without(events []*wire.Event, word string) []*wire.Event {
	list := make([]*wire.Event, len(events))
	for i, e := range events {
		c := *e
		c.Event = e.Event.Clone()
		take := func(b []byte) {
			for at := bytes.Index(b, []byte(word)); at >= 0; at = bytes.Index(b, []byte(word)) {
				copy(b[at:], blank[:len(word)])
			}
		}
		take(c.Bytes)
		if c.Head != nil {
			take(c.Head.Raw)
		}
		if c.Frame != nil {
			take(c.Frame.Plain)
			take(c.Frame.Payload)
			if c.Frame.Inflated != nil {
				take(c.Frame.Inflated.Bytes)
			}
		}
		list[i] = &c
	}
	return list
}
