// A WebSocket client on a bare socket, for short messages: go run . URL [NAME]
package main

import (
	"bufio"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
)

func main() {
	u, _ := url.Parse(os.Args[1])
	c, _ := net.Dial("tcp", u.Host)
	key := base64.StdEncoding.EncodeToString([]byte(rand.Text()[:16]))
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n", u.RequestURI(), u.Host, key)
	in := bufio.NewReader(c)
	head, err := http.ReadResponse(in, nil)
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if err != nil || head.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]) {
		panic(fmt.Sprint(head, err))
	}
	name := append(os.Args[2:], "Spang")[0]
	frame := append([]byte{0x81, 0x80 | byte(len(name))}, rand.Text()[:4]...) // FIN, text; MASK, length; key
	for i := range len(name) {
		frame = append(frame, name[i]^frame[2+i%4])
	}
	c.Write(frame)
	in.ReadByte()
	length, _ := in.ReadByte()
	answer, _ := in.Peek(int(length))
	fmt.Printf("%s\n", answer)
	c.Write([]byte{0x88, 0x82, 0, 0, 0, 0, 1000 >> 8, 1000 & 255}) // close 1000, under a key of zeros
}
