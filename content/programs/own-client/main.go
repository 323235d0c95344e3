// An echo that connects: sends each message back, until the server closes: go run . URL
package main

import (
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/gorilla/websocket"
)

func main() {
	ws, _, err := websocket.DefaultDialer.Dial(os.Args[1], nil)
	if err != nil {
		log.Fatal(err)
	}
	defer ws.Close()
	for {
		kind, message, err := ws.ReadMessage() // pings and the close frame are answered in here
		if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) {
			fmt.Println(closed.Code)
			return
		} else if err != nil {
			log.Fatal(err)
		}
		if err := ws.WriteMessage(kind, message); err != nil {
			log.Fatal(err)
		}
	}
}
