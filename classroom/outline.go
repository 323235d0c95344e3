package classroom

// The course, as much of it as a class has to know.

import (
	"slices"
	"strings"
)

// Outline is the course in its order.
type Outline []Lesson

// Lesson is a lesson of it.
type Lesson struct {
	ID, Title string
	Level     string // must, should or could
	Minutes   int    // on stage
	Steps     []int  // of each slide, the number of its last step
	Exercises []string
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
	lesson, id, _ := strings.Cut(exercise, "/")
	l, _ := o.lesson(lesson)
	return l != nil && slices.Contains(l.Exercises, id)
}

// first is where a class begins.
func (o Outline) first() Step {
	for _, l := range o {
		if len(l.Steps) > 0 {
			return Step{Lesson: l.ID, Slide: 1}
		}
	}
	return Step{}
}
