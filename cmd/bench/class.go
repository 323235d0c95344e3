package main

// A live class: how late a step is at each of many viewers while one of them takes nothing, and how soon
// all are back after a kill -9.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	classViewers  = 2000
	classReturned = 300
	classSecret   = "a-secret-of-the-bench"
	classBuffer   = 8 << 10  // more than any message to a viewer
	deskBuffer    = 64 << 10 // and to the presenter
	classApart    = 300 * time.Millisecond
	classBack     = 60 * time.Second // that is waited for all to be back
)

// classFigures are what was measured.
type classFigures struct {
	late, middle spread // milliseconds, of a round's steps: the 99th percentile, the median
	dropped      bool   // the log says that the one that takes nothing was dropped
	lost         int    // steps that some viewer never got, but for those that a newer one took the place of
	cpu          spread // of the server, as a share of one core
	joined       time.Duration

	back    float64 // seconds until all were welcomed again
	restart float64 // seconds of these until the server was ready
	rate    int     // the most attempts of one viewer within a second
	kept    bool    // step and votes
}

// made is what POST /classes answers.
type made struct{ Code, Owner string }

func makeClass(ctx context.Context, addr string) (m made, err error) {
	r, err := http.NewRequestWithContext(ctx, "POST", "http://"+addr+"/classes", nil)
	if err != nil {
		return m, err
	}
	r.Header.Set("Authorization", "Bearer "+classSecret)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return m, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return m, fmt.Errorf("POST /classes: %s", res.Status)
	}
	return m, json.NewDecoder(res.Body).Decode(&m)
}

// classMember is one socket of a class.
type classMember struct {
	*client
}

// classWire is the id of a wire: 13 characters of base32.
func classWire(kind string, n int) string {
	id := []byte(kind + "aaaaaaaaaaaaa")[:13]
	for i := len(id) - 1; n > 0; i, n = i-1, n/26 {
		id[i] = 'a' + byte(n%26)
	}
	return string(id)
}

func joinClass(addr, code, wire, hello string, buf int) (*classMember, error) {
	c, err := dial(addr, "127.0.0.1", "/classes/"+code+"/socket?wire="+wire, 1, make([]byte, buf))
	if err != nil {
		return nil, err
	}
	m := &classMember{c}
	if err := m.say(hello); err != nil {
		c.Close()
		return nil, err
	}
	if _, err := m.until(`{"kind":"welcome"`); err != nil {
		c.Close()
		return nil, err
	}
	return m, nil
}

const viewerHello = `{"say":"hello","as":"viewer"}`

func (m *classMember) say(text string) error {
	_, err := m.Write(appendMasked(nil, []byte(text)))
	return err
}

// until reads up to a message that begins so.
func (m *classMember) until(start string) ([]byte, error) {
	for {
		payload, err := m.next()
		if err != nil {
			return nil, err
		}
		if bytes.HasPrefix(payload, []byte(`{"kind":"refused"`)) {
			return nil, fmt.Errorf("refused: %s", payload)
		}
		if bytes.HasPrefix(payload, []byte(start)) {
			return payload, nil
		}
	}
}

func (m *classMember) does(text string) error {
	if err := m.say(text); err != nil {
		return err
	}
	_, err := m.until(`{"kind":"ok"`)
	return err
}

// revOf is the number of a class's state.
func revOf(payload []byte) int {
	_, rest, ok := bytes.Cut(payload, []byte(`"rev":`))
	if !ok {
		return 0
	}
	n, _, _ := bytes.Cut(rest, []byte(","))
	rev, _ := strconv.Atoi(string(n))
	return rev
}

// measureClass measures both.
func measureClass(ctx context.Context, p plan, progs programs, say func(string, ...any)) (f classFigures, err error) {
	if err := raiseFiles(classViewers + 200); err != nil {
		return f, err
	}
	var log syncBuffer
	args := []string{"--presenter", classSecret, "--log-level", "info"}
	s, err := progs.startWith(ctx, "wireup", &log, args...)
	if err != nil {
		return f, err
	}
	defer func() { s.stop() }()
	say("class: %d viewers join", classViewers)
	if err := f.steps(ctx, p, s, &log); err != nil {
		return f, errors.Join(err, errors.New(tail(log.String())))
	}
	say("class: kill -9 with %d viewers", classReturned)
	err = f.comeBack(ctx, &s, func() (*server, error) {
		return progs.startWith(ctx, "wireup", &log, append(args, "--listen", s.addr)...)
	})
	return f, err
}

