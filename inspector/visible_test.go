package inspector

// What people are shown of bytes.

import "testing"

func TestVisible(t *testing.T) {
	for s, want := range map[string]string{
		"Grüße 👩‍🚀, a b":            "Grüße 👩‍🚀, a b",
		"\x1b[2J\x07":               `\x1b[2J\a`,
		"\u009b31m\u202eevil\u00a0": `\u009b31m\u202eevil\u00a0`,
	} {
		if got := Visible(s); got != want {
			t.Errorf("%q is shown as %q; want %q", s, got, want)
		}
	}
	e := Event{Kind: KindResponse, Head: &Head{Raw: []byte("HTTP/1.1 200 \x1b[2J"), Line: Span{0, 17}}}
	if got := Summary(&e); got != `HTTP/1.1 200 \x1b[2J` {
		t.Errorf("summary %q", got)
	}
}
