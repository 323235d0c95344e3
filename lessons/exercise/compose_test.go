package exercise

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

// logOf replays records on the wire aaaaaaaaaaaaa; each line is a record without its time.
func logOf(t *testing.T, records string) []*wire.Event {
	t.Helper()
	var b strings.Builder
	b.WriteString("# A title.\n# source: by hand\nexercise: a/b\nword: plum-41\nwire: aaaaaaaaaaaaa\nverdict: not yet\n\n")
	opened := make(map[string]bool)
	for i, line := range strings.Split(strings.TrimSpace(records), "\n") {
		line = strings.TrimSpace(line)
		conn, rest, _ := strings.Cut(line, " ")
		if !opened[conn] {
			opened[conn] = true
			fmt.Fprintf(&b, "%d %s open terminal 127.0.0.1:5000%s\n", i*100, conn, conn)
		}
		for _, method := range []string{"GET", "POST"} {
			if after, ok := strings.CutPrefix(rest, method+" "); ok {
				rest = `up "` + method + ` /lab/x/plum-41?wire=aaaaaaaaaaaaa ` + after
			}
		}
		fmt.Fprintf(&b, "%d %s %s\n", i*100, conn, rest)
	}
	f, err := ParseFixture("x", []byte(b.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	events, err := f.Replay(testRoute, 0)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

const (
	asks    = ` GET HTTP/1.1\r\nHost: x\r\n\r\n"`
	asksVia = ` GET HTTP/1.1\r\nHost: x\r\nVia: 1.1 p\r\n\r\n"`
	yes     = ` down "HTTP/1.1 204 No Content\r\n\r\n"`
	no      = ` down "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"`
)

func refuses(e *wire.Event) *Fault {
	if Status(404)(e) {
		return Mistake("chars-same", 0, "404") // any wording that there is
	}
	return nil
}

func TestCompositions(t *testing.T) {
	get := func() *Step { return Request("a GET", Method("GET"), Carries("plum-41")) }
	answered := func() Check { return Sequence(get(), Response("its answer").Must(refuses)) }
	tests := []struct {
		name  string
		check func() Check
		log   []string
		state State
		proof string
		say   string
	}{
		{"another method", answered, []string{strings.Replace("1"+asks, "GET", "POST", 1)}, NotYet, "[]", "a GET"},
		{"asked", answered, []string{"1" + asks}, NotYet, "[2]", "its answer"},
		{"answered", answered, []string{"1" + asks, "1" + yes}, Passed, "[2 3]", ""},
		{"answered on another connection", answered, []string{"1" + asks, "2" + asks, "1" + yes}, NotYet, "[4]", "its answer"},
		{"the second is answered", answered, []string{"1" + asks, "2" + asks, "2" + yes}, Passed, "[4 5]", ""},
		{"refused", answered, []string{"1" + asks, "1" + no}, Wrong, "[3]", ""},
		{"refused, then answered", answered, []string{"1" + asks, "1" + no, "1" + asks, "1" + yes}, Passed, "[5 6]", ""},
		{"after a pass nothing counts", answered, []string{"1" + asks, "1" + yes, "1" + asks, "1" + no}, Passed, "[2 3]", ""},

		{"two of three", func() Check { return Count(3, get()) }, []string{"1" + asks, "1" + asks}, NotYet, "[2 3]", "2 of 3"},
		{"three", func() Check { return Count(3, get()) }, []string{"1" + asks, "1" + asks, "2" + asks}, Passed, "[2 3 5]", ""},
		{"three, but not on one connection", func() Check { return SameConnection(func() Check { return Count(3, get()) }) },
			[]string{"1" + asks, "1" + asks, "2" + asks}, NotYet, "[5]", "1 of 3"},
		{"three on one connection", func() Check { return SameConnection(func() Check { return Count(3, get()) }) },
			[]string{"1" + asks, "2" + asks, "1" + asks, "1" + asks}, Passed, "[2 5 6]", ""},

		{"every, in any order", func() Check { return Every(Once(Response("a no", Status(404))), Once(Response("a yes", Status(204)))) },
			[]string{"1" + asks, "1" + yes, "1" + asks, "1" + no}, Passed, "[3 5]", ""},
		{"every, but one", func() Check { return Every(Once(Response("a no", Status(404))), Once(Response("a yes", Status(204)))) },
			[]string{"1" + asks, "1" + yes}, NotYet, "[3]", "a no"},

		{"in time", func() Check {
			return Sequence(get(), Response("its answer").Within(0, 150*time.Millisecond, "chars-same"))
		}, []string{"1" + asks, "1" + yes}, Passed, "[2 3]", ""},
		{"too late", func() Check {
			return Sequence(get(), Response("its answer").Within(0, 50*time.Millisecond, "chars-same"))
		}, []string{"1" + asks, "1" + yes}, Wrong, "[3]", "100 ms"},

		{"through a proxy", func() Check { return CountsConnections("Run it here.", answered()) },
			[]string{"1" + asksVia, "1" + yes}, CantTell, "[2]", "Run it here."},
		{"through a proxy, then without", func() Check { return CountsConnections("Run it here.", answered()) },
			[]string{"1" + asksVia, "1" + yes, "2" + asks, "2" + yes}, Passed, "[5 6]", ""},

		{"exchanges", func() Check {
			whole := 0
			return Exchanges("answers", []Cond{Carries("plum-41")}, func(t *Teller, x *Exchange, e *wire.Event) {
				if x.Whole {
					if whole++; whole == 2 {
						t.Pass(fmt.Sprintf("%d bytes of body in %d pieces, %d down", x.Body, x.Pieces, x.Down), x.Request.Seq, e.Seq)
					}
				}
			})
		}, []string{"1" + asks, "1" + yes, "1" + asks, "1" + no}, Passed, "[4 6]", "2 bytes of body in 1 pieces, 47 down"},
		{"an exchange that is cut off", func() Check {
			return Exchanges("answers", nil, func(t *Teller, x *Exchange, e *wire.Event) {
				if x.Cut {
					t.Pass("cut", e.Seq)
				}
			})
		}, []string{"1" + asks, "1 end client reset"}, Passed, "[3]", "cut"},
		{"the end", func() Check { return Once(End("the end")) }, []string{"1" + asks, "1 end client closed"}, Passed, "[3]", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events := logOf(t, strings.Join(tt.log, "\n"))
			v := Run(tt.check(), events)
			if v.State != tt.state || fmt.Sprint(v.Proof) != tt.proof || !strings.Contains(v.Say+v.Came, tt.say) {
				t.Errorf("%+v; want %s, proof %s, and %q", v, tt.state, tt.proof, tt.say)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	a := Attempt{Word: "plum-41"}
	events := logOf(t, `1 up "POST /lab/answer/x?wire=aaaaaaaaaaaaa&word=plum-41&answer=+5%2042+ HTTP/1.1\r\nHost: x\r\n\r\n"`)
	text, at, ok := Answered(a, "x", events[1])
	if n, whole := Number(text); !ok || text != "5 42" || n != 542 || !whole || string(events[1].Bytes[at:at+2]) != "+5" {
		t.Errorf("the answer is %q at %d, %t", text, at, ok)
	}
	for _, other := range []Attempt{{Word: "plum-42"}, {}} {
		if _, _, ok := Answered(other, "x", events[1]); ok {
			t.Errorf("%v takes it for its answer", other)
		}
	}
	if _, _, ok := Answered(a, "y", events[1]); ok {
		t.Error("another exercise takes it for its answer")
	}
}

// A raw port's calls are events, and the end of what the client sends is one.
func TestRawRecords(t *testing.T) {
	src := "# A title.\n# source: by hand\nexercise: a/b\nword: plum-41\nwire: aaaaaaaaaaaaa\nverdict: not yet\n\n" +
		"0 1 open terminal 127.0.0.1:50001 raw sockets\n1 1 up \"plum-41\\none\"\n2 1 down \"plum-41\\n\"\n3 1 eof\n4 1 end client closed\n"
	f, err := ParseFixture("x", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	events, err := f.Replay(testRoute, 0)
	if err != nil {
		t.Fatal(err)
	}
	v := Run(Sequence(Read("a read", Up, Lab("sockets"), Carries("plum-41")), Read("a write", Down), Read("the end of it", Up), End("the end")), events)
	if v.State != Passed || len(events) != 5 {
		t.Errorf("%d events, %+v", len(events), v)
	}
	again, err := ParseFixture("x", f.AppendTo(nil))
	if err != nil || again.Records[0].Raw != "sockets" || again.Records[3].What != RecordEOF {
		t.Errorf("written and read again: %+v, %v", again, err)
	}
}

func TestParseFixtureRefuses(t *testing.T) {
	const settings = "# A title.\n# source: by hand\nexercise: a/b\nword: plum-41\nwire: aaaaaaaaaaaaa\nverdict: not yet\n\n"
	for _, tt := range []struct{ text, want string }{
		{"", "first line"},
		{"# T.\n", "source"},
		{strings.Replace(settings, "word: plum-41\n", "", 1), "word"},
		{strings.Replace(settings, "not yet", "wrong", 1), "a mistake belongs"},
		{strings.Replace(settings, "not yet", "maybe", 1), "no verdict"},
		{settings + "color: red\n", "no setting"},
		{settings + "  00\n", "none before it"},
		{settings + "0 1 up 00\n", "not open yet"},
		{settings + "0 1 open page 1:1\n0 1 open page 1:1\n", "opened twice"},
		{settings + "0 1 open page 1:1\n0 1 end client closed\n1 1 up 00\n", "has ended"},
		{settings + "0 1 open page 1:1\n1 1 up 0\n", "not hex"},
		{settings + "0 1 open page 1:1\n1 1 up \"x\n", "never closed"},
		{settings + "0 1 open page 1:1\n1 1 up 61*99999999\n", "bytes in one fixture"},
		{settings + "0 1 open page 1:1\n1 1 end by itself\n", "no end"},
		{settings + "0 1 open nobody 1:1\n", "no driver"},
		{settings + "0 1 open page 1:1\n1 1 other 0\n", "how many"},
		{settings + "x 1 open page 1:1\n", "no time"},
	} {
		if f, err := ParseFixture("x", []byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %+v, %v; want an error with %q", strings.TrimPrefix(tt.text, settings), f, err, tt.want)
		}
	}
}

// Every mistake that a check can make has its wording.
func TestMistakesAreWorded(t *testing.T) {
	known := make(map[string]bool)
	for _, w := range Wordings() {
		known[w.Name] = true
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			at := -1
			switch f := call.Fun.(type) {
			case *ast.Ident:
				if f.Name == "Mistake" || f.Name == "Keeps" {
					at = 0
				}
			case *ast.SelectorExpr:
				if f.Sel.Name == "Within" {
					at = 2
				}
			}
			if at < 0 || at >= len(call.Args) {
				return true
			}
			if lit, ok := call.Args[at].(*ast.BasicLit); ok {
				found++
				if name, err := strconv.Unquote(lit.Value); err != nil || !known[name] {
					t.Errorf("the mistake %s has no wording", lit.Value)
				}
			}
			return true
		})
	}
	if found < 10 {
		t.Errorf("only %d mistakes were found in the sources", found)
	}
}

func TestDrawnIsAFunctionOfTheWord(t *testing.T) {
	for _, x := range All() {
		if x.Draw == nil {
			continue
		}
		a, b := x.Draw(Attempt{Word: "plum-41"}), x.Draw(Attempt{Word: "plum-41"})
		if fmt.Sprint(a) != fmt.Sprint(b) || fmt.Sprint(a) == fmt.Sprint(x.Draw(Attempt{Word: "coat-12"})) {
			t.Errorf("%s draws %v and %v", x.Name(), a, b)
		}
	}
	forms := map[int]bool{}
	for i := range 200 {
		h := drawHeader(Attempt{Word: fmt.Sprintf("plum-%d", i)})
		parsed, n, err := inspector.ParseHeader(h.AppendTo(nil))
		if h.Masked == false {
			h.Key = [4]byte{}
		}
		if h.Size = n; err != nil || parsed != h {
			t.Errorf("%+v is read as %+v, %v", h, parsed, err)
		}
		forms[parsed.LengthForm()] = true
	}
	if len(forms) != 3 {
		t.Errorf("only the forms %v are drawn", forms)
	}
}

// FuzzParseFixture: whatever is read is written and read again as the same.
func FuzzParseFixture(f *testing.F) {
	f.Add(head + "10 1 up 8187 00000000 \"plum-41\"\n20 1 up 8180 37fa213d # so\n  61*40 `a\"b`\n30 1 other 2\n40 1 end error \"broken\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "*") && len(text) > 1000 {
			return
		}
		one, err := ParseFixture("x", []byte(text))
		if err != nil {
			return
		}
		total := 0
		for _, r := range one.Records {
			total += len(r.Bytes)
		}
		if total > 1<<16 {
			return
		}
		two, err := ParseFixture("x", one.AppendTo(nil))
		if err != nil {
			t.Fatalf("%v: %s", err, one.AppendTo(nil))
		}
		if len(one.Records) != len(two.Records) {
			t.Fatalf("%d records became %d", len(one.Records), len(two.Records))
		}
		for i, r := range one.Records {
			if !slices.Equal(r.Bytes, two.Records[i].Bytes) || r.At != two.Records[i].At {
				t.Fatalf("record %d is another", i)
			}
		}
	})
}
