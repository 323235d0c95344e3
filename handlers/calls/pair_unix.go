//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package calls

// A pair of sockets, and the calls that are made on them.

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Supported reports whether pairs can be made here.
const Supported = true

const (
	backlog = 8

	// patience is how long a pair polls for what is on its way over loopback.
	patience = 200 * time.Millisecond
)

// Pair is a server and a client, with at most one listening socket and one client socket at a
// time. It is not safe for concurrent use. Close it, or its descriptors stay open.
type Pair struct {
	family Family
	folder string // private, for the path of a Unix-domain socket
	path   string
	taken  netip.AddrPort // a TCP address that is in use
	port   int            // that the server is bound to

	listener int
	conns    []int
	client   int
	calls    []Call

	// What has happened. The end of a story depends on it, and so do the words.
	bound, listening                         bool
	stands                                   bool // the path is there
	connected                                bool // the client is, or was and has not been closed since
	waiting                                  bool // connected, not accepted
	refused                                  bool // the client's last connect failed
	clientMade, accepted                     bool
	clientSent, clientGot, clientEnd, shut   bool
	serverSent, serverGot, serverEnd, finSrv bool
	up, down                                 []int // sizes of sends that have not been received, by direction
}

// Open makes a pair without sockets. inUse is a TCP address, host:port, that a server has already;
// it may be empty.
func Open(f Family, inUse string) (*Pair, error) {
	p := &Pair{family: f, listener: -1, client: -1}
	p.taken, _ = netip.ParseAddrPort(inUse) // without one there's no such step
	if f == Unix {
		folder, err := os.MkdirTemp("", "wireup-")
		if err != nil {
			return nil, fmt.Errorf("a folder for the socket's path: %w", err)
		}
		p.folder, p.path = folder, filepath.Join(folder, "socket")
	}
	return p, nil
}

// Close closes every descriptor and removes the folder.
func (p *Pair) Close() {
	for _, fd := range append(p.conns, p.listener, p.client) {
		if fd >= 0 {
			_ = unix.Close(fd) // there's nothing to do about one that fails
		}
	}
	p.conns, p.listener, p.client = nil, -1, -1
	if p.folder != "" {
		_ = os.RemoveAll(p.folder)
	}
}

// State is all that there is to show.
func (p *Pair) State() State {
	return State{
		Family: p.family, Address: p.address(), Next: p.Next(), Waiting: p.waiting,
		Calls:       append([]Call{}, p.calls...),
		Descriptors: Descriptors{Listener: p.listener, Conns: append([]int{}, p.conns...), Client: p.client},
	}
}

func (p *Pair) address() string {
	switch {
	case !p.bound:
		return ""
	case p.family == Unix:
		return p.path
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port))
}

// conn is the connection that the server speaks on: the one accepted last.
func (p *Pair) conn() int {
	if len(p.conns) == 0 {
		return -1
	}
	return p.conns[len(p.conns)-1]
}

// Next is the call that a story has next, from what has happened so far; nil when it is over. What
// can't happen any more is passed over.
func (p *Pair) Next() *Step {
	joined := p.client >= 0 && p.connected
	for _, s := range []struct {
		side  Side
		call  string
		open  bool // it may still happen
		ready bool // it has happened
	}{
		{Server, "socket", true, p.listener >= 0 || p.bound},
		{Server, "unlink", p.listener >= 0 && !p.bound && p.stands, false}, // left by the run before
		{Server, "bind", p.listener >= 0, p.bound},
		{Server, "listen", p.listener >= 0 && p.bound, p.listening},
		{Client, "socket", true, p.clientMade},
		{Client, "close", p.client >= 0 && p.refused && !reconnects, false},
		{Client, "connect", p.client >= 0 && p.listening && p.listener >= 0 && (p.stands || p.family == TCP), p.connected || p.accepted},
		{Server, "accept", p.waiting && p.listener >= 0, p.accepted},
		{Client, "send", joined && !p.shut, p.clientSent},
		{Server, "recv", p.conn() >= 0, p.serverGot},
		{Server, "send", p.conn() >= 0 && p.client >= 0 && !p.finSrv, p.serverSent},
		{Client, "recv", joined, p.clientGot},
		{Client, "shutdown", joined, p.shut},
		{Server, "recv", p.conn() >= 0 && (p.shut || p.client < 0), p.serverEnd},
		{Client, "close", p.client >= 0, false},
		{Server, "close", p.conn() >= 0 || p.listener >= 0, false},
		{Server, "unlink", p.stands, false},
	} {
		if s.open && !s.ready {
			return &Step{s.side, s.call}
		}
	}
	return nil
}

