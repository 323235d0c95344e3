package handlers

// A room: the exercises of one lesson on one wire, checked while some page has them open.

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"wireup/lessons/exercise"
	"wireup/wire"
)

const (
	// roomEvents is how many events are taken from a log at once.
	roomEvents = 500

	// missedDelay is how long wrong verdicts wait to be stored, so that many of them cost one Put.
	missedDelay = time.Second
)

// rooms are those that some page has open.
type rooms struct {
	log    *slog.Logger
	hub    *wire.Hub
	keeper *keeper
	all    []*exercise.Exercise
	stands func(wire, exercise string, passed bool) // is told, in passing, how readers stand; may be nil

	mu      sync.Mutex
	open    map[roomKey]*room
	running sync.WaitGroup
}

// roomKey names a room. Without a lesson it is that of all exercises, which checks nothing: for a
// page that only shows how they stand.
type roomKey struct {
	id     wire.ID
	lesson string
}

func newRooms(log *slog.Logger, hub *wire.Hub, k *keeper, all []*exercise.Exercise) *rooms {
	return &rooms{log: log, hub: hub, keeper: k, all: all, open: make(map[roomKey]*room)}
}

// room runs the checks of its lesson on its wire, once for all pages that are in it.
type room struct {
	rooms *rooms
	key   roomKey
	stop  context.CancelFunc

	pupils map[*pupil]struct{} // guarded by rooms.mu

	doc     *progressDoc
	settled chan error // how a storing ended; one at a time

	// Of the goroutine alone.
	storing, again bool
	lazy           <-chan time.Time // when what may wait is stored
	live           uint64           // events up to this number crossed before the room opened

	mu    sync.Mutex
	ready bool
	items []*task
}

// task is one exercise in a room.
type task struct {
	exercise *exercise.Exercise
	check    exercise.Check // nil where nothing is checked
	word     string         // of the attempt
	drawn    map[string]string
	first    exercise.Verdict // before anything has crossed
	verdict  exercise.Verdict
	wrong    uint64 // the event of the last mistake that was counted

	view    view
	version uint64 // counts the changes of view
}

// view is what pages are shown of a task.
type view struct {
	word     string
	drawn    map[string]string
	verdict  exercise.Verdict
	tried    bool // something of the attempt has crossed
	standing exercise.Standing
	kept     bool
}

// stand tells how a reader stands with an exercise, if they have begun it.
func (r *rooms) stand(id wire.ID, i *task) {
	passed := i.view.standing.Passed >= i.exercise.Revision
	if r.stands != nil && (passed || i.view.tried) {
		r.stands(string(id), i.exercise.Name(), passed)
	}
}

// standings tells again how the reader of a wire stands with the exercises that some page has open.
func (r *rooms) standings(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, m := range r.open {
		if string(key.id) != id || key.lesson == "" {
			continue
		}
		m.mu.Lock()
		for _, i := range m.items {
			r.stand(key.id, i)
		}
		m.mu.Unlock()
	}
}

// pupil is one page in a room.
type pupil struct {
	room *room
	wake chan struct{} // told that there's something new
	sent map[*task]uint64
}

// enter lets a page into a room, and opens it if nobody else is there. Call leave when it is gone.
func (r *rooms) enter(key roomKey) *pupil {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.open[key]
	if m == nil {
		ctx, stop := context.WithCancel(context.Background())
		m = &room{rooms: r, key: key, stop: stop, pupils: make(map[*pupil]struct{}), settled: make(chan error, 1)}
		for _, x := range r.all {
			if key.lesson == "" || x.Lesson == key.lesson {
				m.items = append(m.items, &task{exercise: x})
			}
		}
		r.open[key] = m
		r.running.Add(1)
		go func() {
			defer r.running.Done()
			m.run(ctx)
		}()
	}
	p := &pupil{room: m, wake: make(chan struct{}, 1), sent: make(map[*task]uint64)}
	m.pupils[p] = struct{}{}
	return p
}

func (p *pupil) leave() {
	r := p.room.rooms
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(p.room.pupils, p)
	if len(p.room.pupils) == 0 {
		delete(r.open, p.room.key)
		p.room.stop()
	}
}

