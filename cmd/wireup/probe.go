package main

// wireup probe: twelve steps against a WebSocket server of the reader's own, and a verdict on each.

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/peterbourgon/ff/v3/ffcli"

	"wireup/handlers/relay"
	"wireup/handlers/tunnel"
	"wireup/inspector"
	"wireup/inspector/probe"
)

// probeWord stands in the messages when no exercise has drawn one.
const probeWord = "wireup"

// probeFlags are the flags of probe.
type probeFlags struct {
	ca   string
	wire string
	json bool
	wait time.Duration

	target relay.Target
	roots  *x509.CertPool
	course *url.URL // of wire; nil without one
}

func probeCommand(stdout, help io.Writer) *ffcli.Command {
	p := &probeFlags{}
	fs := flag.NewFlagSet("probe", flag.ContinueOnError)
	fs.SetOutput(help)
	fs.StringVar(&p.ca, "ca", "", "`file` of certificates in PEM that your server's may be signed by, besides those that this system trusts")
	fs.StringVar(&p.wire, "wire", "", "`URL` that the page of the exercise shows: the probe is that server's, and what crosses stands on your wire there")
	fs.BoolVar(&p.json, "json", false, "print one JSON object in the place of lines")
	fs.DurationVar(&p.wait, "wait", 5*time.Second, "`time` that your server has for each answer")
	return &ffcli.Command{
		Name:       "probe",
		ShortUsage: "wireup probe [flags] URL",
		ShortHelp:  "put a WebSocket server of your own through twelve steps",
		LongHelp: "Your server is an echo: it sends each text or binary message back, as one message of the same type and\n" +
			"bytes, up to 70 000 of them. It says nothing else, answers pings and close frames, and fails the\n" +
			"connection at what breaks RFC 6455. Exits with 0 when it passes all twelve steps, and with 1 when not.",
		FlagSet: fs,
		Options: flagOptions(),
		Exec: func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("name one server, behind the flags: wireup probe ws://localhost:8765")}
			}
			if err := p.check(args[0]); err != nil {
				return err
			}
			return p.run(ctx, stdout)
		},
	}
}

// check reads the URL, and says which flag makes no sense.
func (p *probeFlags) check(server string) (err error) {
	if p.target, err = relay.ParseTarget(server); err != nil {
		return usageError{err}
	}
	if p.roots, err = relay.Trust(p.ca); err != nil {
		return usageError{fmt.Errorf("--ca: %w", err)}
	}
	if p.wire != "" {
		p.course, err = url.Parse(p.wire)
		if err != nil || p.course.Host == "" || !slices.Contains([]string{"http", "https", "ws", "wss"}, p.course.Scheme) {
			return usageError{fmt.Errorf("--wire %q is no URL of a course: take the line that the exercise shows", p.wire)}
		}
	}
	if p.wait < 10*time.Millisecond || p.wait > time.Minute {
		return usageError{errors.New("--wait must be from 10ms to 1m")}
	}
	return nil
}

