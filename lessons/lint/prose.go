package lint

// The rules of prose: where links lead, and that no byte was typed.

import (
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	href   = regexp.MustCompile(`\shref="([^"]*)"`)
	anchor = regexp.MustCompile(`\sid="([^"]*)"`)
)

// places are the pages of the program beside the lessons.
var places = []string{"/", "/decode", "/measured", "/print", "/wire"}

// links looks at where the links of each page lead.
func (l *linter) links() {
	anchors := make(map[string][]string) // by page
	pages := map[string]string{"/": string(l.course.Body)}
	for _, p := range places {
		anchors[p] = nil
	}
	for _, lesson := range l.course.Lessons {
		page := "/lessons/" + lesson.ID
		anchors[page] = []string{}
		if !lesson.Written {
			continue
		}
		body := string(lesson.Body)
		for _, s := range lesson.Slides {
			body += string(s.Body) + string(s.Notes)
		}
		pages[page] = body + string(lesson.Next)
		for _, m := range anchor.FindAllStringSubmatch(string(lesson.Body), -1) {
			anchors[page] = append(anchors[page], m[1])
		}
	}
	for _, page := range sorted(pages) {
		for _, m := range href.FindAllStringSubmatch(pages[page], -1) {
			if wrong := leads(page, html.UnescapeString(m[1]), anchors); wrong != "" {
				l.problem("%s: the link %s %s", page, m[1], wrong)
			}
		}
	}
	for _, lesson := range l.course.Lessons {
		for _, s := range lesson.Sources {
			if u, err := url.Parse(s.URL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
				l.problem("lessons/%s.md: the source %q has no address that can be opened: %q", lesson.ID, s.Title, s.URL)
			}
		}
	}
}

// leads says what is wrong with a link on a page; empty if nothing is.
func leads(page, link string, anchors map[string][]string) string {
	u, err := url.Parse(link)
	switch {
	case err != nil:
		return "can't be read"
	case u.Scheme == "https" || u.Scheme == "http":
		if u.Host == "" {
			return "names no host"
		}
		return ""
	case u.Scheme != "" || u.Host != "":
		return "leads nowhere that a browser opens"
	}
	to := page
	if u.Path != "" {
		to = path.Join(path.Dir(page), u.Path)
		if strings.HasPrefix(u.Path, "/") {
			to = path.Clean(u.Path)
		}
	}
	ids, ok := anchors[to]
	switch {
	case !ok:
		return "leads to a page that isn't there"
	case u.Fragment != "" && ids != nil && !slices.Contains(ids, u.Fragment):
		return "leads to an anchor that isn't there"
	}
	return ""
}

// What prose must not hold: bytes in hex, and sizes that somebody measured. Sizes below three digits
// are what the RFCs say of headers and keys, and so are the thresholds.
var (
	hexRun     = regexp.MustCompile(`\b(?:0x)?[0-9a-f]{2}(?: [0-9a-f]{2})+\b|\b0x[0-9a-fA-F]{4,}\b`)
	byteCount  = regexp.MustCompile(`\b[0-9][0-9,. \x{202f}\x{a0}]*[0-9](?: |\x{202f}|\x{a0}|-)?(?:bytes?|octets|B|kB|KB|KiB|MiB|MB)\b`)
	thresholds = []string{"125", "126", "127", "65535", "65536"}
	notADigit  = regexp.MustCompile(`[^0-9]`)

	// codeLine is a line of a fenced block or of a block's opening, where nothing is prose.
	fenceLine = regexp.MustCompile("^ *(```|~~~)")
	figure    = regexp.MustCompile(`\{[^}]*\}`)
)

// typedFile lists what looks like typed bytes and is none, a line each:
// "lessons/frames.md: 800 bytes: quoted from the talk".
const typedFile = "typed.txt"

// typed looks for bytes that somebody typed into prose.
func (l *linter) typed() {
	excused, reasons := l.excuses()
	names, err := fs.Glob(l.Content, "lessons/*.md")
	if err != nil {
		l.problem("lessons: %v", err)
	}
	for _, name := range append(names, "course.md") {
		src, err := fs.ReadFile(l.Content, name)
		if err != nil {
			l.problem("%s: %v", name, err)
			continue
		}
		fenced, front := false, 0
		for i, line := range strings.Split(string(src), "\n") {
			switch {
			case line == "---" && front < 2:
				front++
				continue
			case front < 2:
				continue
			case fenceLine.MatchString(line):
				fenced = !fenced
				continue
			case fenced, strings.HasPrefix(strings.TrimSpace(line), ":::"):
				continue
			}
			for _, found := range typedIn(line) {
				key := name + ": " + found
				if _, ok := reasons[key]; ok {
					excused[key] = true
					continue
				}
				l.problem("%s:%d: %q was typed: compute it by a block or a figure such as {RECORDING 1 size}, or excuse it in %s with a reason", name, i+1, found, typedFile)
			}
		}
	}
	for _, key := range sorted(reasons) {
		if !excused[key] {
			l.problem("%s: %q excuses nothing any more", typedFile, key)
		}
	}
}

// typedIn finds bytes and sizes in a line of prose.
func typedIn(line string) []string {
	line = figure.ReplaceAllString(line, "…")
	found := hexRun.FindAllString(line, -1)
	found = slices.DeleteFunc(found, func(s string) bool {
		// Years, times and counts are digits alone, and words such as "be ad" letters alone.
		return !strings.HasPrefix(s, "0x") && (!strings.ContainsAny(s, "0123456789") || len(s) < 8 && !strings.ContainsAny(s, "abcdef"))
	})
	for _, s := range byteCount.FindAllString(line, -1) {
		digits := notADigit.ReplaceAllString(s, "")
		if len(digits) >= 3 && !slices.Contains(thresholds, digits) {
			found = append(found, s)
		}
	}
	return found
}

// excuses reads the list of what may stand in prose, with the reasons.
func (l *linter) excuses() (used map[string]bool, reasons map[string]string) {
	used, reasons = make(map[string]bool), make(map[string]string)
	src, err := fs.ReadFile(l.Content, typedFile)
	if err != nil {
		return used, reasons // there need not be one
	}
	for i, line := range strings.Split(string(src), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.SplitN(line, ": ", 3)
		if len(parts) != 3 || len(strings.Fields(parts[2])) < 2 {
			l.problem("%s:%d: want FILE: TEXT: and the reason in words", typedFile, i+1)
			continue
		}
		reasons[fmt.Sprintf("%s: %s", parts[0], parts[1])] = parts[2]
	}
	return used, reasons
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
