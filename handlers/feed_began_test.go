package handlers

// A feed that says which log it shows, for a viewer that comes back to another one.

import (
	"encoding/json"
	"fmt"
	"testing"

	"wireup/wire"
)

// whole reads one message as it stands.
func (v *viewer) whole() (items []map[string]any) {
	v.t.Helper()
	_, b, err := v.ReadMessage()
	if err == nil {
		err = json.Unmarshal(b, &items)
	}
	if err != nil {
		v.t.Fatal(err)
	}
	return items
}

func TestFeedSaysWhichLog(t *testing.T) {
	s := startFeedServer(t, wire.Limits{})
	early := s.view("?began=") // before there is a log
	pushText(s.hub, 3)
	began := s.hub.Wire(feedID).Began().UnixMilli()
	tests := []struct {
		name  string
		v     *viewer
		began any
		first int // the event behind it
		apart bool
	}{
		{"before the first event", early, float64(began), 1, false},
		{"from the start", s.view("?after=0&began="), float64(began), 1, false},
		{"the same log", s.view(fmt.Sprintf("?after=2&began=%d", began)), float64(began), 3, true},
		{"another log, shorter than this one", s.view("?after=2&began=1700000000000"), float64(began), 1, true},
		{"another log, longer than this one", s.view("?after=200&began=1700000000000"), float64(began), 1, true},
		{"no beginning at all", s.view("?after=2&began=soon"), float64(began), 1, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			items := tt.v.whole()
			if len(items[0]) != 2 || items[0]["kind"] != "wire" || items[0]["began"] != tt.began {
				t.Fatalf("the first item is %v; want which log it is: %v", items[0], tt.began)
			}
			if items = items[1:]; tt.apart {
				if len(items) > 0 {
					t.Errorf("behind it in the same message there is %v", items)
				}
				items = tt.v.whole()
			}
			if int(items[0]["seq"].(float64)) != tt.first {
				t.Errorf("it goes on with %v; want %d", items[0]["seq"], tt.first)
			}
		})
	}
}

// A log that has no event yet is another than one that had some.
func TestFeedSaysThatLogIsEmpty(t *testing.T) {
	s := startFeedServer(t, wire.Limits{})
	v := s.view("?after=2&began=1700000000000")
	if items := v.whole(); len(items) != 1 || items[0]["kind"] != "wire" || items[0]["began"] != nil {
		t.Errorf("the first message is %v; want a log that has not begun", items)
	}
	pushText(s.hub, 1)
	if items := v.whole(); len(items) != 1 || items[0]["seq"] != 1.0 {
		t.Errorf("the next message is %v; want the first event", items)
	}
}
