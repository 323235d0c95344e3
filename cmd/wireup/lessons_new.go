package main

// wireup lessons new: a lesson with every part that one must have, to be written over.

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"wireup/inspector"
	"wireup/lessons/exercise"
)

var lessonName = regexp.MustCompile(`^[a-z][a-z0-9-]{1,29}$`)

// newLesson begins the lesson id in the sources at root. It changes nothing when anything stands in
// its way.
func newLesson(stdout io.Writer, root, id string) error {
	if !lessonName.MatchString(id) || strings.HasSuffix(id, "-") {
		return usageError{fmt.Errorf("%q is no lesson's name: write it in small letters, digits and hyphens, like frames", id)}
	}
	l := &draft{root: root, id: id, ident: identifier(id)}
	for _, step := range []func() error{l.outline, l.text, l.check, l.tables, l.fixtures} {
		if err := step(); err != nil {
			return err
		}
	}
	for _, f := range l.files {
		if f.fresh {
			if _, err := os.Lstat(f.path); err == nil {
				return fmt.Errorf("%s exists already, and is not overwritten: choose another name", f.path)
			}
		}
	}
	for _, f := range l.files {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(f.path, f.text, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(stdout, f.path)
	}
	fmt.Fprintf(stdout, "next: write over what stands there, record fixtures with wireup record --exercise %s/say-it, and run go run ./cmd/wireup lessons check\n", id)
	return nil
}

// draft is a lesson in the making: the files to write once nothing stands in its way.
type draft struct {
	root, id, ident string
	number          int
	files           []draftFile
}

type draftFile struct {
	path  string
	text  []byte
	fresh bool // it must not exist yet
}

func (l *draft) add(name string, text []byte, fresh bool) {
	l.files = append(l.files, draftFile{filepath.Join(l.root, filepath.FromSlash(name)), text, fresh})
}

func (l *draft) read(name string) (string, error) {
	b, err := os.ReadFile(filepath.Join(l.root, filepath.FromSlash(name)))
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%s is not here: run this in the sources of wireup, beside go.mod", name)
	}
	return string(b), err
}

// identifier makes a Go identifier of an id: my-lesson is myLesson.
func identifier(id string) string {
	words := strings.Split(id, "-")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:min(1, len(w))]) + w[min(1, len(w)):]
	}
	return strings.Join(words, "")
}

// outline puts the lesson into course.md: in the place that is kept for it, or at the end.
func (l *draft) outline() error {
	const name = "content/course.md"
	src, err := l.read(name)
	if err != nil {
		return err
	}
	lines := strings.Split(src, "\n")
	end := 1 + slices.Index(lines[1:], "---")
	entry := "  - id: " + l.id
	at := -1
	for i, line := range lines[:end] {
		if strings.HasPrefix(line, "  - id: ") {
			l.number++
		}
		if line == entry {
			at = i
			break
		}
	}
	if end < 1 {
		return fmt.Errorf("%s has no front matter", name)
	}
	if at < 0 {
		l.number++
		lines = slices.Insert(lines, end, entry)
	} else {
		for at+1 < len(lines) && strings.HasPrefix(lines[at+1], "    ") {
			lines = slices.Delete(lines, at+1, at+2) // a lesson that is written says all but its id itself
		}
	}
	l.add(name, []byte(strings.Join(lines, "\n")), false)
	return nil
}

func (l *draft) text() error {
	l.add("content/lessons/"+l.id+".md", []byte(l.fill(lessonText)), true)
	return nil
}

func (l *draft) check() error {
	l.add("lessons/exercise/"+strings.ReplaceAll(l.id, "-", "_")+".go", []byte(l.fill(lessonCheck)), true)
	return nil
}

// tables adds the exercise and its wording to the two tables of package exercise.
func (l *draft) tables() error {
	for _, t := range []struct{ name, begin, line string }{
		{"lessons/exercise/exercise.go", "var lessons = [][]*Exercise{\n", l.ident + "Exercises"},
		{"lessons/exercise/mistake.go", "var wordings = [][]Wording{\n", l.ident + "Mistakes"},
	} {
		src, err := l.read(t.name)
		if err != nil {
			return err
		}
		before, rest, ok := strings.Cut(src, t.begin)
		list, after, closed := strings.Cut(rest, "}\n")
		if !ok || !closed {
			return fmt.Errorf("%s has no table %q", t.name, strings.TrimSpace(t.begin))
		}
		l.add(t.name, []byte(before+t.begin+list+"\t"+t.line+",\n}\n"+after), false)
	}
	return nil
}

