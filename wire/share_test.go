package wire

// Several hubs on one bus: what one of them is told, all of them know.

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wireup/bus"
	"wireup/bus/bustest"
	"wireup/inspector"
)

// instance is a hub on a bus, as a program of its own has it.
type instance struct {
	*Hub
	t   testing.TB
	bus *bus.Bus
}

func newInstance(t testing.TB, url string, l Limits) *instance {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	i := &instance{NewHub(l, noRoute), t, b}
	if err := i.Share(t.Context(), b, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.leave)
	return i
}

// newInstances are instances that know of each other.
func newInstances(t testing.TB, url string, n int) []*instance {
	t.Helper()
	var list []*instance
	for range n {
		list = append(list, newInstance(t, url, Limits{}))
	}
	eventually(t, "they all know of each other", func() bool {
		return !slices.ContainsFunc(list, func(i *instance) bool { return int(i.share.count.Load()) != n-1 })
	})
	// In order of their names, for those who care who is preferred.
	slices.SortFunc(list, func(a, b *instance) int { return strings.Compare(a.bus.Instance(), b.bus.Instance()) })
	return list
}

// leave ends it as a drain does. It may be called again.
func (i *instance) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	i.Leave(ctx)
	if err := i.bus.Close(ctx); err != nil {
		i.t.Errorf("Close: %v", err)
	}
}

// kill ends it as kill -9 does: nothing is said.
func (i *instance) kill() {
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if err := i.bus.Close(done); err != nil {
		i.t.Errorf("Close: %v", err)
	}
	i.Leave(done)
}

