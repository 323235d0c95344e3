package mirror

// Frames of our own: the text frame of a breakdown, close frames and their reasons.

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"wireup/inspector"
)

const (
	firstText  = 0x80 | byte(inspector.OpText)
	in16       = 126
	in64       = 127
	textHeader = 4 // of a text frame of 126 to 65 535 bytes, as breakdowns are
)

// openText appends the header of a text frame whose length isn't known yet.
func openText(b []byte) []byte { return append(b, firstText, in16, 0, 0) }

// sealText makes what stands behind openText's header, which begins at start, its payload.
func sealText(b []byte, start int) []byte {
	n := len(b) - start - textHeader
	switch {
	case n < in16:
		b[start+1] = byte(n)
		b = append(b[:start+2], b[start+textHeader:]...)
	case n <= 0xFFFF:
		binary.BigEndian.PutUint16(b[start+2:], uint16(n))
	default:
		b = append(b, 0, 0, 0, 0, 0, 0)
		copy(b[start+textHeader+6:], b[start+textHeader:start+textHeader+n])
		b[start+1] = in64
		binary.BigEndian.PutUint64(b[start+2:], uint64(n))
	}
	return b
}

const stoppingReason = "the server is stopping"

// appendClose appends a close frame; for CloseNoStatus one without a body.
func appendClose(b []byte, code inspector.CloseCode, reason string) []byte {
	h := inspector.Header{Fin: true, Opcode: inspector.OpClose}
	if code == inspector.CloseNoStatus {
		return h.AppendTo(b)
	}
	h.Length = uint64(2 + len(reason))
	b = h.AppendTo(b)
	b = binary.BigEndian.AppendUint16(b, uint16(code))
	return append(b, reason...)
}

// closeReason names a rule and where it stands, in what a close frame has room for.
func closeReason(r *inspector.Rule) string {
	ref := " (" + r.Ref + ")"
	return cut(strings.TrimSuffix(r.Text, "."), inspector.MaxCloseReason-len(ref)) + ref
}

func tooBigReason(limit int64) string {
	return "message over " + byteCount(limit) + " (limit: max-message)"
}

// finalBlocksReason names a limit that valid DEFLATE data can hit.
var finalBlocksReason = fmt.Sprintf("message over %d blocks with BFINAL set (limit: final blocks)", inspector.MaxFinalBlocks)

// cut shortens s to at most n bytes, between two characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// byteCount writes a limit as people do.
func byteCount(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + " KiB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
