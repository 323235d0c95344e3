package capture

// One connection of a written capture: its made-up segments of TCP.

import (
	"encoding/binary"
	"net"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"wireup/inspector"
)

const (
	mtu         = 1500
	tcpWindow   = 65535
	mostSegment = 65000 // of a packet that is cut short
	tcpHeader   = 20
	ipv4Header  = 20
	ipv6Header  = 40
)

// madeMACs are the Ethernet addresses of client and server: locally administered, so nobody's.
var madeMACs = [2]net.HardwareAddr{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}}

// flow is one connection. Index 0 is the client's side, 1 the server's.
type flow struct {
	w        *Writer
	ends     [2]netip.AddrPort
	macs     [2]net.HardwareAddr
	seq      [2]uint32
	segment  int
	comments []string // for the next packet
	id       [2]uint16
}

// newFlow gives a connection addresses that no other of the file has.
func (w *Writer) newFlow(conn int, h Headline) *flow {
	client := h.Client
	if !client.IsValid() || client.Port() == 0 {
		client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 49152)
	}
	client = netip.AddrPortFrom(client.Addr().Unmap().WithZone(""), client.Port())
	server := w.server
	if h.Server.IsValid() && h.Server.Port() != 0 {
		server = h.Server
	}
	server = netip.AddrPortFrom(server.Addr().Unmap().WithZone(""), server.Port())
	if client.Addr().Is4() != server.Addr().Is4() {
		loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
		if client.Addr().Is6() {
			loopback = netip.IPv6Loopback()
		}
		server = netip.AddrPortFrom(loopback, server.Port())
	}
	for w.used[client] || client == server { // ports come round again
		client = netip.AddrPortFrom(client.Addr(), max(client.Port()+1, 1024))
	}
	w.used[client] = true
	f := &flow{w: w, ends: [2]netip.AddrPort{client, server}, segment: mtu - ipv4Header - tcpHeader}
	if client.Addr().Is6() {
		f.segment = mtu - ipv6Header - tcpHeader
	}
	f.macs = madeMACs
	for i := range f.seq {
		f.seq[i] = uint32(conn)<<16 + uint32(i+1)<<28
	}
	return f
}

func (f *flow) comment(text string) { f.comments = append(f.comments, text) }

// open writes the handshake of TCP.
func (f *flow) open(at time.Time) error {
	mss := layers.TCPOption{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: binary.BigEndian.AppendUint16(nil, uint16(f.segment))}
	syn := layers.TCP{SYN: true, Options: []layers.TCPOption{mss}}
	if err := f.packet(at, 0, syn, nil, 0); err != nil {
		return err
	}
	f.seq[0]++
	syn.ACK = true
	if err := f.packet(at, 1, syn, nil, 0); err != nil {
		return err
	}
	f.seq[1]++
	return f.packet(at, 0, layers.TCP{ACK: true}, nil, 0)
}

// send writes bytes in segments, each with its acknowledgement. Of missing more bytes the packets say
// that they were there.
func (f *flow) send(at time.Time, from int, kept []byte, missing uint64) error {
	for len(kept) > 0 || missing > 0 {
		n, cut := min(len(kept), f.segment), 0
		if missing > 0 { // in few packets: there is nothing to look at in them
			n = min(len(kept), mostSegment)
			cut = int(min(missing, uint64(mostSegment-n)))
		}
		last := n == len(kept) && uint64(cut) == missing
		if err := f.packet(at, from, layers.TCP{ACK: true, PSH: last}, kept[:n], cut); err != nil {
			return err
		}
		f.seq[from] += uint32(n + cut)
		if err := f.packet(at, 1-from, layers.TCP{ACK: true}, nil, 0); err != nil {
			return err
		}
		kept, missing = kept[n:], missing-uint64(cut)
	}
	return nil
}

// end writes the connection's end, as it was.
func (f *flow) end(at time.Time, how inspector.Ending) error {
	first := 1
	switch how {
	case inspector.EndClient:
		first = 0
	case inspector.EndServer:
	case inspector.EndReset, inspector.EndAborted:
		if how == inspector.EndReset {
			first = 0
		}
		return f.packet(at, first, layers.TCP{RST: true, ACK: true}, nil, 0)
	default: // nobody has seen an end on the wire
		return nil
	}
	for _, side := range []int{first, 1 - first} {
		if err := f.packet(at, side, layers.TCP{FIN: true, ACK: true}, nil, 0); err != nil {
			return err
		}
		f.seq[side]++
	}
	return f.packet(at, first, layers.TCP{ACK: true}, nil, 0)
}

// packet writes one segment: payload, and behind it cut bytes that nobody kept.
func (f *flow) packet(at time.Time, from int, tcp layers.TCP, payload []byte, cut int) error {
	to := 1 - from
	tcp.SrcPort, tcp.DstPort = layers.TCPPort(f.ends[from].Port()), layers.TCPPort(f.ends[to].Port())
	tcp.Seq, tcp.Window = f.seq[from], tcpWindow
	if tcp.ACK {
		tcp.Ack = f.seq[to]
	}
	ethernet := layers.Ethernet{SrcMAC: f.macs[from], DstMAC: f.macs[to], EthernetType: layers.EthernetTypeIPv4}
	src, dst := net.IP(f.ends[from].Addr().AsSlice()), net.IP(f.ends[to].Addr().AsSlice())
	var ip interface {
		gopacket.NetworkLayer
		gopacket.SerializableLayer
	}
	if len(src) == net.IPv4len {
		f.id[from]++
		ip = &layers.IPv4{Version: 4, IHL: 5, Id: f.id[from], Flags: layers.IPv4DontFragment, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: src, DstIP: dst}
	} else {
		ethernet.EthernetType = layers.EthernetTypeIPv6
		ip = &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolTCP, SrcIP: src, DstIP: dst}
	}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		return err
	}
	whole := gopacket.Payload(append(payload[:len(payload):len(payload)], make([]byte, cut)...))
	comments := f.comments
	f.comments = nil
	return f.w.write(at, comments, cut, &ethernet, ip, &tcp, whole)
}
