// Says a name and returns the answer: paste it into the console of the browser, and call hello(URL).
function hello(url, name = "Spang") {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url);
    ws.onopen = () => ws.send(name);
    ws.onmessage = ({ data }) => {
      resolve(data);
      ws.close(1000);
    };
    ws.onerror = () => reject(new Error("no connection"));
  });
}
