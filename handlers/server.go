// Package handlers answers HTTP: one table of routes, one file a lab, one funnel for errors.
package handlers

// The server: what the handlers share, how a request reaches them, and how they are drained.

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"wireup/bus"
	"wireup/classroom"
	"wireup/handlers/game"
	"wireup/inspector"
	"wireup/lessons"
	"wireup/wire"
)

// Limits bound what one reader can make the server hold. Each is named when it is hit.
type Limits struct {
	Message        int64         // bytes of one message to the echo, after inflation
	WireSockets    int           // WebSockets open at once on one wire
	AddressSockets int           // WebSockets open at once from one client address
	Connections    int           // open at once, besides WebSockets
	AddressConns   int           // the same, from one client address
	RequestHead    int           // bytes of a request's head
	RequestTime    time.Duration // in which a request's head must have come, and its body in as much again
	ResponseTime   time.Duration // in which a client must have taken a response
	Forge          int64         // bytes that one forge sends, and that it keeps of what comes back
	ForgeTime      time.Duration // that one forge takes
	AddressForges  int           // forges at work for one client address
	Forges         int           // forges at work: their sockets all come from one address, ours
	WireHolds      int           // requests held on one wire
	AddressHolds   int           // requests held for one client address
	HoldTime       time.Duration // that a request is held for at most, when nothing happens
	CutTime        time.Duration // that the impatient intermediary waits for an answer
	IdleTime       time.Duration // of silence after which an intermediary closes a connection
	BeatTime       time.Duration // of silence after which a stream says that it is still there
	RawConns       int           // connections to the raw echo
	RawBytes       int64         // bytes that one of them sends
	RawIdle        time.Duration // of silence after which the raw echo closes one
	Hex            int64         // bytes of hex text, and of what it stands for, in one dissection
	Dissections    int           // at work at once
	Capture        int64         // bytes of a capture or a HAR that somebody uploads
	Captures       int           // of these at work at once
	Classes        int           // that are not over
	ClassViewers   int           // of one class on one instance
}

// DefaultLimits are those of the program when no flag says otherwise.
func DefaultLimits() Limits {
	return Limits{
		Message:        1 << 20,
		WireSockets:    64,
		AddressSockets: 256,
		Connections:    8192,
		AddressConns:   512,
		RequestHead:    64 << 10,
		RequestTime:    10 * time.Second,
		ResponseTime:   30 * time.Second,
		Forge:          64 << 10,
		ForgeTime:      5 * time.Second,
		AddressForges:  8,
		Forges:         64,
		WireHolds:      16,
		AddressHolds:   256,
		HoldTime:       25 * time.Second,
		CutTime:        10 * time.Second,
		IdleTime:       15 * time.Second,
		BeatTime:       15 * time.Second,
		RawConns:       64,
		RawBytes:       1 << 20,
		RawIdle:        2 * time.Minute,
		Hex:            1 << 20,
		Dissections:    8,
		Capture:        64 << 20,
		Captures:       4,
		Classes:        64,
		ClassViewers:   classroom.MostViewers,
	}
}

// Config is what a Server is made from.
type Config struct {
	Log    *slog.Logger
	Hub    *wire.Hub
	Bus    *bus.Bus // what lasts; nil if nothing does
	Limits Limits
	Hosts  []string                                 // names that the server goes by, besides those of this machine
	Watch  func(*inspector.Conn) inspector.Observer // who is shown each connection; nil for the hub
	// WatchFor is the same for a connection to a server of a reader's own.
	WatchFor func(*inspector.Conn, wire.Owner) inspector.Observer
	Static   fs.FS           // stylesheets, scripts and pictures
	Content  fs.FS           // where recorded sessions are; nil if nowhere
	Course   *lessons.Course // what the pages are made of
	// Presenter is the secret of whoever may make classes; nobody may without one.
	Presenter string
	Raw       RawEnds // where the raw echo listens; nowhere if nothing is set
}

// Server answers every URL of the program.
type Server struct {
	log      *slog.Logger
	hub      *wire.Hub
	watch    func(*inspector.Conn) inspector.Observer
	watchFor func(*inspector.Conn, wire.Owner) inspector.Observer
	limits   Limits
	hosts    hosts
	conns    *conns
	sockets  *sockets
	echoes   echoes
	forges   forges
	labs     *labs
	holds    *holds
	comets   *sources
	cutter   *cutter
	streams  *streamLabs
	produced *productions
	talks    talks
	races    *races
	world    *game.World
	pairs    *pairs
	raw      *rawEcho
	listener atomic.Pointer[net.Addr] // where Serve answers
	site     *site
	mux      *http.ServeMux
	http     *http.Server
	rooms    *exerciseRooms
	bus      *bus.Bus // nil if nothing lasts
	metrics  *metrics
	classes  *classroom.Classes
	guesses  guesses

	presenter   string
	dissections dissections
	captures    dissections
}

