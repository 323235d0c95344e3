package handlers

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"wireup/wire"
)

func TestSourceIsAFunctionOfItsSeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two := newSource(7), newSource(7)
		for range 50 {
			time.Sleep(time.Second)
			one.after(0)
		}
		two.waiting = 1 // somebody has waited all the time
		a, _, _ := one.after(0)
		b, _, _ := two.after(0)
		if len(a) < 10 || len(a) > 60 {
			t.Errorf("%d events in 50 s at a mean of %v", len(a), sourceMean)
		}
		if len(a) != len(b) {
			t.Fatalf("asked often: %d events; asked once: %d", len(a), len(b))
		}
		for i := range a {
			if a[i] != b[i] {
				t.Errorf("event %d: %v and %v", i, a[i], b[i])
			}
			if a[i].ID != uint64(i+1) || a[i].Text == "" {
				t.Errorf("event %d: %+v", i, a[i])
			}
		}
	})
}

func TestSourceRestsWhenNobodyAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSource(1)
		time.Sleep(time.Hour)
		events, last, lost := s.after(0)
		if last > 40 || lost != 0 {
			t.Errorf("%d events in an hour without a question, %d lost; want those of %v", last, lost, sourceRest)
		}
		for _, e := range events {
			if s.since(e.At) > sourceRest {
				t.Errorf("event %d happened %v after the start", e.ID, s.since(e.At))
			}
		}
		if _, again, _ := s.after(0); again != last {
			t.Errorf("%d events, then %d at once", last, again)
		}
	})
}

func TestSourceWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSource(1)
		s.pace(0)
		began := time.Now()
		time.AfterFunc(time.Minute, func() { s.fire(2, 50*time.Millisecond) })
		events, last, lost, err := s.wait(t.Context(), 0)
		if err != nil || len(events) != 1 || last != 1 || lost != 0 || time.Since(began) != time.Minute {
			t.Fatalf("wait(0) = %v, %d, %d, %v after %v", events, last, lost, err, time.Since(began))
		}
		events, last, _, err = s.wait(t.Context(), last)
		if err != nil || len(events) != 1 || last != 2 || time.Since(began) != time.Minute+50*time.Millisecond {
			t.Fatalf("wait(1) = %v, %d, %v after %v", events, last, err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, _, err := s.wait(ctx, last); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("wait(2) = %v; want the context's error", err)
		}
		time.AfterFunc(time.Second, s.reset)
		if _, _, _, err := s.wait(t.Context(), last); !errors.Is(err, errSourceReset) {
			t.Errorf("wait(2) = %v; want %v", err, errSourceReset)
		}
	})
}

func TestSourceIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSource(1)
		s.pace(0)
		if n := s.fire(sourceFires+10, time.Millisecond); n != sourceFires {
			t.Errorf("fire took %d; want %d", n, sourceFires)
		}
		for range 9 {
			time.Sleep(time.Second)
			s.fire(sourceFires, time.Millisecond)
		}
		time.Sleep(time.Second)
		events, last, lost := s.after(1)
		if last != 10*sourceFires || len(events) != sourceKept || lost != last-1-sourceKept {
			t.Errorf("after(1): %d events, last %d, %d lost", len(events), last, lost)
		}
		if events, _, _ := s.after(last + 5); len(events) != sourceKept {
			t.Errorf("a number that was never reached gave %d events; want all that are kept", len(events))
		}
	})
}

func TestLabStatesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		s := newLabStates(wire.Limits{Wires: 2, Age: time.Hour}, func() int { made++; return made })
		a, b := s.of("a", "x"), s.of("b", "x")
		if s.of("a", "x") != a || a == b {
			t.Error("states are mixed up")
		}
		s.of("c", "x") // b goes: it is the longest idle
		if s.of("a", "x") != a || s.count() != 2 {
			t.Errorf("%d kept", s.count())
		}
		if v, ok := s.drop("a", "x"); !ok || v != a {
			t.Errorf("drop = %d, %v", v, ok)
		}
		if _, ok := s.drop("a", "x"); ok {
			t.Error("dropped twice")
		}
		time.Sleep(30 * time.Minute)
		s.of("d", "x")
		time.Sleep(31 * time.Minute)
		if s.count() != 1 {
			t.Errorf("%d kept after an hour; want that of half an hour ago", s.count())
		}
		time.Sleep(time.Hour)
		if s.count() != 0 {
			t.Errorf("%d kept", s.count())
		}
	})
}
