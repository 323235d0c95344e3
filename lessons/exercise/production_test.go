package exercise

import (
	"testing"
	"time"
)

// Waits that a program has drawn, and waits that it has not.
func TestSteady(t *testing.T) {
	for _, tt := range []struct {
		name  string
		waits []float64 // seconds
		want  bool
	}{
		{"doubling", []float64{.5, 1, 2, 4}, true},
		{"doubling, as a timer keeps to it", []float64{.55, 1.01, 2.05, 4.06}, true},
		{"doubling behind a first wait that was drawn", []float64{3.1, 1, 2, 4}, true},
		{"half as long again", []float64{1, 1.5, 2.25, 3.375, 5.06}, true},
		{"drawn from the upper half of a range that doubles", []float64{.3, .7, 1.9, 2.3}, false},
		{"drawn, and once twice as long", []float64{.3, .6, 1.2, 3.9}, false},
		{"too few to tell", []float64{.5, 1}, false},
	} {
		var waits []time.Duration
		for _, s := range tt.waits {
			waits = append(waits, time.Duration(s*float64(time.Second)))
		}
		if got := steady(waits); got != tt.want {
			t.Errorf("%s: steady(%v) = %v, want %v", tt.name, waits, got, tt.want)
		}
	}
}

func TestNamesSection(t *testing.T) {
	for text, want := range map[string]bool{
		"5.2": true, "§5.2": true, "RFC 6455 §5.2.": true, "RFC6455 section 5.2, base framing": true,
		"5.2.1": false, "5": false, "15.2": false, "": false, "RFC 6455": false, "5 . 2": false,
	} {
		if got := namesSection(text, "5.2"); got != want {
			t.Errorf("namesSection(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 ms", 9540 * time.Microsecond: "9.5 ms", 527300 * time.Microsecond: "527 ms", 999600 * time.Microsecond: "1.00 s",
		1737 * time.Millisecond: "1.74 s", 15 * time.Second: "15 s", 15340 * time.Millisecond: "15.3 s",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%v: %q; want %q", d, got, want)
		}
	}
}

// A timer that adds a little each time makes no wait that grows.
func TestWaitFault(t *testing.T) {
	tests := []struct {
		waits []time.Duration
		want  string
	}{
		{[]time.Duration{ms(10), ms(1000), ms(1030)}, "back-not-growing"},
		{[]time.Duration{ms(10), ms(1000), ms(900)}, "back-not-growing"},
		{[]time.Duration{ms(10), ms(1000), ms(1060)}, ""},
		{[]time.Duration{ms(10), ms(300)}, "back-at-once"},
	}
	for _, tt := range tests {
		got := ""
		if f := waitFault(tt.waits); f != nil {
			got = f.Name
		}
		if got != tt.want {
			t.Errorf("%v: %q; want %q", tt.waits, got, tt.want)
		}
	}
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }
