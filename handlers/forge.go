package handlers

// POST /forge: exact bytes, sent over a loopback connection to this server and to nowhere else.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"wireup/wire"
)

const (
	forgePath = "/forge"

	// maxForgeWrites is into how many writes the bytes of one forge may be cut.
	maxForgeWrites = 64

	// forgeWait is how long a forge listens to silence when its order says nothing else.
	forgeWait = 300 * time.Millisecond

	// rawForgeWait is the same of the raw echo, which answers late on purpose.
	rawForgeWait = 2 * rawHold

	// toRaw orders a connection to the raw echo.
	toRaw = "raw"

	// orderPerByte bounds an order by the bytes that it may hold: two digits each, and as much
	// again for white space, braces and names.
	orderPerByte = 4
)

// forgeOrder is what a request asks the forge to do.
type forgeOrder struct {
	To      string `json:"to"`      // raw: the raw echo; empty: the port of the pages
	Upgrade string `json:"upgrade"` // a path of this server, for a handshake ahead of the writes
	// Extensions is what the handshake offers, as the value of Sec-WebSocket-Extensions.
	Extensions string       `json:"extensions"`
	Writes     []forgeWrite `json:"writes"`
	Wait       *int         `json:"wait"` // milliseconds of silence after which it stops reading
}

// forgeWrite is one call of write.
type forgeWrite struct {
	Bytes string `json:"bytes"` // in hex
	Pause int    `json:"pause"` // milliseconds before it
	End   bool   `json:"end"`   // no write, but the end of the sending side: only as the last
}

// forgePlan is an order that has been checked.
type forgePlan struct {
	wire   wire.ID
	raw    bool
	target string // empty if there is to be no handshake
	offer  string // of extensions
	writes []plannedWrite
	wait   time.Duration
}

type plannedWrite struct {
	pause time.Duration
	bytes []byte
	end   bool // ends the sending side instead
}

// forge does what a browser can't: it sends bytes of the reader's choice, one by one if asked to,
// and answers with what came back. Nothing in the request names a host or a port.
func (s *Server) forge(w http.ResponseWriter, r *http.Request) error {
	if s.forges.made(r.RemoteAddr) {
		return &StatusError{Code: http.StatusForbidden, Ref: forgeRef,
			Text: "A forged connection can't use the forge. Send it the bytes that you want to cross."}
	}
	q, err := queryOf(r, forgeRef)
	if err != nil {
		return err
	}
	id, err := forgeWire(q)
	if err != nil {
		return err
	}
	done, err := s.forges.begin(r.RemoteAddr, s.limits)
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.ForgeTime)
	defer cancel()
	s.hold(w, s.limits.ForgeTime)
	order, err := s.readOrder(ctx, w, r)
	if err != nil {
		return err
	}
	plan, err := order.plan(id, s.limits)
	if err != nil {
		return err
	}
	here, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	answer, err := s.carryOut(ctx, plan, here)
	if err != nil {
		return err
	}
	return answerJSON(w, answer)
}

const forgeRef = "POST " + forgePath

func badForge(text string) error {
	return &StatusError{Code: http.StatusBadRequest, Ref: forgeRef, Text: text}
}

func overForge(text string) error {
	return &StatusError{Code: http.StatusRequestEntityTooLarge, Ref: forgeRef, Text: text}
}

// forgeWire is the wire that the forged connection is to show on, or none.
func forgeWire(q url.Values) (wire.ID, error) {
	v, ok := q["wire"]
	if !ok {
		return "", nil
	}
	id, err := wire.ParseID(v[0])
	if err != nil {
		return "", &StatusError{Code: http.StatusBadRequest, Err: err, Ref: forgeRef,
			Text: "wire must be the 13 characters that the page shows, each a to z or 2 to 7. Leave it out to forge unseen."}
	}
	return id, nil
}

// readOrder reads the request's body, within the time that the forge has.
func (s *Server) readOrder(ctx context.Context, w http.ResponseWriter, r *http.Request) (*forgeOrder, error) {
	control := http.NewResponseController(w)
	if by, ok := ctx.Deadline(); ok {
		if err := control.SetReadDeadline(by); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return nil, err
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.limits.Forge*orderPerByte))
	if err == nil {
		_ = control.SetReadDeadline(time.Time{}) // it was for the body alone
		order := &forgeOrder{}
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err = d.Decode(order); err == nil {
			if _, behind := d.Token(); behind != io.EOF {
				err = errors.New("something stands behind the object")
			} else if key, twice := keyTwice(body); twice {
				err = fmt.Errorf("%q stands twice in one object", clipped(key))
			}
		}
		if err == nil {
			return order, nil
		}
	}
	// The deadline stays: net/http reads what is left of a body before it answers.
	return nil, s.orderError(err)
}