// eventually waits for something that nothing announces.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	late := time.Now().Add(15 * time.Second)
	for !is() {
		if time.Now().After(late) {
			t.Fatalf("it never came to be that %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// conversation is a connection of an instance, which logs texts in order.
type conversation struct {
	t    testing.TB
	on   *instance
	name string
	said int
	a    appearance
}

func (i *instance) converse(name string) *conversation {
	c := &conversation{t: i.t, on: i, name: name}
	c.a.wire = i.Wire(testID)
	c.a.conn = c.a.wire.connect()
	return c
}

// say logs n numbered texts.
func (c *conversation) say(n int) {
	for range n {
		c.said++
		if !c.a.append(Keep(c.text())) {
			c.a.wire = c.on.Wire(testID) // as a tracker does
			c.a.conn = c.a.wire.connect()
			c.a.append(Keep(c.text()))
		}
	}
}

func (c *conversation) text() *inspector.Event {
	now := time.Now()
	text := fmt.Appendf(nil, "%s %d", c.name, c.said)
	return &inspector.Event{At: now, Began: now, Kind: inspector.KindBytes, Size: uint64(len(text)), Bytes: text}
}

// viewer is somebody who follows the wire on an instance, as a feed does.
type viewer struct {
	mu     sync.Mutex
	texts  []string
	lines  map[string]int // of each text, its connection
	last   uint64
	lost   uint64
	faults []string
	resets int
	stop   chan struct{}
	ended  chan struct{}
}

func (i *instance) view(after uint64) *viewer {
	v := &viewer{last: after, lines: make(map[string]int), stop: make(chan struct{}), ended: make(chan struct{})}
	go v.run(i)
	i.t.Cleanup(v.end)
	return v
}

func (v *viewer) end() {
	v.mu.Lock()
	defer v.mu.Unlock()
	select {
	case <-v.stop:
	default:
		close(v.stop)
		<-v.ended
	}
}

func (v *viewer) run(i *instance) {
	defer close(v.ended)
	for {
		w, unfollow := i.Follow(testID)
		select {
		case <-w.Ready():
		case <-v.stop:
			unfollow()
			return
		}
		for !w.Dropped() {
			changed := w.Changed()
			events, lost := w.After(v.last, 100)
			if lost > 0 || len(events) > 0 {
				v.see(events, lost)
				continue
			}
			select {
			case <-changed:
			case <-v.stop:
				unfollow()
				return
			}
		}
		unfollow()
		v.mu.Lock()
		v.resets++
		v.texts, v.last, v.lost = nil, 0, 0
		v.mu.Unlock()
	}
}

func (v *viewer) see(events []*Event, lost uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.lost += lost
	v.last += lost
	for _, e := range events {
		if v.last++; e.Seq != v.last {
			v.faults = append(v.faults, fmt.Sprintf("event %d where %d should be", e.Seq, v.last))
		}
		text := string(e.Bytes)
		v.texts = append(v.texts, text)
		v.lines[text] = e.Conn
	}
}

// wants waits until the viewer has seen n texts of each conversation, once each and in order, on
// one connection each.
func (v *viewer) wants(t testing.TB, said map[string]int) {
	t.Helper()
	all := 0
	for _, n := range said {
		all += n
	}
	late := time.Now().Add(15 * time.Second)
	for {
		v.mu.Lock()
		n := len(v.texts)
		v.mu.Unlock()
		if n >= all || time.Now().After(late) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.texts) != all || v.lost > 0 || len(v.faults) > 0 {
		t.Errorf("%d texts, %d lost, faults %q; want %d; the last is %q", len(v.texts), v.lost, v.faults, all, v.texts[max(0, len(v.texts)-1):])
	}
	next, conns := make(map[string]int), make(map[string]int)
	for _, text := range v.texts {
		name, _, _ := strings.Cut(text, " ")
		next[name]++
		if want := fmt.Sprintf("%s %d", name, next[name]); text != want {
			t.Fatalf("there is %q where %q should be", text, want)
		}
		if conns[name] == 0 {
			conns[name] = v.lines[text]
		} else if conns[name] != v.lines[text] {
			t.Fatalf("%q is on connection %d; before it was on %d", text, v.lines[text], conns[name])
		}
	}
	numbers := make(map[int]bool)
	for name, conn := range conns {
		if numbers[conn] {
			t.Errorf("%s shares connection %d with another", name, conn)
		}
		numbers[conn] = true
	}
}

// same waits until the log is the same, byte for byte, on all instances.
func same(t *testing.T, list ...*instance) {
	t.Helper()
	logs := func() []string {
		var all []string
		for _, i := range list {
			w, ok := i.Lookup(testID)
			if !ok {
				return nil
			}
			events, _ := w.After(0, 1e6)
			var b []byte
			for _, e := range events {
				b = append(AppendEvent(b, e), '\n')
			}
			all = append(all, fmt.Sprint(w.Began().UnixNano(), "\n", string(b)))
		}
		return all
	}
	eventually(t, "the logs are the same", func() bool {
		all := logs()
		return len(all) > 0 && len(slices.Compact(all)) == 1
	})
}

func TestViewElsewhere(t *testing.T) {
	url := bustest.New(t).URL()
	i := newInstances(t, url, 2)
	for from := range 2 { // first the preferred one has the connection, then the other
		t.Run(fmt.Sprint(from), func(t *testing.T) {
			here, there := i[from], i[1-from]
			v := there.view(0)
			c := here.converse(fmt.Sprint("talk", from))
			c.say(300)
			said := map[string]int{"talk0": 300}
			if from == 1 {
				said["talk1"] = 300
			}
			v.wants(t, said)
			again := there.view(100)
			late := here.view(0)
			late.wants(t, said)
			eventually(t, "the one that goes on has all", func() bool {
				again.mu.Lock()
				defer again.mu.Unlock()
				return len(again.texts) == 300*(from+1)-100
			})
			same(t, here, there)
			if log, ok := there.Lookup(testID); !ok {
				t.Error("the wire can't be looked up where its connection isn't")
			} else if e, ok := log.Event(7); !ok || e.Seq != 7 {
				t.Errorf("event 7 there: %v, %t", e, ok)
			}
		})
	}
	if _, ok := i[0].Lookup(idOf(9)); ok {
		t.Error("a wire that nobody has written to is found")
	}
}

// Both have connections on the wire at once, and a third only looks.
func TestConnectionsEverywhere(t *testing.T) {
	i := newInstances(t, bustest.New(t).URL(), 3)
	views := []*viewer{i[0].view(0), i[1].view(0), i[2].view(0)}
	var talks sync.WaitGroup
	said := make(map[string]int)
	for n, name := range []string{"a", "b", "c", "d"} {
		said[name] = 500
		talks.Go(func() {
			c := i[n%2].converse(name)
			for range 50 {
				c.say(10)
			}
		})
	}
	talks.Wait()
	for _, v := range views {
		v.wants(t, said)
	}
	same(t, i...)
}

func TestHomeLeaves(t *testing.T) { homeEnds(t, (*instance).leave, time.Second) }

func TestHomeIsKilled(t *testing.T) { homeEnds(t, (*instance).kill, 3*time.Second) }

// homeEnds ends the home in the middle of a stream of the others'.
func homeEnds(t *testing.T, end func(*instance), within time.Duration) {
	i := newInstances(t, bustest.New(t).URL(), 3)
	first := i[2].converse("first") // so that it is the home
	first.say(10)
	views := []*viewer{i[0].view(0), i[1].view(0)}
	a, b := i[0].converse("a"), i[1].converse("b")
	a.say(100)
	b.say(100)
	said := map[string]int{"first": 10, "a": 100, "b": 100}
	for _, v := range views {
		v.wants(t, said)
	}
	stop := make(chan struct{})
	var talks sync.WaitGroup
	for _, c := range []*conversation{a, b} {
		talks.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					c.say(1)
					time.Sleep(200 * time.Microsecond)
				}
			}
		})
	}
	began := time.Now()
	end(i[2])
	eventually(t, "another is the home", func() bool {
		home := 0
		for _, j := range i[:2] {
			w := j.Wire(testID)
			w.mu.Lock()
			if w.athome() {
				home++
			}
			w.mu.Unlock()
		}
		return home == 1
	})
	if took := time.Since(began); took > within {
		t.Errorf("it took %s; want %s", took, within)
	}
	close(stop)
	talks.Wait()
	said["a"], said["b"] = a.said, b.said
	for _, v := range views {
		v.wants(t, said)
		if v.resets > 0 {
			t.Errorf("a log began again")
		}
	}
	same(t, i[:2]...)
	last := i[1].converse("last")
	last.say(5)
	said["last"] = 5
	views[0].wants(t, said)
}