// wait returns when every room that nobody is in has stored what it had, or when ctx is over.
func (r *rooms) wait(ctx context.Context) {
	done := make(chan struct{})
	go func() { r.running.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// news are the views that the page hasn't been shown yet; false as long as there are none at all.
func (p *pupil) news() (list []*task, views []view, ready bool) {
	m := p.room
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, i := range m.items {
		if i.version > p.sent[i] {
			p.sent[i] = i.version
			list, views = append(list, i), append(views, i.view)
		}
	}
	return list, views, m.ready
}

// run follows the wire's log, from its first kept event, until the last page has gone.
func (m *room) run(ctx context.Context) {
	m.doc = m.rooms.keeper.open(ctx, m.key.id)
	defer m.doc.close()
	log, unfollow := m.rooms.hub.Follow(m.key.id)
	defer func() { unfollow() }()
	_, m.live = log.Range()
	seq := uint64(0)
	for {
		changed := log.Changed()
		doc, other := m.doc.now()
		if log.Dropped() {
			unfollow()
			log, unfollow = m.rooms.hub.Follow(m.key.id)
			seq, m.live = 0, 0
			m.restart()
			continue
		}
		m.adopt(doc, log, seq)
		if m.key.lesson != "" {
			if to := m.follow(log, seq); to > seq {
				if seq == 0 {
					m.store() // the words are in use now
				}
				seq = to
				m.show()
				continue
			}
		}
		m.show()
		select {
		case <-changed:
		case <-other:
		case <-m.lazy:
			m.lazy = nil
			m.store()
		case err := <-m.settled:
			m.stored(err)
		case <-ctx.Done():
			if m.storing {
				m.stored(<-m.settled)
			}
			if m.lazy != nil || m.storing {
				_ = m.doc.keep(context.WithoutCancel(ctx)) // what can't be stored waits with the keeper
			}
			return
		}
	}
}

// adopt takes over what the document says: a new word begins a new attempt.
func (m *room) adopt(doc exercise.Progress, log *wire.Wire, seq uint64) {
	if m.key.lesson == "" {
		return
	}
	var missing []string
	for _, i := range m.items {
		word := doc.Exercises[i.exercise.Name()].Word
		if word == "" {
			missing = append(missing, i.exercise.Name())
			continue
		}
		if i.check != nil && word == i.word {
			continue
		}
		m.begin(i, word)
		for at := uint64(0); at < seq; {
			events, lost := log.After(at, roomEvents)
			for _, e := range events {
				if e.Seq <= seq {
					m.event(i, e)
				}
			}
			if at += lost + uint64(len(events)); len(events) == 0 {
				break
			}
		}
	}
	if len(missing) == 0 {
		return
	}
	m.doc.change(func(p *exercise.Progress) {
		for _, name := range missing {
			p.Change(name, func(s *exercise.Standing) {
				if s.Word == "" {
					s.Word, s.Drawn = exercise.NewWord(), stamp()
				}
			})
		}
	})
	doc, _ = m.doc.now()
	m.adopt(doc, log, seq)
}

// stamp is the time as a document holds it.
func stamp() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// begin starts an attempt.
func (m *room) begin(i *task, word string) {
	a := exercise.Attempt{Word: word}
	i.check = i.exercise.Start(a)
	i.first = i.check.Verdict()
	i.verdict = i.first
	i.wrong = 0
	i.word, i.drawn = word, nil
	if i.exercise.Draw != nil {
		i.drawn = i.exercise.Draw(a)
	}
}

// restart begins every attempt anew, on a log that begins anew.
func (m *room) restart() {
	for _, i := range m.items {
		if i.check != nil {
			m.begin(i, i.word)
		}
	}
}

// follow feeds the checks what stands behind number seq, and returns the number of the last.
func (m *room) follow(log *wire.Wire, seq uint64) uint64 {
	events, lost := log.After(seq, roomEvents)
	for _, e := range events {
		for _, i := range m.items {
			m.event(i, e)
		}
	}
	if n := len(events); n > 0 {
		return events[n-1].Seq
	}
	return seq + lost
}

// event feeds one check one event, and does what its verdict asks for.
func (m *room) event(i *task, e *wire.Event) {
	before := i.verdict
	i.feed(m.rooms.log, e)
	now := i.verdict
	if now.Equal(before) {
		return
	}
	switch now.State {
	case exercise.Passed:
		if s, _, _ := m.doc.standing(i.exercise.Name()); s.Passed < i.exercise.Revision {
			m.doc.pass(i.exercise.Name(), i.exercise.Revision)
			m.store()
		}
	case exercise.Wrong:
		if at := now.Proof[0]; at > m.live && at > i.wrong {
			i.wrong = at
			m.doc.change(func(p *exercise.Progress) {
				p.Change(i.exercise.Name(), func(s *exercise.Standing) { s.Missed++ })
			})
			if m.lazy == nil {
				m.lazy = time.After(missedDelay)
			}
		}
	}
}

// feed runs a check on one event. A check that panics is a fault of ours, and must not take the
// readers' connections with it.
func (i *task) feed(log *slog.Logger, e *wire.Event) {
	defer func() {
		if fault := recover(); fault != nil {
			log.Error("a check panicked", "exercise", i.exercise.Name(), "event", e.Seq, "err", fault, "stack", string(debug.Stack()))
			i.verdict = exercise.Verdict{State: exercise.CantTell, Offset: -1,
				Say: "The check failed on this traffic, which is a fault of this program. Its log says more."}
			i.check = broken(i.verdict)
		}
	}()
	i.check.Event(e)
	i.verdict = i.check.Verdict()
}

// broken is a check that has failed.
type broken exercise.Verdict

func (b broken) Event(*wire.Event)         {}
func (b broken) Verdict() exercise.Verdict { return exercise.Verdict(b) }

// store puts the document into the store, beside the room's own work. What comes meanwhile is
// stored after it.
func (m *room) store() {
	if m.storing {
		m.again = true
		return
	}
	m.storing = true
	m.lazy = nil
	go func() { m.settled <- m.doc.keep(context.Background()) }()
}

// stored goes on behind a storing.
func (m *room) stored(error) {
	m.storing = false
	if m.again {
		m.again = false
		m.store()
	}
}

// show puts what is to be seen into the views, and wakes the pages. A pass is not shown before the
// store has acknowledged it, or failed to.
func (m *room) show() {
	news := false
	m.mu.Lock()
	if !m.ready {
		m.ready, news = true, true
	}
	for _, i := range m.items {
		standing, kept, held := m.doc.standing(i.exercise.Name())
		if held && i.version > 0 {
			continue
		}
		v := view{word: i.word, drawn: i.drawn, verdict: i.verdict, tried: i.check != nil && !i.verdict.Equal(i.first), standing: standing, kept: kept}
		if i.version == 0 || !same(v, i.view) {
			i.view = v
			i.version++
			news = true
			if m.key.lesson != "" {
				m.rooms.stand(m.key.id, i)
			}
		}
	}
	m.mu.Unlock()
	if !news {
		return
	}
	m.rooms.mu.Lock()
	defer m.rooms.mu.Unlock()
	for p := range m.pupils {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
}

func same(a, b view) bool {
	return a.word == b.word && a.kept == b.kept && a.standing == b.standing && a.verdict.Equal(b.verdict)
}

// message is an exercise as pages are told of it.
func (i *task) message(v view) exerciseMessage {
	s := v.standing
	m := exerciseMessage{
		Kind: "exercise", Lesson: i.exercise.Lesson, ID: i.exercise.ID, Revision: i.exercise.Revision,
		Word: v.word, Drawn: v.drawn,
		Verdict: verdictMessage{
			State: v.verdict.State.String(), Say: v.verdict.Say, Proof: v.verdict.Proof,
			Want: v.verdict.Want, Came: v.verdict.Came, Ref: v.verdict.Ref, Mistake: v.verdict.Mistake,
		},
		Progress: progressMessage{
			Passed: s.Passed, Changed: s.Passed > 0 && s.Passed < i.exercise.Revision,
			Seen: s.Seen, Hints: s.Hints, Missed: s.Missed, Kept: v.kept,
		},
	}
	if m.Verdict.Proof == nil {
		m.Verdict.Proof = []uint64{}
	}
	if v.verdict.State == exercise.Wrong {
		m.Verdict.Offset = &v.verdict.Offset
	}
	if s.Passed > 0 {
		m.Progress.At = s.At.Format(time.RFC3339)
	}
	return m
}

// The messages of an exercises' socket.
type (
	exerciseMessage struct {
		Kind     string            `json:"kind"`
		Lesson   string            `json:"lesson"`
		ID       string            `json:"id"`
		Revision int               `json:"revision"`
		Word     string            `json:"word"`
		Drawn    map[string]string `json:"drawn,omitempty"`
		Verdict  verdictMessage    `json:"verdict"`
		Progress progressMessage   `json:"progress"`
	}
	verdictMessage struct {
		State   string   `json:"state"`
		Say     string   `json:"say"`
		Proof   []uint64 `json:"proof"`
		Offset  *int     `json:"offset,omitempty"`
		Want    string   `json:"want,omitempty"`
		Came    string   `json:"came,omitempty"`
		Ref     string   `json:"ref,omitempty"`
		Mistake string   `json:"mistake,omitempty"`
	}
	progressMessage struct {
		Passed  int    `json:"passed,omitempty"`
		At      string `json:"at,omitempty"`
		Changed bool   `json:"changed,omitempty"`
		Seen    bool   `json:"seen,omitempty"`
		Hints   int    `json:"hints,omitempty"`
		Missed  int    `json:"missed,omitempty"`
		Kept    bool   `json:"kept"`
	}
	keepingMessage struct {
		Kind string `json:"kind"`
		OK   bool   `json:"ok"`
		Why  string `json:"why,omitempty"`
	}
)

func (k keeping) message() keepingMessage { return keepingMessage{"keeping", k.ok, k.why} }

// noExercise says that there is none of this name.
func noExercise(name string) error {
	return &StatusError{Code: 404, Text: fmt.Sprintf("There is no exercise called %q. The lesson's page lists its exercises.", clipped(name))}
}
