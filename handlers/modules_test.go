package handlers

// Pages load the modules that they need, and no others.

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wireup/content"
	"wireup/lessons"
	"wireup/static"
)

// What a page's own elements make besides is loaded too, since whoever makes it imports it.
func TestModulesThatMake(t *testing.T) {
	makes := regexp.MustCompile(`(?:\bel|createElement)\("(wu-[a-z-]+)"`)
	a, err := newAssets(static.FS)
	if err != nil {
		t.Fatal(err)
	}
	known, err := newModules(static.FS, a.scripts())
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range a.scripts() {
		src, err := fs.ReadFile(static.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range makes.FindAllSubmatch(src, -1) {
			found++
			if made := string(m[1]) + ".js"; !slices.Contains(known.imports[name], made) {
				t.Errorf("%s makes a %s and does not import %s", name, m[1], made)
			}
		}
	}
	if found == 0 {
		t.Error("no module makes an element: the test looks for the wrong thing")
	}
}

func TestPagesLoadWhatTheyNeed(t *testing.T) {
	course, err := lessons.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSite(static.FS, content.FS, course, RawEnds{})
	if err != nil {
		t.Fatal(err)
	}
	page := func(e *encoded) string { all := e.variants(); return string(all[len(all)-1].body) }
	// What stands in a template is loaded when it is shown.
	for _, name := range []string{"frames", "choose"} {
		if deck := page(s.slides[name]); !strings.Contains(deck, "<wu-") || strings.Contains(deck, `rel="modulepreload" href="/static/wu-echo-lab.`) || !strings.Contains(deck, `rel="modulepreload" href="/static/wu-deck.`) {
			t.Errorf("the slides of %s load more than they begin with, or less", name)
		}
	}
	if room := page(s.class.room); strings.Count(room, `rel="modulepreload"`) > 40 || !strings.Contains(room, `href="/static/wu-deck.`) {
		t.Errorf("a viewer's page begins with %d modules; want 40 at most, the deck among them", strings.Count(room, `rel="modulepreload"`))
	}
	for name, e := range map[string]*encoded{"home": s.home, "wire": s.wire, "decode": s.decode, "measured": s.measured,
		"request": s.lessons["request"], "frames": s.lessons["frames"], "choose": s.lessons["choose"]} {
		_, rest, _ := strings.Cut(page(e), `<script type="module" src="/static/`)
		start, _, _ := strings.Cut(rest, `"`)
		begins := page(s.assets.served[start])
		tags := elementTag.FindAllStringSubmatch(page(e), -1)
		if len(tags) == 0 {
			t.Errorf("%s: no element stands in the page", name)
		}
		for _, m := range tags {
			if !strings.Contains(begins, `from "./`+m[1]+`.js";`) {
				t.Errorf("%s: %s stands in the page, which starts with\n%s", name, m[1], begins)
			}
		}
	}
	for module, lesson := range map[string]string{"wu-forge": "request", "wu-game-lab": "frames", "game-map": "request"} {
		if strings.Contains(page(s.lessons[lesson]), `rel="modulepreload" href="/static/`+module+".") {
			t.Errorf("lesson %s loads %s, which nothing in it needs", lesson, module)
		}
	}
	if frames := page(s.lessons["frames"]); !strings.Contains(frames, `rel="modulepreload" href="/static/wu-forge.`) || !strings.Contains(frames, `href="/static/forge-plan.`) {
		t.Error("lesson frames doesn't load the forge")
	}
}
