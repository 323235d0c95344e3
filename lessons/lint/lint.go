// Package lint holds the course to its rules: its exercises and their fixtures, its links, and that
// no byte in its prose was typed by hand.
//
// # Exercises
//
// Each exercise of a lesson has a check in package exercise, and each check stands in a lesson. Its
// fixtures, content/fixtures/LESSON/EXERCISE/*.txt, have names that say what they must draw: pass*
// passes and wrong-* is a mistake; any other name is neither. There's at least one of both. No
// exercise passes on an empty log, under another word, or on a log from which the word was taken.
// What a verdict names exists: its events, and the byte of a mistake. The solution replays one of
// the fixtures that pass.
//
// # Sessions
//
// The lab of a slide has a recorded session, content/sessions/LESSON/LAB.txt, of no exercise, and of a
// size that is quickly loaded. No session belongs to no lab.
//
// # Wordings
//
// Every wording of a mistake has a name of its own, is drawn by a fixture, refers to a section that
// exists, and shouts at nobody.
//
// # Links
//
// A link to a page of this program leads to one that there is, and its anchor to a heading or an
// exercise.
//
// # Typed bytes
//
// Prose holds no bytes in hex and no measured sizes: blocks and figures compute them. What looks
// like it and is none, such as a number quoted from elsewhere, stands in content/typed.txt with the
// reason.
package lint

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"wireup/lessons"
	"wireup/lessons/exercise"
)

// Course is what is held to the rules.
type Course struct {
	Content   fs.FS
	Exercises []*exercise.Exercise
	Wordings  []exercise.Wording
	Route     exercise.Route // which wire and lab a request belongs to
}

// Report is what was found.
type Report struct {
	Lessons, Exercises, Fixtures int
	Problems                     []string // each on a line; in order of the files
}

// Check looks at the whole course, and finds all that is wrong with it.
func Check(c Course) Report {
	l := &linter{Course: c, drawn: make(map[string]bool)}
	course, err := lessons.Load(c.Content)
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			l.problem("%s", line)
		}
		return l.Report // what can't be read can't be looked at
	}
	l.course = course
	for _, lesson := range course.Lessons {
		if lesson.Written {
			l.Lessons++
			l.lesson(lesson)
		}
	}
	l.strays()
	l.strayed()
	l.wordings()
	l.links()
	l.typed()
	return l.Report
}

type linter struct {
	Course
	Report
	course *lessons.Course
	drawn  map[string]bool // mistakes that some fixture draws
}

func (l *linter) problem(format string, args ...any) {
	l.Problems = append(l.Problems, fmt.Sprintf(format, args...))
}

const (
	fewestExercises = 1
	mostExercises   = 5
	mostMinutes     = 15
	mostSlides      = 9
)

// lesson looks at one lesson's exercises.
func (l *linter) lesson(lesson *lessons.Lesson) {
	file := "lessons/" + lesson.ID + ".md"
	if n := len(lesson.Exercises); n < fewestExercises || n > mostExercises {
		l.problem("%s: %d exercises; want %d to %d", file, n, fewestExercises, mostExercises)
	}
	if lesson.Minutes < 1 || lesson.Minutes > mostMinutes {
		l.problem("%s: %d minutes; want 1 to %d", file, lesson.Minutes, mostMinutes)
	}
	l.slides(file, lesson.ID, lesson.Slides)
	for _, x := range lesson.Exercises {
		l.Report.Exercises++
		i := slices.IndexFunc(l.Course.Exercises, func(e *exercise.Exercise) bool { return e.Lesson == lesson.ID && e.ID == x.ID })
		if i < 0 {
			l.problem("%s: nothing checks the exercise %s; give it a check in lessons/exercise/%s.go", file, x.ID, lesson.ID)
			continue
		}
		l.exercise(l.Course.Exercises[i], x.Fixture)
	}
}

// slides holds a lesson's slides to what a presenter needs.
func (l *linter) slides(file, lesson string, slides []lessons.Slide) {
	if len(slides) > mostSlides {
		l.problem("%s: %d slides, with the title's; want at most %d", file, len(slides), mostSlides)
	}
	for _, s := range slides {
		switch {
		case s.Notes == "" && s.Opens:
			l.problem("%s: the title's slide has no notes; want a block ::: notes before the first slide", file)
		case s.Notes == "":
			l.problem("%s: the slide %q has no notes: want a block ::: notes that says what to ask, to press, to say", file, s.Title)
		}
		l.session(file, s, lesson)
	}
	if !slices.ContainsFunc(slides, func(s lessons.Slide) bool { return s.Poll != nil }) {
		l.problem("%s: the room is asked nothing; want a block ::: poll QUESTION with a list of its options", file)
	}
	if !slices.ContainsFunc(slides, func(s lessons.Slide) bool { return s.Said }) {
		l.problem("%s: no slide corrects a misconception; want a block ::: said ID in one", file)
	}
}

// strays finds checks and fixtures that belong to no exercise.
func (l *linter) strays() {
	in := func(name string) bool {
		id, x := exercise.SplitName(name)
		lesson, ok := l.course.Lesson(id)
		return ok && slices.ContainsFunc(lesson.Exercises, func(e lessons.Exercise) bool { return e.ID == x })
	}
	names := make(map[string]bool)
	for _, x := range l.Course.Exercises {
		if !in(x.Name()) {
			l.problem("lessons/exercise: the check of %s belongs to no exercise; write it into lessons/%s.md", x.Name(), x.Lesson)
		}
		if names[x.Name()] {
			l.problem("lessons/exercise: %s stands in the table twice", x.Name())
		}
		names[x.Name()] = true
		if x.Revision < 1 {
			l.problem("lessons/exercise: %s has revision %d; the first is 1", x.Name(), x.Revision)
		}
	}
	folders, err := fs.Glob(l.Content, "fixtures/*/*")
	if err != nil {
		l.problem("fixtures: %v", err)
	}
	for _, folder := range folders {
		if name := strings.TrimPrefix(folder, "fixtures/"); !in(name) {
			l.problem("%s: there is no exercise %s", folder, name)
		}
	}
}

// wordings looks at the table of mistakes.
func (l *linter) wordings() {
	seen := make(map[string]bool)
	for _, w := range l.Course.Wordings {
		if seen[w.Name] {
			l.problem("lessons/exercise: the mistake %s is worded twice", w.Name)
		}
		seen[w.Name] = true
		if !l.drawn[w.Name] {
			l.problem("lessons/exercise: no fixture draws the mistake %s", w.Name)
		}
		if strings.Contains(w.Say+w.Want, "!") {
			l.problem("lessons/exercise: the mistake %s has an exclamation mark", w.Name)
		}
		if w.Say == "" || w.Want == "" || !strings.HasSuffix(w.Say, ".") {
			l.problem("lessons/exercise: the mistake %s wants sentences, and what was expected", w.Name)
		}
		if wrong := lessons.CheckReference(w.Ref); wrong != "" {
			l.problem("lessons/exercise: the mistake %s refers to %q: %s", w.Name, w.Ref, wrong)
		}
	}
}
