package main

// Exercises on the whole program: how soon a verdict is there, and what is left after kill -9.

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/inspector"
	"wireup/lessons/exercise"
)

// passSmallest passes frames/smallest on a connection by hand, and returns when the deciding bytes
// went out.
func passSmallest(r *reader) time.Time {
	r.t.Helper()
	c := r.echo()
	c.frame(inspector.Header{Fin: true, Opcode: inspector.OpText, Masked: true}, "{word}")
	c.read()
	at := time.Now()
	c.frame(inspector.Header{Fin: true, Opcode: inspector.OpText, Masked: true}, "")
	return at
}

// A verdict is with the page within 200 ms of the byte that decides it, acknowledged by the store on
// disk. The median of many tries is judged, since this machine may be busy.
func TestVerdictInTime(t *testing.T) {
	address, stop := start(t)
	var took []time.Duration
	for i := range 15 {
		wire := fmt.Sprintf("intimeintim%c%c", 'a'+i, 'a'+i)
		r := newReader(t, address, wire, "frames/smallest")
		next, end := follow(t, address, wire, "frames")
		next(func(m exerciseNews) bool { return m.ID == "smallest" })
		at := passSmallest(r)
		m := next(func(m exerciseNews) bool { return m.ID == "smallest" && m.Verdict.State == "passed" })
		took = append(took, time.Since(at))
		if !m.Progress.Kept {
			t.Errorf("try %d: the pass isn't kept: %+v", i, m)
		}
		end()
	}
	slices.Sort(took)
	t.Logf("verdicts after %s to %s, median %s", took[0], took[len(took)-1], took[len(took)/2])
	if median := took[len(took)/2]; median > 200*time.Millisecond {
		t.Errorf("the median verdict took %s; want 200 ms at most", median)
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// Killed in the middle of many passes, the program has lost none that it had shown: readers pass
// exercises as fast as they can, and somewhere in between comes the kill.
func TestKillLosesNoPass(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	const readers, after = 4, 25
	var (
		mu     sync.Mutex
		shown  []string // wires on which a pass was shown
		enough = make(chan struct{})
		all    sync.WaitGroup
	)
	address, kill := startChild(t, "--raw", "off", "--raw-unix", "off", "--data", data)
	for n := range readers {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := 0; ; i++ {
				wire := fmt.Sprintf("killwire%c%c%c%c%c", 'a'+n, 'a'+i/676%26, 'a'+i/26%26, 'a'+i%26, 'k')
				if !passUntilKilled(address, wire) {
					return
				}
				mu.Lock()
				if shown = append(shown, wire); len(shown) == after {
					close(enough)
				}
				mu.Unlock()
			}
		}()
	}
	select {
	case <-enough:
	case <-time.After(time.Minute):
		t.Fatal("no passes")
	}
	kill()
	all.Wait()
	t.Logf("%d passes were shown before the kill", len(shown))

	address, kill = startChild(t, "--raw", "off", "--raw-unix", "off", "--data", data)
	defer kill()
	for _, wire := range shown {
		res, err := http.Get("http://" + address + "/wire/" + wire + "/progress.json")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		p, err := exercise.ParseProgress(b, time.Now().Add(time.Minute))
		if err != nil || p.Exercises["frames/smallest"].Passed != 1 {
			t.Errorf("the pass on %s is lost: %s %v", wire, b, err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// passUntilKilled passes frames/smallest on a wire, and reports whether the page was told so, kept.
// Any error is the kill.
func passUntilKilled(address, wire string) bool {
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+address+"/wire/"+wire+"/exercises?lesson=frames", nil)
	if err != nil {
		return false
	}
	defer ws.Close()
	word := ""
	var echo *websocket.Conn
	for {
		var list []exerciseNews
		ws.SetReadDeadline(time.Now().Add(20 * time.Second))
		if ws.ReadJSON(&list) != nil {
			return false
		}
		for _, m := range list {
			if m.ID != "smallest" {
				continue
			}
			if m.Verdict.State == "passed" {
				return m.Progress.Kept
			}
			if word != "" {
				continue
			}
			word = m.Word
			if echo, _, err = websocket.DefaultDialer.Dial("ws://"+address+"/echo?breakdown=off&wire="+wire, nil); err != nil {
				return false
			}
			defer echo.Close()
			for _, text := range []string{word, ""} {
				if echo.WriteMessage(websocket.TextMessage, []byte(text)) != nil {
					return false
				}
			}
		}
	}
}