// Two begin a wire before they know of each other: the one with the lower name keeps it, and the
// other hands over what it has.
func TestBegunTwice(t *testing.T) {
	i := newInstances(t, bustest.New(t).URL(), 2)
	for _, j := range i {
		j.share.mu.Lock()
		clear(j.share.peers)
		j.share.count.Store(0)
		j.share.mu.Unlock()
	}
	talks := []*conversation{i[0].converse("low"), i[1].converse("high")}
	for _, c := range talks {
		c.say(20)
	}
	// They hear of each other with the next beat.
	said := map[string]int{"low": 20, "high": 20}
	i[0].view(0).wants(t, said)
	i[1].view(0).wants(t, said)
	for _, c := range talks {
		c.say(20)
	}
	said = map[string]int{"low": 40, "high": 40}
	i[0].view(0).wants(t, said)
	i[1].view(0).wants(t, said)
	same(t, i...)
	if w := i[0].Wire(testID); !w.athome() {
		t.Error("the lower name does not keep it")
	}
}

// The bus goes away for a moment: nothing is lost, and nobody notices.
func TestBusIsAwayForAMoment(t *testing.T) {
	server := bustest.New(t)
	i := newInstances(t, server.URL(), 2)
	a := i[0].converse("a")
	a.say(1)
	views := []*viewer{i[0].view(0), i[1].view(0)}
	b := i[1].converse("b")
	b.say(1)
	views[1].wants(t, map[string]int{"a": 1, "b": 1})
	server.Stop()
	a.say(50)
	b.say(50)
	server.Start()
	said := map[string]int{"a": 51, "b": 51}
	for _, v := range views {
		v.wants(t, said)
		if v.resets > 0 {
			t.Error("a log began again")
		}
	}
	same(t, i...)
}

