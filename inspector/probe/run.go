package probe

// Playing the steps: against a server, a connection each; or with a client, on the one that it opened.

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"wireup/inspector"
)

// preview is how much of a payload is kept to be compared: all of the longest message.
const preview = bulk + 1

// Options are what Run needs to know.
type Options struct {
	URL  *url.URL // of the server: its host and what is asked for
	Word string   // which stands in the messages
	Wait time.Duration
	// Dial opens a connection to the server. Its error is a sentence.
	Dial func(ctx context.Context) (net.Conn, error)
	// Watch returns who else is shown a connection, in the terms of inspector.Outbound; may be nil.
	Watch func(c *inspector.Conn) inspector.Observer
	// Report is told each result when it is there; may be nil.
	Report func(Result)
}

// The verdicts on a step.
const (
	Passed   = "passed"
	Failed   = "failed"
	NotTried = "not tried"
)

// Result is how a server did one step.
type Result struct {
	Step    int     `json:"step"`
	Name    string  `json:"name"`
	Title   string  `json:"title"`
	Ref     string  `json:"ref"`
	Verdict string  `json:"verdict"`
	Say     string  `json:"say,omitempty"`  // what was wrong, as sentences
	Want    string  `json:"want,omitempty"` // of a failed step
	Came    string  `json:"came,omitempty"` // of a failed step
	Rule    string  `json:"rule,omitempty"` // that was broken
	Frames  []Shown `json:"frames"`         // what crossed, the first of it
	More    int     `json:"more,omitempty"` // that crossed besides
	Millis  float64 `json:"ms"`
}

// Run plays the steps against a server, one after the other, and returns their results. When the
// server can't be reached, or refuses the first handshake, the others are not tried.
func Run(ctx context.Context, o Options) []Result {
	steps := ServerSteps()
	results := make([]Result, 0, len(steps))
	give := func(r Result) {
		results = append(results, r)
		if o.Report != nil {
			o.Report(r)
		}
	}
	for i, s := range steps {
		r := Result{Step: i + 1, Name: s.Name, Title: s.Title, Ref: s.Ref, Verdict: NotTried, Frames: []Shown{}}
		if ctx.Err() != nil {
			give(r)
			continue
		}
		reached := o.step(ctx, &r)
		give(r)
		if reached && (i > 0 || r.Verdict == Passed) {
			continue
		}
		for k, s := range steps[i+1:] {
			give(Result{Step: i + k + 2, Name: s.Name, Title: s.Title, Ref: s.Ref, Verdict: NotTried, Frames: []Shown{}})
		}
		break
	}
	return results
}

// step plays one step on a connection of its own. It reports whether the server could be reached.
func (o *Options) step(ctx context.Context, r *Result) (reached bool) {
	began := time.Now()
	defer func() { r.Millis = float64(time.Since(began).Microseconds()) / 1000 }()
	dialling, cancel := context.WithTimeout(ctx, o.Wait)
	conn, err := o.Dial(dialling)
	cancel()
	if err != nil {
		r.Verdict, r.Say = Failed, err.Error()+"."
		return false
	}
	number := r.Step
	trial := NewServerTrial(number, o.Word)
	tap := inspector.NewConn(conn)
	l := newLine(tap, true, o.Word, o.Wait, trial)
	if o.Watch != nil {
		if w := o.Watch(tap); w != nil {
			tap.Tee(inspector.Outbound(w))
		}
	}
	tap.Tee(inspector.Outbound(inspector.NewSession(inspector.Options{Preview: preview}, l.event)))
	go l.read()
	l.write(o.knock(number))
	step := ServerSteps()[number-1]
	if l.await(ctx, 1) && number > 1 {
		l.send(step)
		l.await(ctx, 2)
	}
	l.mu.Lock()
	r.Frames, r.More = append(r.Frames, l.shown...), l.more // without the goodbye
	l.mu.Unlock()
	l.leave(ctx, step)

	l.mu.Lock()
	defer l.mu.Unlock()
	fault := trial.Fault()
	if fault == nil {
		r.Verdict = Passed
		return true
	}
	r.Verdict, r.Say, r.Want, r.Came, r.Rule = Failed, fault.String(), fault.Want, fault.Came, fault.Ref()
	return true
}

// leave ends a connection: with a goodbye where the step has left it open.
func (l *line) leave(ctx context.Context, step Step) {
	l.mu.Lock()
	good := l.trial.Fault() == nil
	l.mu.Unlock()
	open := good && step.want.close == 0
	if open {
		l.write(l.frame(nil, closing(inspector.CloseNormal)))
	}
	if open || good && step.want.fail {
		bye := time.NewTimer(min(closeWait, l.wait))
		select {
		case <-l.ended:
		case <-bye.C:
		case <-ctx.Done():
		}
		bye.Stop()
	}
	_ = l.tap.Close() // an error leaves nothing to do
	<-l.ended
}

// knock is the opening handshake of a step.
func (o *Options) knock(number int) []byte {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\nUser-Agent: %s\r\n\r\n",
		o.URL.RequestURI(), o.URL.Host, base64.StdEncoding.EncodeToString(key), Agent(number, o.Word))
}

const agentName = "wireup-probe"

// Agent is the User-Agent of the handshake of a step.
func Agent(number int, word string) string {
	return fmt.Sprintf("%s (step %d of %d; %s)", agentName, number, len(ServerSteps()), word)
}

// ParseAgent reads what Agent writes, for the word of the probe.
func ParseAgent(s, word string) (number int, ok bool) {
	rest, ok := strings.CutPrefix(s, agentName+" (step ")
	digits, _, _ := strings.Cut(rest, " ")
	number, err := strconv.Atoi(digits)
	if !ok || err != nil || number < 1 || number > len(ServerSteps()) || s != Agent(number, word) {
		return 0, false
	}
	return number, true
}

// Converse plays the client's steps on a connection whose handshake is over. It returns what was
// wrong, or nil, and says so to the client in a close frame; what is left to do is to end TCP.
func Converse(ctx context.Context, tap *inspector.Conn, word string, wait time.Duration) *Fault {
	trial := NewClientTrial(word)
	trial.pass() // the handshake
	l := newLine(tap, false, word, wait, trial)
	session := inspector.NewSession(inspector.Options{Preview: preview}, l.event)
	session.WebSocket()
	tap.Tee(session)
	go l.read()
	steps := ClientSteps()
	for i := 1; i < len(steps); i++ {
		l.send(steps[i])
		if !l.await(ctx, i+1) {
			break
		}
	}
	l.mu.Lock()
	fault := trial.Fault()
	l.mu.Unlock()
	if fault != nil && !l.over() {
		code := inspector.ClosePolicyViolation
		if ctx.Err() != nil {
			code = inspector.CloseGoingAway
		}
		l.write(l.frame(nil, frame{opcode: inspector.OpClose, payload: closing(code).payload + fault.reason()}))
	}
	_ = tap.SetReadDeadline(time.Unix(1, 0)) // whoever ends TCP reads from here on
	<-l.ended
	return fault
}

// reason is the fault in what a close frame has room for.
func (f *Fault) reason() string {
	s := fmt.Sprintf("step %d, %s: %s", f.Number, f.Step.Name, f.Came)
	if len(s) > inspector.MaxCloseReason {
		s = strings.ToValidUTF8(s[:inspector.MaxCloseReason-len("…")], "") + "…"
	}
	return s
}

// Ref is the rule that the fault breaks.
func (f *Fault) Ref() string {
	for _, m := range Mistakes() {
		if m.Name == f.Name {
			return m.Ref
		}
	}
	return ""
}
