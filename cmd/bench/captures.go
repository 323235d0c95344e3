package main

// Captures: wireup inspect against tshark's -T fields, on the same file, row by row.

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"wireup/inspector"
	"wireup/inspector/capture"
)

const captureFrames = 100_000

// captureFigures are seconds of CPU for the whole file.
type captureFigures struct {
	ours, theirs spread
}

// measureCaptures has both read one capture, in turns, and compares what they print.
func measureCaptures(ctx context.Context, p plan, programs programs, dir string) (f captureFigures, err error) {
	file := filepath.Join(dir, "frames.pcapng")
	if err := writeCapture(file); err != nil {
		return f, err
	}
	for range p.captureRounds {
		ours, mine, err := cpuOf(ctx, programs.wireup, "inspect", "--fields", file)
		if err != nil {
			return f, err
		}
		theirs, tsharks, err := cpuOf(ctx, "tshark", "-r", file, "-Y", "websocket", "-T", "fields", "-e", "frame.number",
			"-e", "websocket.fin", "-e", "websocket.rsv", "-e", "websocket.opcode", "-e", "websocket.mask", "-e", "websocket.masking_key",
			"-e", "websocket.payload_length", "-e", "websocket.payload_length_ext_16", "-e", "websocket.payload_length_ext_64")
		if err != nil {
			return f, err
		}
		if err := sameRows(ours, theirs); err != nil {
			return f, err
		}
		f.ours, f.theirs = append(f.ours, mine.Seconds()), append(f.theirs, tsharks.Seconds())
	}
	return f, nil
}

// cpuOf runs a program and returns what it printed and the CPU that it took.
func cpuOf(ctx context.Context, name string, args ...string) ([]byte, time.Duration, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	out, err := cmd.Output()
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	return out, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// sameRows compares every row of both, field by field.
func sameRows(ours, theirs []byte) error {
	mine, tsharks := strings.Split(strings.TrimRight(string(ours), "\n"), "\n"), strings.Split(strings.TrimRight(string(theirs), "\n"), "\n")
	if len(mine) != captureFrames || len(tsharks) != captureFrames {
		return fmt.Errorf("captures: %d rows of ours, %d of tshark's, want %d", len(mine), len(tsharks), captureFrames)
	}
	for i := range mine {
		t := strings.Split(tsharks[i], "\t")
		rsv, err := strconv.ParseUint(t[2], 0, 8)
		if err != nil || len(t) != 9 {
			return fmt.Errorf("captures: row %d of tshark's: %q", i+1, tsharks[i])
		}
		length := t[6]
		if long := t[7] + t[8]; long != "" {
			length = long
		}
		if row := strings.Join([]string{t[0], t[1], strconv.FormatUint(rsv, 10), t[3], t[4], t[5], length}, "\t"); row != mine[i] {
			return fmt.Errorf("captures: row %d is %q of ours, and %q of tshark's", i+1, mine[i], row)
		}
	}
	return nil
}

// writeCapture writes a chat: texts of all lengths both ways, with a ping now and then.
func writeCapture(file string) error {
	var out bytes.Buffer
	w, err := capture.NewWriter(&out, netip.MustParseAddrPort("127.0.0.1:8080"), "A benchmark’s.")
	if err != nil {
		return err
	}
	at := time.Unix(1_800_000_000, 0)
	if err := w.Begin(1, at, capture.Headline{Client: netip.MustParseAddrPort("127.0.0.1:50000"), Text: "A chat.", Whole: true}); err != nil {
		return err
	}
	s := inspector.NewSession(inspector.Options{Preview: 4 << 10}, func(e *inspector.Event) {
		if failed := w.Write(1, e.Clone()); failed != nil && err == nil {
			err = failed
		}
	})
	s.Observe(at, inspector.Up, []byte("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"))
	s.Observe(at, inspector.Down, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"))
	for i := range captureFrames {
		at = at.Add(time.Millisecond)
		h := inspector.Header{Fin: true, Opcode: inspector.OpText, Length: uint64(10 + i*7%150)}
		if i%50 == 0 {
			h.Opcode, h.Length = inspector.OpPing, 4
		}
		d := inspector.Down
		if i%2 == 0 {
			d, h.Masked, h.Key = inspector.Up, true, [4]byte{1, byte(i >> 16), byte(i >> 8), byte(i)}
		}
		b := h.AppendTo(nil)
		text := bytes.Repeat([]byte("x"), int(h.Length))
		if h.Masked {
			b = inspector.AppendMasked(b, text, h.Key, 0)
		} else {
			b = append(b, text...)
		}
		s.Observe(at, d, b)
	}
	s.Ended(at, inspector.EndServer, nil)
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return err
	}
	return os.WriteFile(file, out.Bytes(), 0o600)
}