func tail(s string) string { return s[max(0, len(s)-500):] }

// steps has the presenter step on, and times each step at each viewer.
func (f *classFigures) steps(ctx context.Context, p plan, s *server, log *syncBuffer) error {
	class, err := makeClass(ctx, s.addr)
	if err != nil {
		return err
	}
	owner, err := joinClass(s.addr, class.Code, classWire("owner", 0)+"&as=presenter", fmt.Sprintf(`{"say":"hello","as":"presenter","token":%q}`, class.Owner), deskBuffer)
	if err != nil {
		return err
	}
	defer owner.Close()
	steps := p.classRounds * p.classSteps
	var (
		members = make([]*classMember, classViewers)
		sent    = make([]atomic.Int64, steps+8) // when the step with this number left
		mu      sync.Mutex
		delays  = make([][]float64, steps+8)
		reading sync.WaitGroup
		failed  = make(chan error, classViewers)
		over    atomic.Bool
	)
	defer func() {
		over.Store(true)
		for _, m := range members {
			if m != nil {
				m.Close()
			}
		}
		reading.Wait()
	}()
	began := time.Now()
	err = each(ctx, classViewers, func(i int, _ []byte) error {
		m, err := joinClass(s.addr, class.Code, classWire("v", i), viewerHello, classBuffer)
		members[i] = m
		if i == 0 && err == nil { // which takes nothing from here on
			return m.Conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		}
		return err
	})
	if err != nil {
		return err
	}
	f.joined = time.Since(began)
	// A lab's text makes each state some 2 KB.
	if err := owner.does(fmt.Sprintf(`{"say":"lab","slide":"frames/1","values":{"0":%q}}`, strings.Repeat("x", 1900))); err != nil {
		return err
	}
	const rev = 2 // after the first, and that
	for _, m := range members[1:] {
		reading.Go(func() {
			for last := rev; ; {
				payload, err := m.next()
				if err != nil {
					if !over.Load() {
						failed <- err
					}
					return
				}
				now := time.Now().UnixNano()
				n := revOf(payload)
				if !bytes.HasPrefix(payload, []byte(`{"kind":"class"`)) || n <= last {
					continue
				}
				mu.Lock()
				for last < n { // a newer one in the place of one that it would have come behind counts for both
					if last++; last < len(sent) {
						delays[last] = append(delays[last], float64(now-sent[last].Load())/1e6)
					}
				}
				mu.Unlock()
			}
		})
	}
	for n := range steps {
		if n%p.classSteps == 0 {
			time.Sleep(time.Second) // for what the joining left to do
		}
		before, err := cpuTime(s.pid())
		if err != nil {
			return err
		}
		at := time.Now()
		sent[rev+1+n].Store(at.UnixNano())
		if err := owner.does(fmt.Sprintf(`{"say":"go","lesson":"frames","slide":%d,"step":0}`, 1+(n+1)%2)); err != nil {
			return err
		}
		select {
		case err := <-failed:
			return errors.Join(errors.New("a viewer's socket ended"), err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(classApart - time.Since(at)):
		}
		after, err := cpuTime(s.pid())
		if err != nil {
			return err
		}
		f.cpu = append(f.cpu, float64(after-before)/float64(time.Since(at)))
	}
	for end := time.Now().Add(time.Minute); !strings.Contains(log.String(), "a page that takes nothing is dropped") && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
	}
	f.dropped = strings.Contains(log.String(), "a page that takes nothing is dropped")
	all := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(delays[rev+steps]) == classViewers-1
	}
	for end := time.Now().Add(10 * time.Second); !all() && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	mu.Lock()
	defer mu.Unlock()
	for round := range p.classRounds {
		var all []float64
		for n := range p.classSteps {
			of := delays[rev+1+round*p.classSteps+n]
			f.lost += classViewers - 1 - len(of)
			all = append(all, of...)
		}
		slices.Sort(all)
		if len(all) == 0 {
			return errors.New("no step came")
		}
		f.late = append(f.late, all[len(all)*99/100])
		f.middle = append(f.middle, all[len(all)/2])
	}
	return nil
}

