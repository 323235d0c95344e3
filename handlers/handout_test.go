package handlers

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"wireup/lessons"
)

// TestPaper: on paper there are no solutions, no scripts' elements, and a number behind each address.
func TestPaper(t *testing.T) {
	p := paper{lesson: "one"}
	got := p.text(`<h2 id="a">A</h2><p>See <a href="#a">above</a>, <a href="https://example.org/x">x</a>, <a href="/decode">here</a> and <a href="https://example.org/x">x again</a>.</p>` +
		`<wu-lab class="lab"><div class="fallback"><p>So.</p></div></wu-lab><wu-terminal class="lab"><pre tabindex="0">nc</pre></wu-terminal>` +
		`<wu-exercise class="exercise"><noscript>No.</noscript><p>Do it.</p><details><summary>Solution</summary>Secret.</details></wu-exercise>`)
	want := `<h3 id="one-a">A</h3><p>See <a href="#one-a">above</a>, <a href="https://example.org/x">x</a><sup class="link-number">[1]</sup>, ` +
		`<a href="/decode">here</a><sup class="link-number">[2]</sup> and <a href="https://example.org/x">x again</a><sup class="link-number">[1]</sup>.</p>` +
		`<div class="lab"><p class="on-page">A lab: it runs on the page /lessons/one</p><div class="fallback"><p>So.</p></div></div><div class="lab"><pre>nc</pre></div>` +
		`<div class="exercise"><p>Do it.</p></div>`
	if p.err != nil || got != want {
		t.Errorf("on paper it is\n%s\nwant\n%s\n%v", got, want, p.err)
	}
	if fmt.Sprint(p.links) != "[https://example.org/x /decode]" {
		t.Errorf("the addresses are %q", p.links)
	}
}

// TestHandout: every lesson, each with its exercises and the addresses of its links; what a speaker
// knows comes when it is asked for.
func TestHandout(t *testing.T) {
	s, ts := pageServer(t)
	read := func(path string) string {
		_, page := fetch(t, ts, path)
		return html.UnescapeString(string(page))
	}
	plain, noted := read("/print"), read("/print?notes=1")
	if resp, body := fetch(t, ts, "/print?notes=all"); resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "want 1") {
		t.Errorf("notes=all: %s", resp.Status)
	}
	number := regexp.MustCompile(`\[(\d+)\]</sup>`)
	for _, l := range s.site.course.Lessons {
		id := `<article id="lesson-` + l.ID + `"`
		_, part, ok := strings.Cut(plain, id)
		part, _, _ = strings.Cut(part, "</article>")
		if !ok {
			t.Errorf("the handout lacks %s", l.ID)
			continue
		}
		for _, x := range l.Exercises {
			if !strings.Contains(part, `id="`+l.ID+"-exercise-"+x.ID+`"`) {
				t.Errorf("the handout lacks the exercise %s/%s", l.ID, x.ID)
			}
		}
		labs := 0
		for _, s := range l.Slides {
			if s.Lab != "" && s.Lab != "terminal" { // a line to paste stands there itself
				labs++
			}
		}
		if printed := strings.Count(part, `class="paper-session"`); printed != labs {
			t.Errorf("%d sessions of %s's %d labs are printed", printed, l.ID, labs)
		}
		most := 0
		for _, m := range number.FindAllStringSubmatch(part, -1) {
			var n int
			if _, err := fmt.Sscan(m[1], &n); err == nil {
				most = max(most, n)
			}
		}
		_, list, _ := strings.Cut(part, `<ol class="links">`)
		if got := strings.Count(list, "<li>"); got != most || most == 0 {
			t.Errorf("%s: %d addresses at its end, and numbers up to %d", l.ID, got, most)
		}
		for _, slide := range l.Slides {
			if said := firstWords(slide.Notes); strings.Contains(plain, said) || !strings.Contains(noted, said) {
				t.Errorf("%s, slide %q: its notes belong on the page with notes, and there alone", l.ID, slide.Title)
			}
		}
	}
	for _, no := range []string{"<details", "<wu-", "<script", "<noscript"} {
		if strings.Contains(noted, no) {
			t.Errorf("the handout holds %s", no)
		}
	}
}

// TestSlidesTellNoNotes: what the speaker knows is on no page of slides.
func TestSlidesTellNoNotes(t *testing.T) {
	s, ts := pageServer(t)
	for _, l := range s.site.course.Lessons {
		_, page := fetch(t, ts, "/lessons/"+l.ID+"/slides")
		for i, slide := range l.Slides {
			if strings.Contains(html.UnescapeString(string(page)), firstWords(slide.Notes)) {
				t.Errorf("the slides of %s hold the notes of %q", l.ID, slide.Title)
			}
			if name := fmt.Sprintf(`data-slide="%s/%d"`, l.ID, i+1); !strings.Contains(string(page), name) {
				t.Errorf("the slides of %s lack %s", l.ID, name)
			}
		}
	}
	if view := deckView(s.site.course); len(view.Parts) != len(s.site.course.Lessons) {
		t.Errorf("a deck of all lessons has %d parts; want %d", len(view.Parts), len(s.site.course.Lessons))
	}
}

// firstWords is the text of notes before any markup inside it.
func firstWords(notes lessons.HTML) string {
	text, _, _ := strings.Cut(strings.TrimPrefix(string(notes), "<p>"), "<")
	line, _, _ := strings.Cut(text, "\n")
	return html.UnescapeString(line)
}
