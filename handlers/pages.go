package handlers

// The pages: rendered and compressed once, since they hold nothing of the reader's.

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"wireup/lessons"
	"wireup/templates"
)

const (
	themeScript = "theme.js"
	mainScript  = "main.js"

	pageType = "text/html; charset=utf-8"
)

// styles are the stylesheets of every page that stand first, in this order; those of single labs
// follow by their names.
var styles = []string{"tokens.css", "base.css", "page.css", "syntax.css", "inspector.css", "labs.css", "forge.css"}

// site is every page, and what they load.
type site struct {
	assets  *assets
	view    templates.Site // as a page of every element has it
	modules modules
	broken  templates.Site // what the page of an error loads
	policy  string         // the Content-Security-Policy of every page
	home    *encoded
	wire    *encoded
	decode  *encoded
	// measured is the page of the reader's numbers, without the numbers
	measured *encoded
	lessons  map[string]*encoded
	slides   map[string]*encoded // by lesson
	class    classPages
	handouts handouts
	course   *lessons.Course
}

// newSite renders the pages of course. Recorded traffic is in content, which may be nil.
func newSite(static, content fs.FS, course *lessons.Course, ends RawEnds) (*site, error) {
	a, err := newAssets(static)
	if err != nil {
		return nil, err
	}
	s := &site{assets: a, lessons: make(map[string]*encoded), course: course}
	scripts := a.scripts()
	if s.modules, err = newModules(static, scripts); err != nil {
		return nil, err
	}
	if s.view, err = a.view(); err != nil {
		return nil, err
	}
	s.view.Raw = ends.view()
	s.view = s.fitted(scripts)
	s.policy = policy(s.view.ImportMap)
	if s.broken, err = s.fit(func(v templates.Site) templ.Component { return templates.Error(templates.ErrorView{Site: v}) }); err != nil {
		return nil, fmt.Errorf("the page of an error: %w", err)
	}
	if s.home, err = s.renderFitted(func(v templates.Site) templ.Component { return templates.Home(homeView(v, course)) }); err != nil {
		return nil, fmt.Errorf("home: %w", err)
	}
	if s.wire, err = s.renderFitted(func(v templates.Site) templ.Component { return templates.Wire(templates.WireView{Site: v}) }); err != nil {
		return nil, fmt.Errorf("wire: %w", err)
	}
	samples, err := decodeSamples(content)
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	if s.decode, err = s.renderFitted(func(v templates.Site) templ.Component {
		return templates.Decode(templates.DecodeView{Site: v, Samples: samples})
	}); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	if s.measured, err = s.renderFitted(func(v templates.Site) templ.Component { return templates.Measured(measuredView(v, course)) }); err != nil {
		return nil, fmt.Errorf("measured: %w", err)
	}
	for _, l := range course.Lessons {
		if !l.Written {
			continue
		}
		if s.lessons[l.ID], err = s.renderFitted(func(v templates.Site) templ.Component {
			return templates.Lesson(lessonView(v, course, l))
		}); err != nil {
			return nil, fmt.Errorf("lesson %s: %w", l.ID, err)
		}
	}
	if s.slides, err = s.renderSlides(course); err != nil {
		return nil, err
	}
	if s.class, err = s.renderClassPages(course); err != nil {
		return nil, err
	}
	s.handouts = newHandouts(s.view, course, &sessions{content: content})
	return s, nil
}

// view is what every page loads, but for modules.
func (a *assets) view() (templates.Site, error) {
	v := templates.Site{Icon: a.url("favicon.svg"), Theme: a.url(themeScript)}
	for _, name := range a.sheets() {
		v.Styles = append(v.Styles, a.url(name))
	}
	var err error
	v.ImportMap, err = a.importMap()
	return v, err
}

// policy allows what comes from this server, and of inline scripts the import map alone.
func policy(importMap string) string {
	sum := sha256.Sum256([]byte(importMap))
	return "default-src 'self'; script-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; " +
		"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'"
}

