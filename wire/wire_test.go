package wire

// The log: its numbers, its bounds, and what its readers get.

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wireup/inspector"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testID ID = "aaaaaaaaaaaaa"

var epoch = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// textEvent is a text frame of n payload bytes that ended ms milliseconds after the epoch.
func textEvent(ms float64, n int) *inspector.Event {
	at := epoch.Add(time.Duration(ms * float64(time.Millisecond)))
	payload := make([]byte, n)
	for i := range payload {
		payload[i] = 'a' + byte(i%26)
	}
	h := inspector.Header{Fin: true, Opcode: inspector.OpText, Length: uint64(n)}
	raw := h.AppendTo(nil)
	h.Size = len(raw)
	wire := append(raw, payload...)
	return &inspector.Event{
		At: at, Began: at, Direction: inspector.Down, Kind: inspector.KindFrame, Exchange: 1,
		Size: uint64(len(wire)), Overhead: uint64(h.Size), Bytes: wire,
		Frame: &inspector.Frame{Header: h, Raw: wire[:h.Size], Payload: wire[h.Size:], Plain: wire[h.Size:],
			Received: uint64(n), Message: 1, Part: 1, MessageType: inspector.OpText},
	}
}

func noRoute(string, string) Route { return Route{} }

// newWire makes a wire with these limits on a hub of its own.
func newWire(l Limits) *Wire { return NewHub(l, noRoute).Wire(testID) }

func TestNumbersWithoutGaps(t *testing.T) {
	w := newWire(Limits{})
	if first, last := w.Range(); first != 1 || last != 0 {
		t.Errorf("Range() of a new wire = %d, %d; want 1, 0", first, last)
	}
	for i := range 100 {
		e := Keep(textEvent(float64(i), 5))
		if !w.Append(e) {
			t.Fatalf("Append %d = false", i)
		}
		if e.Seq != uint64(i+1) || e.At != float64(i) {
			t.Errorf("event %d has number %d at %v; want %d at %d", i, e.Seq, e.At, i+1, i)
		}
	}
}

func TestTimeNeverDecreases(t *testing.T) {
	w := newWire(Limits{})
	// Connections stamp their events on their own, so two of them may come out of order.
	in := []float64{5000, 5000.5, 4000, 5000.25, 5001.0004, 5001.9999}
	want := []float64{0, 0.5, 0.5, 0.5, 1, 1.999}
	for i, ms := range in {
		e := Keep(textEvent(ms, 1))
		w.Append(e)
		if e.At != want[i] {
			t.Errorf("event %d, %v ms after the epoch, is at %v; want %v", i, ms, e.At, want[i])
		}
	}
}

func TestBoundOfEventsIsExact(t *testing.T) {
	const limit = 37
	w := newWire(Limits{Events: limit})
	for i := 1; i <= 3*limit; i++ {
		w.Append(Keep(textEvent(0, 1)))
		first, last := w.Range()
		if want := max(0, i-limit) + 1; first != uint64(want) || last != uint64(i) {
			t.Fatalf("after %d events Range() = %d, %d; want %d, %d", i, first, last, want, i)
		}
	}
	if n := len(w.ring); n > limit+1 {
		t.Errorf("the ring has %d places for %d events", n, limit)
	}
}

func TestBoundOfBytesIsExact(t *testing.T) {
	small, large := Keep(textEvent(0, 10)).cost, Keep(textEvent(0, 300)).cost
	limit := 5*small + large
	w := newWire(Limits{Bytes: limit})
	for i := 1; i <= 10; i++ {
		w.Append(Keep(textEvent(0, 10)))
	}
	if first, last := w.Range(); w.bytes > limit || w.bytes+small <= limit || last != 10 {
		t.Errorf("10 events of %d within %d bytes keep %d to %d, %d bytes", small, limit, first, last, w.bytes)
	}
	// The large one pushes out as many small ones as it must and no more.
	w.Append(Keep(textEvent(0, 300)))
	if first, _ := w.Range(); first != 6 || w.bytes != limit {
		t.Errorf("with a large one behind them Range() begins at %d with %d bytes; want 6 with %d", first, w.bytes, limit)
	}
	// One that is over the limit alone leaves nothing, itself included, and is counted.
	w.Append(Keep(textEvent(0, limit)))
	first, last := w.Range()
	events, lost := w.After(0, 100)
	if first != 13 || last != 12 || w.bytes != 0 || len(events) != 0 || lost != 12 {
		t.Errorf("with one over the limit: Range() = %d, %d, %d bytes, After(0) = %d events, %d lost; want 13, 12, 0, 0, 12",
			first, last, w.bytes, len(events), lost)
	}
}

