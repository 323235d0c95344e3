package handlers

// Slides: a page for each lesson's, to read alone; and the views of decks for whoever shows one.

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"wireup/lessons"
	"wireup/templates"
)

// deckPart is l's slides. What is replayed at one without a lab is that of the lab before it, or else of
// the lesson's first.
func deckPart(l *lessons.Lesson) templates.DeckPart {
	p := templates.DeckPart{Lesson: link(l)}
	replay := ""
	if i := slices.IndexFunc(l.Slides, func(s lessons.Slide) bool { return s.Lab != "" }); i >= 0 {
		replay = l.ID + "/" + l.Slides[i].Lab
	}
	for i, s := range l.Slides {
		if s.Lab != "" {
			replay = l.ID + "/" + s.Lab
		}
		p.Slides = append(p.Slides, templates.SlideView{Number: i + 1, Title: s.Title, Level: string(s.Level), Minutes: s.Minutes,
			Steps: s.Steps, Opens: s.Opens, Lab: s.Lab, Replay: replay, Poll: (*templates.PollView)(s.Poll), Body: raw(s.Body)})
	}
	return p
}

// deckView is the slides of every lesson that is written.
func deckView(course *lessons.Course) templates.DeckView {
	var v templates.DeckView
	for _, l := range course.Lessons {
		if l.Written {
			v.Parts = append(v.Parts, deckPart(l))
		}
	}
	return v
}

// renderSlides renders the page of each lesson's slides.
func (s *site) renderSlides(course *lessons.Course) (map[string]*encoded, error) {
	pages := make(map[string]*encoded)
	for _, l := range course.Lessons {
		if !l.Written {
			continue
		}
		view := templates.SlidesView{Part: deckPart(l)}
		if _, after := course.Around(l); after != nil {
			next := link(after)
			view.Next = &next
		}
		var err error
		if pages[l.ID], err = s.renderFitted(func(v templates.Site) templ.Component {
			view.Site = v
			return templates.Slides(view)
		}); err != nil {
			return nil, fmt.Errorf("slides of %s: %w", l.ID, err)
		}
	}
	return pages, nil
}

func (s *Server) slides(w http.ResponseWriter, r *http.Request) error {
	return s.ofLesson(w, r, s.site.slides)
}
