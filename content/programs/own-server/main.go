// An echo that listens: sends each message back: go run . [PORT]
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

var upgrader websocket.Upgrader

func echo(w http.ResponseWriter, r *http.Request) {
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer ws.Close()
	for {
		kind, message, err := ws.ReadMessage() // pings and the close frame are answered in here
		if err != nil {
			return
		}
		if kind == websocket.TextMessage && !utf8.Valid(message) { // gorilla leaves this to you
			kind, message = websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "no UTF-8")
		}
		if err := ws.WriteMessage(kind, message); err != nil || kind == websocket.CloseMessage {
			return
		}
	}
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
	log.Fatal(http.Serve(l, http.HandlerFunc(echo)))
}
