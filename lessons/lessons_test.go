package lessons

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wireup/content"
)

func load(t *testing.T) *Course {
	t.Helper()
	c, err := Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCourse(t *testing.T) {
	c := load(t)
	var ids []string
	for i, l := range c.Lessons {
		ids = append(ids, l.ID)
		if l.Number != i+1 {
			t.Errorf("lesson %s has number %d; want %d", l.ID, l.Number, i+1)
		}
		if !l.Written {
			continue
		}
		if l.Body == "" || l.Next == "" || len(l.Sources) == 0 {
			t.Errorf("lesson %s: %d bytes of body, next %q, %d sources; want some of each",
				l.ID, len(l.Body), l.Next, len(l.Sources))
		}
		if n := len(l.Slides); n < 5 || n > 9 {
			t.Errorf("lesson %s has %d slides; want 5 to 9", l.ID, n)
		}
		var minutes float64
		for _, s := range l.Slides {
			minutes += s.Minutes
			if s.Title == "" || s.Body == "" {
				t.Errorf("lesson %s, slide %q: %d bytes of body; want some of each", l.ID, s.Title, len(s.Body))
			}
		}
		if math.Abs(minutes-float64(l.Minutes)) > 1e-9 {
			t.Errorf("the slides of %s take %v minutes; want the lesson's %d", l.ID, minutes, l.Minutes)
		}
	}
	// These never change: links, progress and classes hang on them.
	want := []string{"request", "connections", "polling", "comet", "streaming", "sockets", "handshake",
		"frames", "masking", "conversation", "capture", "production", "choose"}
	if !slices.Equal(ids, want) {
		t.Errorf("lessons are %v; want %v", ids, want)
	}
}

func TestAround(t *testing.T) {
	c := load(t)
	first, last := c.Lessons[0], c.Lessons[len(c.Lessons)-1]
	if before, after := c.Around(first); before != nil || after != c.Lessons[1] {
		t.Errorf("Around(%s) = %v, %v", first.ID, before, after)
	}
	if before, after := c.Around(last); before != c.Lessons[len(c.Lessons)-2] || after != nil {
		t.Errorf("Around(%s) = %v, %v", last.ID, before, after)
	}
}

// TestSlidesStayOut: what only a room sees, and what only the speaker knows, is not in the article.
func TestSlidesStayOut(t *testing.T) {
	c := course(t, "::: slide A title\nOn the *screen*.\n::: notes\nFor the speaker.\n:::\n:::\n\n::: notes\nMore for the speaker.\n:::\n")
	l, _ := c.Lesson("one")
	for _, private := range []string{"screen", "speaker", "A title"} {
		if strings.Contains(string(l.Body), private) {
			t.Errorf("the article holds %q:\n%s", private, l.Body)
		}
	}
	want := Slide{Title: "A title", Level: Must, Minutes: 2, Body: "<p>On the <em>screen</em>.</p>\n", Notes: "<p>For the speaker.</p>\n<p>More for the speaker.</p>\n"}
	if len(l.Slides) != 2 || l.Slides[1] != want {
		t.Errorf("slides are %+v; want %+v as the second", l.Slides, want)
	}
}

// TestSteps: each block and each item is counted, in the order in which they stand.
func TestSteps(t *testing.T) {
	c := course(t, "::: poll Who has used HTTP?\n- Yes\n- I have, and didn’t *notice*\n:::\n::: notes\nBegin.\n:::\n::: slide A title {level=could minutes=1.5}\nFirst.\n\n::: steps\n- One\n- Two\n:::\n::: step\n::: lab echo\nText.\n:::\n:::\n::: said wrong\nThis.\n:::\n:::\n")
	l, _ := c.Lesson("one")
	opens, s := l.Slides[0], l.Slides[1]
	if !opens.Opens || opens.Title != "One" || opens.Minutes != 2.5 || opens.Notes != "<p>Begin.</p>\n" || !strings.Contains(string(opens.Body), "Do another.") {
		t.Errorf("the first slide is %+v", opens)
	}
	if p := opens.Poll; p == nil || p.Question != "Who has used HTTP?" || !slices.Equal(p.Options, []string{"Yes", "I have, and didn’t notice"}) || strings.Contains(string(opens.Body+opens.Notes), "HTTP?") {
		t.Errorf("the first slide asks %+v", p)
	}
	if s.Poll != nil {
		t.Errorf("the second slide asks %+v", s.Poll)
	}
	if s.Steps != 3 || s.Level != Could || s.Minutes != 1.5 || s.Lab != "echo" || !s.Said {
		t.Errorf("the second slide is %+v", s)
	}
	for _, part := range []string{`<li data-step="1">One`, `<li data-step="2">Two`, `<div class="step" data-step="3">`} {
		if !strings.Contains(string(s.Body), part) {
			t.Errorf("the second slide lacks %s:\n%s", part, s.Body)
		}
	}
}

// TestMarkup: pages are sent under a strict policy, so no markup may need more.
func TestMarkup(t *testing.T) {
	id := regexp.MustCompile(`\sid="([^"]*)"`)
	banned := regexp.MustCompile(`(?i)\s(style|on[a-z]+)=|<script|<style|javascript:|<th></th>`)
	for _, l := range load(t).Lessons {
		var whole strings.Builder
		whole.WriteString(string(l.Body))
		if found := banned.FindString(whole.String()); found != "" {
			t.Errorf("lesson %s holds %q", l.ID, found)
		}
		seen := make(map[string]bool)
		for _, m := range id.FindAllStringSubmatch(whole.String(), -1) {
			if seen[m[1]] {
				t.Errorf("lesson %s: the id %q stands there twice", l.ID, m[1])
			}
			seen[m[1]] = true
		}
		for _, s := range l.Slides {
			if found := banned.FindString(string(s.Body + s.Notes)); found != "" {
				t.Errorf("lesson %s, slide %q holds %q", l.ID, s.Title, found)
			}
		}
	}
}

// A lesson of one block, and what stands around it.
const (
	testOutline = "---\ntitle: T\nsummary: S\nlessons:\n  - id: one\n---\n\nText.\n"
	testFront   = `---
id: one
number: 1
title: One
revision: 1
minutes: 4
level: must
summary: A summary.
objectives:
  - Do one thing.
  - Do another.
misconceptions:
  - id: wrong
    said: Something wrong.
    source: somewhere
devtools:
  look: here
  hidden: that
sources:
  - title: A source
    url: https://example.org/
    for: everything
next: The next lesson.
---
`
	testEnd = "\n::: misconception wrong\nRight.\n:::\n\n::: devtools\nHere.\n:::\n"
	testHex = "# Two frames.\n# source: made for this test\nup 81 85 37fa213d 7f9f4d5158 # Hello\ndown 81 05\n  48656c6c6f\n"
)

func files(lesson string) fstest.MapFS {
	return fstest.MapFS{
		"course.md":          {Data: []byte(testOutline)},
		"lessons/one.md":     {Data: []byte(lesson)},
		"recorded/hello.hex": {Data: []byte(testHex)},
	}
}

// course loads a course whose one lesson has body as its text.
func course(t *testing.T, body string) *Course {
	t.Helper()
	c, err := Load(files(testFront + body + testEnd))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBlocks(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string
	}{
		{"lab", "::: lab echo value=\"a b\"\nNo *script*.\n:::\n",
			[]string{`<wu-echo-lab class="lab" value="a b">`, "<p>No <em>script</em>.</p>"}},
		{"a value is escaped", "::: lab echo value=<b>&\nText.\n:::\n", []string{`value="&lt;b&gt;&amp;"`}},
		{"predict", "::: lab predict send=x repeat=126 side=down of=overhead unit=bytes\nHow many?\n:::\n",
			[]string{`<wu-predict`, `repeat="126"`, "How many?"}},
		{"terminal", "::: lab terminal\n```sh\nwebsocat 'ws://{host}/echo?wire={wire}&breakdown=text'\n```\nText.\n:::\n",
			[]string{`line="websocat &#39;ws://{host}/echo?wire={wire}&amp;breakdown=text&#39;"`,
				"<code>websocat &#39;ws://127.0.0.1:8080/echo?breakdown=text&#39;</code>"}},
		{"misconception", "", []string{`id="misconception-wrong"`, "<q>Something wrong.</q>", "<p>Right.</p>"}},
		{"devtools", "", []string{"<dd>here</dd>", "<dd>that</dd>", "<p>Here.</p>"}},
		{"frame", "::: frame hello 1\nA *frame*.\n:::\n", []string{"Text frame, 5 bytes, masked.", "<em>frame</em>",
			"11 bytes cross the wire: 6 of header and 5 of payload. FIN is 1: last frame of its message.", "made for this test",
			`<b>0 0 0 1</b><small>opcode: text</small>`, `<b>7f</b><small>“H”</small>`}},
		{"rows", "::: rows hello\nBoth.\n:::\n", []string{"<td>81 85 37 fa 21 3d</td>", "<td>81 05</td>"}},
		{"xor", "::: xor hello\nText.\n:::\n", []string{"<td>7f</td>", "<td>37</td>", "<small>H</small>"}},
		{"bitxor", "::: bitxor hello 1\nText.\n:::\n", []string{`<td class="byte">7f</td><td>0</td><td>1</td><td>1</td><td>1</td><td>1</td><td>1</td><td>1</td><td>1</td>`}},
		{"dump", "::: dump hello 2\nText.\n:::\n", []string{`<span class="f-pay">48</span>`, `<span class="f-pay">H</span>`}},
		{"costs", "::: costs 125 65536\nText.\n:::\n", []string{`<td class="n">6</td><td class="n">4.6%</td>`, `<td class="n">10</td><td class="n">14</td>`}},
		{"lengths", "::: lengths hello\nText.\n:::\n", []string{`<th scope="row">Hello</th>`}},
		{"figures", "It takes {hello 1 size} bytes, {hello 1 header} of them header, with the key {hello 1 key}.\n",
			[]string{"It takes 11 bytes, 6 of them header, with the key <code>37 fa 21 3d</code>."}},
		{"a brace is only a brace", "A {b} c.\n", []string{"A {b} c."}},
		{"references in a table", "| a | b |\n|---|---|\n| 403 | another site (§10.2), and 426 (RFC 9110 §15.5.22) |\n", []string{
			`class="ref">§10.2</a>`, `class="ref">RFC 9110 §15.5.22</a>`}},
		{"references", "See RFC 6455 §5.2 and §10.3, not `RFC 6455 §99`.\n", []string{
			`<a href="https://www.rfc-editor.org/rfc/rfc6455#section-5.2" class="ref">RFC 6455 §5.2</a>`,
			`<a href="https://www.rfc-editor.org/rfc/rfc6455#section-10.3" class="ref">§10.3</a>`}},
		{"tables are aligned without a style", "| a |\n|--:|\n| 1 |\n", []string{`<td align="right">1</td>`}},
		{"a fence inside code", "::: lab echo\n```\n:::\n```\nText.\n:::\n", []string{"<code>:::\n</code>"}},
		{"markup is not let through", "A <b>bold</b> claim.\n", []string{"A <!-- raw HTML omitted -->bold"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, _ := course(t, tt.body).Lesson("one")
			for _, want := range tt.want {
				if !strings.Contains(string(l.Body), want) {
					t.Errorf("the article lacks %q:\n%s", want, l.Body)
				}
			}
		})
	}
}

func TestErrors(t *testing.T) {
	// Line 1 of a body is this line of its file.
	const front = 25
	if n := strings.Count(testFront, "\n"); n != front-1 {
		t.Fatalf("the front matter has %d lines; want %d", n, front-1)
	}
	at := func(text string) string { return "lessons/one.md:25: " + text }
	tests := []struct{ name, body, want string }{
		{"unknown block", "::: labb echo\nText.\n:::\n", at(`::: labb: there is no such block`)},
		{"unknown lab", "::: lab ecko\nText.\n:::\n", at(`::: lab: there is no lab called "ecko"; there are `)},
		{"unknown key", "::: lab echo valu=x\nText.\n:::\n", at(`::: lab: echo takes no "valu"; it takes value`)},
		{"wrong value", "::: lab predict of=length\nText.\n:::\n", at(`::: lab: of="length": want one of size, overhead, payload`)},
		{"wrong number", "::: lab masking times=0\nText.\n:::\n", at(`::: lab: times="0": want a number from 1 to 9`)},
		{"key twice", "::: lab echo value=a value=b\nText.\n:::\n", at(`::: lab: value is given twice`)},
		{"open quotation", "::: lab echo value=\"a\nText.\n:::\n", at(`::: lab: "a: the quotation mark is never closed`)},
		{"no fallback", "::: lab echo\n:::\n", at(`::: lab: want text inside, for a reader without JavaScript`)},
		{"terminal without a line", "::: lab terminal\nText.\n:::\n", at(`::: lab: want one line in a code block first`)},
		{"terminal without a wire", "::: lab terminal\n```\nls\n```\n:::\n", at(`::: lab: "ls": want {host} and wire={wire} in it`)},
		{"never closed", "::: lab echo\nText.\n", at(`::: lab is never closed`)},
		{"closes nothing", ":::\n", at(`this ::: closes nothing`)},
		{"second line", "Text.\n\n::: lab ecko\nText.\n:::\n", `lessons/one.md:27: ::: lab: there is no lab called "ecko"`},
		{"unknown recording", "::: rows other\nText.\n:::\n", at(`::: rows: there is no recording called "other"`)},
		{"unknown frame", "::: frame hello 3\nText.\n:::\n", at(`::: frame: hello has no frame 3; it has 2`)},
		{"unknown figure", "Some {hello 1 weight}.\n", at(`a frame has no "weight"`)},
		{"figure of nothing", "Some {other 1 size}.\n", at(`there is no recording called "other"`)},
		{"unmasked", "::: bitxor hello 2\nText.\n:::\n", at(`::: bitxor: hello 2 has no masked payload there`)},
		{"unknown section", "See §5.99.\n", at(`RFC 6455 has no section 5.99`)},
		{"unknown RFC", "See RFC 2 §1.\n", at(`RFC 2 is not in the list of references.go`)},
		{"first level heading", "# One\n", at(`a heading of the first level`)},
		{"unknown misconception", "::: misconception other\nText.\n:::\n", at(`::: misconception: the front matter has no misconception called "other"`)},
		{"answered twice", "::: misconception wrong\nText.\n:::\n", `wrong is answered twice`},
		{"devtools twice", "::: devtools\nText.\n:::\n", `2 blocks ::: devtools; want one`},
		{"a slide's level", "::: slide A title {level=may}\nText.\n:::\n", at(`::: slide: level "may": want must, should or could`)},
		{"a slide's minutes", "::: slide A title {minutes=none}\nText.\n:::\n", at(`::: slide: minutes "none": want a number`)},
		{"a slide's key", "::: slide A title {steps=2}\nText.\n:::\n", at(`::: slide: a slide takes no "steps"`)},
		{"a slide that never says its end", "::: slide A title {level=must\nText.\n:::\n", at(`::: slide: {level=must: want {level=… minutes=…}`)},
		{"minutes that aren't there", "::: slide A title {minutes=4}\nText.\n:::\n", "lessons/one.md: its slides take all of its 4 minutes"},
		{"poll without a question", "::: slide A title\n::: poll\n- Yes\n- No\n:::\n:::\n", `::: poll: want the question on the same line`},
		{"poll of one option", "::: slide A title\n::: poll So?\n- Yes\n:::\n:::\n", `::: poll: want a list of 2 to 6 options inside`},
		{"poll of no list", "::: slide A title\n::: poll So?\nYes or no.\n:::\n:::\n", `::: poll: want a list of 2 to 6 options inside`},
		{"poll with a long option", "::: slide A title\n::: poll So?\n- Yes\n- " + strings.Repeat("No", 40) + "\n:::\n:::\n", `want 1 to 60 characters`},
		{"two polls on a slide", "::: slide A title\n::: poll So?\n- Yes\n- No\n:::\n::: poll So?\n- Yes\n- No\n:::\n:::\n", `a second poll for one slide`},
		{"step outside a slide", "::: step\nText.\n:::\n", at(`::: step: it belongs into a slide`)},
		{"steps of no list", "::: slide A title\n::: steps\nText.\n:::\n:::\n", `::: steps: want one list inside`},
		{"said outside a slide", "::: said wrong\nText.\n:::\n", at(`::: said: it belongs into a slide`)},
		{"two labs on a slide", "::: slide A title\n::: lab echo\nText.\n:::\n::: lab echo\nText.\n:::\n:::\n", `a second lab on a slide`},
		{"slide without a title", "::: slide\nText.\n:::\n", at(`::: slide: want its title`)},
		{"heading in a slide", "::: slide A title\n## More\n:::\n", `a heading inside a slide`},
		{"slide inside a block", "::: lab echo\n::: slide A title\nText.\n:::\n:::\n", `a slide stands inside another block`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(files(testFront + tt.body + testEnd))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load: %v; want %q in it", err, tt.want)
			}
		})
	}
}

