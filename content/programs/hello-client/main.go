// Says a name and prints the answer: go run . URL [NAME]
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/gorilla/websocket"
)

func main() {
	name := "Spang"
	if len(os.Args) > 2 {
		name = os.Args[2]
	}
	ws, _, err := websocket.DefaultDialer.Dial(os.Args[1], nil)
	if err != nil {
		log.Fatal(err)
	}
	defer ws.Close()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(name)); err != nil {
		log.Fatal(err)
	}
	_, answer, err := ws.ReadMessage()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", answer)
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = ws.WriteMessage(websocket.CloseMessage, bye)
	_, _, _ = ws.ReadMessage() // its close frame
}
