package inspector

// What the header fields of a first look at HTTP and of the WebSocket handshake mean.

var knownFields = map[string]struct{ meaning, ref string }{
	"host":                     {"which site: the one field that every request must carry", "RFC 9110 §7.2"},
	"connection":               {"options for this connection only", "RFC 9110 §7.6.1"},
	"upgrade":                  {"the protocol to switch to", "RFC 9110 §7.8"},
	"user-agent":               {"which program asks", "RFC 9110 §10.1.5"},
	"accept":                   {"which media types the client takes", "RFC 9110 §12.5.1"},
	"accept-encoding":          {"which content codings the client takes", "RFC 9110 §12.5.3"},
	"accept-language":          {"which languages the reader prefers", "RFC 9110 §12.5.4"},
	"cache-control":            {"who may keep this, and how long", "RFC 9111 §5.2"},
	"pragma":                   {"no-cache for caches of before HTTP/1.1", "RFC 9111 §5.4"},
	"content-type":             {"the media type of the content", "RFC 9110 §8.3"},
	"content-length":           {"how many bytes of content follow", "RFC 9110 §8.6"},
	"content-encoding":         {"how the content is coded", "RFC 9110 §8.4"},
	"transfer-encoding":        {"how the message is framed", "RFC 9112 §6.1"},
	"date":                     {"when the message was made", "RFC 9110 §6.6.1"},
	"etag":                     {"names this version of the representation", "RFC 9110 §8.8.3"},
	"if-none-match":            {"answer only if your version is another", "RFC 9110 §13.1.2"},
	"last-modified":            {"when the representation last changed", "RFC 9110 §8.8.2"},
	"vary":                     {"which request fields chose this response", "RFC 9110 §12.5.5"},
	"referer":                  {"the page that the request came from", "RFC 9110 §10.1.3"},
	"cookie":                   {"what the server asked the client to bring back", "RFC 6265 §5.4"},
	"origin":                   {"the origin of the page that asks; absent outside browsers", "RFC 6454 §7"},
	"via":                      {"a proxy stands between", "RFC 9110 §7.6.3"},
	"forwarded":                {"a proxy stands between", "RFC 7239 §4"},
	"sec-websocket-key":        {"16 random bytes in base64: no secret, only proof that the server read it", "RFC 6455 §11.3.1"},
	"sec-websocket-version":    {"the version of the protocol: 13", "RFC 6455 §11.3.5"},
	"sec-websocket-accept":     {"made from the key: the server understood", "RFC 6455 §11.3.3"},
	"sec-websocket-protocol":   {"subprotocols: offered by the client, one picked by the server", "RFC 6455 §11.3.4"},
	"sec-websocket-extensions": {"extensions: offered by the client, accepted by the server", "RFC 6455 §11.3.2"},
}