func TestFrontErrors(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(testFront, old, new, 1) + testEnd }
	tests := []struct{ name, lesson, want string }{
		{"none", "Text.\n", "lessons/one.md:1: want front matter"},
		{"unknown key", change("minutes:", "minuets:"), "field minuets not found"},
		{"no title", change("title: One\n", ""), "one: no title"},
		{"no minutes", change("minutes: 4\n", ""), "one: minutes: want how long"},
		{"level", change("level: must", "level: may"), `level "may": want must, should or could`},
		{"revision", change("revision: 1\n", ""), "no revision"},
		{"number", change("number: 1", "number: 2"), "number 2, but course.md has it at 1"},
		{"id", change("id: one", "id: two"), `id "two" belongs in lessons/two.md`},
		{"objectives", change("  - Do another.\n", ""), "1 objectives; want 2 or 3"},
		{"a source without a URL", change("    url: https://example.org/\n", ""), `source "A source": want title, url and for`},
		{"a claim without a source", change("    source: somewhere\n", ""), `misconception "wrong": want id, said and source`},
		{"a claim without an answer", testFront + "\n::: devtools\nText.\n:::\n", "nothing answers the misconception wrong"},
		{"two paragraphs", change("next: The next lesson.", `next: "One.\n\nTwo."`), "want one line of text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(files(tt.lesson))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load: %v; want %q in it", err, tt.want)
			}
		})
	}
}

func TestOutlineErrors(t *testing.T) {
	good := testFront + testEnd
	tests := []struct{ name, outline, want string }{
		{"a lesson that isn't written says too little", testOutline[:len(testOutline)-len("---\n\nText.\n")] + "  - id: two\n---\n", "course.md: two: no title (or write lessons/two.md)"},
		{"a lesson that is written says too much", strings.Replace(testOutline, "- id: one", "- id: one\n    title: One", 1), "one is written: leave only its id here"},
		{"a lesson twice", strings.Replace(testOutline, "  - id: one\n", "  - id: one\n  - id: one\n", 1), "one stands in it twice"},
		{"a lesson that is nowhere", strings.Replace(testOutline, "  - id: one\n", "  - {id: two, title: T, minutes: 1, level: must, summary: S}\n", 1), "lessons/one.md: course.md has no such lesson"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := files(good)
			f["course.md"] = &fstest.MapFile{Data: []byte(tt.outline)}
			_, err := Load(f)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load: %v; want %q in it", err, tt.want)
			}
		})
	}
}
