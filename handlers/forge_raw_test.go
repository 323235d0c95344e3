package handlers

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// The forge writes to the raw echo what it was ordered to, in as many writes, and can end its side.
func TestForgeRaw(t *testing.T) {
	s := startRaw(t, DefaultLimits())
	h := func(text string) string { return hex.EncodeToString([]byte(text)) }
	a, received := s.forged("?wire="+string(forgeID), fmt.Sprintf(
		`{"to":"raw","writes":[{"bytes":"%s"},{"bytes":"%s","pause":60},{"end":true,"pause":60}]}`, h("one\ntwo\n"), h("thr")))
	if a.Sent != 11 || string(received) != "one\ntwo\nthr" || a.Ended != "server closed" {
		t.Errorf("answered %+v, received %q", a, received)
	}
	want := `open|up 8 "one\ntwo\n"|up 3 "thr"|up 0 ""|down 8 "one\ntwo\n"|down 2 "th"|down 1 "r"|close`
	if got := strings.Join(toldOn(t, s.hub, forgeID, 8), "|"); got != want {
		t.Errorf("told %s\nwant %s", got, want)
	}
	w, _ := s.hub.Lookup(forgeID)
	for _, e := range must(w.After(0, 9)) {
		if e.Driver != "forge" || e.Lab != "sockets" {
			t.Errorf("event %d is of driver %q and lab %q", e.Seq, e.Driver, e.Lab)
		}
	}
	if a, _ = s.forged("", fmt.Sprintf(`{"to":"raw","writes":[{"bytes":"%s"}]}`, h("left open"))); a.Ended != "open" || a.ReceivedLength != 9 {
		t.Errorf("without an end: %+v", a)
	}
}

func must[T any](v T, _ uint64) T { return v }

func TestForgeRawRefuses(t *testing.T) {
	s := startRaw(t, DefaultLimits())
	for _, tt := range []struct{ order, text string }{
		{`{"to":"example.org:80"}`, "connects to nothing else"},
		{`{"to":"127.0.0.1:22"}`, "connects to nothing else"},
		{`{"to":"RAW"}`, "connects to nothing else"},
		{`{"to":"raw","upgrade":"/echo"}`, "nothing to upgrade"},
		{`{"to":"raw","writes":[{"end":true},{"bytes":"00"}]}`, "Put it last"},
		{`{"to":"raw","writes":[{"end":true,"bytes":"00"}]}`, "carries no bytes"},
	} {
		if code, body := s.order("", tt.order, "").answered(); code != 400 || !strings.Contains(string(body), tt.text) {
			t.Errorf("%s: %d %s; want 400, %q", tt.order, code, body, tt.text)
		}
	}
	none := startEcho(t, DefaultLimits())
	if code, body := none.order("", `{"to":"raw"}`, "").answered(); code != 503 || !strings.Contains(string(body), "--raw") {
		t.Errorf("without a raw echo: %d %s", code, body)
	}
}