// TestBytesOfEntriesMadeByHand: they count like those that Keep makes.
func TestBytesOfEntriesMadeByHand(t *testing.T) {
	w, e := newWire(Limits{}), textEvent(0, 10)
	w.Append(&Event{Conn: 3, Driver: DriverForge, Event: e})
	if want := Keep(e).cost; w.bytes != want {
		t.Errorf("the wire accounts for %d bytes; want %d", w.bytes, want)
	}
	clear(e.Bytes)
	if got, ok := w.Event(1); !ok || got.Conn != 3 || got.Driver != DriverForge || string(got.Frame.Plain) != "abcdefghij" {
		t.Errorf("the wire holds %+v", got)
	}
}

func TestAfter(t *testing.T) {
	w := newWire(Limits{Events: 10})
	for range 25 {
		w.Append(Keep(textEvent(0, 1)))
	}
	tests := []struct {
		seq         uint64
		limit       int
		first, last uint64 // of the events; 0 for none
		lost        uint64
	}{
		{0, 100, 16, 25, 15},
		{0, 3, 16, 18, 15},
		{14, 100, 16, 25, 1},
		{15, 100, 16, 25, 0},
		{16, 100, 17, 25, 0},
		{20, 2, 21, 22, 0},
		{24, 100, 25, 25, 0},
		{25, 100, 0, 0, 0},
		{26, 100, 0, 0, 0},
		{1 << 63, 100, 0, 0, 0},
		{0, 0, 0, 0, 15},
	}
	for _, tt := range tests {
		events, lost := w.After(tt.seq, tt.limit)
		var first, last uint64
		for i, e := range events {
			if i == 0 {
				first = e.Seq
			} else if e.Seq != last+1 {
				t.Errorf("After(%d, %d): %d stands behind %d", tt.seq, tt.limit, e.Seq, last)
			}
			last = e.Seq
		}
		if first != tt.first || last != tt.last || lost != tt.lost {
			t.Errorf("After(%d, %d) = %d to %d, %d lost; want %d to %d, %d lost",
				tt.seq, tt.limit, first, last, lost, tt.first, tt.last, tt.lost)
		}
	}
	for seq := range uint64(30) {
		e, ok := w.Event(seq)
		if want := seq >= 16 && seq <= 25; ok != want || ok && e.Seq != seq {
			t.Errorf("Event(%d) = %v, %v; want kept: %v", seq, e, ok, want)
		}
	}
}

func TestChangedIsClosedByTheNextAppend(t *testing.T) {
	w := newWire(Limits{})
	one, two := w.Changed(), w.Changed()
	select {
	case <-one:
		t.Fatal("Changed() is closed before anything has")
	default:
	}
	w.Append(Keep(textEvent(0, 1)))
	<-one
	<-two
	select {
	case <-w.Changed():
		t.Error("Changed() taken after the append is closed")
	default:
	}
}

