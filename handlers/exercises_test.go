package handlers

// Exercises over their socket, and the keeping of what was passed: with a store that can be slow,
// away, or changed by somebody else.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/bus"
	"wireup/content"
	"wireup/lessons"
	"wireup/lessons/exercise"
	"wireup/wire"
)

// memory is a store and a bus in memory.
type memory struct {
	mu      sync.Mutex
	values  map[string][]byte
	revs    map[string]uint64
	last    uint64
	away    bool
	full    bool
	changed chan struct{}
	gate    chan struct{} // if not nil, a Put waits for it
	puts    int
}

func newMemory() *memory {
	return &memory{values: make(map[string][]byte), revs: make(map[string]uint64), changed: make(chan struct{})}
}

func (m *memory) Up() bool { m.mu.Lock(); defer m.mu.Unlock(); return !m.away }

func (m *memory) Changed() <-chan struct{} { m.mu.Lock(); defer m.mu.Unlock(); return m.changed }

func (m *memory) set(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
	close(m.changed)
	m.changed = make(chan struct{})
}

func (m *memory) Get(_ context.Context, key string) ([]byte, uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return nil, 0, bus.ErrAway
	}
	return bytes.Clone(m.values[key]), m.revs[key], nil
}

func (m *memory) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	m.mu.Lock()
	gate := m.gate
	m.mu.Unlock()
	if gate != nil {
		<-gate
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.puts++
	switch {
	case m.away:
		return 0, bus.ErrAway
	case m.full:
		return 0, bus.ErrFull
	case m.revs[key] != revision:
		return 0, bus.ErrConflict
	}
	m.last++
	m.values[key], m.revs[key] = bytes.Clone(value), m.last
	return m.last, nil
}

// stored is what the store has of an exercise.
func (m *memory) stored(t *testing.T, id wire.ID, name string) exercise.Standing {
	t.Helper()
	b, _, _ := m.Get(context.Background(), string(id))
	if len(b) == 0 {
		return exercise.Standing{}
	}
	p, err := exercise.ParseProgress(b, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return p.Exercises[name]
}

const pupilID wire.ID = "exercisewires"

// startSchool is a server with lesson 9, on a store in memory.
func startSchool(t *testing.T) (*echoServer, *memory) {
	t.Helper()
	m := newMemory()
	s := startWith(t, DefaultLimits(), func(s *Server) {
		s.rooms.sessions.content = content.FS
		s.rooms.course = &lessons.Course{Lessons: []*lessons.Lesson{{ID: "masking", Written: true,
			Exercises: []lessons.Exercise{{ID: "two-keys", Fixture: "pass"}}}}}
		s.rooms.rooms.keeper = newKeeper(slog.New(slog.DiscardHandler), m, m)
	}, nil)
	return s, m
}

// class is a page's socket.
type class struct {
	t     *testing.T
	ws    *websocket.Conn
	queue []heard
	keeps heard // the last that was said of keeping
}

// heard is any message of an exercises' socket.
type heard struct {
	exerciseMessage
	OK  bool
	Why string
}

func (s *echoServer) attend(lesson string) *class {
	s.t.Helper()
	url := "ws://" + s.addr + "/wire/" + string(pupilID) + "/exercises"
	if lesson != "" {
		url += "?lesson=" + lesson
	}
	ws, _, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { ws.Close() })
	return &class{t: s.t, ws: ws}
}

// until waits for the first message of which ok says yes.
func (c *class) until(what string, ok func(m heard) bool) heard {
	c.t.Helper()
	c.ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		for len(c.queue) > 0 {
			m := c.queue[0]
			c.queue = c.queue[1:]
			if m.Kind == "keeping" {
				c.keeps = m
			}
			if ok(m) {
				return m
			}
		}
		if err := c.ws.ReadJSON(&c.queue); err != nil {
			c.t.Fatalf("waiting for %s: %v", what, err)
		}
	}
}

// keeping waits until this was the last that was said of keeping; empty for that all is well.
func (c *class) keeping(why string) {
	c.t.Helper()
	is := func(m heard) bool { return m.Kind == "keeping" && m.OK == (why == "") && m.Why == why }
	if !is(c.keeps) {
		c.until("keeping: "+why, is)
	}
}