// Do makes one call. The error says why it was not made; what the kernel refuses is no error but
// a result.
func (p *Pair) Do(o Order) error {
	if !Known(p.family, o.Step) {
		return Refusal(fmt.Sprintf("The %s has no call %q here.", o.Side, o.Call))
	}
	if len(p.calls) >= MaxCalls {
		return Refusal(fmt.Sprintf("%d calls have been made, which is the limit of one run (limit: calls of one run). Press Reset to begin again.", MaxCalls))
	}
	if len(o.Data) > MaxData || o.Room < 0 || o.Room > MaxData {
		return Refusal(fmt.Sprintf("One call carries at most %d bytes here (limit: bytes of one call). Make it shorter.", MaxData))
	}
	if o.Data == "" {
		o.Data = "Spang"
		if o.Side == Server {
			o.Data = "Hello Spang"
		}
	}
	if o.Room == 0 {
		o.Room = MaxData
	}
	switch o.Call {
	case "socket":
		return p.socket(o.Side)
	case "bind":
		return p.bind(o.Taken)
	case "listen":
		return p.listen()
	case "accept":
		return p.accept()
	case "connect":
		p.connect()
	case "send":
		p.send(o.Side, o.Data)
	case "recv":
		p.recv(o.Side, o.Room)
	case "shutdown":
		p.shutdown(o.Side)
	case "close":
		p.close(o.Side)
	case "unlink":
		p.unlink()
	}
	return nil
}

// made notes a call. Say what it means when it worked; what an error means is looked up.
func (p *Pair) made(side Side, name, args, result string, began time.Time, err error, says string) *Call {
	c := Call{Number: len(p.calls) + 1, Side: side, Name: name, Args: args, Result: result, Says: says,
		Micros: float64(time.Since(began).Nanoseconds()) / 1000}
	if err != nil {
		c.Result = "-1"
		if errno := unix.Errno(0); errors.As(err, &errno) {
			c.Errno, c.Error = unix.ErrnoName(errno), errno.Error()
		} else {
			c.Error = err.Error()
		}
		c.Says = p.means(side, name, err)
	}
	p.calls = append(p.calls, c)
	return &p.calls[len(p.calls)-1]
}

func (p *Pair) domain() (name string, number int) {
	if p.family == Unix {
		return "AF_UNIX", unix.AF_UNIX
	}
	return "AF_INET", unix.AF_INET
}

func (p *Pair) socket(side Side) error {
	held := p.client
	if side == Server {
		held = p.listener
	}
	if held >= 0 {
		return Refusal(fmt.Sprintf("The %s has a socket, descriptor %d. A program may have thousands; in this lab each side has one. Close it first.", side, held))
	}
	domain, number := p.domain()
	began := time.Now()
	fd, err := unix.Socket(number, unix.SOCK_STREAM|socketFlags, 0)
	says := fmt.Sprintf("A new socket, and %d to name it by: a file descriptor, the lowest number that was free in this process. It has no address, and it is connected to nothing.", fd)
	p.made(side, "socket", domain+", SOCK_STREAM"+socketFlagNames+", 0", strconv.Itoa(fd), began, err, says)
	if err != nil {
		return nil
	}
	if side == Server {
		p.listener, p.bound, p.listening = fd, false, false
	} else {
		p.client, p.clientMade = fd, true
		p.connected, p.waiting, p.refused, p.shut, p.clientEnd = false, false, false, false, false
	}
	p.unblock(side, fd)
	return nil
}

