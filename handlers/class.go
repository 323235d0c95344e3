package handlers

// Live classes: made, joined over a WebSocket, and what is asked about one beside that.

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"rsc.io/qr"

	"wireup/bus"
	"wireup/classroom"
	"wireup/lessons"
	"wireup/wire"
)

const (
	classLab   = classroom.Lab
	classPath  = "/classes/"
	classRef   = "GET /classes/{code}/socket?wire=ID&as=presenter"
	notesRef   = "GET /classes/{code}/notes?as=html"
	qrRef      = "GET /classes/{code}/qr.svg?scheme=http"
	classAgain = "Ask the presenter for the code: five letters, such as kvmpt."
)

// linesUnseen are the roles that a line's address may name so that no wire shows it: a token crosses there.
// A wire is read by more people than its owner: it is exported, projected, and shown to a whole room.
var linesUnseen = map[string]bool{"presenter": true, "screen": true}

// outlineOf is the course as a class knows it.
func outlineOf(course *lessons.Course) classroom.Outline {
	var o classroom.Outline
	for _, l := range course.Lessons {
		if !l.Written {
			continue
		}
		c := classroom.Lesson{ID: l.ID, Title: l.Title}
		for _, slide := range l.Slides {
			c.Slides = append(c.Slides, classroom.Slide{Title: slide.Title, Level: string(slide.Level), Minutes: slide.Minutes, Last: slide.Steps})
			if slide.Lab != "" {
				c.Labs = append(c.Labs, slide.Lab)
			}
		}
		for _, x := range l.Exercises {
			c.Exercises = append(c.Exercises, x.ID)
		}
		o = append(o, c)
	}
	return o
}

// bearer is the token that a request shows; empty if none.
func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return strings.TrimSpace(token)
}

// hasSecret reports whether a request shows the presenter's secret.
func (s *Server) hasSecret(r *http.Request) bool {
	given, want := sha256.Sum256([]byte(bearer(r))), sha256.Sum256([]byte(s.presenter))
	return s.presenter != "" && subtle.ConstantTimeCompare(given[:], want[:]) == 1
}

// presents reports whether a request is from who presents, or opens a line that soon shows it: it is let in
// when the server has no room for others.
func (s *Server) presents(r *http.Request) bool {
	rest, ok := strings.CutPrefix(r.URL.Path, classPath)
	code, what, _ := strings.Cut(rest, "/")
	if ok && what == "socket" && linesUnseen[r.URL.Query().Get("as")] {
		return true
	}
	return s.hasSecret(r) || ok && s.classes.Knows(code, "", bearer(r))
}

// makeClass makes a class for whoever has the presenter's secret.
func (s *Server) makeClass(w http.ResponseWriter, r *http.Request) error {
	switch {
	case bearer(r) == "":
		return &StatusError{Code: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {"Bearer"}},
			Text: "Only a presenter makes classes. Open the presenter's link, which wireup prints when it starts."}
	case !s.hasSecret(r):
		text := "This is not the presenter's secret of this server. Open the link that wireup printed when it started last."
		if s.bus != nil && s.bus.Shared() {
			text = "This instance has another --presenter than the one whose link this is. Give all instances the same, and open its link."
		}
		return &StatusError{Code: http.StatusForbidden, Text: text}
	}
	made, err := s.classes.Create(r.Context())
	if err != nil {
		return s.classError(err)
	}
	w.Header().Set("Location", classPath+made.Code)
	return answerJSONWith(w, http.StatusCreated, made)
}

// classError says in words why there is no class.
func (s *Server) classError(err error) error {
	switch {
	case errors.Is(err, classroom.ErrNone):
		return &StatusError{Code: http.StatusNotFound, Err: err, Text: "There is no class with this code. " + classAgain}
	case errors.Is(err, classroom.ErrClasses):
		return limitError("classes", s.limits.Classes, "--classes", "End one of yours first.")
	case errors.Is(err, classroom.ErrViewers):
		return limitError("viewers in this class", s.limits.ClassViewers, "--class-viewers", "Watch with somebody else.")
	case errors.Is(err, classroom.ErrAddress):
		return &StatusError{Code: http.StatusTooManyRequests, Err: err,
			Text: "Your address has its share of the viewers of this class already (limit: half of --class-viewers). Watch with somebody else."}
	case errors.Is(err, classroom.ErrPresenting):
		return &StatusError{Code: http.StatusTooManyRequests, Err: err, Text: fmt.Sprintf("There are %v. Close one of yours first.", err)}
	case errors.Is(err, classroom.ErrTooFast), errors.Is(err, classroom.ErrFrames):
		return &StatusError{Code: http.StatusTooManyRequests, Err: err, Header: http.Header{"Retry-After": {"1"}},
			Text: fmt.Sprintf("That was %v, which is the limit of one viewer. Wait a second.", err)}
	case errors.Is(err, classroom.ErrNowhere), errors.Is(err, bus.ErrAway), errors.Is(err, bus.ErrFull):
		return &StatusError{Code: http.StatusServiceUnavailable, Err: err,
			Text: "A class needs the bus to be kept on, and that is away. Try again in a moment."}
	}
	return err
}

// classOf is the code in a request's path, of a class that there is.
func (s *Server) classOf(r *http.Request) (found string, err error) {
	err = s.find(r, func(code string) error {
		found = code
		ok, err := s.classes.Exists(r.Context(), code)
		if err == nil && !ok {
			err = classroom.ErrNone
		}
		return err
	})
	return found, err
}

