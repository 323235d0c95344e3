// A server that greets each client by name: go run . [PORT]
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/gorilla/websocket"
)

var upgrader websocket.Upgrader

func hello(w http.ResponseWriter, r *http.Request) {
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer ws.Close()
	_, name, err := ws.ReadMessage()
	if err != nil {
		return
	}
	_ = ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, "Hello, %s!", name))
	_, _, _ = ws.ReadMessage() // until the client closes
}

func main() {
	port := "8765"
	if len(os.Args) > 1 {
		port = os.Args[1]
	}
	l, err := net.Listen("tcp", "localhost:"+port)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("ws://%s\n", l.Addr())
	log.Fatal(http.Serve(l, http.HandlerFunc(hello)))
}
