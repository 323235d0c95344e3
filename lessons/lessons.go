// Package lessons makes a course out of its content: the outline, and the lessons in Markdown.
//
// # What a lesson is
//
// One file, lessons/ID.md, that is rendered more than one way: as an article for a reader alone,
// and as slides for a room. It begins with front matter in YAML (see the type front: an unknown
// key is an error), and goes on in Markdown with tables, footnotes, definition lists and code.
// Its headings begin at the second level, since the title is the first.
//
// # Blocks
//
// A line ":::" with a name opens a block, and a line ":::" closes the innermost one:
//
//	::: lab echo value=Spang
//	What stands here is what a reader without JavaScript sees.
//	:::
//
// The names:
//
//   - lab NAME key=value …: a lab, from the table in labs.go. An unknown lab or key is an error.
//   - frame RECORDING N: one frame of a recording, as bits, bytes and a table of its fields.
//   - rows RECORDING [N]: the frames of a recording, or the first N, a row each.
//   - xor RECORDING: how its masked data frames are unmasked, byte by byte.
//   - bitxor RECORDING N: the first payload byte of a frame and of its key, bit by bit.
//   - dump RECORDING N: a frame's bytes in hex and as text, as on the wire.
//   - costs N …: what a payload of N bytes costs in headers.
//   - lengths RECORDING: its text messages, counted in characters and in bytes.
//   - program FILE [FROM-TO]: a sample program, content/programs/FILE, as the tests run it, or some
//     of its lines.
//   - misconception ID: what holds instead of a misconception of the front matter.
//   - devtools: where to look in a browser's own tools.
//   - exercise ID [title="…"] [ways="page forge terminal"] [answer="label"] [lab=element]: an
//     exercise. Inside stand its task, three blocks "hint" and one "solution FIXTURE", which names
//     the recorded session that it replays. The page fills {word}, {wire}, {host}, {hostname},
//     {port} and {origin} in.
//   - slide TITLE [{level=could minutes=1}]: a slide. It stays out of the article.
//     Its level is the lesson's, and its minutes an equal share of the lesson's, if it doesn't say. A
//     lesson's first slide is made of its title and objectives.
//   - step, inside a slide: is shown from a step on. Steps are counted from 1, in order.
//   - steps, inside a slide: each item of the list in it is a step.
//   - said ID, inside a slide: a misconception of the front matter, with its source, and behind it
//     what holds instead.
//   - poll QUESTION: a show of hands that the speaker may ask for at the slide around or before it, or
//     at the title's. Inside is a list of its options.
//   - notes: what the speaker knows, of the slide around or before it; before the first slide, of
//     the title's.
//
// No number that could be measured is typed into prose: {RECORDING N size} is the size of the
// recording's frame number N, computed from its bytes (see figures.go for what there is). And a
// section of an RFC is written as it is said, RFC 6455 §5.2 or §5.2 alone for RFC 6455: it becomes
// a link, and one that doesn't exist is an error.
//
// An error names the file and the line, and a course with an error in it doesn't load.
package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

var slug = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// HTML is markup that is safe to put on a page as it is.
type HTML string

// Course is the course in its order.
type Course struct {
	Title   string
	Summary string
	Body    HTML // the text of the outline
	Lessons []*Lesson
}

// Lesson is one lesson. Of one that isn't written yet only the fields up to Summary are set.
type Lesson struct {
	ID      string
	Number  int
	Title   string
	Minutes int // on stage
	Level   Level
	Summary string

	Written    bool
	Revision   int
	Objectives []HTML
	Body       HTML // the article
	Exercises  []Exercise
	Slides     []Slide
	Sources    []Source
	Next       HTML // the sentence that leads on
}

// Slide is one screen of a lesson.
type Slide struct {
	Title   string
	Level   Level
	Minutes float64 // on stage; those of a lesson's slides add up to the lesson's
	Steps   int     // how often it shows more; 0 if all of it stands there from the start
	Opens   bool    // it is the lesson's first, made of its title and objectives
	Lab     string  // the name of its lab; empty if it has none
	Said    bool    // it corrects a misconception
	Poll    *Poll   // nil if the room is asked nothing
	Body    HTML
	Notes   HTML // for the speaker alone
}

// Poll is a question to the room, and what can be said to it.
type Poll struct {
	Question string   `json:"question"`
	Options  []string `json:"options"`
}

// Lesson returns the lesson called id.
func (c *Course) Lesson(id string) (*Lesson, bool) {
	for _, l := range c.Lessons {
		if l.ID == id {
			return l, true
		}
	}
	return nil, false
}

// Around returns the lessons before and after l; nil where there is none.
func (c *Course) Around(l *Lesson) (before, after *Lesson) {
	if i := l.Number - 2; i >= 0 {
		before = c.Lessons[i]
	}
	if l.Number < len(c.Lessons) {
		after = c.Lessons[l.Number]
	}
	return before, after
}

// Load reads a course: course.md, lessons/*.md and recorded/*.hex. It reports every error that it
// finds.
func Load(content fs.FS) (*Course, error) {
	recordings, errs := loadRecordings(content)
	m := newMarkdown(recordings)
	m.content = content

	src, err := fs.ReadFile(content, "course.md")
	if err != nil {
		return nil, fmt.Errorf("the outline: %w", err)
	}
	var o outline
	doc, err := m.parse("course.md", src, &o)
	if err != nil {
		return nil, err
	}
	errs = append(errs, doc.errs...)
	course := &Course{Title: o.Title, Summary: o.Summary}
	course.Body = doc.html(doc.root)
	errs = append(errs, doc.errs...)

	written, err := fs.Glob(content, "lessons/*.md")
	if err != nil {
		return nil, err
	}
	files := make(map[string]string, len(written))
	for _, name := range written {
		id := strings.TrimSuffix(strings.TrimPrefix(name, "lessons/"), ".md")
		files[id] = name
	}
	seen := make(map[string]bool)
	for i, e := range o.Lessons {
		if seen[e.ID] {
			errs = append(errs, fmt.Errorf("course.md: %s stands in it twice", e.ID))
			continue
		}
		seen[e.ID] = true
		name, ok := files[e.ID]
		if !ok {
			if err := e.check(); err != nil {
				errs = append(errs, fmt.Errorf("course.md: %w (or write lessons/%s.md)", err, e.ID))
			}
			course.Lessons = append(course.Lessons, e.lesson(i+1))
			continue
		}
		delete(files, e.ID)
		if e != (entry{ID: e.ID}) {
			errs = append(errs, fmt.Errorf("course.md: %s is written: leave only its id here, since %s says the rest", e.ID, name))
		}
		l, err := m.lesson(content, name, i+1)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		course.Lessons = append(course.Lessons, l)
	}
	for _, name := range files {
		errs = append(errs, fmt.Errorf("%s: course.md has no such lesson", name))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return course, nil
}

func (e entry) lesson(number int) *Lesson {
	return &Lesson{ID: e.ID, Number: number, Title: e.Title, Minutes: e.Minutes, Level: e.Level, Summary: e.Summary}
}

func loadRecordings(content fs.FS) (map[string]*Recording, []error) {
	names, err := fs.Glob(content, "recorded/*.hex")
	if err != nil {
		return nil, []error{err}
	}
	var errs []error
	recordings := make(map[string]*Recording, len(names))
	for _, name := range names {
		src, err := fs.ReadFile(content, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		id := strings.TrimSuffix(strings.TrimPrefix(name, "recorded/"), ".hex")
		r, err := parseRecording(id, src)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		recordings[id] = r
	}
	return recordings, errs
}
