package probe

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"wireup/inspector"
	"wireup/inspector/probe/probetest"
)

// Each habit of a server fails the steps that it should, for the reason that it should, and the
// events of a wire say the same again.
func TestServers(t *testing.T) {
	all := []string{"text", "binary", "empty", "fragments", "ping-between", "characters", "long"}
	for _, tt := range []struct {
		habit   string
		mistake string
		failed  []string
		slow    bool // something never comes
	}{
		{habit: "has none"},
		{habit: "pings"},
		{habit: "says 100 first"},
		{habit: "echoes in pieces"},
		{habit: "fails by a reset"},
		{habit: "fails without a word"},
		{habit: "has no such page", mistake: "refused", failed: []string{"handshake"}},
		{habit: "speaks no HTTP", mistake: "refused", failed: []string{"handshake"}},
		{habit: "says nothing", mistake: "silent", failed: []string{"handshake"}, slow: true},
		{habit: "upgrades to nothing", mistake: "refused", failed: []string{"handshake"}},
		{habit: "keeps the connection", mistake: "refused", failed: []string{"handshake"}},
		{habit: "accepts without a value", mistake: "accept", failed: []string{"handshake"}},
		{habit: "accepts another key", mistake: "accept", failed: []string{"handshake"}},
		{habit: "compresses unasked", mistake: "unoffered", failed: []string{"handshake"}},
		{habit: "greets", mistake: "message", failed: slices.Concat(all, []string{"close", "unmasked", "bad-utf8", "reserved"})},
		{habit: "shouts", mistake: "message", failed: []string{"text", "binary", "fragments", "ping-between", "characters", "long"}},
		{habit: "echoes text alone", mistake: "message", failed: []string{"binary", "long"}},
		{habit: "drops the end", mistake: "message", failed: []string{"text", "binary", "fragments", "ping-between", "characters", "long"}},
		{habit: "adds a line end", mistake: "message", failed: all},
		{habit: "echoes frames", mistake: "message", failed: []string{"fragments", "ping-between", "characters", "bad-utf8"}},
		{habit: "answers nothing", mistake: "silent", failed: all, slow: true},
		{habit: "reads nothing", mistake: "silent", slow: true},
		{habit: "leaves at once", mistake: "gone", failed: slices.Concat(all, []string{"close"})},
		{habit: "answers no ping", mistake: "late-pong", failed: []string{"ping-between"}},
		{habit: "answers pings late", mistake: "late-pong", failed: []string{"ping-between"}},
		{habit: "pongs emptily", mistake: "pong", failed: []string{"ping-between"}},
		{habit: "masks wrongly", mistake: "rule", failed: slices.Concat(all, []string{"close", "unmasked", "bad-utf8", "reserved"})},
		{habit: "writes long lengths", mistake: "rule"},
		{habit: "takes 65535 bytes", mistake: "gone", failed: []string{"long"}},
		{habit: "takes anything", mistake: "swallowed", failed: []string{"unmasked", "bad-utf8", "reserved"}},
		{habit: "fails with 1008", mistake: "code", failed: []string{"unmasked", "bad-utf8", "reserved"}},
		{habit: "closes without a code", mistake: "code", failed: []string{"close"}},
		{habit: "closes with 1001", mistake: "code", failed: []string{"close"}},
		{habit: "closes silently", mistake: "gone", failed: []string{"close"}},
		{habit: "never ends TCP", mistake: "silent", failed: []string{"close"}, slow: true},
	} {
		t.Run(tt.habit, func(t *testing.T) {
			t.Parallel()
			wait := patient
			if tt.slow {
				wait = short
			}
			u := probetest.Serve(t, tt.habit)
			var seen []*again
			results := Run(context.Background(), Options{URL: u, Word: "plum-41", Wait: wait, Dial: dialer(u),
				Watch: func(*inspector.Conn) inspector.Observer {
					a := newAgain(func(agent string) *Trial {
						number, ok := ParseAgent(agent, "plum-41")
						if !ok {
							t.Errorf("the handshake says that it is of %q", agent)
						}
						return NewServerTrial(number, "plum-41")
					})
					seen = append(seen, a)
					return a
				}})
			if len(results) != 12 {
				t.Fatalf("%d results", len(results))
			}
			var failed []string
			for _, r := range results {
				if r.Verdict == Failed {
					failed = append(failed, r.Name)
				}
			}
			if tt.failed != nil && !slices.Equal(failed, tt.failed) || (tt.mistake == "") != (len(failed) == 0) {
				t.Errorf("failed: %q; want %q", failed, tt.failed)
			}
			mistakes := make(map[string]bool)
			for i, a := range seen {
				r, f := results[i], a.trial.Fault()
				if (r.Verdict == Failed) != (f != nil) || (r.Verdict == Passed) != a.trial.Done() {
					t.Errorf("%s: %s live, and of its events %v", r.Name, r.Verdict, f)
				}
				if f == nil {
					continue
				}
				mistakes[f.Name] = true
				if f.Step.Name != r.Name || f.Ref() == "" || strings.Contains(f.String(), "{") || f.Want == "" || f.Came == "" {
					t.Errorf("%s: the fault is %+v, %q", r.Name, f, f)
				}
				if f.Name != "silent" && r.Say != f.String() {
					t.Errorf("%s: it says %q live, and %q of its events", r.Name, r.Say, f)
				}
			}
			if tt.mistake != "" && !mistakes[tt.mistake] {
				t.Errorf("the mistakes are %v; want %s", mistakes, tt.mistake)
			}
		})
	}
}

