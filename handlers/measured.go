package handlers

// GET /measured: the page of what the reader measured. It holds none of it: the numbers are in the
// reader's browser.

import (
	"net/http"

	"wireup/lessons"
	"wireup/templates"
)

// measureRows are what can be measured, in the order of the lessons.
var measureRows = []struct{ id, lesson, what, how string }{
	{"header", "request", "What a request carries", "send one, in any lab."},
	{"connections", "connections", "Requests and connections", "press ten times in a row."},
	{"polling", "polling", "Polls that brought nothing", "let it poll for a while."},
	{"comet", "comet", "What an answer that waits takes", "let one wait, and make something happen."},
	{"streaming", "streaming", "What an event in a stream takes", "open a stream."},
	{"handshake", "handshake", "What it takes to open a socket", "open one."},
	{"frames", "frames", "What frames have around them", "send a message to the echo."},
	{"pings", "conversation", "There and back", "have the server ping you."},
	{"squeeze", "production", "What compression made of it", "send a text over both."},
	{"game", "choose", "One move in the game", "join, and move."},
	{"race", "choose", "Forty updates, four ways", "race them."},
}

func measuredView(v templates.Site, course *lessons.Course) templates.MeasuredView {
	view := templates.MeasuredView{Site: v}
	for _, r := range measureRows {
		row := templates.MeasureView{ID: r.id, What: r.what, How: r.how}
		if l, ok := course.Lesson(r.lesson); ok {
			row.Lesson = link(l)
		}
		view.Rows = append(view.Rows, row)
	}
	return view
}

func (s *Server) measuredPage(w http.ResponseWriter, r *http.Request) error {
	return s.page(w, r, s.site.measured)
}
