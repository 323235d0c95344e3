package handlers

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"rsc.io/qr"
)

// TestDrawQR reads the drawn path back, square by square.
func TestDrawQR(t *testing.T) {
	code, err := qr.Encode("http://127.0.0.1:8080/#wire=abcdefghijklm", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	svg := string(drawQR(code))
	if err := xml.Unmarshal([]byte(svg), new(struct{})); err != nil {
		t.Fatalf("%v: %s", err, svg)
	}
	path := svg[strings.LastIndex(svg, ` d="`)+len(` d="`) : strings.LastIndex(svg, `"`)]
	black := make(map[[2]int]bool)
	for run := range strings.SplitSeq(strings.TrimPrefix(path, "M"), "M") {
		var x, y, n, m int
		if _, err := fmt.Sscanf(run, "%d %dh%dv1h-%dz", &x, &y, &n, &m); err != nil || n != m {
			t.Fatalf("run %q: %v", run, err)
		}
		for i := range n {
			black[[2]int{x + i - quietZone, y - quietZone}] = true
		}
	}
	for y := -1; y <= code.Size; y++ {
		for x := -1; x <= code.Size; x++ {
			if got, want := black[[2]int{x, y}], code.Black(x, y); got != want {
				t.Fatalf("the square at %d, %d is black: %v; want %v", x, y, got, want)
			}
		}
	}
}