// openClass finds the class that a request is about. Call release when it is answered.
func (s *Server) openClass(r *http.Request) (c *classroom.Class, release func(), err error) {
	err = s.find(r, func(code string) (err error) {
		c, release, err = s.classes.Open(r.Context(), code)
		return err
	})
	return c, release, err
}

// comer is a page that comes to a class.
type comer struct {
	id     wire.ID
	from   string // the address of another machine
	token  string
	unseen bool // on no wire
}

// comerOf is the page that a request comes from.
func comerOf(r *http.Request) (c comer, err error) {
	if c.id, err = labWire(r); err != nil {
		return c, err
	}
	if c.id == "" {
		return c, &StatusError{Code: http.StatusBadRequest, Ref: classRef,
			Text: "wire is missing. A class knows its viewers by their wires: give the 13 characters that the page shows."}
	}
	q := r.URL.Query() // which labWire has found good
	c.unseen, c.token, c.from = linesUnseen[q.Get("as")], bearer(r), otherMachine(r)
	switch {
	case q.Has("as") && !c.unseen && q.Get("as") != "viewer":
		return c, &StatusError{Code: http.StatusBadRequest, Ref: classRef, Text: "as says viewer, presenter or screen."}
	case c.token != "" && !c.unseen:
		return c, &StatusError{Code: http.StatusBadRequest, Ref: classRef,
			Text: "Others may read this wire, and no token belongs there. Add &as=presenter or &as=screen to the address, which keeps it off the wire."}
	}
	return c, nil
}

// classRequest opens a line for one request of a page's. Call done when it is over.
func (s *Server) classRequest(r *http.Request) (line *classroom.Line, class *classroom.Class, id wire.ID, done func(), err error) {
	c, err := comerOf(r)
	if err != nil {
		return nil, nil, "", nil, err
	}
	class, release, err := s.openClass(r)
	if err != nil {
		return nil, nil, "", nil, err
	}
	line, err = class.LineAs(c.token, string(c.id), c.from, c.unseen)
	done = func() { line.CloseFor(); release() }
	if err == nil && !line.Frame() {
		err = classroom.ErrFrames
	}
	if err != nil {
		done()
		return nil, nil, "", nil, s.classError(err)
	}
	return line, class, c.id, done, nil
}

// otherMachine is the address that a request comes from, unless that is this machine's.
func otherMachine(r *http.Request) string {
	from := clientOf(r.RemoteAddr)
	if here, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && from == clientOf(here.String()) {
		return ""
	}
	return from
}

// shortClass leads from a short URL to its class.
func (s *Server) shortClass(w http.ResponseWriter, r *http.Request) error {
	code, err := s.classOf(r)
	if err != nil {
		return err
	}
	http.Redirect(w, r, classPath+code, http.StatusFound)
	return nil
}

// classQR draws the link by which viewers join.
func (s *Server) classQR(w http.ResponseWriter, r *http.Request) error {
	code, err := s.classOf(r)
	if err != nil {
		return err
	}
	return s.drawLink(w, r, qrRef, qr.L, "/C/"+strings.ToUpper(code)) // as few modules as can be: it is read from the last row
}

// presenting opens a class for a request that shows a token of one of the roles.
func (s *Server) presenting(r *http.Request, roles ...classroom.Role) (*classroom.Class, func(), error) {
	class, release, err := s.openClass(r)
	if err != nil {
		return nil, nil, err
	}
	token := bearer(r)
	for _, role := range roles {
		if class.Role(token) == role {
			return class, release, nil
		}
	}
	release()
	if token == "" {
		return nil, nil, &StatusError{Code: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {"Bearer"}},
			Text: "This is for who presents the class. Send the token as Authorization: Bearer TOKEN."}
	}
	return nil, nil, &StatusError{Code: http.StatusForbidden, Text: "This token doesn't present the class, or doesn't any more."}
}

// classQuestions answers with the questions of a class, also when it is over.
func (s *Server) classQuestions(w http.ResponseWriter, r *http.Request) error {
	class, release, err := s.presenting(r, classroom.Owner)
	if err != nil {
		return err
	}
	defer release()
	return answerJSON(w, class.Kept())
}

// slideNotes are the speaker's notes of a slide.
type slideNotes struct {
	Lesson string `json:"lesson"`
	Slide  int    `json:"slide"`
	Title  string `json:"title"`
	Notes  string `json:"notes"` // HTML
}

// classNotes answers with the speaker's notes of the whole course, to who drives: as JSON, or as a
// document with a section for each slide, which a page can take apart where it may not make markup of
// text.
func (s *Server) classNotes(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, notesRef)
	if err != nil {
		return err
	}
	_, release, err := s.presenting(r, classroom.Owner, classroom.Driver)
	if err != nil {
		return err
	}
	defer release()
	var (
		list = []slideNotes{}
		page bytes.Buffer
	)
	page.WriteString("<!doctype html><meta charset=utf-8><title>Notes</title>\n")
	for _, l := range s.site.course.Lessons {
		for i, slide := range l.Slides {
			list = append(list, slideNotes{l.ID, i + 1, slide.Title, string(slide.Notes)})
			fmt.Fprintf(&page, "<section data-slide=\"%s/%d\">%s</section>\n", l.ID, i+1, slide.Notes)
		}
	}
	switch q.Get("as") {
	case "", "json":
		return answerJSON(w, list)
	case "html":
		s.site.pageHeader(w)
		w.Header().Set("Content-Type", pageType)
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(page.Bytes()) // a client that has gone needs no answer
		return nil
	}
	return &StatusError{Code: http.StatusBadRequest, Ref: notesRef, Text: "as says html or json."}
}
