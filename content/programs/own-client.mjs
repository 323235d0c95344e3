// An echo that connects: sends each message back, until the server closes: node own-client.mjs URL
// WebSocket is global from Node 22 on, as in a browser. Node 20 needs --experimental-websocket.
const ws = new WebSocket(process.argv[2]);
ws.binaryType = "arraybuffer";
ws.onmessage = ({ data }) => ws.send(data); // a string for a text
ws.onerror = () => console.error("the connection failed");
ws.onclose = ({ code }) => console.log(code);