// New makes a server. It fails when a page can't be rendered.
func New(c Config) (*Server, error) {
	s := &Server{
		log:      c.Log,
		hub:      c.Hub,
		watch:    c.Watch,
		watchFor: c.WatchFor,
		limits:   c.Limits,
		hosts:    newHosts(c.Hosts),
		conns:    newConns(c.Limits),
		sockets:  newSockets(c.Limits),
		labs:     newLabs(c.Hub.Limits()),
		holds:    newHolds(c.Limits),
		comets:   newComets(c.Hub.Limits()),
		cutter:   newCutter(c.Limits.CutTime),
		streams:  newStreamLabs(c.Hub.Limits()),
		pairs:    newPairs(),
		mux:      http.NewServeMux(),
	}
	s.produced = newProductions(c.Hub, c.Limits)
	s.races = newRaces(c.Hub.Limits())
	s.rooms = newExerciseRooms(c)
	if s.watch == nil {
		s.watch = c.Hub.Watch
	}
	if s.watchFor == nil {
		s.watchFor = c.Hub.WatchFor
	}
	s.raw = newRawEcho(c.Raw, c.Hub, c.Limits, s.rooms.whose)
	var err error
	if s.site, err = newSite(c.Static, c.Content, c.Course, c.Raw); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	// Last: they listen on the bus until Shutdown.
	s.world = game.New(c.Bus, c.Log)
	s.presenter = c.Presenter
	s.classes = classroom.New(classroom.Options{Bus: c.Bus, Hub: c.Hub, Log: c.Log, Outline: outlineOf(c.Course),
		Classes: c.Limits.Classes, Viewers: c.Limits.ClassViewers, Standings: s.rooms.standings})
	s.rooms.stands = s.classes.Standing
	s.bus, s.metrics = c.Bus, s.newMetrics()
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: c.Limits.RequestTime,
		ReadTimeout:       2 * c.Limits.RequestTime, // of a body too: net/http discards what a handler left unread
		// From the request's head on, so that the time of its body is in it. See hold; whoever hijacks
		// has neither deadline left.
		WriteTimeout:   2*c.Limits.RequestTime + c.Limits.ResponseTime,
		MaxHeaderBytes: headSlack * c.Limits.RequestHead,
		IdleTimeout:    2 * time.Minute,
		ConnState:      s.conns.changed,
		ErrorLog:       slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			if p, ok := c.(*plainConn); ok && p.over != nil {
				ctx = context.WithValue(ctx, overKey{}, p.over)
			}
			return context.WithValue(ctx, tapKey{}, inspector.ConnOf(c))
		},
	}
	return s, nil
}

// Serve taps l and answers on it until Shutdown; then it returns nil.
func (s *Server) Serve(l net.Listener) error {
	address := l.Addr()
	s.listener.Store(&address)
	ctx, stop := context.WithCancel(context.Background())
	defer func() { stop(); <-s.rooms.keeper.done }()
	go s.rooms.keeper.run(ctx)
	s.raw.start()
	err := s.http.Serve(&plainListener{inspector.NewListener(l, s.watch), s.conns})
	if err == http.ErrServerClosed {
		return nil
	}
	return err
}

// Shutdown drains: it accepts nothing more, sends each WebSocket close 1001, lets requests in
// flight finish, and returns when all is done or ctx is.
func (s *Server) Shutdown(ctx context.Context) error {
	s.holds.drain() // first: what is held behind our own proxy would see its connection close
	s.conns.drain()
	drained := make(chan error, 2)
	go func() { drained <- s.sockets.drain(ctx) }()
	go func() { drained <- s.raw.drain(ctx) }()
	err := s.http.Shutdown(ctx)
	s.pairs.drain()
	defer s.world.Close() // when its players have gone
	defer s.classes.Close()
	for range cap(drained) {
		if drainErr := <-drained; err == nil {
			err = drainErr
		}
	}
	s.rooms.wait(ctx) // a room whose last page has gone may still be storing
	return err
}

// Close ends at once what a Shutdown that took too long has left.
func (s *Server) Close() error { return s.http.Close() }

// hold gives a handler that waits d more than others have until its answer must have been taken.
// A stream calls it again before each write. The time to read a request needs no such thing: it
// ends with the request's body.
func (s *Server) hold(w http.ResponseWriter, d time.Duration) {
	// A ResponseWriter without deadlines has none to put off.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(d + s.limits.ResponseTime))
}

// handler is the routes behind what every request passes.
func (s *Server) handler() http.Handler {
	for _, route := range s.routes() {
		s.mux.Handle(route.pattern, s.funnel(route.serve))
	}
	return s.logged(s.funnel(s.gate(s.mux)))
}

type (
	tapKey  struct{}
	overKey struct{} // why there is no room for the request's connection
)

// tapOf returns the tap under the connection that r came on, or nil.
func tapOf(r *http.Request) *inspector.Conn {
	tap, _ := r.Context().Value(tapKey{}).(*inspector.Conn)
	return tap
}

// Route says which wire a request belongs to, from its target alone: the hub asks before any
// handler runs. What commands or reads the instrument itself is muted, or it reports itself.
func Route(method, target string) wire.Route {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return wire.Route{}
	}
	lab, ok := labOf(u.Path)
	if !ok || u.Path == pingPath || commandsLab(u.Path) {
		return wire.Route{Muted: true}
	}
	q, refused := parseQuery(u.RawQuery)
	if refused != nil {
		return wire.Route{} // as its handler will refuse it
	}
	if lab == classLab && linesUnseen[q.Get("as")] {
		return wire.Route{Muted: true}
	}
	id, err := wire.ParseID(q.Get("wire"))
	if err != nil {
		return wire.Route{}
	}
	return wire.Route{Wire: id, Lab: lab}
}

// labOf names the lab that a path belongs to; false for pages, assets and the wire's own URLs.
func labOf(path string) (lab string, ok bool) {
	if path == "/echo" {
		return "echo", true
	}
	if rest, ok := strings.CutPrefix(path, classPath); ok {
		_, what, _ := strings.Cut(rest, "/")
		return classLab, what == "socket" || what == "poll" || what == "say"
	}
	rest, ok := strings.CutPrefix(path, "/lab/")
	if !ok {
		return "", false
	}
	lab, _, _ = strings.Cut(rest, "/")
	return lab, true
}

// commandsLab reports whether a path is one that commands a lab, as /lab/polling/control/reset is.
func commandsLab(path string) bool {
	rest, _ := strings.CutPrefix(path, "/lab/")
	_, rest, _ = strings.Cut(rest, "/")
	return rest == "control" || strings.HasPrefix(rest, "control/")
}
