package wire

// Which wires are kept, and which go first.

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// idOf is a wire's id made from a small number.
func idOf(n int) ID {
	b := []byte("aaaaaaaaaaaaa")
	for i := len(b) - 1; n > 0; i-- {
		b[i] = 'a' + byte(n%26)
		n /= 26
	}
	return ID(b)
}

func (h *Hub) ids() map[ID]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := make(map[ID]bool)
	for id := range h.wires {
		m[id] = true
	}
	return m
}

func TestLongestIdleGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(Limits{Wires: 3}, noRoute)
		for n := range 3 {
			h.Wire(idOf(n)).Append(Keep(textEvent(0, 1)))
			time.Sleep(time.Second)
		}
		h.Wire(idOf(0)).Append(Keep(textEvent(0, 1))) // 1 is now idle longest
		time.Sleep(time.Second)
		gone, _ := h.Lookup(idOf(1))
		time.Sleep(time.Second)
		h.Lookup(idOf(2)) // looking at one is use too: 0 is idle longest
		h.Lookup(idOf(1))
		time.Sleep(time.Second)
		h.Wire(idOf(3))
		if got, want := fmt.Sprint(h.ids()), fmt.Sprint(map[ID]bool{idOf(1): true, idOf(2): true, idOf(3): true}); got != want {
			t.Errorf("a fourth wire left %v; want %v", got, want)
		}
		changed := gone.Changed()
		time.Sleep(time.Second)
		h.Wire(idOf(2))
		h.Wire(idOf(3))
		h.Wire(idOf(4)) // drops 1
		<-changed
		if !gone.Dropped() || gone.Append(Keep(textEvent(0, 1))) {
			t.Error("a dropped wire takes events, or does not say that it was dropped")
		}
		<-gone.Changed() // and stays closed
		if w := h.Wire(idOf(1)); w == gone || w.Dropped() {
			t.Error("Wire returned the dropped one")
		}
	})
}

func TestAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(Limits{Age: time.Hour}, noRoute)
		h.Wire(idOf(0)).Append(Keep(textEvent(0, 1)))
		time.Sleep(30 * time.Minute)
		h.Wire(idOf(1)).Append(Keep(textEvent(0, 1)))
		time.Sleep(20 * time.Minute)
		h.Lookup(idOf(0))
		_, stop := h.Follow(idOf(2))
		h.Wire(idOf(2)).Append(Keep(textEvent(0, 1)))

		wait := func(d time.Duration, want ...int) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			ids := h.ids()
			for _, n := range want {
				if !ids[idOf(n)] {
					t.Errorf("wire %d has gone; want it kept", n)
				}
			}
			if len(ids) != len(want) {
				t.Errorf("%d wires are kept; want %v", len(ids), want)
			}
		}
		wait(40*time.Minute-time.Nanosecond, 0, 1, 2)
		wait(time.Nanosecond, 0, 2) // 1 has been idle for an hour
		wait(20*time.Minute-time.Nanosecond, 0, 2)
		wait(time.Nanosecond, 2)
		wait(100*time.Hour, 2) // somebody follows it
		stop()
		stop() // twice is once
		wait(time.Hour-time.Nanosecond, 2)
		wait(time.Nanosecond)
		if n := h.total.Load(); n != 0 {
			t.Errorf("no wire is left, and the hub accounts for %d bytes", n)
		}
	})
}

func TestFollowedAndEmptyLeavesNothing(t *testing.T) {
	h := NewHub(Limits{}, noRoute)
	_, one := h.Follow(testID)
	_, two := h.Follow(testID)
	one()
	if _, ok := h.Lookup(testID); !ok {
		t.Error("the wire has gone while somebody follows it")
	}
	two()
	if _, ok := h.Lookup(testID); ok {
		t.Error("an empty wire is kept after its last follower")
	}
}

// TestFollowedGoesLate: a wire that somebody follows is kept while there are others idle for less
// than an Age less, and no longer.
func TestFollowedGoesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(Limits{Wires: 2, Age: time.Hour}, noRoute)
		followed, stop := h.Follow(idOf(0))
		defer stop()
		followed.Append(Keep(textEvent(0, 1)))
		time.Sleep(59 * time.Minute)
		h.Wire(idOf(1))
		h.Wire(idOf(2)) // drops 1
		if followed.Dropped() {
			t.Fatal("the followed wire went before one used an Age less one minute later")
		}
		time.Sleep(2 * time.Minute)
		h.Wire(idOf(2))
		h.Wire(idOf(3))
		if !followed.Dropped() {
			t.Error("the followed wire is kept though it was used more than an Age before the others")
		}
	})
}

