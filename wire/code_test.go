package wire

// Messages between instances: what is written is read again, and nothing else harms.

import (
	"errors"
	"reflect"
	"testing"

	"wireup/inspector"
)

func TestCodeOfEveryKind(t *testing.T) {
	for name, e := range everyKind() {
		t.Run(name, func(t *testing.T) {
			kept := Keep(e)
			kept.Driver, kept.Lab, kept.Remote, kept.Local = DriverPage, "echo", "127.0.0.1:5", "127.0.0.1:6"
			b := putEntry(nil, kept)
			r := &reader{b: b}
			got := r.entry()
			if r.err != nil || len(r.b) > 0 {
				t.Fatalf("read with %v, %d bytes left", r.err, len(r.b))
			}
			kept.Seq, got.Seq, kept.At, got.At = 7, 7, 5, 5
			if a, b := string(AppendDissection(nil, kept)), string(AppendDissection(nil, got)); a != b {
				t.Errorf("sent\n%s\nread\n%s", a, b)
			}
			utc := func(e *inspector.Event) *inspector.Event {
				e = plain(e)
				e.At, e.Began = e.At.UTC(), e.Began.UTC()
				return e
			}
			if a, b := utc(kept.Event), utc(got.Event); !reflect.DeepEqual(a, b) {
				t.Errorf("sent\n%+v\nread\n%+v", a, b)
			}
			if kept.cost != got.cost {
				t.Errorf("it costs %d and cost %d", got.cost, kept.cost)
			}
			for cut := range b { // no prefix is an event
				r := &reader{b: b[:cut]}
				if r.entry(); !errors.Is(r.err, errCode) {
					t.Fatalf("%d of %d bytes are read with %v", cut, len(b), r.err)
				}
			}
		})
	}
}

// exampleBatch has an event of each kind.
func exampleBatch() *batch {
	t := &batch{place: place{testID, epoch.UnixNano(), 40}, after: 20, whole: true, conns: 9, ack: 3,
		known: map[string]*origin{"X-1": {last: 5, conns: map[int]int{1: 7, 2: 8}}}}
	for _, e := range everyKind() {
		kept := Keep(e)
		kept.Conn, kept.At, kept.sender = 7, 12.345, &sender{"X-1", uint64(len(t.events)), 1}
		t.events = append(t.events, kept)
	}
	t.base = t.last - uint64(len(t.events))
	return t
}

func TestCodeOfBatches(t *testing.T) {
	want := exampleBatch()
	b, taken := want.append(nil, 1<<20)
	r := &reader{b: b}
	got := r.batch()
	if r.err != nil || taken != len(want.events) || len(got.events) != taken {
		t.Fatalf("%v, %d written, %d read", r.err, taken, len(got.events))
	}
	for i, e := range got.events {
		if w := want.events[i]; e.Conn != w.Conn || e.At != w.At || *e.sender != *w.sender {
			t.Errorf("event %d: %+v; want %+v", i, e, w)
		}
	}
	got.events, want.events = nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v\nwant %+v", got, want)
	}

	want = exampleBatch()
	b, taken = want.append(nil, 300)
	r = &reader{b: b}
	got = r.batch()
	if r.err != nil || taken == 0 || taken == len(want.events) || len(got.events) != taken || got.whole || len(b) > 400 {
		t.Errorf("within 300 bytes: %v, %d of %d written, %d bytes, whole: %t", r.err, taken, len(want.events), len(b), got.whole)
	}

	f := &forward{id: testID, origin: "X-1", floor: 3, n: 5, events: exampleBatch().events}
	b, _ = f.append(nil, 1<<20)
	r = &reader{b: b}
	back := r.forward()
	if r.err != nil || back.id != f.id || back.origin != f.origin || back.floor != 3 || back.n != 5 || len(back.events) != len(f.events) {
		t.Errorf("read %+v, %v; want %+v", back, r.err, f)
	}
}

// FuzzMessages: whatever comes, it is read or refused, and what is read can be shown.
func FuzzMessages(f *testing.F) {
	b, _ := exampleBatch().append(nil, 1<<20)
	f.Add(b)
	b, _ = (&forward{id: testID, origin: "X-1", floor: 1, n: 1, events: exampleBatch().events}).append(nil, 1<<20)
	f.Add(b)
	b, _ = exampleBatch().append(begin(nil, sayEvents, "A"), 1<<20)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var events []*Event
		r := &reader{b: b}
		if batch := r.batch(); r.err == nil {
			events = batch.events
		}
		r = &reader{b: b}
		if forward := r.forward(); r.err == nil {
			events = append(events, forward.events...)
		}
		for _, e := range events {
			AppendDissection(nil, e)
			e.Clone()
		}
		r = &reader{b: b}
		if _, from := r.open(); r.err == nil && len(from) > mostName {
			t.Errorf("an instance is called %q", from)
		}
		r.places()
	})
}
