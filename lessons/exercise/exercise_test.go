package exercise

import (
	"net/url"
	"strings"
	"testing"

	"wireup/wire"
)

// testRoute is the program's, as far as tests here need it.
func testRoute(method, target string) wire.Route {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return wire.Route{}
	}
	lab, ok := strings.CutPrefix(u.Path, "/lab/")
	lab, _, _ = strings.Cut(lab, "/")
	if u.Path == "/echo" {
		lab, ok = "echo", true
	}
	id, err := wire.ParseID(u.Query().Get("wire"))
	if !ok || err != nil {
		return wire.Route{Muted: !ok}
	}
	return wire.Route{Wire: id, Lab: lab}
}

const head = `# A title.
# source: by hand
exercise: frames/smallest
word: plum-41
wire: aaaaaaaaaaaaa
verdict: passed

0 1 open terminal 127.0.0.1:50012
0.5 1 up "GET /echo?wire=aaaaaaaaaaaaa HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
0.75 1 down "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
`

// judged is the verdict of frames/smallest on the records behind head.
func judged(t *testing.T, records string) Verdict {
	t.Helper()
	f, err := ParseFixture("x", []byte(head+records))
	if err != nil {
		t.Fatal(err)
	}
	x, _ := Find("frames", "smallest")
	v, err := f.Judge(x, f.Word, testRoute)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSmallest(t *testing.T) {
	const (
		word  = "10 1 up 8187 00000000 \"plum-41\"\n"
		empty = "20 1 up 8180 37fa213d\n"
		one   = "20 1 up 8181 00000000 61\n"
	)
	for _, tt := range []struct {
		name, records string
		state         State
		mistake       string
	}{
		{"nothing", "", NotYet, ""},
		{"no word", empty, NotYet, ""},
		{"word alone", word, NotYet, ""},
		{"pass", word + empty, Passed, ""},
		{"one letter", word + one, Wrong, "more-than-six"},
		{"then right", word + one + empty, Passed, ""},
		{"ping", word + "20 1 up 8980 37fa213d\n", Wrong, "control-not-data"},
		{"no mask", word + "20 1 up 8100\n", Wrong, "no-mask-no-six"},
	} {
		v := judged(t, tt.records)
		if v.State != tt.state || v.Mistake != tt.mistake {
			t.Errorf("%s: %+v; want %s %s", tt.name, v, tt.state, tt.mistake)
		}
	}
}
