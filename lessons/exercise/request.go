package exercise

// Lesson 1, request: one HTTP request, byte by byte.

import (
	"bytes"
	"strconv"
	"strings"

	"wireup/inspector"
	"wireup/wire"
)

var requestExercises = []*Exercise{
	{Lesson: "request", ID: "raw-get", Revision: 1, Start: rawGet},
	{Lesson: "request", ID: "header-tax", Revision: 1, Start: headerTax},
	{Lesson: "request", ID: "no-host", Revision: 1, Start: noHost},
}

var requestMistakes = []Wording{
	{"raw-not-get",
		"This request's method is {came}. The smallest one asks with GET.",
		"GET", "RFC 9112 §3"},
	{"raw-word-elsewhere",
		"The word stands behind the path here. Put it into the path: /lab/request/{word}.",
		"the word in the path", "RFC 9112 §3.2"},
	{"raw-old-version",
		"This request is {came}. An HTTP/1.1 request ends its first line with HTTP/1.1.",
		"HTTP/1.1", "RFC 9112 §2.3"},
	{"raw-bare-lf",
		"This line ends in LF alone. Servers may take it, as this one does, but a line ends in CR LF: write \\r\\n.",
		"CR LF", "RFC 9112 §2.2"},
	{"raw-no-host",
		"This request has no Host field, and the server refused it. Host is the one field that can't be left out.",
		"one field, Host", "RFC 9112 §3.2"},
	{"raw-empty-host",
		"This Host says nothing. It has to say which host is asked, as it stands in the URL.",
		"Host and the name of the host", "RFC 9112 §3.2"},
	{"raw-more-fields",
		"This request has {came}, and the smallest one has Host alone. A browser and curl add fields of their own: use nc, and type each byte.",
		"one field, Host", "RFC 9112 §3.2"},

	{"tax-no-number",
		"“{came}” is no whole number of bytes.",
		"a whole number", "RFC 9112 §2.1"},
	{"tax-without-blank-line",
		"{came} leaves out the blank line. It is two bytes, and the head isn't over without them.",
		"{size}", "RFC 9112 §2.1"},
	{"tax-not-the-size",
		"Your browser's last request with the word had another size than {came} bytes. Look at its row: all of it is overhead in the panel, since a GET without a body is a head.",
		"the size of that request", "RFC 9112 §2.1"},

	{"no-host-is-there",
		"This request has a Host field ({came}). Leave it out, and see what the server says.",
		"no Host field", "RFC 9112 §3.2"},
	{"no-host-old-version",
		"This request is {came}, where Host is no duty, so it broke no rule. Ask with HTTP/1.1.",
		"HTTP/1.1", "RFC 9112 §3.2"},
}

// toRequestLab is a request for the lab of lesson 1 with the word in its target.
func toRequestLab(a Attempt) []Cond {
	return []Cond{Lab("request"), Under("/lab/request/"), Carries(a.Word)}
}

// rawGet: the smallest GET that HTTP/1.1 allows, with the word in its path.
func rawGet(a Attempt) Check {
	return Proves("One line, one field, a blank line: that is a whole request of HTTP/1.1, and it was answered.",
		Sequence(
			Request("a GET with nothing but Host, for a path that holds "+a.Word, toRequestLab(a)...).
				Must(isRawGet(a)...),
			Response("its answer", Status(200)),
		))
}

func isRawGet(a Attempt) []Demand {
	return []Demand{
		func(e *wire.Event) *Fault {
			if !Method("GET")(e) {
				return Mistake("raw-not-get", e.Head.Method.Start, string(e.Head.Method.Of(e.Head.Raw)))
			}
			return nil
		},
		func(e *wire.Event) *Fault {
			path, query, _ := strings.Cut(TargetOf(e), "?")
			if !strings.Contains(path, a.Word) {
				return Mistake("raw-word-elsewhere", e.Head.Target.Start+len(path), "?"+query, "word", a.Word)
			}
			return nil
		},
		isVersion11("raw-old-version"),
		Keeps("raw-bare-lf", inspector.RuleBareLF),
		func(e *wire.Event) *Fault {
			fields := e.Head.Fields
			switch host, ok := FieldOf(e, "Host"); {
			case !ok && len(fields) == 0:
				return Mistake("raw-no-host", len(e.Head.Raw)-2, "no field")
			case ok && host == "":
				return Mistake("raw-empty-host", FieldOffset(e, "Host"), "Host without a value")
			}
			for _, f := range fields {
				if name := f.Name.Of(e.Head.Raw); !bytes.EqualFold(name, []byte("Host")) || len(fields) > 1 && f != fields[0] {
					return Mistake("raw-more-fields", f.Line.Start, plural(len(fields), "field"))
				}
			}
			return nil
		},
	}
}

// isVersion11 demands a request of HTTP/1.1.
func isVersion11(mistake string) Demand {
	return func(e *wire.Event) *Fault {
		if v := string(e.Head.Version.Of(e.Head.Raw)); v != "HTTP/1.1" {
			return Mistake(mistake, e.Head.Version.Start, v)
		}
		return nil
	}
}

// headerTax: the reader types how many bytes the browser's last request took.
func headerTax(a Attempt) Check {
	const id = "header-tax"
	var last *wire.Event
	wanted := append(toRequestLab(a), By(wire.DriverPage))
	return Watch("a request from your browser with "+a.Word+" in its path", func(t *Teller, e *wire.Event) {
		text, at, answered := Answered(a, id, e)
		switch {
		case e.Kind == inspector.KindRequest && meets(e, wanted):
			last = e
			t.Await("how many bytes that request had, typed into the field", e.Seq)
		case !answered || last == nil:
		default:
			n, ok := Number(text)
			switch size := last.Size; {
			case !ok || n < 0:
				t.Wrong(e, Mistake("tax-no-number", at, text))
			case uint64(n) == size:
				t.Pass(strconv.Itoa(n)+" bytes crossed to ask for one line of text, the blank line among them.", last.Seq, e.Seq)
			case uint64(n)+2 == size:
				t.Wrong(e, Mistake("tax-without-blank-line", at, text, "size", plural(size, "byte")))
			default:
				t.Wrong(e, Mistake("tax-not-the-size", at, text))
			}
		}
	})
}

// noHost: a request of HTTP/1.1 without Host, and the 400 that it draws.
func noHost(a Attempt) Check {
	return Proves("A request of HTTP/1.1 without Host is refused with 400.",
		Sequence(
			Request("a request of HTTP/1.1 without Host, for a path that holds "+a.Word, toRequestLab(a)...).
				Must(isVersion11("no-host-old-version"), func(e *wire.Event) *Fault {
					if host, ok := FieldOf(e, "Host"); ok {
						return Mistake("no-host-is-there", FieldOffset(e, "Host"), "Host: "+host)
					}
					return nil
				}),
			Response("its answer, a 400", Status(400)),
		))
}