func (c *class) task(id, state string) heard {
	c.t.Helper()
	return c.until(id+" "+state, func(m heard) bool { return m.ID == id && m.Verdict.State == state })
}

// nothing sees that no message of which ok says yes comes before a marker that the test sends itself.
func (c *class) nothing(what string, marker func(), marked, ok func(m heard) bool) {
	c.t.Helper()
	marker()
	c.until("the marker", func(m heard) bool {
		if ok(m) {
			c.t.Errorf("%s came too early: %+v", what, m)
		}
		return marked(m)
	})
}

// echo opens an echo on the wire and sends texts on it, each masked with a key of its own.
func (s *echoServer) say(texts ...string) {
	s.t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+"/echo?breakdown=off&wire="+string(pupilID), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer ws.Close()
	for _, text := range texts {
		if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			s.t.Fatal(err)
		}
		if _, _, err := ws.ReadMessage(); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *echoServer) postJSON(path, body string) (int, string) {
	s.t.Helper()
	res, err := http.Post("http://"+s.addr+path, "application/json", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func commandPath(exercise, what string) string {
	return "/wire/" + string(pupilID) + "/exercises/masking/" + exercise + "/" + what
}

func TestExercisesPass(t *testing.T) {
	s, m := startSchool(t)
	c := s.attend("masking")
	first := c.task("two-keys", "not yet")
	if !exercise.ValidWord(first.Word) || !strings.Contains(first.Verdict.Say, first.Word) || first.Revision != 1 {
		t.Errorf("at first: %+v", first)
	}
	c.keeping("")

	s.say(first.Word)
	c.until("half of it", func(m heard) bool { return m.ID == "two-keys" && len(m.Verdict.Proof) == 1 })
	s.say(first.Word + ".")
	if w := c.task("two-keys", "wrong"); w.Verdict.Mistake != "other-text" || *w.Verdict.Offset != 6 || w.Verdict.Ref != "RFC 6455 §5.3" {
		t.Errorf("the mistake: %+v", w.Verdict)
	}
	s.say(first.Word + ".")
	p := c.task("two-keys", "passed")
	if len(p.Verdict.Proof) != 2 || !p.Progress.Kept || p.Progress.Passed != 1 || p.Progress.At == "" {
		t.Errorf("the pass: %+v", p)
	}
	if got := m.stored(t, pupilID, "masking/two-keys"); got.Passed != 1 || got.Word != first.Word {
		t.Errorf("the store has %+v", got)
	}

	// A reload finds the word, the verdict out of the log, and the pass; another page of all
	// exercises finds the pass, and gets nothing checked.
	again := s.attend("masking").task("two-keys", "passed")
	if again.Word != first.Word || again.Progress.Missed != 1 {
		t.Errorf("after a reload: %+v", again)
	}
	home := s.attend("").until("the pass", func(m heard) bool { return m.ID == "two-keys" && m.Progress.Passed == 1 })
	if home.Verdict.State != "not yet" || !home.Progress.Kept {
		t.Errorf("on the first page: %+v", home)
	}

	// A new word: the old log passes nothing, and the pass stays.
	status, body := s.postJSON(commandPath("two-keys", "again"), "")
	var said struct{ Word string }
	if err := json.Unmarshal([]byte(body), &said); status != 200 || err != nil || said.Word == first.Word {
		t.Fatalf("again: %d %s", status, body)
	}
	next := c.until("a new word", func(m heard) bool { return m.ID == "two-keys" && m.Word == said.Word })
	if next.Verdict.State != "not yet" || next.Progress.Passed != 1 {
		t.Errorf("with a new word: %+v", next)
	}
}

// A pass is told only when the store has acknowledged it.
func TestPassWaitsForTheStore(t *testing.T) {
	s, m := startSchool(t)
	c := s.attend("masking")
	word := c.task("two-keys", "not yet").Word
	zero := c.task("zero-key", "not yet").Word
	home := s.attend("")
	home.until("anything", func(m heard) bool { return m.ID == "two-keys" })

	gate := make(chan struct{})
	m.mu.Lock()
	m.gate = gate
	m.mu.Unlock()
	s.say(word, word)
	passed := func(m heard) bool {
		return m.ID == "two-keys" && (m.Verdict.State == "passed" || m.Progress.Passed > 0)
	}
	c.nothing("the pass", func() { s.say(zero) }, func(m heard) bool { return m.ID == "zero-key" && m.Verdict.State == "wrong" }, passed)
	close(gate)
	if p := c.task("two-keys", "passed"); !p.Progress.Kept {
		t.Errorf("once acknowledged: %+v", p.Progress)
	}
	home.until("the pass, kept", func(m heard) bool {
		if passed(m) && !m.Progress.Kept {
			t.Errorf("the first page shows it before it is kept: %+v", m)
		}
		return passed(m)
	})
}

// While the store is away it goes on, says so, and stores what was passed when it is back.
func TestStoreAwayAndBack(t *testing.T) {
	s, m := startSchool(t)
	c := s.attend("masking")
	word := c.task("two-keys", "not yet").Word
	m.set(true)
	c.keeping(whyAway)
	s.say(word, word)
	if p := c.task("two-keys", "passed"); p.Progress.Kept || p.Progress.Passed != 1 {
		t.Errorf("while it is away: %+v", p.Progress)
	}
	// Another reader's page finds the pass too, and the first closes.
	c.ws.Close()
	c = s.attend("masking")
	c.task("two-keys", "passed")
	m.set(false)
	c.until("kept", func(m heard) bool { return m.ID == "two-keys" && m.Progress.Kept })
	c.keeping("")
	if got := m.stored(t, pupilID, "masking/two-keys"); got.Passed != 1 {
		t.Errorf("the store has %+v", got)
	}
}

func TestStoreFull(t *testing.T) {
	s, m := startSchool(t)
	c := s.attend("masking")
	word := c.task("two-keys", "not yet").Word
	m.mu.Lock()
	m.full = true
	m.mu.Unlock()
	s.say(word, word)
	if p := c.task("two-keys", "passed"); p.Progress.Kept {
		t.Errorf("with a full store: %+v", p.Progress)
	}
	c.keeping(whyFull)
}

// Without a bus everything works, and says that nothing lasts.
func TestProgressWithoutABus(t *testing.T) {
	s := startWith(t, DefaultLimits(), func(s *Server) {
		s.rooms.course = &lessons.Course{Lessons: []*lessons.Lesson{{ID: "masking"}}}
	}, nil)
	c := s.attend("masking")
	word := c.task("two-keys", "not yet").Word
	c.keeping(whyNothing)
	s.say(word, word)
	if p := c.task("two-keys", "passed"); p.Progress.Kept || p.Progress.Passed != 1 {
		t.Errorf("%+v", p.Progress)
	}
}

// Two instances that pass at once lose nothing to each other.
func TestKeepersMerge(t *testing.T) {
	m := newMemory()
	ctx := context.Background()
	const each = 20
	var all sync.WaitGroup
	for instance := range 2 {
		k := newKeeper(slog.New(slog.DiscardHandler), m, m)
		doc := k.open(ctx, pupilID)
		for i := range each {
			all.Add(1)
			go func() {
				defer all.Done()
				doc.pass(fmt.Sprintf("lesson/x%d-%d", instance, i), 1)
				for doc.keep(ctx) != nil {
				}
			}()
		}
	}
	all.Wait()
	b, _, _ := m.Get(ctx, string(pupilID))
	p, err := exercise.ParseProgress(b, time.Now())
	if err != nil || len(p.Exercises) != 2*each {
		t.Errorf("%d of %d passes are stored, %v", len(p.Exercises), 2*each, err)
	}
	for name, s := range p.Exercises {
		if s.Passed != 1 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestProgressExportAndImport(t *testing.T) {
	s, m := startSchool(t)
	c := s.attend("masking")
	word := c.task("two-keys", "not yet").Word
	s.say(word, word)
	c.task("two-keys", "passed")

	res, err := http.Get("http://" + s.addr + "/wire/" + string(pupilID) + "/progress.json")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(res.Body)
	res.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the export is no file: %v", res.Header)
	}
	const elsewhere = "elsewherewire"
	doc := strings.Replace(string(b), `"exercises":{`, `"exercises":{"other/lesson":{"passed":2,"at":"2026-01-02T03:04:05Z"},`, 1)
	if status, body := s.postJSON("/wire/"+elsewhere+"/progress", doc); status != 200 || !strings.Contains(body, "other/lesson") {
		t.Fatalf("import: %d %s", status, body)
	}
	if got := m.stored(t, elsewhere, "masking/two-keys"); got.Passed != 1 {
		t.Errorf("after the import the store has %+v", got)
	}
	// An older document takes nothing away.
	if status, _ := s.postJSON("/wire/"+elsewhere+"/progress", `{"exercises":{"masking/two-keys":{}}}`); status != 200 {
		t.Errorf("an empty document: %d", status)
	}
	if got := m.stored(t, elsewhere, "masking/two-keys"); got.Passed != 1 {
		t.Errorf("a merge lost the pass: %+v", got)
	}
	for _, tt := range []struct {
		body   string
		status int
	}{{"", 400}, {"[]", 400}, {`{"exercises":{"<b>":{}}}`, 400}, {strings.Repeat("x", exercise.MaxProgress+1), 413}} {
		if status, body := s.postJSON("/wire/"+elsewhere+"/progress", tt.body); status != tt.status || !strings.Contains(body, "error") {
			t.Errorf("import of %.20q: %d %s; want %d", tt.body, status, body, tt.status)
		}
	}
}

// The solution is marked as seen, is the recorded session, and touches no wire.
func TestSolution(t *testing.T) {
	s, m := startSchool(t)
	c := s.attend("masking")
	c.task("two-keys", "not yet")
	status, body := s.postJSON(commandPath("two-keys", "solution"), "")
	var replay struct {
		Title  string
		Events []struct {
			Seq      int
			Kind     string
			Sentence string
			Fields   []any
		}
	}
	if err := json.Unmarshal([]byte(body), &replay); status != 200 || err != nil || replay.Title == "" || len(replay.Events) < 5 ||
		replay.Events[3].Sentence == "" || len(replay.Events[3].Fields) == 0 {
		t.Fatalf("the solution: %d %v %.300s", status, err, body)
	}
	if seen := c.until("seen", func(m heard) bool { return m.Progress.Seen }); seen.Verdict.State != "not yet" || seen.Progress.Passed != 0 {
		t.Errorf("opening it passes: %+v", seen)
	}
	if log, ok := s.hub.Lookup(pupilID); ok {
		if _, last := log.Range(); last > 0 {
			t.Errorf("%d events on the wire", last)
		}
	}
	if status, _ := s.postJSON(commandPath("two-keys", "hint"), ""); status != 204 {
		t.Errorf("hint: %d", status)
	}
	if got := m.stored(t, pupilID, "masking/two-keys"); !got.Seen || got.Hints != 1 {
		t.Errorf("the store has %+v", got)
	}
	for _, path := range []string{commandPath("naked", "solution"), commandPath("gone", "again"), "/wire/x/exercises/masking/naked/again"} {
		if status, body := s.postJSON(path, ""); status != 404 && status != 400 || !strings.Contains(body, "error") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestAnswer(t *testing.T) {
	s, _ := startSchool(t)
	for _, tt := range []struct {
		query  string
		status int
		want   string
	}{
		{"unmask?wire=" + string(pupilID) + "&word=plum-41&answer=so", 204, ""},
		{"unmask?wire=x&word=plum-41&answer=so", 400, "13 characters"},
		{"unmask?wire=" + string(pupilID) + "&word=x&answer=so", 400, "word"},
		{"unmask?wire=" + string(pupilID) + "&word=plum-41&answer=", 400, "empty"},
		{"unmask?wire=" + string(pupilID) + "&word=plum-41&answer=" + strings.Repeat("x", 201), 400, "limit: answer"},
		{"gone?wire=" + string(pupilID) + "&word=plum-41&answer=so", 404, "no exercise"},
	} {
		if status, body := s.postJSON("/lab/answer/"+tt.query, ""); status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%.60s: %d %s; want %d", tt.query, status, body, tt.status)
		}
	}
	log, ok := s.hub.Lookup(pupilID)
	if !ok {
		t.Fatal("the answer is on no wire")
	}
	events, _ := log.After(0, 10)
	if len(events) < 2 || events[1].Lab != "answer" || exercise.AnswerOf(events[1]) != "so" {
		t.Errorf("the wire has %+v", events)
	}
}

// Documents that nobody looks at don't pile up, those that waited for the store either.
func TestIdleDocumentsGo(t *testing.T) {
	m := newMemory()
	k := newKeeper(slog.New(slog.DiscardHandler), m, m)
	ctx := context.Background()
	m.set(true)
	for i := range 2 * maxIdleDocs {
		d := k.open(ctx, wire.ID(fmt.Sprintf("idle%09d", i)))
		d.pass("a/b", 1)
		if d.keep(ctx) == nil {
			t.Fatal("kept while the store is away")
		}
		d.close()
	}
	if len(k.docs) != 2*maxIdleDocs || len(k.unkept) != 2*maxIdleDocs {
		t.Errorf("%d documents, %d of them wait; want all", len(k.docs), len(k.unkept))
	}
	m.set(false)
	if !k.flush(ctx) || len(k.unkept) > 0 || len(k.docs) > maxIdleDocs || len(m.values) != 2*maxIdleDocs {
		t.Errorf("%d documents, %d wait, %d are stored", len(k.docs), len(k.unkept), len(m.values))
	}
}

// A wire that the hub lets go of begins anew, and the attempt with it: its word stays.
func TestWireIsDropped(t *testing.T) {
	s := startWith(t, DefaultLimits(), func(s *Server) {
		s.hub = wire.NewHub(wire.Limits{Wires: 1}, Route)
		s.watch, s.rooms.hub = s.hub.Watch, s.hub
		s.rooms.course = &lessons.Course{Lessons: []*lessons.Lesson{{ID: "masking"}}}
	}, nil)
	c := s.attend("masking")
	word := c.task("two-keys", "not yet").Word
	s.say(word)
	c.until("half of it", func(m heard) bool { return m.ID == "two-keys" && len(m.Verdict.Proof) == 1 })
	s.hub.Wire("anotherwire22") // there is room for one
	c.until("a new beginning", func(m heard) bool { return m.ID == "two-keys" && len(m.Verdict.Proof) == 0 && m.Word == word })
	s.say(word, word)
	c.task("two-keys", "passed")
}

// A check that panics takes nothing with it, and says so.
func TestCheckPanics(t *testing.T) {
	m := newMemory()
	s := startWith(t, DefaultLimits(), func(s *Server) {
		s.rooms.course = &lessons.Course{Lessons: []*lessons.Lesson{{ID: "bad"}}}
		s.rooms.rooms.keeper = newKeeper(slog.New(slog.DiscardHandler), m, m)
		s.rooms.all = []*exercise.Exercise{
			{Lesson: "bad", ID: "panics", Revision: 1, Start: func(exercise.Attempt) exercise.Check {
				return exercise.Watch("a frame", func(t *exercise.Teller, e *wire.Event) { _ = e.Frame.Opcode })
			}},
			{Lesson: "bad", ID: "works", Revision: 1, Start: func(exercise.Attempt) exercise.Check {
				return exercise.Proves("So.", exercise.Once(exercise.Frame("a frame")))
			}},
		}
	}, nil)
	c := s.attend("bad")
	c.task("works", "not yet")
	s.say("x")
	c.task("panics", "can't tell")
	c.task("works", "passed")
}

// Pages come and go at once, and nothing is left behind; a lesson that isn't there is refused.
func TestExercisesComeAndGo(t *testing.T) {
	s, _ := startSchool(t)
	var all sync.WaitGroup
	for range 20 {
		all.Add(1)
		go func() {
			defer all.Done()
			c := s.attend("masking")
			c.task("two-keys", "not yet")
			c.ws.Close()
		}()
	}
	all.Wait()
	s.waitOpen(0)
	s.rooms.running.Wait()
	s.rooms.mu.Lock()
	defer s.rooms.mu.Unlock()
	if n := len(s.rooms.open); n > 0 {
		t.Errorf("%d rooms are left", n)
	}
	_, res, err := websocket.DefaultDialer.Dial("ws://"+s.addr+"/wire/"+string(pupilID)+"/exercises?lesson=gone", nil)
	if !errors.Is(err, websocket.ErrBadHandshake) || res.StatusCode != 404 {
		t.Errorf("a lesson that isn't there: %v", err)
	}
}