// keyTwice finds a key that stands twice in one object of a JSON text: encoding/json merges their
// values, and takes keys for the same in whatever case.
func keyTwice(text []byte) (key string, twice bool) {
	type level struct {
		object bool
		keys   []string
		valued bool // the next token of an object is a value
	}
	var open []level
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		token, err := d.Token()
		if err != nil {
			return "", false
		}
		delim, _ := token.(json.Delim)
		if delim == '}' || delim == ']' {
			open = open[:len(open)-1]
			continue
		}
		if n := len(open); n > 0 && open[n-1].object {
			in := &open[n-1]
			if in.valued = !in.valued; in.valued {
				key, _ := token.(string)
				if slices.ContainsFunc(in.keys, func(k string) bool { return strings.EqualFold(k, key) }) {
					return key, true
				}
				in.keys = append(in.keys, key)
				continue
			}
		}
		if delim != 0 {
			open = append(open, level{object: delim == '{'})
		}
	}
}

// orderError says what is wrong with a body.
func (s *Server) orderError(err error) error {
	var (
		tooLong *http.MaxBytesError
		kind    *json.UnmarshalTypeError
		what    string
	)
	switch {
	case errors.As(err, &tooLong):
		return overForge(fmt.Sprintf("The order is longer than %s, four times what a forge may send (limit: --forge, %s). Send less.",
			sizeWords(tooLong.Limit), sizeWords(s.limits.Forge)))
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &StatusError{Code: http.StatusRequestTimeout, Ref: forgeRef, Err: err,
			Text: fmt.Sprintf("The order did not come within %s (limit: --forge-time). Send it in one go.", s.limits.ForgeTime)}
	case errors.As(err, &kind) && kind.Field == "":
		what = "it is a JSON " + kind.Value
	case errors.As(err, &kind):
		what = kind.Field + " holds a JSON " + kind.Value
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		what = "it ends too early"
	default:
		what = strings.TrimPrefix(err.Error(), "json: ")
	}
	return &StatusError{Code: http.StatusBadRequest, Ref: forgeRef, Err: err,
		Text: "The body is not what the forge reads: " + what + `. Send JSON such as {"upgrade": "/echo", "writes": [{"bytes": "818000000000"}]}.`}
}

// plan checks the order against the limits.
func (o *forgeOrder) plan(id wire.ID, l Limits) (forgePlan, error) {
	p := forgePlan{wire: id, wait: forgeWait}
	var err error
	switch {
	case o.To != "" && o.To != toRaw:
		return p, badForge(`to is "raw", for the raw echo of this server, or left out. The forge connects to nothing else.`)
	case o.To == toRaw && o.Upgrade != "":
		return p, badForge("The raw echo speaks no protocol, so there is nothing to upgrade. Leave upgrade out.")
	case o.To == toRaw:
		p.raw, p.wait = true, rawForgeWait
	}
	if p.target, err = forgeTarget(o.Upgrade, id); err != nil {
		return p, err
	}
	if p.offer, err = forgeOffer(o.Extensions, o.Upgrade != ""); err != nil {
		return p, err
	}
	if o.Wait != nil {
		if p.wait, err = forgeTime("wait", *o.Wait, l); err != nil {
			return p, err
		}
	}
	if len(o.Writes) > maxForgeWrites {
		return p, overForge(fmt.Sprintf("There are %d writes, and one forge may have %d (limit: writes of a forge). Join some.",
			len(o.Writes), maxForgeWrites))
	}
	var size int64
	var pauses time.Duration
	for i, w := range o.Writes {
		pause, err := forgeTime(fmt.Sprintf("The pause before write %d", i+1), w.Pause, l)
		if err != nil {
			return p, err
		}
		b, err := unhex(w.Bytes, i+1)
		if err != nil {
			return p, err
		}
		switch {
		case w.End && i < len(o.Writes)-1:
			return p, badForge(fmt.Sprintf("Write %d is the end of the sending side, and others stand behind it. Put it last.", i+1))
		case w.End && len(b) > 0:
			return p, badForge(fmt.Sprintf("Write %d is the end of the sending side, which carries no bytes. Put them into a write before it.", i+1))
		}
		size += int64(len(b))
		pauses += pause
		p.writes = append(p.writes, plannedWrite{pause, b, w.End})
	}
	if size > l.Forge {
		return p, overForge(fmt.Sprintf("The writes hold %d bytes, and one forge may send %s (limit: --forge). Send less.", size, sizeWords(l.Forge)))
	}
	if pauses > l.ForgeTime {
		return p, overForge(fmt.Sprintf("The pauses add up to %s, and one forge may take %s (limit: --forge-time). Shorten them.", pauses, l.ForgeTime))
	}
	return p, nil
}