func (p *Pair) bind(taken bool) error {
	var to unix.Sockaddr
	var shown string
	switch {
	case p.family == Unix && taken:
		to, shown = &unix.SockaddrUnix{Name: p.folder}, sun(p.folder)
	case p.family == Unix:
		to, shown = &unix.SockaddrUnix{Name: p.path}, sun(p.path)
	case taken && !p.taken.IsValid():
		return Refusal("This server can't name an address of its own that is in use.")
	case taken:
		to, shown = inet(p.taken)
	default:
		to, shown = inet(loopback(0))
	}
	began := time.Now()
	err := unix.Bind(p.listener, to)
	says := "The socket has an address now: a path. A file of the type socket stands there, and whoever may write to it may connect."
	if p.family == TCP {
		says = "The socket has an address now. Port 0 asked the kernel for one that is free; getsockname tells which."
	}
	p.made(Server, "bind", fmt.Sprintf("%d, %s", p.listener, shown), "0", began, err, says)
	if err != nil {
		return nil
	}
	p.bound, p.stands = true, p.family == Unix
	if p.family == TCP {
		p.askPort()
	}
	return nil
}

// askPort finds out which port the kernel has chosen.
func (p *Pair) askPort() {
	began := time.Now()
	name, err := unix.Getsockname(p.listener)
	if in, ok := name.(*unix.SockaddrInet4); ok {
		p.port = in.Port
	}
	_, shown := inet(loopback(p.port))
	p.made(Server, "getsockname", fmt.Sprintf("%d, %s", p.listener, shown), "0", began, err,
		fmt.Sprintf("The port is %d. A client has to know it.", p.port)).Follows = true
}

func (p *Pair) listen() error {
	if p.family == TCP && p.listener >= 0 && !p.bound {
		return Refusal("This call is not made. Without a bind before it, listen would take a port on every address of this machine, and the lab stays on loopback.")
	}
	began := time.Now()
	err := unix.Listen(p.listener, backlog)
	p.made(Server, "listen", fmt.Sprintf("%d, %d", p.listener, backlog), "0", began, err,
		fmt.Sprintf("From now on the kernel takes connections in, and keeps up to %d of them waiting until somebody calls accept. This socket will never carry a byte of data itself.", backlog))
	if err == nil {
		p.listening = true
	}
	return nil
}

func (p *Pair) connect() {
	var to unix.Sockaddr
	var shown string
	if p.family == Unix {
		to, shown = &unix.SockaddrUnix{Name: p.path}, sun(p.path)
	} else {
		to, shown = inet(loopback(p.port))
	}
	began := time.Now()
	err := unix.Connect(p.client, to)
	p.made(Client, "connect", fmt.Sprintf("%d, %s", p.client, shown), "0", began, err, connectedWords)
	if err == unix.EINPROGRESS {
		err = p.await(Client, p.client, unix.POLLOUT, "POLLOUT")
		if err == nil {
			err = p.outcome()
		}
	}
	switch {
	case err == nil:
		p.connected, p.waiting, p.refused = true, true, false
		p.up, p.down = nil, nil
		p.clientSent, p.clientGot, p.serverSent, p.serverGot, p.serverEnd, p.finSrv, p.accepted = false, false, false, false, false, false, false
	case p.client >= 0 && err != unix.EISCONN:
		p.refused = true
	}
}

const connectedWords = "Connected, though the server has not called accept: its kernel did this alone, and the connection waits in the queue of the listening socket."

// outcome asks what became of a connect that went on by itself.
func (p *Pair) outcome() error {
	began := time.Now()
	code, err := unix.GetsockoptInt(p.client, unix.SOL_SOCKET, unix.SO_ERROR)
	result := unix.Errno(code)
	says := connectedWords
	shown := "0"
	if code != 0 {
		shown = unix.ErrnoName(result)
		says = p.means(Client, "connect", result)
	}
	c := p.made(Client, "getsockopt", fmt.Sprintf("%d, SOL_SOCKET, SO_ERROR, [%s]", p.client, shown), "0", began, err, says)
	c.Follows = true
	if err == nil && code != 0 {
		c.Errno, c.Error = shown, result.Error()
		return result
	}
	return err
}

