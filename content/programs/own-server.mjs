// An echo that listens: sends each message back: npm install ws; node own-server.mjs [PORT]
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "localhost", port: Number(process.argv[2] ?? 8765) });

server.on("listening", () => console.log(`ws://localhost:${server.address().port}`));
server.on("connection", (ws) => {
  ws.on("message", (message, binary) => ws.send(message, { binary }));
  ws.on("error", () => {}); // a client that breaks rules: ws has closed with the right code
});