// TestLogAgainstModel appends and reads at random, and compares with a plain list.
func TestLogAgainstModel(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		l := Limits{Events: 1 + random.IntN(50), Bytes: 2000 + random.IntN(40000)}
		w := newWire(l)
		var all []*Event
		kept, bytes := 0, 0
		for step := range 400 {
			if random.IntN(3) > 0 {
				e := Keep(textEvent(float64(step), random.IntN(600)))
				w.Append(e)
				all = append(all, e)
				kept++
				bytes += e.cost
				for kept > l.Events || bytes > l.Bytes {
					bytes -= all[len(all)-kept].cost
					kept--
				}
				continue
			}
			seq, limit := uint64(random.IntN(len(all)+5)), random.IntN(60)
			events, lost := w.After(seq, limit)
			gone := uint64(len(all) - kept)
			var want []*Event
			wantLost := uint64(0)
			if seq < uint64(len(all)) {
				from := max(seq, gone)
				wantLost = from - seq
				want = all[from:min(from+uint64(limit), uint64(len(all)))]
			}
			if lost != wantLost || fmt.Sprint(numbers(events)) != fmt.Sprint(numbers(want)) {
				t.Fatalf("seed %d, step %d, %d events of which %d are kept: After(%d, %d) = %v, %d lost; want %v, %d lost",
					seed, step, len(all), kept, seq, limit, numbers(events), lost, numbers(want), wantLost)
			}
		}
		if w.bytes != bytes || w.hub.total.Load() != int64(bytes) {
			t.Errorf("seed %d: the wire accounts for %d bytes, the hub for %d; want %d", seed, w.bytes, w.hub.total.Load(), bytes)
		}
	}
}

func numbers(events []*Event) []uint64 {
	n := make([]uint64, len(events))
	for i, e := range events {
		n[i] = e.Seq
	}
	return n
}

// TestViewersGetEachEventOnce appends from several goroutines while viewers of several speeds
// read: what a viewer gets and what it is told it lost is everything, in order, once.
func TestViewersGetEachEventOnce(t *testing.T) {
	const appenders, each, viewers = 4, 2000, 3
	w := newWire(Limits{Events: 64})
	var wg sync.WaitGroup
	for v := range viewers {
		wg.Go(func() {
			seq := uint64(0)
			for seq < appenders*each {
				changed := w.Changed()
				events, lost := w.After(seq, 1+v*10)
				seq += lost
				for _, e := range events {
					if e.Seq != seq+1 {
						t.Errorf("viewer %d: %d behind %d", v, e.Seq, seq)
						return
					}
					seq = e.Seq
				}
				if len(events) == 0 && lost == 0 {
					<-changed
				}
			}
		})
	}
	for range appenders {
		wg.Go(func() {
			for i := range each {
				w.Append(Keep(textEvent(float64(i), 3)))
			}
		})
	}
	wg.Wait()
	if first, last := w.Range(); first != appenders*each-63 || last != appenders*each {
		t.Errorf("Range() = %d, %d; want the last 64 of %d", first, last, appenders*each)
	}
	at := -1.0
	events, _ := w.After(0, 100)
	for _, e := range events {
		if e.At < at {
			t.Errorf("event %d is at %v, behind one at %v", e.Seq, e.At, at)
		}
		at = e.At
	}
}

// TestAppendAllocations: an entry costs one allocation for its structs and one for
// its bytes, and putting it into the log none.
func TestAppendAllocations(t *testing.T) {
	w := newWire(Limits{Events: 100})
	for range 200 {
		w.Append(Keep(textEvent(0, 5)))
	}
	e := textEvent(0, 5)
	for _, e := range []*inspector.Event{e, everyKind()["masked"]} {
		if n := testing.AllocsPerRun(100, func() { Keep(e) }); n > 2 {
			t.Errorf("Keep allocates %v times; want 2 at most", n)
		}
	}
	entries := make([]*Event, 101)
	for i := range entries {
		entries[i] = Keep(e)
	}
	i := 0
	if n := testing.AllocsPerRun(100, func() { w.Append(entries[i]); i++ }); n != 0 {
		t.Errorf("Append allocates %v times; want none", n)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{5, 512} {
		b.Run(fmt.Sprintf("%dB", n), func(b *testing.B) {
			w := newWire(Limits{})
			e := textEvent(0, n)
			b.ReportAllocs()
			for b.Loop() {
				w.Append(Keep(e))
			}
		})
	}
}

func BenchmarkAppendParallel(b *testing.B) {
	h := NewHub(Limits{}, noRoute)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		w, e := h.Wire(testID), textEvent(0, 5)
		for pb.Next() {
			w.Append(Keep(e))
		}
	})
}
