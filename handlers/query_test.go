package handlers

// A query is read by the route of the hub as its handler reads it.

import (
	"testing"

	"wireup/wire"
)

func TestQuery(t *testing.T) {
	tests := []struct {
		query string
		wire  wire.ID // for the hub
		ok    bool
	}{
		{"", "", true},
		{"wire=echoechoecho2", "echoechoecho2", true},
		{"wire=ECHOECHOECHO2&&x=%26%3B", "echoechoecho2", true},
		{"x&wire=echoechoecho2&y=", "echoechoecho2", true},
		{"wire=echoechoecho2&wire=echoechoecho2", "", false},
		{"wire=echoechoecho2&x=1&x=2", "", false},
		{"wire=echoechoecho2&x=%zz", "", false},
		{"wire=echoechoecho2&x=%", "", false},
		{"wire=echoechoecho2;x=1", "", false},
		{"wire=%zz", "", false},
	}
	for _, tt := range tests {
		if _, err := parseQuery(tt.query); (err == nil) != tt.ok {
			t.Errorf("parseQuery(%q): %v; want it read: %v", tt.query, err, tt.ok)
		}
		want := wire.Route{Wire: tt.wire}
		if tt.wire != "" {
			want.Lab = "echo"
		}
		if got := Route("GET", "/echo?"+tt.query); got != want {
			t.Errorf("Route of %q is %+v; want %+v", tt.query, got, want)
		}
	}
}
