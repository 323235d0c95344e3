//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package calls

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
)

// descriptors counts what this process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	dir := "/proc/self/fd"
	if runtime.GOOS != "linux" {
		dir = "/dev/fd"
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Skip(err)
	}
	return len(list)
}

func open(t *testing.T, f Family, inUse string) *Pair {
	t.Helper()
	before := descriptors(t)
	p, err := Open(f, inUse)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Close()
		if after := descriptors(t); after != before {
			t.Errorf("%d descriptors before, %d after", before, after)
		}
		if p.folder != "" {
			if _, err := os.Stat(p.folder); err == nil {
				t.Errorf("%s is still there", p.folder)
			}
		}
	})
	return p
}

// do makes calls written as "server bind", and returns the last of what they made.
func do(t *testing.T, p *Pair, steps ...string) Call {
	t.Helper()
	for _, s := range steps {
		side, name, _ := strings.Cut(s, " ")
		name, arg, _ := strings.Cut(name, " ")
		o := Order{Step: Step{Side(side), name}}
		switch {
		case name == "bind":
			o.Taken = arg == "taken"
		case name == "recv":
			fmt.Sscan(arg, &o.Room)
		default:
			o.Data = arg
		}
		if err := p.Do(o); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	calls := p.State().Calls
	return calls[len(calls)-1]
}

// told are the calls that the reader chose, with what came of them.
func told(p *Pair) string {
	var list []string
	for _, c := range p.State().Calls {
		if c.Follows {
			continue
		}
		result := c.Result
		if c.Name == "socket" || c.Name == "accept" {
			result = "fd"
		}
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", c.Side, c.Name, result, c.Errno)))
	}
	return strings.Join(list, "\n")
}

func TestStory(t *testing.T) {
	const middle = `server listen 0
client socket fd
client connect %s
server accept fd
client send 5
server recv 5
server send 11
client recv 11
client shutdown 0
server recv 0
client close 0
server close 0
server close 0`
	for f, want := range map[Family]string{
		Unix: "server socket fd\nserver bind 0\n" + fmt.Sprintf(middle, "0") + "\nserver unlink 0",
		TCP:  "server socket fd\nserver bind 0\n" + fmt.Sprintf(middle, "-1 EINPROGRESS"),
	} {
		t.Run(string(f), func(t *testing.T) {
			p := open(t, f, "")
			for s := p.Next(); s != nil; s = p.Next() {
				if err := p.Do(Order{Step: *s}); err != nil {
					t.Fatal(err)
				}
			}
			if got := told(p); got != want {
				t.Errorf("the story goes\n%s\nwant\n%s", got, want)
			}
			for _, c := range p.State().Calls {
				if c.Says == "" || c.Args == "" {
					t.Errorf("%+v says nothing", c)
				}
			}
			if d := p.State().Descriptors; d.Client != -1 || d.Listener != -1 || len(d.Conns) > 0 {
				t.Errorf("at the end it holds %+v", d)
			}
		})
	}
}

// What goes wrong goes wrong in the kernel.
func TestErrors(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	listening := []string{"server socket", "server bind", "server listen"}
	joined := append(listening, "client socket", "client connect", "server accept")
	tests := []struct {
		name  string
		f     Family
		steps []string
		want  string
		says  string
	}{
		{"connect before socket", TCP, []string{"client connect"}, "EBADF", "no socket yet"},
		{"connect before bind", TCP, []string{"client socket", "client connect"}, "ECONNREFUSED", "port 0"},
		{"connect before bind", Unix, []string{"client socket", "client connect"}, "ENOENT", "nothing at that path"},
		{"connect before listen", TCP, []string{"server socket", "server bind", "client socket", "client connect"}, "ECONNREFUSED", "reset"},
		{"connect before listen", Unix, []string{"server socket", "server bind", "client socket", "client connect"}, "ECONNREFUSED", "nobody listens"},
		{"connect again", TCP, []string{"client socket", "client connect", "server socket", "server bind", "server listen", "client connect"}, "ECONNABORTED", "once more"},
		{"connect after unlink", Unix, append(listening, "server unlink", "client socket", "client connect"), "ENOENT", "nothing"},
		{"connect twice", Unix, append(joined, "client connect"), "EISCONN", "already"},
		{"bind in use", TCP, []string{"server socket", "server bind taken"}, "EADDRINUSE", "Another socket"},
		{"bind in use", Unix, []string{"server socket", "server bind taken"}, "EADDRINUSE", "Something stands"},
		{"bind to an old path", Unix, append(listening, "server close", "server socket", "server bind"), "EADDRINUSE", "never removed"},
		{"bind twice", TCP, []string{"server socket", "server bind", "server bind"}, "EINVAL", "already"},
		{"accept nobody", TCP, append(listening, "server accept"), "EAGAIN", "Nobody is waiting"},
		{"accept before listen", Unix, []string{"server socket", "server bind", "server accept"}, "EINVAL", "listen comes first"},
		{"recv nothing", TCP, append(joined, "server recv"), "EAGAIN", "Nothing has come"},
		{"recv unconnected", TCP, []string{"client socket", "client recv"}, "ENOTCONN", "connected to nothing"},
		{"send after the peer closed", Unix, append(joined, "client close", "server send"), "EPIPE", "SIGPIPE"},
		{"send twice after the peer closed", TCP, append(joined, "client close", "server send", "server send"), "EPIPE", "SIGPIPE"},
		{"send after shutdown", TCP, append(joined, "client shutdown", "client send"), "EPIPE", "Broken pipe"},
		{"close nothing", TCP, []string{"client close"}, "EBADF", "no more"},
		{"unlink nothing", Unix, []string{"server unlink"}, "ENOENT", "nothing"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+string(tt.f), func(t *testing.T) {
			p := open(t, tt.f, busy.Addr().String())
			c := do(t, p, tt.steps...)
			if runtime.GOOS != "linux" && c.Errno != tt.want {
				t.Skipf("here it is %s", c.Errno) // POSIX leaves some of these open
			}
			if c.Errno != tt.want || !strings.Contains(c.Says, tt.says) {
				t.Errorf("%s(%s) = %s %s: %s; want %s, and %q", c.Name, c.Args, c.Result, c.Errno, c.Says, tt.want, tt.says)
			}
		})
	}
}

// A stream has no messages: two sends may be one recv, and one send two.
func TestStream(t *testing.T) {
	for _, f := range []Family{Unix, TCP} {
		p := open(t, f, "")
		c := do(t, p, "server socket", "server bind", "server listen", "client socket", "client connect", "server accept",
			"client send one", "client send two", "server recv 64")
		if c.Result != "6" || !strings.Contains(c.Args, `"onetwo"`) || !strings.Contains(c.Says, "2 calls of send") {
			t.Errorf("%s: two sends came as %+v", f, c)
		}
		if c = do(t, p, "server send Hello", "client recv 2"); c.Result != "2" || !strings.Contains(c.Says, "more than one recv. 3 still wait") {
			t.Errorf("%s: the front of a send came as %+v", f, c)
		}
		if c = do(t, p, "client recv 64"); c.Result != "3" || !strings.Contains(c.Args, `"llo"`) {
			t.Errorf("%s: the rest of it came as %+v", f, c)
		}
		if c = do(t, p, "client close", "server recv 9"); c.Result != "0" || !strings.Contains(c.Says, "end of the stream") {
			t.Errorf("%s: the end came as %+v", f, c)
		}
	}
}

func TestRefusals(t *testing.T) {
	p := open(t, TCP, "")
	do(t, p, "server socket")
	for steps, want := range map[string]string{
		"server listen":     "every address", // it would bind to all of them
		"server socket":     "Close it first",
		"server bind taken": "can't name",
		"server unlink":     "no call",
		"server fork":       "no call",
	} {
		side, name, _ := strings.Cut(steps, " ")
		name, arg, _ := strings.Cut(name, " ")
		if err := p.Do(Order{Step: Step{Side(side), name}, Taken: arg != ""}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", steps, err, want)
		}
	}
	if err := p.Do(Order{Step: Step{Client, "send"}, Data: strings.Repeat("x", MaxData+1)}); err == nil || !strings.Contains(err.Error(), "limit: bytes of one call") {
		t.Errorf("too long a send: %v", err)
	}
	do(t, p, "server bind", "server listen")
	for range MaxConns {
		do(t, p, "client socket", "client connect", "server accept", "client close")
	}
	if err := p.Do(Order{Step: Step{Server, "accept"}}); err == nil || !strings.Contains(err.Error(), "limit: connections of one run") {
		t.Errorf("one connection too many: %v", err)
	}
	for len(p.calls) < MaxCalls {
		do(t, p, "client close")
	}
	if err := p.Do(Order{Step: Step{Client, "close"}}); err == nil || !strings.Contains(err.Error(), "limit: calls of one run") {
		t.Errorf("one call too many: %v", err)
	}
}
