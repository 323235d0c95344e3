package lessons

// Front matter: what a lesson, and the outline, say of themselves before their text.

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.abhg.dev/goldmark/frontmatter"
	"gopkg.in/yaml.v3"
)

// yamlFormat is YAML in which an unknown key is an error: a typing mistake must not lose a field.
var yamlFormat = frontmatter.Format{
	Name:  "YAML",
	Delim: '-',
	Unmarshal: func(b []byte, v any) error {
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		if err := d.Decode(v); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return nil
	},
}

// Level is what a presenter who runs late may skip.
type Level string

const (
	Must   Level = "must"
	Should Level = "should"
	Could  Level = "could"
)

func (l Level) known() bool { return l == Must || l == Should || l == Could }

// entry is a lesson's line in the outline, content/course.md. Of a lesson that is written the
// outline gives the id alone: everything else stands in the lesson.
type entry struct {
	ID      string `yaml:"id"`
	Title   string `yaml:"title"`
	Minutes int    `yaml:"minutes"`
	Level   Level  `yaml:"level"`
	Summary string `yaml:"summary"`
}

// outline is the front matter of content/course.md.
type outline struct {
	Title   string  `yaml:"title"`
	Summary string  `yaml:"summary"`
	Lessons []entry `yaml:"lessons"`
}

// front is the front matter of a lesson.
type front struct {
	entry          `yaml:",inline"`
	Number         int      `yaml:"number"`
	Revision       int      `yaml:"revision"`
	Objectives     []string `yaml:"objectives"`
	Misconceptions []claim  `yaml:"misconceptions"`
	DevTools       struct {
		Look   string `yaml:"look"`
		Hidden string `yaml:"hidden"`
	} `yaml:"devtools"`
	Sources []Source `yaml:"sources"`
	Next    string   `yaml:"next"`
}

// claim is something often said that does not hold. The block "::: misconception ID" of the
// lesson says what does.
type claim struct {
	ID     string `yaml:"id"`
	Said   string `yaml:"said"`
	Source string `yaml:"source"`
}

// Source is where a lesson's facts come from.
type Source struct {
	Title string `yaml:"title"`
	URL   string `yaml:"url"`
	For   string `yaml:"for"`
}

func (e entry) check() error {
	switch {
	case !slug.MatchString(e.ID):
		return fmt.Errorf("id %q: want lower-case letters, digits and hyphens", e.ID)
	case e.Title == "":
		return fmt.Errorf("%s: no title", e.ID)
	case e.Summary == "":
		return fmt.Errorf("%s: no summary", e.ID)
	case e.Minutes <= 0:
		return fmt.Errorf("%s: minutes: want how long it takes on stage", e.ID)
	case !e.Level.known():
		return fmt.Errorf("%s: level %q: want must, should or could", e.ID, e.Level)
	}
	return nil
}

func (f front) check() error {
	if err := f.entry.check(); err != nil {
		return err
	}
	switch {
	case f.Revision <= 0:
		return fmt.Errorf("no revision; a lesson begins with 1")
	case len(f.Objectives) < 2 || len(f.Objectives) > 3:
		return fmt.Errorf("%d objectives; want 2 or 3", len(f.Objectives))
	case len(f.Misconceptions) == 0:
		return fmt.Errorf("no misconceptions; want what the lesson corrects")
	case f.DevTools.Look == "" || f.DevTools.Hidden == "":
		return fmt.Errorf("devtools: want look and hidden, a line each")
	case len(f.Sources) == 0:
		return fmt.Errorf("no sources")
	case f.Next == "":
		return fmt.Errorf("no next: want the sentence that leads on")
	}
	for _, m := range f.Misconceptions {
		if !slug.MatchString(m.ID) || m.Said == "" || m.Source == "" {
			return fmt.Errorf("misconception %q: want id, said and source", m.ID)
		}
	}
	for _, s := range f.Sources {
		if s.Title == "" || s.URL == "" || s.For == "" {
			return fmt.Errorf("source %q: want title, url and for", s.Title)
		}
	}
	return nil
}