// await polls until fd is ready, for a bounded time, and notes that it did.
func (p *Pair) await(side Side, fd int, what int16, name string) error {
	began := time.Now()
	var ready int
	var err error
	for {
		left := patience - time.Since(began)
		ready, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: what}}, int(max(left, 0)/time.Millisecond))
		if err != unix.EINTR {
			break
		}
	}
	says := "The descriptor doesn't block, so the lab asks whether it is ready: it is."
	if ready == 0 {
		says = fmt.Sprintf("The descriptor doesn't block, so the lab asks whether it is ready: nothing came within %s.", patience)
	}
	p.made(side, "poll", fmt.Sprintf("{%d, %s}, 1, %d", fd, name, patience/time.Millisecond), strconv.Itoa(ready), began, err, says).Follows = true
	if err == nil && ready == 0 {
		return unix.ETIMEDOUT
	}
	return err
}

func (p *Pair) accept() error {
	if len(p.conns) >= MaxConns {
		return Refusal(fmt.Sprintf("The server has %d connections open, which is the limit here (limit: connections of one run). Close one first.", MaxConns))
	}
	if !p.tryAccept() && p.waiting && p.await(Server, p.listener, unix.POLLIN, "POLLIN") == nil {
		p.tryAccept()
	}
	return nil
}

// tryAccept reports whether there's no use in trying again.
func (p *Pair) tryAccept() bool {
	began := time.Now()
	fd, err := accept(p.listener)
	c := p.made(Server, "accept", fmt.Sprintf("%d, …", p.listener), strconv.Itoa(fd), began, err,
		fmt.Sprintf("A second descriptor, %d, for this one connection. %d goes on listening for others.", fd, p.listener))
	c.Kernel = acceptKernel(p.listener)
	if err != nil {
		return err != unix.EAGAIN
	}
	p.conns = append(p.conns, fd)
	p.waiting, p.accepted = false, true
	p.unblock(Server, fd)
	return true
}

// end is the descriptor that a side sends and receives on.
func (p *Pair) end(side Side) int {
	if side == Client {
		return p.client
	}
	if fd := p.conn(); fd >= 0 {
		return fd
	}
	return p.listener // a program that forgot accept would use this one
}

func (p *Pair) send(side Side, data string) {
	fd := p.end(side)
	began := time.Now()
	n, err := send(fd, []byte(data))
	says := fmt.Sprintf("%s copied into the kernel, to go out when it sees fit. Whether the other side has read %s, this number doesn't say.", bytesAre(n), them(n))
	other := p.conn()
	if side == Server {
		other = p.client
	}
	if other < 0 && !p.waiting {
		says = fmt.Sprintf("%s copied into the kernel, though the other side has closed its socket: nobody will ever read %s. TCP answers with a reset. Send once more, and see.", bytesAre(n), them(n))
	}
	args := fmt.Sprintf("%d, %s, %d, %s", fd, quoted(data), len(data), sendFlagNames)
	p.made(side, "send", args, strconv.Itoa(n), began, err, says).Kernel = sendKernel(args)
	if err != nil {
		return
	}
	if side == Client {
		p.clientSent = true
		p.up = append(p.up, n)
	} else {
		p.serverSent = true
		p.down = append(p.down, n)
	}
}

func (p *Pair) recv(side Side, room int) {
	queue, ended := &p.up, p.shut || p.client < 0
	if side == Client {
		queue, ended = &p.down, p.finSrv || p.conn() < 0 && !p.waiting
	}
	if !p.tryRecv(side, room, queue) && (len(*queue) > 0 || ended) && p.await(side, p.end(side), unix.POLLIN, "POLLIN") == nil {
		p.tryRecv(side, room, queue)
	}
}

