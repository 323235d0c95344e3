package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"wireup/content"
	"wireup/lessons"
	"wireup/static"
	"wireup/templates"
	"wireup/wire"
)

// pageServer serves everything there is to see.
func pageServer(t *testing.T) (*Server, *httptest.Server) {
	t.Helper()
	course, err := lessons.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{Log: slog.New(slog.DiscardHandler), Hub: wire.NewHub(wire.DefaultLimits(), Route),
		Limits: DefaultLimits(), Static: static.FS, Content: content.FS, Course: course})
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewServer(s.http.Handler)
	t.Cleanup(ts.Close)
	return s, ts
}

// fetch gets path as a browser would.
func fetch(t *testing.T, ts *httptest.Server, path string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest("GET", ts.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,*/*")
	resp, err := ts.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// TestCrawl fetches every page from the first one on, follows every local link, fetches every
// asset, and looks at the markup of each page.
func TestCrawl(t *testing.T) {
	_, ts := pageServer(t)
	seen := map[string]bool{"/": true}
	fragments := make(map[string][]string) // by page, the ids that links name
	ids := make(map[string]map[string]bool)
	pages := 0
	for queue := []string{"/"}; len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		resp, body := fetch(t, ts, path)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, resp.Status)
			continue
		}
		if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			if strings.HasPrefix(path, assetPath) && resp.Header.Get("Cache-Control") != immutable {
				t.Errorf("%s: Cache-Control %q; want %q", path, resp.Header.Get("Cache-Control"), immutable)
			}
			continue
		}
		pages++
		doc, err := html.Parse(bytes.NewReader(body))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		p := readPage(t, path, doc)
		p.check(t, resp.Header.Get("Content-Security-Policy"))
		ids[path] = p.ids
		for _, link := range p.links {
			u, err := url.Parse(link)
			if err != nil {
				t.Errorf("%s: the link %q: %v", path, link, err)
				continue
			}
			if u.Host != "" {
				continue
			}
			target := path
			if u.Path != "" {
				target = u.Path
			}
			if u.Fragment != "" {
				fragments[target] = append(fragments[target], u.Fragment)
			}
			if !seen[target] {
				seen[target] = true
				queue = append(queue, target)
			}
		}
	}
	for target, names := range fragments {
		for _, name := range names {
			if !ids[target][name] {
				t.Errorf("%s has nothing with the id %q, though a link goes there", target, name)
			}
		}
	}
	if pages < 4 {
		t.Errorf("the crawl found %d pages; want home, two lessons and the wire at least", pages)
	}
}

// pageMarkup is what the tests look at in a page.
type pageMarkup struct {
	path    string
	links   []string // of anchors, stylesheets, scripts and pictures
	ids     map[string]bool
	inline  []string // the text of each inline script
	heading []int
}

func readPage(t *testing.T, path string, doc *html.Node) *pageMarkup {
	p := &pageMarkup{path: path, ids: make(map[string]bool)}
	rfcLink := regexp.MustCompile(`^https://www\.rfc-editor\.org/rfc/rfc[0-9]+(#section-[0-9]+(\.[0-9]+)*)?$`)
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		attributes := make(map[string]string)
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s: <%s %s=%q>: inline, which the policy forbids", path, n.Data, a.Key, a.Val)
			}
		}
		if id, ok := attributes["id"]; ok {
			if p.ids[id] {
				t.Errorf("%s: the id %q stands there twice", path, id)
			}
			p.ids[id] = true
		}
		switch n.Data {
		case "style":
			t.Errorf("%s: a <style> element, which the policy forbids", path)
		case "script":
			if src, ok := attributes["src"]; ok {
				p.links = append(p.links, src)
			} else if n.FirstChild != nil {
				p.inline = append(p.inline, n.FirstChild.Data)
			}
		case "a", "link":
			p.links = append(p.links, attributes["href"])
			if href := attributes["href"]; strings.Contains(href, "rfc-editor.org") && !rfcLink.MatchString(href) {
				t.Errorf("%s: %q is no link to a section of an RFC", path, href)
			}
		case "img":
			p.links = append(p.links, attributes["src"])
		case "h1", "h2", "h3", "h4", "h5", "h6":
			p.heading = append(p.heading, int(n.Data[1]-'0'))
		}
	}
	return p
}

func (p *pageMarkup) check(t *testing.T, policy string) {
	if len(p.heading) == 0 || p.heading[0] != 1 {
		t.Errorf("%s: headings %v; want the first to be of level 1", p.path, p.heading)
	}
	for i := 1; i < len(p.heading); i++ {
		if p.heading[i] > p.heading[i-1]+1 || p.heading[i] == 1 {
			t.Errorf("%s: headings %v: number %d is out of order", p.path, p.heading, i+1)
		}
	}
	if !p.ids["main"] {
		t.Errorf("%s: nothing to skip to", p.path)
	}
	for _, script := range p.inline {
		sum := sha256.Sum256([]byte(script))
		if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("%s: the policy %q doesn't allow the inline script %.80s", p.path, policy, script)
		}
		if !json.Valid([]byte(script)) {
			t.Errorf("%s: an inline script that is no import map: %.80s", p.path, script)
		}
	}
	if len(p.inline) > 1 {
		t.Errorf("%s: %d inline scripts; want the import map alone", p.path, len(p.inline))
	}
	for _, part := range []string{"default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
		"frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s: the policy %q lacks %q", p.path, policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("%s: the policy %q", p.path, policy)
	}
}

func TestPageHeaders(t *testing.T) {
	_, ts := pageServer(t)
	for _, path := range []string{"/", "/wire", "/lessons/frames", "/lessons/nothing", "/nothing"} {
		resp, _ := fetch(t, ts, path)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q; want %q", path, name, got, want)
			}
		}
		cache := revalidate
		if resp.StatusCode != http.StatusOK {
			cache = "no-store"
		}
		if got := resp.Header.Get("Cache-Control"); got != cache {
			t.Errorf("%s: Cache-Control is %q; want %q", path, got, cache)
		}
	}
}

// TestImportMap: each module is reached by its plain name, and has the bytes that the map says.
func TestImportMap(t *testing.T) {
	s, ts := pageServer(t)
	var m struct {
		Imports, Integrity map[string]string
	}
	if err := json.Unmarshal([]byte(s.site.view.ImportMap), &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Imports) == 0 || len(m.Imports) != len(m.Integrity) {
		t.Fatalf("%d imports and %d integrities", len(m.Imports), len(m.Integrity))
	}
	for plain, hashed := range m.Imports {
		resp, body := fetch(t, ts, hashed)
		sum := sha256.Sum256(body)
		if want := "sha256-" + base64.StdEncoding.EncodeToString(sum[:]); resp.StatusCode != http.StatusOK || m.Integrity[hashed] != want {
			t.Errorf("%s: %s, integrity %s; want %s", hashed, resp.Status, m.Integrity[hashed], want)
		}
		resp, same := fetch(t, ts, plain)
		if !bytes.Equal(body, same) || resp.Header.Get("Cache-Control") != revalidate {
			t.Errorf("%s: other bytes than %s, or Cache-Control %q", plain, hashed, resp.Header.Get("Cache-Control"))
		}
	}
}

func TestUnknown(t *testing.T) {
	_, ts := pageServer(t)
	tests := []struct {
		method, path, accept string
		code                 int
		want                 string // in the body
	}{
		{"GET", "/nothing", "text/html", 404, "<h1>Not Found</h1>"},
		{"GET", "/nothing", "*/*", 404, `{"error":"There is nothing at this address. See all lessons.","ref":"RFC 9110 §15.5.5"}`},
		{"GET", "/lessons/%3Cscript%3E", "text/html", 404, "&lt;script&gt;"},
		{"GET", "/lessons/sockts", "text/html", 404, "There is no lesson called “sockts”. See all lessons."},
		{"GET", "/lessons/%ff%00%E2%80%AE", "text/html", 404, "“\ufffd\ufffd\ufffd”"},
		{"GET", "/lessons/" + strings.Repeat("é", 65), "text/html", 404, "“" + strings.Repeat("é", 64) + "…”"},
		{"GET", "/static/main.0000000000.js", "*/*", 404, "Reload the page"},
		{"GET", "/static/..%2Fstatic.go", "*/*", 404, "There is no such file"},
		{"POST", "/wire", "application/json", 405, "Use GET."},
		{"DELETE", "/lessons/frames", "application/json", 405, "Use GET."},
	}
	for _, tt := range tests {
		r, err := http.NewRequest(tt.method, ts.URL+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", tt.accept)
		resp, err := ts.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != tt.code || !strings.Contains(string(body), tt.want) {
			t.Errorf("%s %s: %d %s, %v; want %d and %q", tt.method, tt.path, resp.StatusCode, body, err, tt.code, tt.want)
		}
		if tt.code == 405 && !strings.Contains(resp.Header.Get("Allow"), "GET") {
			t.Errorf("%s %s: Allow %q", tt.method, tt.path, resp.Header.Get("Allow"))
		}
	}
}

// TestWithoutScript: what a page says of itself without JavaScript.
func TestWithoutScript(t *testing.T) {
	_, ts := pageServer(t)
	for _, path := range []string{"/", "/wire", "/lessons/frames", "/lessons/masking"} {
		_, body := fetch(t, ts, path)
		if !bytes.Contains(body, []byte("<noscript>")) {
			t.Errorf("%s says nothing of what is missing without JavaScript", path)
		}
	}
}

// nowhere is a ResponseWriter that keeps nothing.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}

// BenchmarkPage compares a lesson that was rendered and compressed once with one that is rendered
// for each request, as it is or compressed too.
func BenchmarkPage(b *testing.B) {
	course, err := lessons.Load(content.FS)
	if err != nil {
		b.Fatal(err)
	}
	s, err := newSite(static.FS, nil, course, RawEnds{})
	if err != nil {
		b.Fatal(err)
	}
	l, _ := course.Lesson("frames")
	w, r := nowhere{make(http.Header)}, httptest.NewRequest("GET", "/lessons/frames", nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br")
	for name, page := range map[string]func() (*encoded, error){
		"once": func() (*encoded, error) { return s.lessons["frames"], nil },
		"plain": func() (*encoded, error) {
			body, err := render(templates.Lesson(lessonView(s.view, course, l)))
			return &encoded{pageType, func() []variant { return []variant{{coding: identity, body: body}} }}, err
		},
		"each": func() (*encoded, error) {
			body, err := render(templates.Lesson(lessonView(s.view, course, l)))
			return newEncoded(pageType, body), err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e, err := page()
				if err != nil {
					b.Fatal(err)
				}
				if err := e.serve(w, r, revalidate); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStart is what the pages cost when the program starts.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		course, err := lessons.Load(content.FS)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := newSite(static.FS, nil, course, RawEnds{}); err != nil {
			b.Fatal(err)
		}
	}
}