// A server that goes away is told of, and what follows is not tried.
func TestServerCrashes(t *testing.T) {
	u := probetest.Serve(t, "crashes")
	results := Run(context.Background(), Options{URL: u, Word: "x", Wait: patient, Dial: dialer(u)})
	var verdicts []string
	for _, r := range results {
		verdicts = append(verdicts, r.Verdict)
	}
	if want := strings.Fields("passed passed passed passed passed failed"); !slices.Equal(verdicts[:6], want) || verdicts[6] != NotTried || verdicts[11] != NotTried {
		t.Errorf("%q", verdicts)
	}
	if say := results[5].Say; !strings.Contains(say, "refused") {
		t.Errorf("it says %q", say)
	}
	if b, err := json.Marshal(results[7]); err != nil || !strings.Contains(string(b), `"frames":[]`) {
		t.Errorf("%s, %v", b, err)
	}
}

// A step that is not answered says for how long it waited, and one that is not read how much was.
func TestSilenceIsTold(t *testing.T) {
	for habit, want := range map[string]string{"answers nothing": "nothing more within 150ms", "reads nothing": "nothing more within 150ms"} {
		u := probetest.Serve(t, habit)
		r := Run(context.Background(), Options{URL: u, Word: "x", Wait: short, Dial: dialer(u)})[1]
		if r.Came != want {
			t.Errorf("a server that %s: %q; want %q", habit, r.Came, want)
		}
	}
}

// A step that nobody reads says how much of it went out: on a pipe, which holds nothing by itself.
func TestUnreadIsTold(t *testing.T) {
	u := probetest.Serve(t, "")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dial := func(context.Context) (net.Conn, error) {
		server, err := net.Dial("tcp", u.Host)
		if err != nil {
			return nil, err
		}
		ours, theirs := net.Pipe()
		go func() {
			defer server.Close()
			defer theirs.Close()
			b := make([]byte, 4<<10)
			for _, way := range [][2]net.Conn{{theirs, server}, {server, theirs}} { // the handshake passes
				n, _ := way[0].Read(b)
				way[1].Write(b[:n])
			}
			io.ReadFull(theirs, b[:2])
			<-ctx.Done()
		}()
		return ours, nil
	}
	var came string
	Run(ctx, Options{URL: u, Word: "x", Wait: short, Dial: dial, Report: func(r Result) {
		if r.Verdict == Failed && came == "" {
			came = r.Came
			cancel()
		}
	}})
	if want := "only 2 of 14 bytes were read within 150ms"; came != want {
		t.Errorf("a step of which two bytes are read: %q; want %q", came, want)
	}
}

