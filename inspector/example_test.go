package inspector_test

import (
	"fmt"
	"io"
	"net"
	"net/http"

	"wireup/inspector"
)

func ExampleParseHeader() {
	// The masked "Hello" of RFC 6455 §5.7.
	wire := []byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")
	h, n, err := inspector.ParseHeader(wire)
	if err != nil || n == 0 {
		return
	}
	payload := inspector.AppendMasked(nil, wire[n:], h.Key, 0)
	fmt.Printf("%s, FIN %v, %d bytes of header, %d of payload: %s\n", h.Opcode, h.Fin, n, h.Length, payload)
	for _, f := range inspector.HeaderFields(h) {
		fmt.Printf("%2d %2d  %-15s %s\n", f.Bit, f.Bits, f.Name, f.Value)
	}
	// Output:
	// text, FIN true, 6 bytes of header, 5 of payload: Hello
	//  0  1  FIN             1
	//  1  1  RSV1            0
	//  2  1  RSV2            0
	//  3  1  RSV3            0
	//  4  4  opcode          1
	//  8  1  MASK            1
	//  9  7  payload length  5
	// 16 32  masking key     37fa213d
}

func ExampleListener() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	seen := make(chan string, 8)
	tapped := inspector.NewListener(l, func(c *inspector.Conn) inspector.Observer {
		return inspector.NewSession(inspector.Options{}, func(e *inspector.Event) {
			seen <- fmt.Sprintf("%s %s: %s", e.Direction, e.Kind, inspector.Summary(e))
			if e.Kind == inspector.KindClose {
				close(seen)
			}
		})
	})
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello")
	})}
	go srv.Serve(tapped)
	defer srv.Close()

	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return
	}
	fmt.Fprintf(client, "GET /hello HTTP/1.0\r\n\r\n")
	io.Copy(io.Discard, client)
	client.Close()
	for line := range seen {
		fmt.Println(line)
	}
	// Output:
	// up request: GET /hello HTTP/1.0
	// down response: HTTP/1.0 200 OK
	// down body: body, 5 bytes
	// down close: connection closed: server closed
}
