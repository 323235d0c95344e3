package handlers

// The log of a wire as files that other tools open: a capture for Wireshark, a HAR for DevTools.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"wireup/inspector"
	"wireup/inspector/capture"
	"wireup/wire"
)

// fileBuffer is how much of a file is gathered for one write.
const fileBuffer = 64 << 10

// logPcapng answers with the log as a capture of packets.
func (s *Server) logPcapng(w http.ResponseWriter, r *http.Request) error {
	return s.logFile(w, r, "pcapng", "application/x-pcapng", func(out io.Writer, id wire.ID, events []*wire.Event, lost uint64) error {
		comment := fmt.Sprintf("The wire %s of wireup.", id)
		if lost > 0 {
			comment += fmt.Sprintf(" Its first %d events are no longer kept.", lost)
		}
		own := localAddress(r)
		f, err := capture.NewWriter(out, own, comment)
		if err != nil {
			return err
		}
		for _, e := range events {
			if !f.Known(e.Conn) {
				if err := f.Begin(e.Conn, e.Event.At, headline(e, own)); err != nil {
					return err
				}
			}
			if err := f.Write(e.Conn, e.Event); err != nil {
				return err
			}
		}
		return f.Flush()
	})
}

// headline is what the first event that is kept of a connection says of it.
func headline(e *wire.Event, own netip.AddrPort) capture.Headline {
	h := capture.Headline{Whole: e.Kind == inspector.KindOpen, Text: fmt.Sprintf("Connection %d of the wire.", e.Conn)}
	if e.Driver != "" {
		h.Text = fmt.Sprintf("Connection %d of the wire, driven by: %s.", e.Conn, e.Driver)
	}
	h.Client, _ = netip.ParseAddrPort(e.Remote) // nobody's, if it is none
	h.Server = reached(e, own)
	if e.Note != "" {
		h.Text += " " + e.Note
	}
	return h
}

// reached is the address at which a connection reached its server; own is that of the pages. Of a server
// that is known by a name it is the port.
func reached(e *wire.Event, own netip.AddrPort) netip.AddrPort {
	if at, err := netip.ParseAddrPort(e.Local); err == nil {
		return at
	}
	if _, digits, err := net.SplitHostPort(e.Local); err == nil {
		if port, err := strconv.ParseUint(digits, 10, 16); err == nil {
			return netip.AddrPortFrom(own.Addr(), uint16(port))
		}
	}
	return own
}

// logHAR answers with the log as a HAR.
func (s *Server) logHAR(w http.ResponseWriter, r *http.Request) error {
	return s.logFile(w, r, "har", "application/json", func(out io.Writer, _ wire.ID, events []*wire.Event, _ uint64) error {
		own := localAddress(r)
		f := capture.NewHARWriter(own)
		for _, e := range events {
			if e.Local != "" {
				f.Begin(e.Conn, reached(e, own))
			}
			f.Add(e.Conn, e.Event)
		}
		return f.Write(out)
	})
}

// logFile answers with a file that write makes of the log as it is now.
func (s *Server) logFile(w http.ResponseWriter, r *http.Request, ending, kind string, write func(io.Writer, wire.ID, []*wire.Event, uint64) error) error {
	id, err := wireID(r)
	if err != nil {
		return err
	}
	if _, err := queryOf(r, "GET /wire/{id}/log."+ending); err != nil {
		return err
	}
	var events []*wire.Event
	var lost uint64
	if log, ok := s.hub.Lookup(id); ok {
		_, last := log.Range()
		for seq := uint64(0); seq < last; {
			some, gone := log.After(seq, logEvents)
			lost += gone
			if len(some) == 0 {
				break
			}
			events, seq = append(events, some...), some[len(some)-1].Seq
		}
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="wireup-%s.%s"`, id, ending))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	out := &patient{w: w, control: http.NewResponseController(w)}
	buffered := bufio.NewWriterSize(out, fileBuffer)
	err = write(buffered, id, events, lost)
	if err == nil {
		err = buffered.Flush()
	}
	if out.gone {
		return nil // the client has gone, or takes nothing
	}
	return err
}

// patient writes to a client that may take its time over the whole, but not over one write.
type patient struct {
	w       http.ResponseWriter
	control *http.ResponseController
	gone    bool
}

func (p *patient) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(stallLimit)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		p.gone = true
		return 0, err
	}
	n, err := p.w.Write(b)
	p.gone = p.gone || err != nil
	return n, err
}

// localAddress is the address at which the request came in.
func localAddress(r *http.Request) netip.AddrPort {
	a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return netip.AddrPort{}
	}
	at, _ := netip.ParseAddrPort(a.String()) // a Unix socket has none
	return at
}
