package handlers

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
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

func TestResume(t *testing.T) {
	_, ts := pageServer(t)
	const good = "/wire/abcdefghijklm/resume.svg"
	res, body := fetch(t, ts, good+"?scheme=https")
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("GET %s: %s, %s; want an SVG", good, res.Status, res.Header.Get("Content-Type"))
	}
	code, err := qr.Encode("https://"+ts.Listener.Addr().String()+"/#wire=abcdefghijklm", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(body, drawQR(code)) {
		t.Errorf("GET %s: %s; want the link over https", good, body)
	}
	if _, plain := fetch(t, ts, good); bytes.Equal(plain, body) {
		t.Error("http and https have the same code")
	}
	for _, bad := range []string{good + "?scheme=ftp", "/wire/abc/resume.svg"} {
		if res, body := fetch(t, ts, bad); res.StatusCode != http.StatusBadRequest {
			t.Errorf("GET %s: %s, %s; want 400", bad, res.Status, body)
		}
	}
}
