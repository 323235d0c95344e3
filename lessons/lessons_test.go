package lessons_test

import (
	"testing"

	"wireup/content"
	"wireup/lessons"
)

func TestLoad(t *testing.T) {
	c, err := lessons.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Lessons {
		t.Logf("%d %s %v %d slides, %d bytes", l.Number, l.ID, l.Written, len(l.Slides), len(l.Body))
	}
	l, _ := c.Lesson("frames")
	t.Log(string(l.Body))
}