// forgeTime reads a time in milliseconds.
func forgeTime(what string, ms int, l Limits) (time.Duration, error) {
	if ms < 0 {
		return 0, badForge(what + " is below zero. Give it in milliseconds, from 0 on.")
	}
	if int64(ms) > l.ForgeTime.Milliseconds() {
		return 0, overForge(fmt.Sprintf("%s is %d ms, and one forge may take %s (limit: --forge-time). Make it shorter.", what, ms, l.ForgeTime))
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// unhex reads the bytes of the write with this number. White space may stand between digits.
func unhex(text string, write int) ([]byte, error) {
	b := make([]byte, 0, len(text)/2)
	digits, at := 0, 0
	for _, c := range text {
		at++
		var v byte
		switch {
		case c >= '0' && c <= '9':
			v = byte(c - '0')
		case c >= 'a' && c <= 'f':
			v = byte(c-'a') + 10
		case c >= 'A' && c <= 'F':
			v = byte(c-'A') + 10
		case strings.ContainsRune(" \t\r\n", c):
			continue
		default:
			return nil, badForge(fmt.Sprintf("Write %d, character %d: %q is no hex digit. Write each byte as two of 0 to 9 and a to f.", write, at, c))
		}
		if digits++; digits%2 == 1 {
			b = append(b, v<<4)
		} else {
			b[len(b)-1] |= v
		}
	}
	if digits%2 == 1 {
		return nil, badForge(fmt.Sprintf("Write %d, character %d: the last byte has one digit. Write each byte as two of 0 to 9 and a to f.", write, at))
	}
	return b, nil
}

// forgeTarget is what the handshake asks for: a path of this server, with the wire added.
func forgeTarget(upgrade string, id wire.ID) (string, error) {
	if upgrade == "" {
		return "", nil
	}
	u, err := url.ParseRequestURI(upgrade)
	odd := strings.IndexFunc(upgrade, func(c rune) bool { return c <= ' ' || c > '~' }) >= 0
	switch {
	case err != nil, odd, upgrade[0] != '/', strings.HasPrefix(upgrade, "//"):
		return "", badForge("upgrade must be a path on this server, such as /echo: the forge connects to nothing else. " +
			"It begins with one slash, and what is no visible ASCII in it is percent-encoded.")
	case path.Clean(u.Path) == forgePath:
		return "", badForge("upgrade can't be " + forgePath + " itself. Name a path that speaks WebSocket, such as /echo.")
	case u.Query().Has("wire"):
		return "", badForge("upgrade names a wire of its own. Name it in the forge's own address: " + forgePath + "?wire=ID.")
	case id == "":
		return upgrade, nil
	case strings.Contains(upgrade, "?"):
		return upgrade + "&wire=" + string(id), nil
	}
	return upgrade + "?wire=" + string(id), nil
}

// maxForgeOffer bounds the extensions that a handshake offers.
const maxForgeOffer = 1 << 10

// forgeOffer is the one header field of the handshake that an order can set. It stays one field:
// with a line end of its own it could name another host.
func forgeOffer(extensions string, upgrade bool) (string, error) {
	odd := strings.IndexFunc(extensions, func(c rune) bool { return c < ' ' || c > '~' })
	switch {
	case extensions == "":
		return "", nil
	case !upgrade:
		return "", badForge("Extensions are offered in a handshake, and there is none here. Name a path in upgrade, such as /echo, or leave extensions out.")
	case len(extensions) > maxForgeOffer:
		return "", overForge(fmt.Sprintf("extensions holds %d bytes, and one forge may offer %s of them (limit: extensions of a forge). Offer less.",
			len(extensions), sizeWords(maxForgeOffer)))
	case odd >= 0:
		return "", badForge("extensions is the value of one header field: visible ASCII and spaces, and no line end. Write it as in permessage-deflate; client_no_context_takeover.")
	}
	return extensions, nil
}

// sizeWords writes a limit as its flag takes it.
func sizeWords(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// forges counts the forges at work, and knows their connections. The zero value is ready.
type forges struct {
	mu      sync.Mutex
	open    int
	address map[string]int      // of the clients
	own     map[string]struct{} // local addresses of forged connections
}

// begin counts one more forge for the client at remote. Call done when it is over.
func (f *forges) begin(remote string, l Limits) (done func(), err error) {
	host := clientOf(remote)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.address[host] >= l.AddressForges:
		return nil, limitError("forges at work for one address", l.AddressForges, "--address-forges", "Let one of yours end first.")
	case f.open >= l.Forges:
		return nil, limitError("forges at work", l.Forges, "--forges", "Try again in a moment.")
	}
	if f.address == nil {
		f.address, f.own = make(map[string]int), make(map[string]struct{})
	}
	f.open++
	f.address[host]++
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.open--
		decrement(f.address, host)
	}, nil
}

// note remembers a connection of the forge's own until disown is called.
func (f *forges) note(local net.Addr) (disown func()) {
	key := local.String()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.own[key] = struct{}{}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.own, key)
	}
}

// made reports whether the forge has opened the connection from remote.
func (f *forges) made(remote string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, ok := f.own[remote]
	return ok
}
