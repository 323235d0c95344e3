package main

// Where to find the server: its address as a line, and for a room as a QR code.

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"rsc.io/qr"
)

// announce prints the address to open, and the presenter's link with its secret. When the server
// listens beyond loopback it prints the addresses that others can reach it under, and under the first
// of them where they join a class, as a QR code.
func announce(w io.Writer, addr net.Addr, secret string) {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		fmt.Fprintf(w, "wireup is ready: %s\n", addr)
		return
	}
	port := strconv.Itoa(tcp.Port)
	if !tcp.IP.IsUnspecified() {
		host := tcp.IP.String()
		here := "http://" + net.JoinHostPort(host, port)
		fmt.Fprintf(w, "wireup is ready: %s\n", here)
		announcePresenter(w, here, secret)
		if !tcp.IP.IsLoopback() {
			announceJoin(w, here)
		}
		return
	}
	here := "http://" + net.JoinHostPort("127.0.0.1", port)
	fmt.Fprintf(w, "wireup is ready: %s\n", here)
	rooms := roomAddresses()
	if len(rooms) > 0 { // what a page opened there draws leads there, too
		here = "http://" + net.JoinHostPort(rooms[0], port)
	}
	announcePresenter(w, here, secret)
	for i, ip := range rooms {
		url := "http://" + net.JoinHostPort(ip, port)
		fmt.Fprintf(w, "for the room:    %s\n", url)
		if i == 0 {
			announceJoin(w, url)
		}
	}
}

// announcePresenter prints the link that makes a class. Its secret stands behind a # and so in no
// request.
func announcePresenter(w io.Writer, here, secret string) {
	fmt.Fprintf(w, "to present:      %s/present#%s\n", here, secret)
}

// announceJoin prints where people join a class.
func announceJoin(w io.Writer, url string) {
	fmt.Fprintf(w, "to join a class: %s/join\n", url)
	printQR(w, url+"/join")
}

// roomAddresses are this machine's IPv4 addresses that another device may reach.
func roomAddresses() []string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var list []string
	for _, a := range addrs {
		ip, ok := a.(*net.IPNet)
		if ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() && !ip.IP.IsLinkLocalUnicast() {
			list = append(list, ip.IP.String())
		}
	}
	return list
}

// printQR draws text as a QR code of half blocks, light on dark terminals and dark on light ones:
// readers take both.
func printQR(w io.Writer, text string) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return // too long for a code; the address stands above
	}
	const quiet = 2
	black := func(x, y int) bool { return code.Black(x, y) } // false outside
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		for x := -quiet; x < code.Size+quiet; x++ {
			switch top, bottom := black(x, y), black(x, y+1); {
			case top && bottom:
				b.WriteString(" ")
			case top:
				b.WriteString("▄")
			case bottom:
				b.WriteString("▀")
			default:
				b.WriteString("█")
			}
		}
		b.WriteString("\n")
	}
	io.WriteString(w, b.String())
}