func render(c templ.Component) ([]byte, error) {
	var b bytes.Buffer // a component may have written half a page when it fails
	if err := c.Render(context.Background(), &b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func renderOnce(c templ.Component) (*encoded, error) {
	b, err := render(c)
	if err != nil {
		return nil, err
	}
	return encode(pageType, b), nil
}

func homeView(v templates.Site, course *lessons.Course) templates.HomeView {
	h := templates.HomeView{Site: v, Title: course.Title, Summary: course.Summary, Body: raw(course.Body), Lessons: coursePath(course)}
	for _, l := range h.Lessons {
		h.Minutes += l.Minutes
		if l.Written && h.Start.ID == "" {
			h.Start = l
		}
	}
	return h
}

func coursePath(course *lessons.Course) []templates.LessonLink {
	links := make([]templates.LessonLink, 0, len(course.Lessons))
	for _, l := range course.Lessons {
		links = append(links, link(l))
	}
	return links
}

func link(l *lessons.Lesson) templates.LessonLink {
	v := templates.LessonLink{ID: l.ID, Number: l.Number, Title: l.Title, Summary: l.Summary,
		Minutes: l.Minutes, Level: string(l.Level), Written: l.Written}
	for _, x := range l.Exercises {
		v.Exercises = append(v.Exercises, templates.ExerciseLink{ID: x.ID, Title: x.Title})
	}
	return v
}

func lessonView(v templates.Site, course *lessons.Course, l *lessons.Lesson) templates.LessonView {
	view := templates.LessonView{Site: v, Lesson: link(l), Path: coursePath(course), Body: raw(l.Body), Next: raw(l.Next)}
	for _, o := range l.Objectives {
		view.Objectives = append(view.Objectives, raw(o))
	}
	for _, s := range l.Sources {
		view.Sources = append(view.Sources, templates.SourceView(s))
	}
	before, after := course.Around(l)
	if before != nil {
		link := link(before)
		view.Before = &link
	}
	if after != nil {
		link := link(after)
		view.After = &link
	}
	return view
}

func raw(h lessons.HTML) templ.Component { return templ.Raw(string(h)) }

// pageHeader sets what every page is sent with.
func (s *site) pageHeader(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", s.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}

func (s *Server) page(w http.ResponseWriter, r *http.Request, e *encoded) error {
	s.site.pageHeader(w)
	return e.serve(w, r, revalidate)
}

func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, s.site.home)
}

func (s *Server) wirePage(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, s.site.wire)
}

func (s *Server) decodePage(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, s.site.decode)
}

func (s *Server) lesson(w http.ResponseWriter, r *http.Request) error {
	return s.ofLesson(w, r, s.site.lessons)
}

// ofLesson answers with the page of the lesson that the path names.
func (s *Server) ofLesson(w http.ResponseWriter, r *http.Request, pages map[string]*encoded) error {
	id := r.PathValue("id")
	e, ok := pages[id]
	if ok {
		return s.page(w, r, e)
	}
	text := fmt.Sprintf("There is no lesson called “%s”. See all lessons.", clipped(id))
	if l, ok := s.site.course.Lesson(id); ok {
		text = fmt.Sprintf("Lesson %d, “%s”, is not written yet. See all lessons.", l.Number, l.Title)
	}
	return &StatusError{Code: http.StatusNotFound, Text: text}
}

// unknown answers for every URL that is not in the table of routes, and for the methods that those
// in it don't take.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request) error {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := s.mux.Handler(other); pattern != unknownPattern {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return &StatusError{Code: http.StatusNotFound, Text: "There is nothing at this address. See all lessons."}
	}
	return &StatusError{Code: http.StatusMethodNotAllowed, Ref: "RFC 9110 §15.5.6", Header: http.Header{"Allow": {strings.Join(allowed, ", ")}},
		Text: fmt.Sprintf("This address doesn't answer %s. Use %s.", r.Method, allowed[0])}
}

// errorPage shows e to a person.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, e *StatusError) {
	b, err := render(templates.Error(templates.ErrorView{Site: s.site.broken, Code: e.Code,
		Name: http.StatusText(e.Code), Text: e.Text, Ref: e.ref()}))
	if err != nil {
		s.log.Error("render the error page", "path", r.URL.Path, "err", errors.Join(err, e))
		http.Error(w, e.Text, e.Code)
		return
	}
	s.site.pageHeader(w)
	w.Header().Set("Content-Type", pageType)
	w.WriteHeader(e.Code)
	if r.Method != http.MethodHead {
		// The client may be gone; there's nobody left to tell.
		_, _ = w.Write(b)
	}
}
