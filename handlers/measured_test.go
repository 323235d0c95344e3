package handlers

// The page of what was measured: each row leads somewhere, and the page's script knows each measure.

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"wireup/static"
)

func TestMeasured(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	code, page := s.ask("GET", "/measured", "")
	if code != 200 {
		t.Fatalf("GET /measured: %d", code)
	}
	script, err := fs.ReadFile(static.FS, "measures-words.js")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, m := range regexp.MustCompile(`data-measure="([a-z]+)"`).FindAllStringSubmatch(page, -1) {
		seen++
		if !strings.Contains(string(script), "\n  "+m[1]+": (") {
			t.Errorf("no script says the measure %s", m[1])
		}
		if !strings.Contains(page, `id="measure-`+m[1]+`"`) {
			t.Errorf("a link leads to the measure %s, which has no row", m[1])
		}
	}
	if seen < len(measureRows) {
		t.Errorf("%d measures are on the page; want %d", seen, len(measureRows))
	}
}
