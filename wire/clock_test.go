package wire

import (
	"testing"
	"time"

	"wireup/inspector"
)

func TestWhen(t *testing.T) {
	h := NewHub(Limits{}, func(string, string) Route { return Route{} })
	w := h.Wire("aaaaaaaaaaaaa")
	began := time.Now()
	if at, ok := w.When(began); ok {
		t.Errorf("When on an empty wire = %v, true", at)
	}
	w.Append(&Event{Event: &inspector.Event{At: began, Kind: inspector.KindOpen}})
	if at, ok := w.When(began.Add(1500 * time.Microsecond)); !ok || at != 1.5 {
		t.Errorf("When 1.5 ms after the first event = %v, %v", at, ok)
	}
	if at, ok := w.When(began.Add(-time.Second)); !ok || at != -1000 {
		t.Errorf("When 1 s before the first event = %v, %v", at, ok)
	}
}