func TestTotalIsABound(t *testing.T) {
	cost := Keep(textEvent(0, 100)).cost
	l := Limits{Total: 10 * cost, Bytes: 4 * cost}
	h := NewHub(l, noRoute)
	for i := range 200 {
		h.Wire(idOf(i % 7)).Append(Keep(textEvent(0, 100)))
		if n := h.total.Load(); n > int64(l.Total) {
			t.Fatalf("after %d events the hub keeps %d bytes; its limit is %d", i+1, n, l.Total)
		}
	}
	// 7 wires of 4 events don't fit into 10; the bound must be used, not only kept.
	if n := h.total.Load(); n < int64(l.Total)/2 {
		t.Errorf("the hub keeps %d bytes of %d that it may", n, l.Total)
	}
}

func TestOneWireNeverExceedsTheTotal(t *testing.T) {
	cost := Keep(textEvent(0, 100)).cost
	h := NewHub(Limits{Total: 3 * cost}, noRoute) // Bytes by default is far more
	for range 10 {
		h.Wire(testID).Append(Keep(textEvent(0, 100)))
	}
	w, ok := h.Lookup(testID)
	if !ok || w.bytes != 3*cost {
		t.Errorf("the only wire keeps %d bytes, there: %v; want %d", w.bytes, ok, 3*cost)
	}
}

// TestHubUnderLoad is for the race detector, and for the sum at the end.
func TestHubUnderLoad(t *testing.T) {
	cost := Keep(textEvent(0, 50)).cost
	h := NewHub(Limits{Wires: 8, Events: 20, Total: 60 * cost, Age: time.Millisecond}, noRoute)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(g), 7))
			for range 2000 {
				id := idOf(random.IntN(12))
				switch random.IntN(4) {
				case 0:
					w, stop := h.Follow(id)
					w.After(0, 10)
					stop()
				case 1:
					if w, ok := h.Lookup(id); ok {
						w.Event(1)
					}
				default:
					h.Wire(id).Append(Keep(textEvent(0, 50)))
				}
			}
		})
	}
	wg.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	sum := 0
	for _, w := range h.wires {
		sum += w.bytes
	}
	if total := h.total.Load(); total != int64(sum) || sum > h.limits.Total || len(h.wires) > 8 {
		t.Errorf("%d wires hold %d bytes, accounted as %d; want at most 8 and %d", len(h.wires), sum, total, h.limits.Total)
	}
	if n := h.idle.Len() + h.followed.Len(); n != len(h.wires) {
		t.Errorf("%d wires are in order, of %d", n, len(h.wires))
	}
}

func TestDriverIsForgotten(t *testing.T) {
	h := NewHub(Limits{}, noRoute)
	addr := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4711}
	forget := h.Driver(addr, DriverForge, testID)
	if a, ok := h.announced(addr.String()); !ok || a.driver != DriverForge || a.wire != testID {
		t.Errorf("announced = %+v, %v", a, ok)
	}
	forget()
	if _, ok := h.announced(addr.String()); ok || len(h.drivers) != 0 {
		t.Error("still announced after forget")
	}
	// A client on a Unix-domain socket has no address of its own: nobody else must be taken for it.
	h.Driver(&net.UnixAddr{Net: "unix"}, DriverForge, testID)
	h.Driver(&net.UnixAddr{Name: "@", Net: "unix"}, DriverForge, testID)
	h.Driver(nil, DriverForge, testID)
	if len(h.drivers) != 0 {
		t.Errorf("connections without an address were announced: %v", h.drivers)
	}
}

func TestDefaultsFillLimits(t *testing.T) {
	got := NewHub(Limits{Events: 7, Total: 1000}, noRoute).Limits()
	want := DefaultLimits()
	want.Events, want.Total, want.Bytes = 7, 1000, 1000
	if got != want {
		t.Errorf("Limits() = %+v; want %+v", got, want)
	}
}
