package capture

// One packet, down to its TCP segment: link layer, VLAN tags, IP.

import (
	"bytes"
	"net/netip"
	"slices"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/ip4defrag"
	"github.com/gopacket/gopacket/layers"
)

// Why packets are left out.
const (
	skipOther     = "no TCP"
	skipFragment  = "fragment"
	skipFragment6 = "IPv6 fragment"
	skipLink      = "link"
	skipBroken    = "broken"
	waits         = "waits" // it is a fragment, and others of its packet are to come
)

// skipWords say it of one packet and of more.
var skipWords = []struct{ why, one, more string }{
	{skipOther, "One packet carried no TCP and was left out.", "%d packets carried no TCP and were left out."},
	{skipFragment, "One fragment of a packet was cut short or contradicts those before it, and was left out.", "%d fragments of packets were cut short or contradict those before them, and were left out."},
	{skipFragment6, "One fragment of an IPv6 packet was left out: wireup puts together those of IPv4 only.", "%d fragments of IPv6 packets were left out: wireup puts together those of IPv4 only."},
	{skipLink, "One packet came from a link whose type wireup doesn't read, and was left out.", "%d packets came from a link whose type wireup doesn't read, and were left out."},
	{skipBroken, "One packet broke off inside its headers and was left out.", "%d packets broke off inside their headers and were left out."},
}

// linkIPv4 and linkIPv6 are link types that are IP and nothing else; gopacket has no names for them.
const (
	linkIPv4 layers.LinkType = 228
	linkIPv6 layers.LinkType = 229
)

// mostTags is how many VLAN tags a packet may have.
const mostTags = 8

// packetDecoder decodes packets into layers that it uses again.
type packetDecoder struct {
	ethernet layers.Ethernet
	tag      layers.Dot1Q
	sll      layers.LinuxSLL
	sll2     layers.LinuxSLL2
	loop     layers.Loopback
	ip4      layers.IPv4
	ip6      layers.IPv6
	skip     layers.IPv6ExtensionSkipper
	tcp      layers.TCP
	made     bool // a packet has the addresses that a Writer gives

	fragments *ip4defrag.IPv4Defragmenter
}

// segment finds the TCP segment in a packet, and how many bytes of its payload were not recorded. why
// is set if there is none.
func (d *packetDecoder) segment(link layers.LinkType, data []byte) (src, dst netip.Addr, t *layers.TCP, missing int, why string) {
	kind, data, why := d.link(link, data)
	if why != "" {
		return src, dst, nil, 0, why
	}
	nothing := gopacket.NilDecodeFeedback
	length := 0 // of what IP carries
	switch kind {
	case layers.EthernetTypeIPv4:
		if d.ip4.DecodeFromBytes(data, nothing) != nil {
			return src, dst, nil, 0, skipBroken
		}
		if d.ip4.Protocol != layers.IPProtocolTCP {
			return src, dst, nil, 0, skipOther
		}
		src, _ = netip.AddrFromSlice(d.ip4.SrcIP)
		dst, _ = netip.AddrFromSlice(d.ip4.DstIP)
		data, length = d.ip4.Payload, int(d.ip4.Length)-4*int(d.ip4.IHL)
		if d.ip4.Flags&layers.IPv4MoreFragments != 0 || d.ip4.FragOffset != 0 {
			if data, why = d.join(); why != "" {
				return src, dst, nil, 0, why
			}
			length = len(data)
		}
	case layers.EthernetTypeIPv6:
		if d.ip6.DecodeFromBytes(data, nothing) != nil {
			return src, dst, nil, 0, skipBroken
		}
		src, _ = netip.AddrFromSlice(d.ip6.SrcIP)
		dst, _ = netip.AddrFromSlice(d.ip6.DstIP)
		next, before := d.ip6.NextHeader, len(d.ip6.Payload)
		data = d.ip6.Payload
		for next != layers.IPProtocolTCP {
			if next == layers.IPProtocolIPv6Fragment {
				return src, dst, nil, 0, skipFragment6
			}
			if !d.skip.CanDecode().Contains(next.LayerType()) || len(data) == 0 {
				return src, dst, nil, 0, skipOther
			}
			if d.skip.DecodeFromBytes(data, nothing) != nil {
				return src, dst, nil, 0, skipBroken
			}
			next, data = d.skip.NextHeader, d.skip.Payload
		}
		length = int(d.ip6.Length) - (before - len(data))
	default:
		return src, dst, nil, 0, skipOther
	}
	if d.tcp.DecodeFromBytes(data, nothing) != nil {
		return src, dst, nil, 0, skipBroken
	}
	return src, dst, &d.tcp, max(length-4*int(d.tcp.DataOffset)-len(d.tcp.Payload), 0), ""
}