// The bus goes away for longer: each goes on alone, and when it is back one log counts.
func TestBusIsAway(t *testing.T) {
	server := bustest.New(t)
	i := newInstances(t, server.URL(), 2)
	a := i[0].converse("a")
	a.say(1)
	views := []*viewer{i[0].view(0), i[1].view(0)}
	b := i[1].converse("b")
	b.say(1)
	views[1].wants(t, map[string]int{"a": 1, "b": 1})
	w := i[1].Wire(testID)
	w.mu.Lock()
	w.began = w.began.Add(-time.Minute) // so that it isn't taken for one that has just begun
	w.mu.Unlock()
	w0 := i[0].Wire(testID)
	w0.mu.Lock()
	w0.began = w0.began.Add(-time.Minute)
	w0.mu.Unlock()
	server.Stop()
	a.say(10)
	b.say(20)
	views[0].wants(t, map[string]int{"a": 11, "b": 1})
	views[1].wants(t, map[string]int{"a": 1, "b": 21}) // once it has taken the other for dead
	server.Start()
	eventually(t, "they know of each other", func() bool { return i[0].share.count.Load() == 1 && i[1].share.count.Load() == 1 })
	a.say(1)
	views[0].wants(t, map[string]int{"a": 12, "b": 1})
	eventually(t, "the second has the first's log", func() bool {
		views[1].mu.Lock()
		defer views[1].mu.Unlock()
		return views[1].resets == 1 && len(views[1].texts) == 13
	})
	b.say(1)
	views[0].wantsLast(t, "b 22")
	views[1].wantsLast(t, "b 22")
	same(t, i...)
}

func (v *viewer) wantsLast(t *testing.T, text string) {
	t.Helper()
	eventually(t, text+" is seen", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return len(v.texts) > 0 && v.texts[len(v.texts)-1] == text
	})
}

// With nobody else on the bus a wire is at home at once, and asks and tells nobody.
func TestAlone(t *testing.T) {
	i := newInstance(t, bustest.New(t).URL(), Limits{})
	c := i.converse("a")
	c.say(10)
	if w := i.Wire(testID); w.part != nil {
		t.Error("a wire on the only instance has a part in sharing")
	}
	i.view(0).wants(t, map[string]int{"a": 10})
}

// What an instance forwards faster than the home can take is bounded, and what is lost is counted.
func TestQueueIsBounded(t *testing.T) {
	server := bustest.New(t)
	l := Limits{Events: 50}
	i := []*instance{newInstance(t, server.URL(), l), newInstance(t, server.URL(), l)}
	eventually(t, "they know of each other", func() bool { return i[0].share.count.Load() == 1 && i[1].share.count.Load() == 1 })
	i[0].converse("a").say(1)
	b := i[1].converse("b")
	b.say(1)
	v := i[1].view(0)
	v.wants(t, map[string]int{"a": 1, "b": 1})
	v.end()
	server.Stop()
	b.say(500)
	if n := len(i[1].Wire(testID).part.queue); n > 50 {
		t.Errorf("%d events wait; want 50 at most", n)
	}
	server.Start()
	for _, j := range i {
		eventually(t, "all is counted", func() bool {
			_, last := j.Wire(testID).Range()
			return last == 502
		})
		events, lost := j.Wire(testID).After(0, 1000)
		if len(events) != 50 || lost != 452 || string(events[49].Bytes) != "b 501" {
			t.Errorf("%d events are kept, %d lost; want 50 and 452", len(events), lost)
		}
	}
}

// BenchmarkAppendShared is what BenchmarkAppend measures, on a wire that has a copy elsewhere, and
// on one whose home is elsewhere.
func BenchmarkAppendShared(b *testing.B) {
	run := func(b *testing.B, w *Wire) {
		conn, e := w.connect(), textEvent(0, 64)
		e.At = time.Now()
		b.ReportAllocs()
		for b.Loop() {
			kept := Keep(e)
			kept.Conn = conn
			w.Append(kept)
		}
	}
	shared := func(b *testing.B, from int) {
		i := newInstances(b, bustest.New(b).URL(), 2)
		i[1].converse("home").say(1)
		i[0].view(0).wantsFirst(b)
		run(b, i[from].Wire(testID))
	}
	b.Run("home", func(b *testing.B) { shared(b, 1) })
	b.Run("elsewhere", func(b *testing.B) { shared(b, 0) })
}

func (v *viewer) wantsFirst(t testing.TB) {
	t.Helper()
	eventually(t, "the first event is seen", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.last > 0
	})
}
