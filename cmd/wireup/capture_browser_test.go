//go:build browser

package main

// Lesson 11 in Chromium: the wire saved, captures read in the panel, and the exercises, done with
// tshark and with real packets from the loopback interface.

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
	"wireup/lessons/exercise"
)

// tsharked downloads the capture that is made for the attempt, and has tshark look for rows in it.
func (r *reader) tsharked(filter string, fields ...string) []string {
	r.t.Helper()
	file := filepath.Join(r.t.TempDir(), r.id+".pcapng")
	save(r.t, r.fill("http://{host}/lab/capture/{word}/"+r.id+".pcapng?wire={wire}"), file)
	args := []string{"-r", file, "-Y", filter, "-T", "fields"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		r.t.Fatalf("tshark %v: %v", args, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// answers types the first row that tshark finds.
func answers(filter, field string) func(r *reader) {
	return func(r *reader) { r.answer(r.tsharked(filter, field)[0]) }
}

// sniffed records real packets on the loopback interface while talk happens over a connection whose
// client has this port, until the file holds what comes last.
func (r *reader) sniffed(last string, talk func(c net.Conn)) []byte {
	r.t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr)
	free.Close()
	file := filepath.Join(r.t.TempDir(), "own.pcapng")
	dump := exec.Command("dumpcap", "-q", "-i", "lo", "-w", file, "-f", "tcp port "+strconv.Itoa(port.Port))
	said, err := dump.StderrPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := dump.Start(); err != nil {
		r.t.Skipf("no packets can be recorded here: %v", err)
	}
	defer dump.Process.Kill()
	heard := make([]byte, 0, 4096)
	for !bytes.Contains(heard, []byte("File: ")) { // it says so once it records
		b := make([]byte, 512)
		n, err := said.Read(b)
		if heard = append(heard, b[:n]...); err != nil {
			r.t.Skipf("no packets can be recorded here: %s", heard)
		}
	}
	dialer := net.Dialer{LocalAddr: port}
	c, err := dialer.Dial("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(time.Minute))
	talk(c)
	c.Close()
	var b []byte
	for end := time.Now().Add(20 * time.Second); !bytes.Contains(b, []byte(last)); time.Sleep(50 * time.Millisecond) { // dumpcap tells nobody when it writes
		if b, _ = os.ReadFile(file); time.Now().After(end) {
			r.t.Fatalf("the capture of %d bytes never held %q: %s", len(b), last, heard)
		}
	}
	dump.Process.Signal(os.Interrupt)
	dump.Wait()
	if b, err = os.ReadFile(file); err != nil {
		r.t.Fatal(err)
	}
	return b
}

// send posts a capture to the lab.
func (r *reader) sendCapture(b []byte) {
	r.t.Helper()
	res, err := http.Post(r.fill("http://{host}/lab/capture/{word}?wire={wire}"), "application/octet-stream", bytes.NewReader(b))
	if err != nil {
		r.t.Fatal(err)
	}
	res.Body.Close()
}

// greets opens an echo on c and says a text.
func (r *reader) greets(text string) func(c net.Conn) {
	return func(c net.Conn) {
		fmt.Fprint(c, r.fill("GET /echo?breakdown=off HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"))
		until(r, c, "\r\n\r\n")
		b := []byte{0x81, 0x80 | byte(len(text)), aKey[0], aKey[1], aKey[2], aKey[3]}
		for i := range len(text) {
			b = append(b, text[i]^aKey[i%4])
		}
		c.Write(b)
		until(r, c, text)
	}
}

// until reads from c until it has said what.
func until(r *reader, c net.Conn, what string) {
	r.t.Helper()
	var all []byte
	for b := make([]byte, 4096); !bytes.Contains(all, []byte(what)); {
		n, err := c.Read(b)
		if err != nil {
			r.t.Fatalf("%v after %q", err, all)
		}
		all = append(all, b[:n]...)
	}
}

var captureAttempts = []attempt{
	{exercise: "capture/find-101", fixture: "pass", title: "tshark finds the packet with the 101.",
		terminal: answers("http.response.code == 101", "frame.number")},
	{exercise: "capture/find-101", fixture: "pass-panel", title: "The capture is read in the panel, and the packet stands in the row's details.",
		page: func(r *reader, p *tab) {
			p.here("find-101")
			p.press("wu-capture-open", "Read it here")
			p.until(`document.querySelector("wu-inspector .replay") !== null`)
			p.press("wu-inspector .replay", "All at once")
			eval[bool](p, `(() => { const f = document.querySelector("wu-inspector .replay input.filter"); f.value = '"Switching"'; f.dispatchEvent(new Event("input")); return true })()`)
			const row = `[...document.querySelectorAll("wu-inspector .replay .space [role=row]:not([hidden])")].find(r => r.textContent.includes("Switching Protocols"))`
			p.until(row + ` !== undefined`)
			eval[bool](p, `(`+row+`.click(), true)`)
			const details = `document.querySelector("wu-inspector .replay .pane-details").textContent`
			p.until(details + `.includes("Switching Protocols") && /Packet [0-9]+ of the file/.test(` + details + `)`)
			at := regexp.MustCompile(`Packet ([0-9]+) of`).FindStringSubmatch(eval[string](p, details))
			p.typeAnswer("find-101", at[1])
		}},
	{exercise: "capture/find-101", fixture: "wrong-request", title: "Types the packet that asks for the switch.",
		terminal: func(r *reader) {
			rows := r.tsharked("http.request && http.upgrade", "frame.number")
			r.answer(rows[len(rows)-1])
		}},
	{exercise: "capture/find-101", fixture: "wrong-refused", title: "Types the packet with the 426.",
		terminal: answers("http.response.code == 426", "frame.number")},
	{exercise: "capture/find-101", fixture: "wrong-other", title: "Types the packet of a frame.",
		terminal: answers("websocket", "frame.number")},
	{exercise: "capture/find-101", fixture: "wrong-words", title: "Types the status line.",
		terminal: func(r *reader) { r.answer("101 Switching Protocols") }},

	{exercise: "capture/who-pinged", fixture: "pass", title: "tshark shows the payload of opcode 9.",
		terminal: control("websocket.payload.ping", func(m *exercise.Made) string { return m.Ping })},
	{exercise: "capture/who-pinged", fixture: "pass-hex", title: "Types it as tshark prints the field: in hex.",
		terminal: answers("websocket.opcode == 9", "websocket.payload.ping")},
	{exercise: "capture/who-pinged", fixture: "wrong-masked", title: "Types the masked bytes of the one of ping and pong that the client sent.",
		terminal: control("tcp.payload", func(m *exercise.Made) string { return m.Masked })},
	{exercise: "capture/who-pinged", fixture: "wrong-stray", title: "Types what the pong carries that answers nothing.",
		terminal: control("websocket.payload.pong", func(m *exercise.Made) string { return m.Stray })},
	{exercise: "capture/who-pinged", fixture: "wrong-text", title: "Types a message.",
		terminal: answers("websocket.opcode == 1", "websocket.payload.text")},
	{exercise: "capture/who-pinged", fixture: "wrong-other", title: "Types something that is not in the capture.",
		terminal: func(r *reader) { r.answer("nothing of that") }},

	{exercise: "capture/sniff", fixture: "pass", title: "dumpcap records an echo of the word.",
		terminal: func(r *reader) { r.sendCapture(r.sniffed(r.word, r.greets("this is "+r.word))) }},
	{exercise: "capture/sniff", fixture: "wrong-made", title: "Sends the capture that wireup wrote of the wire.",
		terminal: func(r *reader) {
			c := r.echo()
			c.frame(client(true, inspector.OpText), "this is {word}")
			c.read()
			file := filepath.Join(r.t.TempDir(), "log.pcapng")
			save(r.t, r.fill("http://{host}/wire/{wire}/log.pcapng"), file)
			b, err := os.ReadFile(file)
			if err != nil {
				r.t.Fatal(err)
			}
			r.sendCapture(b)
		}},
	{exercise: "capture/sniff", fixture: "wrong-no-frames", title: "dumpcap records a request.",
		terminal: func(r *reader) {
			r.sendCapture(r.sniffed("ok\n", func(c net.Conn) {
				fmt.Fprint(c, r.fill("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
				until(r, c, "ok\n")
			}))
		}},
	{exercise: "capture/sniff", fixture: "wrong-no-word", title: "dumpcap records an echo of something else.",
		terminal: func(r *reader) { r.sendCapture(r.sniffed("something else", r.greets("something else"))) }},
	{exercise: "capture/sniff", fixture: "wrong-unreadable", title: "Sends what tshark printed, and not the capture.",
		terminal: func(r *reader) { r.sendCapture([]byte("1 0.000000 127.0.0.1 TCP 74 SYN\n")) }},
}

// control types what a control frame of the made capture carries, once tshark has shown it.
func control(field string, of func(m *exercise.Made) string) func(r *reader) {
	return func(r *reader) {
		m, _ := exercise.MakeCapture(exercise.Attempt{Word: r.word}, r.id)
		rows, want := strings.Join(r.tsharked("websocket.opcode >= 9", field), "\n"), of(m)
		if !strings.Contains(rows, want) && !strings.Contains(rows, hex.EncodeToString([]byte(want))) {
			r.t.Fatalf("tshark shows no %q:\n%s", want, rows)
		}
		r.answer(want)
	}
}

func TestCaptureExercises(t *testing.T)         { passes(t, captureAttempts) }
func TestCaptureExercisesMistakes(t *testing.T) { showsMistakes(t, "capture", nil) }
func TestRecordCapture(t *testing.T)            { recordAttempts(t, captureAttempts) }

func TestCaptureLabs(t *testing.T) {
	t.Parallel()
	lookAt(t, "capture", "wu-capture-save, wu-capture-open, wu-exercise", func(p *tab) {
		p.until(`document.querySelector("wu-capture-save .capture-held") !== null`)
		p.press("wu-capture-save", "Say Spang")
		p.until(`document.querySelector("wu-capture-save .capture-held").textContent.includes("4 frames")`)
	})
}
