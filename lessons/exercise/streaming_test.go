package exercise

import (
	"slices"
	"testing"
)

// Where the bytes of a stream were cut means nothing to its events.
func TestEventReader(t *testing.T) {
	const stream = "retry: 2000\n\n: still here\n\nid: 7\ndata: one\n\nid: 8\r\ndata: two\r\ndata:lines\r\n\r\ndata: again\n\n"
	want := []streamEvent{{"7", "one"}, {"8", "two\nlines"}, {"8", "again"}}
	for cut := range stream {
		r := &eventReader{}
		if got := append(r.feed(stream[:cut]), r.feed(stream[cut:])...); !slices.Equal(got, want) {
			t.Errorf("cut at %d: %q; want %q", cut, got, want)
		}
	}
}
