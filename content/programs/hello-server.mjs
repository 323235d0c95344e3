// A server that greets each client by name: npm install ws; node hello-server.mjs [PORT]
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "localhost", port: Number(process.argv[2] ?? 8765) });

server.on("listening", () => console.log(`ws://localhost:${server.address().port}`));
server.on("connection", (ws) => {
  ws.once("message", (name) => ws.send(`Hello, ${name}!`));
});
