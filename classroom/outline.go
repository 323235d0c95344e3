package classroom

// The course, as much of it as a class has to know.

import (
	"slices"
	"strconv"
	"strings"
)

// Outline is the course in its order.
type Outline []Lesson

// Lesson is a lesson of it.
type Lesson struct {
	ID, Title string
	Slides    []Slide
	Labs      []string // on its slides: each has a recorded session
	Exercises []string
}

// Slide is a slide of a lesson.
type Slide struct {
	Title   string
	Level   string // must, should or could
	Minutes float64
	Last    int // its last step
}

func (o Outline) lesson(id string) (*Lesson, int) {
	i := slices.IndexFunc(o, func(l Lesson) bool { return l.ID == id })
	if i < 0 {
		return nil, i
	}
	return &o[i], i
}

// has reports whether there is an exercise of this name, such as frames/smallest.
func (o Outline) has(exercise string) bool {
	lesson, id := cut(exercise)
	l, _ := o.lesson(lesson)
	return l != nil && slices.Contains(l.Exercises, id)
}

// records reports whether there is a recorded session of this name: of a lab on a slide, such as frames/echo.
func (o Outline) records(session string) bool {
	lesson, lab := cut(session)
	l, _ := o.lesson(lesson)
	return l != nil && slices.Contains(l.Labs, lab)
}

// holds says why a step is not in the course, if so.
func (o Outline) holds(s Step) error {
	l, _ := o.lesson(s.Lesson)
	switch {
	case l == nil:
		return refuse("There is no lesson called %q.", clipped(s.Lesson))
	case s.Slide < 1 || s.Slide > len(l.Slides):
		return refuse("Lesson %s has slides 1 to %d.", l.ID, len(l.Slides))
	case s.Step < 0 || s.Step > l.Slides[s.Slide-1].Last:
		return refuse("Slide %d of lesson %s has steps 0 to %d.", s.Slide, l.ID, l.Slides[s.Slide-1].Last)
	}
	return nil
}

// first is where a class begins.
func (o Outline) first() Step {
	for _, l := range o {
		if len(l.Slides) > 0 {
			return Step{Lesson: l.ID, Slide: 1}
		}
	}
	return Step{}
}

// part is what may be skipped: a slide, or a whole lesson of one level.
type part struct {
	ID, Title, Level string
	Minutes          float64
	slides           []string
}

// parts are what a name stands for, a lesson's or a slide's such as frames/2: a part for each slide.
func (o Outline) parts(name string) (list []part) {
	id, number := cut(name)
	l, _ := o.lesson(id)
	if l == nil {
		return nil
	}
	for i, s := range l.Slides {
		if n := strconv.Itoa(i + 1); number == "" || n == number {
			list = append(list, part{id + "/" + n, s.Title, s.Level, s.Minutes, []string{id + "/" + n}})
		}
	}
	return list
}

// ahead are the parts behind a step, in their order, but for those that are skipped.
func (o Outline) ahead(at Step, skipped []string) (list []part) {
	_, from := o.lesson(at.Lesson)
	for i := max(from, 0); i < len(o); i++ {
		slides := o.parts(o[i].ID)
		if i == from {
			slides = slides[min(at.Slide, len(slides)):]
		}
		slides = slices.DeleteFunc(slides, func(p part) bool { return slices.Contains(skipped, p.ID) })
		whole := part{ID: o[i].ID, Title: o[i].Title}
		for _, p := range slides {
			if whole.Level == "" {
				whole.Level = p.Level
			}
			if p.Level != whole.Level {
				whole.Level = "mixed"
			}
			whole.Minutes += p.Minutes
			whole.slides = append(whole.slides, p.ID)
		}
		switch {
		case i == from || whole.Level == "mixed":
			list = append(list, slides...)
		case len(slides) > 0:
			list = append(list, whole)
		}
	}
	return list
}

// budget is what a lesson may take, in milliseconds, without what is skipped of it.
func (o Outline) budget(lesson string, skipped []string) int64 {
	minutes := 0.0
	for _, p := range o.parts(lesson) {
		if !slices.Contains(skipped, p.ID) {
			minutes += p.Minutes
		}
	}
	return inMillis(minutes)
}

func inMillis(minutes float64) int64 { return int64(minutes * 60_000) }

func cut(name string) (lesson, rest string) {
	lesson, rest, _ = strings.Cut(name, "/")
	return lesson, rest
}