// fixtures writes two attempts by hand, until real ones are recorded.
func (l *draft) fixtures() error {
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	frame := func(op inspector.Opcode, text string) []byte {
		h := inspector.Header{Fin: true, Opcode: op, Masked: true, Key: key, Length: uint64(len(text))}
		return inspector.AppendMasked(h.AppendTo(nil), []byte(text), key, 0)
	}
	const word = "plum-41"
	for _, a := range []struct {
		name, title, mistake string
		verdict              exercise.State
		opcode               inspector.Opcode
	}{
		{"pass", "A message with the word.", "", exercise.Passed, inspector.OpText},
		{"wrong-ping", "A ping with the word.", l.id + "-is-no-message", exercise.Wrong, inspector.OpPing},
	} {
		f := exercise.Fixture{
			Title: a.title, Source: "by hand, until something is recorded", Exercise: l.id + "/say-it",
			Word: word, Wire: "aaaaaaaaaaaaa", Verdict: a.verdict, Mistake: a.mistake,
			Records: []exercise.Record{
				{Conn: 1, What: exercise.RecordOpen, Driver: "terminal", Remote: "127.0.0.1:50012"},
				{At: time.Millisecond, Conn: 1, What: exercise.RecordBytes, Direction: inspector.Up, Bytes: []byte("GET /echo?wire=aaaaaaaaaaaaa HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n" +
					"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")},
				{At: 2 * time.Millisecond, Conn: 1, What: exercise.RecordBytes, Direction: inspector.Down, Bytes: []byte("HTTP/1.1 101 Switching Protocols\r\n" +
					"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")},
				{At: 3 * time.Millisecond, Conn: 1, What: exercise.RecordBytes, Direction: inspector.Up, Bytes: frame(a.opcode, word)},
			},
		}
		l.add("content/fixtures/"+f.Exercise+"/"+a.name+".txt", f.AppendTo(nil), true)
	}
	return nil
}

func (l *draft) fill(text string) string {
	return strings.NewReplacer("LESSON", l.id, "IDENT", l.ident, "NUMBER", fmt.Sprint(l.number), "'''", "```").Replace(text)
}

const lessonText = `---
id: LESSON
number: NUMBER
title: "What this lesson is called"
revision: 1
minutes: 4
level: should
summary: One sentence for the outline, on what is done here.
objectives:
  - What a reader can do afterwards, as a verb and its object.
  - A second thing.
misconceptions:
  - id: said
    said: What is often said and does not hold.
    source: where it was said
devtools:
  look: what to look at in the browser's own tools.
  hidden: what they won't show.
sources:
  - title: RFC 6455, The WebSocket Protocol
    url: https://www.rfc-editor.org/rfc/rfc6455
    for: what was taken from it.
next: The sentence that leads on to the next lesson.
---

A paragraph that says what this is about, in five lines at most.

::: notes
What the speaker asks before anything is shown.
:::

## Try it

::: lab echo value=Spang
What a reader without JavaScript reads here.
:::

::: misconception said
What holds instead (RFC 6455 §5.2).
:::

::: slide What the slide says {replay=LESSON/say-it}
::: lab echo value=Spang
What stands in the lab's place without JavaScript.
:::
::: poll What the room is asked before the lab runs?
- An answer
- Another
:::
::: notes
What the speaker asks, presses and says.
:::
:::

::: slide What is often said
::: said said
::: step
What holds instead, shown one step later.
:::
:::
::: notes
What the speaker asks before the next step.
:::
:::

## From a terminal

::: lab terminal
'''sh
websocat 'ws://{host}/echo?wire={wire}&breakdown=text'
'''
What comes back, and what to look at.
:::

## Now you

::: exercise say-it title="Say it" ways="page terminal"
Send a message that holds {word}.
::: hint
Where to look.
:::
::: hint
What to do.
:::
::: hint
Nearly all of it.
:::
::: solution pass
Why it is so.
:::
:::

## Open DevTools beside it

::: devtools
Where to click in each browser.
:::
`

const lessonCheck = `package exercise

// Lesson LESSON: what its exercises ask for.

import "wireup/wire"

var IDENTExercises = []*Exercise{
	{Lesson: "LESSON", ID: "say-it", Revision: 1, Start: IDENTSayIt},
}

var IDENTMistakes = []Wording{
	{"LESSON-is-no-message",
		"This {came} frame is a control frame, and no part of a message. Send text.",
		"opcode 1 or 2", "RFC 6455 §5.6"},
}

// IDENTSayIt: a message that holds the word.
func IDENTSayIt(a Attempt) Check {
	return Proves("Your word crossed in a message.",
		Once(Frame("a message that holds "+a.Word, Up, Carries(a.Word)).Must(IDENTIsMessage)))
}

func IDENTIsMessage(e *wire.Event) *Fault {
	if Control(e) {
		return Mistake("LESSON-is-no-message", 0, e.Frame.Opcode.Type())
	}
	return nil
}
`
