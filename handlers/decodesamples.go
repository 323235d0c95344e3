package handlers

// What the decoder offers to start from: the RFCs' own examples, and recorded traffic.

import (
	"io/fs"
	"strings"

	"wireup/templates"
)

// given are samples that stand in no recording: vectors of RFC 7692, and heads.
var given = []templates.SampleView{
	{Name: "A request", Text: "# The smallest request of HTTP/1.1: a line, a Host, a blank line.\n" +
		"b'GET / HTTP/1.1\\r\\nHost: example.com\\r\\n\\r\\n'\n"},
	{Name: "A handshake that negotiates compression", Text: "# The opening handshake, with the example key of RFC 6455 §1.3, and one compressed message.\n" +
		"> b'GET /chat HTTP/1.1\\r\\nHost: example.com\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n'\n" +
		"  b'Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n'\n" +
		"  b'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\\r\\n\\r\\n'\n" +
		"< b'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n'\n" +
		"  b'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\\r\\n'\n" +
		"  b'Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\\r\\n\\r\\n'\n" +
		"< c1 07 f2 48 cd c9 c9 07 00\n"},
	{Name: "One compressed message, RFC 7692 §7.2.3.1", Text: "# “Hello”, compressed, in one frame: RSV1 is set.\n" +
		"c1 07 f2 48 cd c9 c9 07 00\n"},
	{Name: "Compressed and fragmented, RFC 7692 §7.2.3.1", Text: "# “Hello”, compressed, in two frames: RSV1 stands on the first only.\n" +
		"41 03 f2 48 cd\n80 04 c9 c9 07 00\n"},
	{Name: "Context takeover, RFC 7692 §7.2.3.2", Text: "# “Hello” twice. The second message points back into the first, and is shorter for it.\n" +
		"# Choose “compressed, each message by itself” and see it fail: without the first one’s window it means nothing.\n" +
		"c1 07 f2 48 cd c9 c9 07 00\nc1 05 f2 00 11 00 00\n"},
	{Name: "A block that is not compressed, RFC 7692 §7.2.3.3", Text: "# “Hello” in a stored block: DEFLATE wraps what it can’t shorten, and makes it larger.\n" +
		"c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00\n"},
	{Name: "A block with BFINAL set, RFC 7692 §7.2.3.4", Text: "# “Hello” in a final block, with one byte more behind it.\n" +
		"c1 08 f3 48 cd c9 c9 07 00 00\n"},
	{Name: "Two blocks in one message, RFC 7692 §7.2.3.5", Text: "# “Hello” in two DEFLATE blocks.\n" +
		"c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00\n"},
	{Name: "A dump of xxd", Text: "# Lines as xxd writes them: offset, bytes, text.\n" +
		"00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX\n"},
	{Name: "A frame that breaks rules", Text: "# A client’s frame without a mask, and a ping whose FIN is 0.\n" +
		"> 81 05 48 65 6c 6c 6f\n> 09 80 00 00 00 00\n"},
}

// recordedSamples are recordings by file, each with its name.
var recordedSamples = []struct{ file, name string }{
	{"rfc6455", "Six frames, RFC 6455 §5.7"},
	{"spang", "A text message and its mirror, recorded"},
	{"characters", "Characters of one to four bytes, recorded"},
	{"request-in-a-message", "A message that reads like a request, recorded"},
}

// decodeSamples are all of them, the RFC's frames first.
func decodeSamples(content fs.FS) ([]templates.SampleView, error) {
	if content == nil {
		return given, nil
	}
	var list []templates.SampleView
	for _, r := range recordedSamples {
		text, err := fs.ReadFile(content, "recorded/"+r.file+".hex")
		if err != nil {
			return nil, err
		}
		list = append(list, templates.SampleView{Name: r.name, Text: strings.TrimRight(string(text), "\n") + "\n"})
	}
	return append(list[:1:1], append(given[:len(given):len(given)], list[1:]...)...), nil
}
