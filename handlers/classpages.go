package handlers

// The pages of a live class. None of them holds anything of it: each gets that over its line.

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"rsc.io/qr"

	"wireup/classroom"
	"wireup/lessons"
	"wireup/templates"
)

const phoneRef = "GET /classes/{code}/phone.svg?scheme=http"

// classPages are rendered once, for every class.
type classPages struct {
	make, join, room, desk, screen *encoded
}

// renderClassPages renders them. What slides and exercises need is loaded when it is shown.
func (s *site) renderClassPages(course *lessons.Course) (p classPages, err error) {
	view := templates.ClassView{Deck: deckView(course), Lessons: coursePath(course)}
	for _, page := range []struct {
		into **encoded
		show func(templates.ClassView) templ.Component
	}{
		{&p.make, templates.ClassNew},
		{&p.join, templates.ClassJoin},
		{&p.room, templates.ClassRoom},
		{&p.desk, templates.ClassDesk},
		{&p.screen, templates.ClassScreen},
	} {
		if *page.into, err = s.renderFitted(func(v templates.Site) templ.Component {
			view.Site = v
			return page.show(view)
		}); err != nil {
			return p, fmt.Errorf("a page of a class: %w", err)
		}
	}
	return p, nil
}

func (s *Server) presentPage(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, s.site.class.make)
}

// joinPage takes a code, and leads on if one came with the request.
func (s *Server) joinPage(w http.ResponseWriter, r *http.Request) error {
	if code := r.URL.Query().Get("code"); code != "" {
		http.Redirect(w, r, "/c/"+url.PathEscape(code), http.StatusSeeOther)
		return nil
	}
	return s.page(w, r, s.site.class.join)
}

func (s *Server) classRoom(w http.ResponseWriter, r *http.Request) error {
	return s.classPage(w, r, s.site.class.room)
}

func (s *Server) classDesk(w http.ResponseWriter, r *http.Request) error {
	return s.classPage(w, r, s.site.class.desk)
}

func (s *Server) classScreen(w http.ResponseWriter, r *http.Request) error {
	return s.classPage(w, r, s.site.class.screen)
}

// classPage answers with a page of the class that the path names, if there is one.
func (s *Server) classPage(w http.ResponseWriter, r *http.Request, page *encoded) error {
	if _, err := s.classOf(r); err != nil {
		return err
	}
	return s.page(w, r, page)
}

// classPhone draws the link that takes the presenter's notes to a phone. It holds the token that the
// request shows.
func (s *Server) classPhone(w http.ResponseWriter, r *http.Request) error {
	_, release, err := s.presenting(r, classroom.Owner, classroom.Driver)
	if err != nil {
		return err
	}
	defer release()
	return s.drawLink(w, r, phoneRef, qr.M, classPath+url.PathEscape(r.PathValue("code"))+"/present?notes#"+bearer(r))
}
