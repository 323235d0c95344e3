//go:build browser

package main

// A message over the limit, sent by Chromium: the close frame that names it must arrive.

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestCloseArrivesInChromium(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := newTab(t)
	p.do(chromedp.Navigate("http://" + address + "/"))
	tests := []struct {
		name, data string
		want       string
	}{
		{"3 MiB", `"x".repeat(3 << 20)`, "1009 message over 1 MiB (limit: max-message)"},
		{"8 MiB", `"x".repeat(8 << 20)`, "1009 message over 1 MiB (limit: max-message)"},
		{"16 MiB", `"x".repeat(16 << 20)`, "1009 message over 1 MiB (limit: max-message)"},
		{"16 MiB in binary", `new Uint8Array(16 << 20)`, "1009 message over 1 MiB (limit: max-message)"},
		{"8 messages of 4 MiB", `...Array(8).fill("x".repeat(4 << 20))`, "1009 message over 1 MiB (limit: max-message)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := eval[string](p, fmt.Sprintf(`new Promise((done) => {
				const socket = new WebSocket("ws://%s/echo");
				socket.onopen = () => { for (const data of [%s]) socket.send(data) };
				socket.onclose = (e) => done(e.code + " " + e.reason);
			})`, address, tt.data))
			if got != tt.want {
				t.Errorf("closed with %q, want %q", got, tt.want)
			}
		})
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}