// comeBack kills the server under a class, starts it again, and sees all come back as pages do.
func (f *classFigures) comeBack(ctx context.Context, s **server, restart func() (*server, error)) error {
	addr := (*s).addr
	class, err := makeClass(ctx, addr)
	if err != nil {
		return err
	}
	hello := fmt.Sprintf(`{"say":"hello","as":"presenter","token":%q}`, class.Owner)
	owner, err := joinClass(addr, class.Code, classWire("owner", 1)+"&as=presenter", hello, deskBuffer)
	if err != nil {
		return err
	}
	for _, text := range []string{`{"say":"go","lesson":"masking","slide":2,"step":0}`, `{"say":"poll","question":"Who has used HTTP?","options":["Yes","No"]}`} {
		if err := owner.does(text); err != nil {
			return err
		}
	}
	members := make([]*classMember, classReturned)
	err = each(ctx, classReturned, func(i int, _ []byte) (err error) {
		if members[i], err = joinClass(addr, class.Code, classWire("r", i), viewerHello, classBuffer); err != nil {
			return err
		}
		return members[i].does(fmt.Sprintf(`{"say":"vote","poll":1,"choice":%d}`, i%2))
	})
	if err != nil {
		return err
	}
	(*s).stop()
	killed := time.Now()
	type came struct {
		at   time.Time
		rate int
		ok   bool
	}
	back := make(chan came, classReturned)
	var pages sync.WaitGroup
	defer pages.Wait()
	for i, m := range members {
		pages.Go(func() {
			for { // until it knows
				if _, err := m.next(); err != nil {
					break
				}
			}
			m.Close()
			var tries []time.Time
			for try := 1; time.Since(killed) < classBack; try++ {
				most := min(6*time.Second, 2*time.Second<<(try-1)) // as static/class-line.js does
				time.Sleep(most/2 + rand.N(most/2))
				tries = append(tries, time.Now())
				m, err := joinClass(addr, class.Code, classWire("r", i), viewerHello, classBuffer)
				if err != nil {
					continue
				}
				state, err := m.until(`{"kind":"class"`)
				back <- came{time.Now(), within(tries, time.Second), err == nil && bytes.Contains(state, []byte(`"lesson":"masking","slide":2`))}
				m.Close()
				return
			}
			back <- came{time.Now(), within(tries, time.Second), false}
		})
	}
	if *s, err = restart(); err != nil {
		return err
	}
	f.restart = time.Since(killed).Seconds()
	f.kept = true
	for range members {
		c := <-back
		f.back = max(f.back, c.at.Sub(killed).Seconds())
		f.rate = max(f.rate, c.rate)
		f.kept = f.kept && c.ok
	}
	owner, err = joinClass((*s).addr, class.Code, classWire("owner", 1)+"&as=presenter", hello, deskBuffer)
	if err != nil {
		return err
	}
	defer owner.Close()
	desk, err := owner.until(`{"kind":"desk"`)
	f.kept = f.kept && bytes.Contains(desk, fmt.Appendf(nil, `"counts":[%d,%d]`, classReturned/2, classReturned/2))
	return err
}

// within is the most of times that lie within d.
func within(times []time.Time, d time.Duration) (most int) {
	for i := range times {
		n := 0
		for _, t := range times[i:] {
			if t.Sub(times[i]) < d {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// syncBuffer is a log that is read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// rows are the targets of a class beside what was measured.
func (f classFigures) rows() []row {
	return []row{
		{what: fmt.Sprintf("a class: %d viewers, one of whom takes nothing: a step, from the presenter's sending to 99 of 100 of the others", classViewers),
			target: 250, measured: f.late, note: " ms"},
		{what: fmt.Sprintf("kill -9 and restart with %d viewers: all are back", classReturned), target: 10, measured: spread{f.back}, note: " s"},
		{what: "the same: attempts of one viewer within a second", target: 1, measured: spread{float64(f.rate)}},
	}
}

// String is what stands below the table.
func (f classFigures) String() string {
	yes := map[bool]string{true: "yes", false: "NO"}
	return fmt.Sprintf("The class in ms, viewers on the same cores: median %v, 99th percentile %v; steps that a viewer missed: %d. "+
		"All joined within %.1f s. The server took %v of a core, a step each %v. The one that takes nothing is dropped, and the log says so: %s. "+
		"After the kill the server was ready in %.1f s, and all were back in %.1f s; step and votes are kept: %s.",
		f.middle, f.late, f.lost, f.joined.Seconds(), f.cpu, classApart, yes[f.dropped], f.restart, f.back, yes[f.kept])
}
