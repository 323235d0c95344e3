package lint

// The rules of labs' recorded sessions.

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"wireup/inspector"
	"wireup/lessons"
	"wireup/lessons/exercise"
	"wireup/wire"
)

// What a session may hold, so that those of two lessons are loaded ahead of a talk within moments.
const (
	fewestEvents = 3
	mostEvents   = 400
	mostText     = 64 << 10 // bytes of the file
)

// session looks at what stands in for the lab of a slide when there is no network.
func (l *linter) session(file string, s lessons.Slide, lesson string) {
	if s.Lab == "" {
		return
	}
	name := "sessions/" + lesson + "/" + s.Lab + ".txt"
	src, err := fs.ReadFile(l.Content, name)
	if errors.Is(err, fs.ErrNotExist) {
		l.problem("%s: nothing stands in for the lab of the slide %q when there is no network; record it as %s", file, s.Title, name)
		return
	}
	if err != nil {
		l.problem("%s: %v", name, err)
		return
	}
	f, err := exercise.ParseFixture(name, src)
	if err != nil {
		l.problem("%s: %v", name, err)
		return
	}
	if f.Exercise != "" {
		l.problem("%s: it says that it is of the exercise %s; a lab's session is of none", name, f.Exercise)
	}
	events, err := f.Replay(l.Route, 0)
	if err != nil {
		l.problem("%s: %v", name, err)
		return
	}
	switch {
	case len(events) < fewestEvents || len(events) > mostEvents:
		l.problem("%s: %d events; want %d to %d", name, len(events), fewestEvents, mostEvents)
	case len(src) > mostText:
		l.problem("%s: %d bytes of text; want at most %d", name, len(src), mostText)
	case !slices.ContainsFunc(events, func(e *wire.Event) bool { return e.Kind != inspector.KindOpen && e.Kind != inspector.KindClose }):
		l.problem("%s: nothing crosses in it", name)
	}
}

// strayed finds sessions of labs that stand on no slide.
func (l *linter) strayed() {
	files, err := fs.Glob(l.Content, "sessions/*/*")
	if err != nil {
		l.problem("sessions: %v", err)
	}
	for _, file := range files {
		id, rest, _ := strings.Cut(strings.TrimPrefix(file, "sessions/"), "/")
		lab, ok := strings.CutSuffix(rest, ".txt")
		lesson, known := l.course.Lesson(id)
		if !ok || !known || !slices.ContainsFunc(lesson.Slides, func(s lessons.Slide) bool { return s.Lab == lab }) {
			l.problem("%s: no slide of lesson %s shows a lab of this name", file, id)
		}
	}
}