// join puts the fragment at hand to those before it, and returns what the packet carries once it is whole.
func (d *packetDecoder) join() (data []byte, why string) {
	if d.fragments == nil {
		d.fragments = ip4defrag.NewIPv4Defragmenter()
	}
	kept := d.ip4
	kept.SrcIP, kept.DstIP, kept.Payload = slices.Clone(kept.SrcIP), slices.Clone(kept.DstIP), slices.Clone(kept.Payload)
	whole, err := d.fragments.DefragIPv4WithTimestamp(&kept, time.Time{})
	switch {
	case err != nil:
		return nil, skipFragment
	case whole == nil:
		return nil, waits
	}
	return whole.Payload, ""
}

// unjoined is how many packets are still not whole.
func (d *packetDecoder) unjoined() int {
	if d.fragments == nil {
		return 0
	}
	return d.fragments.DiscardOlderThan(time.Unix(1, 0))
}

// link takes off what stands before IP.
func (d *packetDecoder) link(link layers.LinkType, data []byte) (kind layers.EthernetType, rest []byte, why string) {
	nothing := gopacket.NilDecodeFeedback
	switch link {
	case layers.LinkTypeEthernet:
		if d.ethernet.DecodeFromBytes(data, nothing) != nil {
			return 0, nil, skipBroken
		}
		kind, rest = d.ethernet.EthernetType, d.ethernet.Payload
		d.made = d.made || bytes.Equal(d.ethernet.SrcMAC, madeMACs[0]) && bytes.Equal(d.ethernet.DstMAC, madeMACs[1])
	case layers.LinkTypeLinuxSLL:
		if d.sll.DecodeFromBytes(data, nothing) != nil {
			return 0, nil, skipBroken
		}
		kind, rest = d.sll.EthernetType, d.sll.Payload
	case layers.LinkTypeLinuxSLL2:
		if d.sll2.DecodeFromBytes(data, nothing) != nil {
			return 0, nil, skipBroken
		}
		kind, rest = d.sll2.ProtocolType, d.sll2.Payload
	case layers.LinkTypeNull, layers.LinkTypeLoop:
		if d.loop.DecodeFromBytes(data, nothing) != nil {
			return 0, nil, skipBroken
		}
		kind, rest = version(d.loop.Payload), d.loop.Payload
	case layers.LinkTypeRaw, 12, 14, linkIPv4, linkIPv6:
		kind, rest = version(data), data
	default:
		return 0, nil, skipLink
	}
	for range mostTags {
		if kind != layers.EthernetTypeDot1Q && kind != layers.EthernetTypeQinQ {
			break
		}
		if d.tag.DecodeFromBytes(rest, nothing) != nil {
			return 0, nil, skipBroken
		}
		kind, rest = d.tag.Type, d.tag.Payload
	}
	return kind, rest, ""
}

// version says of a packet without a link layer which IP it is.
func version(data []byte) layers.EthernetType {
	if len(data) == 0 {
		return 0
	}
	switch data[0] >> 4 {
	case 4:
		return layers.EthernetTypeIPv4
	case 6:
		return layers.EthernetTypeIPv6
	}
	return 0
}
