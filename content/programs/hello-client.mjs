// Says a name and prints the answer: node hello-client.mjs URL [NAME]
// WebSocket is global from Node 22 on, as in a browser. Node 20 needs --experimental-websocket.
const [url, name = "Spang"] = process.argv.slice(2);

const ws = new WebSocket(url);
ws.onopen = () => ws.send(name);
ws.onmessage = ({ data }) => {
  console.log(data);
  ws.close(1000);
};
ws.onerror = () => {
  console.error("no connection");
  process.exitCode = 1;
};