// tryRecv reports whether there's no use in trying again.
func (p *Pair) tryRecv(side Side, room int, queue *[]int) bool {
	fd := p.end(side)
	buf := make([]byte, room)
	began := time.Now()
	n, err := recv(fd, buf)
	shown := "…"
	if err == nil {
		shown = quoted(string(buf[:n]))
	}
	args := fmt.Sprintf("%d, %s, %d, 0", fd, shown, room)
	var says string
	if err == nil && n > 0 {
		says = received(queue, n, room)
	} else if n == 0 {
		says = "0 is no empty message, it is the end of the stream: the other side has said that it sends nothing more. Asked again, recv says 0 again."
	}
	p.made(side, "recv", args, strconv.Itoa(n), began, err, says).Kernel = recvKernel(args)
	if err != nil {
		return err != unix.EAGAIN
	}
	if side == Client {
		p.clientGot = true
		p.clientEnd = p.clientEnd || n == 0
	} else {
		p.serverGot = true
		p.serverEnd = p.serverEnd || n == 0
	}
	return true
}

func (p *Pair) shutdown(side Side) {
	fd := p.end(side)
	began := time.Now()
	err := unix.Shutdown(fd, unix.SHUT_WR)
	says := fmt.Sprintf("The %s will send nothing more, and still receives: half of the connection is closed.", side)
	if p.family == TCP {
		says += " On the wire that is a FIN."
	}
	p.made(side, "shutdown", fmt.Sprintf("%d, SHUT_WR", fd), "0", began, err, says)
	if err != nil {
		return
	}
	if side == Client {
		p.shut = true
	} else if p.conn() >= 0 {
		p.finSrv = true
	}
}

// close closes the newest of what the side has. Linux frees the number whatever close says.
func (p *Pair) close(side Side) {
	fd := p.client
	if side == Server {
		fd = p.end(Server)
	}
	began := time.Now()
	err := unix.Close(fd)
	says := fmt.Sprintf("%d names nothing any more, and the next socket may get that number.", fd)
	switch {
	case side == Client:
		p.client, p.connected, p.waiting = -1, false, p.waiting && p.listener >= 0
	case len(p.conns) > 0:
		p.conns = p.conns[:len(p.conns)-1]
	default:
		if fd >= 0 && p.family == Unix && p.bound {
			says += " The path of the socket still stands there, and whoever connects to it is refused."
		}
		p.listener, p.listening, p.waiting = -1, false, false
	}
	p.made(side, "close", strconv.Itoa(fd), "0", began, err, says)
}

func (p *Pair) unlink() {
	began := time.Now()
	err := unix.Unlink(p.path)
	p.made(Server, "unlink", quoted(p.path), "0", began, err, "The path is gone. Closing a socket doesn't remove it, so a server that starts again has to, or its bind fails.")
	if err == nil {
		p.stands = false
	}
}

func loopback(port int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
}

func inet(a netip.AddrPort) (unix.Sockaddr, string) {
	return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()},
		fmt.Sprintf("{AF_INET, port %d, %s}", a.Port(), a.Addr())
}

func sun(path string) string { return "{AF_UNIX, " + quoted(path) + "}" }

func quoted(s string) string { return strconv.QuoteToASCII(s) }

// received says what a recv of n bytes took of the sends before it, and takes it out of queue.
func received(queue *[]int, n, room int) string {
	sends := *queue
	left, parts := n, 0
	whole := true
	for left > 0 && len(sends) > 0 {
		parts++
		if take := min(left, sends[0]); take < sends[0] {
			sends[0] -= take
			left, whole = 0, false
		} else {
			sends, left = sends[1:], left-take
		}
	}
	*queue = sends
	rest := 0
	for _, k := range sends {
		rest += k
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, in the order in which %s sent.", bytesCame(n), wereSent(n))
	switch {
	case parts > 1:
		fmt.Fprintf(&b, " They come from %d calls of send, and nothing in them says where one ended: a stream has no messages.", parts)
	case !whole:
		fmt.Fprintf(&b, " The buffer takes no more than %d, so one send takes more than one recv.", room)
	}
	if rest > 0 {
		fmt.Fprintf(&b, " %d still wait in the kernel.", rest)
	}
	return b.String()
}

func bytesAre(n int) string {
	if n == 1 {
		return "1 byte was"
	}
	return strconv.Itoa(n) + " bytes were"
}

func bytesCame(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.Itoa(n) + " bytes"
}

func wereSent(n int) string {
	if n == 1 {
		return "it was"
	}
	return "they were"
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