// run probes, and prints what comes of it.
func (p *probeFlags) run(ctx context.Context, stdout io.Writer) error {
	name := p.name()
	if !p.json {
		fmt.Fprintf(stdout, "%s, in twelve steps\n", name)
	}
	var results []probe.Result
	left := 0 // steps that were not tried
	report := func(r probe.Result) {
		results = append(results, r)
		if r.Verdict == probe.NotTried {
			left++
		} else if !p.json {
			io.WriteString(stdout, seen(resultLines(r)))
		}
	}
	dial := func(ctx context.Context) (net.Conn, error) { return p.target.Dial(ctx, p.roots) }
	var err error
	if p.wire == "" {
		probe.Run(ctx, probe.Options{URL: p.target.URL, Word: probeWord, Wait: p.wait, Dial: dial, Report: report})
	} else {
		err = p.relay(ctx, name, dial, report)
	}
	switch {
	case ctx.Err() != nil:
		return errors.New("the probe was stopped before its end")
	case err != nil:
		return err
	}
	if left > 0 && !p.json {
		fmt.Fprintf(stdout, "\n%s not tried\n", plural(left, "step was", "steps were"))
	}
	passed := 0
	for _, r := range results {
		if r.Verdict == probe.Passed {
			passed++
		}
	}
	if p.json {
		e := json.NewEncoder(stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(struct {
			URL    string         `json:"url"`
			Passed int            `json:"passed"`
			Of     int            `json:"of"`
			Steps  []probe.Result `json:"steps"`
		}{name, passed, len(results), results}); err != nil {
			return err
		}
	}
	if passed < len(results) {
		return fmt.Errorf("%s passed %d of %d steps", name, passed, len(results))
	}
	if !p.json {
		fmt.Fprintf(stdout, "\n%s passed all %d steps\n", name, passed)
	}
	return nil
}

// relay has the course probe, over a tunnel.
func (p *probeFlags) relay(ctx context.Context, name string, dial func(context.Context) (net.Conn, error), report func(probe.Result)) error {
	course := *p.course
	course.Scheme = strings.Replace(course.Scheme, "http", "ws", 1)
	q := course.Query()
	q.Set("url", name)
	course.RawQuery = q.Encode()
	dialer := websocket.Dialer{HandshakeTimeout: p.wait, TLSClientConfig: &tls.Config{RootCAs: p.roots}}
	ws, res, err := dialer.DialContext(ctx, course.String(), nil)
	var refused struct{ Error string }
	switch {
	case err == nil:
	case res != nil && json.NewDecoder(res.Body).Decode(&refused) == nil && refused.Error != "":
		return fmt.Errorf("the course at %s refuses: %s", course.Host, inspector.Visible(refused.Error))
	case res != nil:
		return fmt.Errorf("the course at %s answers with %s: take the line that the exercise shows", course.Host, inspector.Visible(res.Status))
	default:
		return fmt.Errorf("the course at %s can't be reached: %w", course.Host, cause(err))
	}
	return tunnel.Relay(ctx, ws, func(ctx context.Context) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, p.wait)
		defer cancel()
		return dial(ctx)
	}, report)
}

// name is the server as a WebSocket's URL.
func (p *probeFlags) name() string {
	u := url.URL{Scheme: "ws", Host: p.target.URL.Host, Path: p.target.URL.Path, RawPath: p.target.URL.RawPath, RawQuery: p.target.URL.RawQuery}
	if p.target.TLS {
		u.Scheme = "wss"
	}
	return u.String()
}

// seen is text of several lines without what a terminal would obey: whoever is probed, and the course
// that probes, say things that end up in it.
func seen(lines string) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		text, whole := strings.CutSuffix(line, "\n")
		b.WriteString(inspector.Visible(text))
		if whole {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// resultLines are a step as lines: its verdict, what crossed, and what was wrong.
func resultLines(r probe.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%2d  %-10s  %s  (%s)\n", r.Step, r.Verdict, r.Title, r.Ref)
	for _, f := range r.Frames {
		if r.Step > 1 && r.Verdict == probe.Passed && f.Header == "" {
			continue // a handshake that is right was shown once
		}
		fmt.Fprintf(&b, "      %-4s  %s\n", f.Direction, shownLine(f))
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "            and %d more\n", r.More)
	}
	if r.Say != "" {
		fmt.Fprintf(&b, "      %s\n", r.Say)
	}
	if r.Want != "" {
		fmt.Fprintf(&b, "      expected  %s\n      came      %s  (%s)\n", r.Want, r.Came, r.Rule)
	}
	return b.String()
}

// shownLine is one thing that crossed: a frame in hex and in words, anything else in words.
func shownLine(f probe.Shown) string {
	hex := f.Header
	if f.Bytes != "" && f.Header != "" {
		hex += " " + f.Bytes
	}
	if f.Kind == "bytes" {
		hex = f.Bytes
	}
	if f.Truncated && hex != "" {
		hex += "…"
	}
	if hex == "" {
		return f.Summary
	}
	return hex + "  " + f.Summary
}