// Clients, likewise, on their one connection.
func TestClients(t *testing.T) {
	for _, tt := range []struct {
		habit, mistake, step string
		slow                 bool
	}{
		{habit: "has none"},
		{habit: "echoes in pieces"},
		{habit: "shouts", mistake: "message", step: "text"},
		{habit: "echoes text alone", mistake: "rule", step: "binary"},
		{habit: "echoes frames", mistake: "message", step: "fragments"},
		{habit: "echoes twice", mistake: "message", step: "binary"},
		{habit: "answers no ping", mistake: "silent", step: "ping", slow: true},
		{habit: "answers pings late", mistake: "late-pong", step: "ping-between", slow: true},
		{habit: "pongs emptily", mistake: "pong", step: "ping"},
		{habit: "masks wrongly", mistake: "rule", step: "text"},
		{habit: "writes long lengths", mistake: "rule", step: "text"},
		{habit: "takes 65535 bytes", mistake: "gone", step: "long"},
		{habit: "answers a pong", mistake: "message", step: "pong"},
		{habit: "leaves at once", mistake: "gone", step: "text"},
		{habit: "answers nothing", mistake: "silent", step: "text", slow: true},
		{habit: "closes silently", mistake: "gone", step: "close"},
		{habit: "closes without a code", mistake: "code", step: "close"},
	} {
		t.Run(tt.habit, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			client := make(chan struct{})
			go func() {
				defer close(client)
				c, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					return
				}
				defer c.Close()
				probetest.Talk(c, bufio.NewReader(c), tt.habit)
			}()
			c, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			wait := patient
			if tt.slow {
				wait = short
			}
			tap := inspector.NewConn(c)
			trial := NewClientTrial("plum-41")
			trial.pass()
			session := inspector.NewSession(inspector.Options{}, trial.Event)
			session.WebSocket()
			tap.Tee(session)
			fault := Converse(context.Background(), tap, "plum-41", wait)
			tap.Close()
			<-client
			switch {
			case tt.mistake == "" && (fault != nil || !trial.Done()):
				t.Errorf("%v", fault)
			case tt.mistake == "":
			case fault == nil || trial.Fault() == nil:
				t.Errorf("live %v, of the events %v; want %s", fault, trial.Fault(), tt.mistake)
			case tt.habit == "answers pings late" && fault.Name == "silent": // at the ping that stands alone
			case fault.Name != tt.mistake || fault.Step.Name != tt.step:
				t.Errorf("%s at %s: %v; want %s at %s", fault.Name, fault.Step.Name, fault, tt.mistake, tt.step)
			case trial.Fault().Name != fault.Name || trial.Fault().Number != fault.Number:
				t.Errorf("live %v, of the events %v", fault, trial.Fault())
			}
			if fault != nil && (len(fault.reason()) > inspector.MaxCloseReason || !strings.HasPrefix(fault.reason(), fmt.Sprintf("step %d, ", fault.Number))) {
				t.Errorf("the close frame would say %q", fault.reason())
			}
		})
	}
}

func TestAgent(t *testing.T) {
	for n := 1; n <= 12; n++ {
		if got, ok := ParseAgent(Agent(n, "plum-41"), "plum-41"); !ok || got != n {
			t.Errorf("ParseAgent(%q) = %d, %v", Agent(n, "plum-41"), got, ok)
		}
	}
	for _, s := range []string{"", Agent(1, "plum-42"), Agent(13, "plum-41"), Agent(0, "plum-41"), "x" + Agent(1, "plum-41"), Agent(1, "plum-41") + " x"} {
		if n, ok := ParseAgent(s, "plum-41"); ok {
			t.Errorf("ParseAgent(%q) = %d", s, n)
		}
	}
}

// Whatever comes, a trial ends nowhere but at its end, and says where the wrong byte is.
func FuzzTrial(f *testing.F) {
	f.Add([]byte("\x81\x08Hello, x\x8a\x00\x88\x02\x03\xe8"), byte(2))
	f.Add([]byte("\x01\x01H\x89\x00\x80\x07ello, x"), byte(6))
	f.Fuzz(func(t *testing.T, wire []byte, number byte) {
		trial := NewServerTrial(2+int(number)%11, "x")
		trial.pass()
		s := inspector.NewSession(inspector.Options{}, func(e *inspector.Event) {
			had := trial.Fault()
			trial.Event(e)
			if f := trial.Fault(); had == nil && f != nil && (f.Offset > int(e.Size) || f.Offset < -1 || f.Want == "" || f.String() == "") {
				t.Errorf("%+v, of an event of %d bytes", f, e.Size)
			}
		})
		s.WebSocket()
		s.Observe(start, inspector.Down, wire)
		s.Ended(start, inspector.EndServer, nil)
		if !trial.Done() && trial.Fault() == nil {
			t.Error("the connection has ended, and there is no verdict")
		}
	})
}
