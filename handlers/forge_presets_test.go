package handlers

// The forge's presets against the real server: each gets the answer that its table promises.

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"wireup/inspector"
	"wireup/static"
)

// forgePreset is a row of the table that the page has too.
type forgePreset struct {
	ID     string            `json:"id"`
	Group  string            `json:"group"`
	Name   string            `json:"name"`
	Why    string            `json:"why"`
	First  bool              `json:"first"`
	Offer  string            `json:"offer"`
	Frames []json.RawMessage `json:"frames"`
	Cuts   [][2]int          `json:"cuts"`
	Writes []string          `json:"writes"`
	Mirror struct {
		Back  []string `json:"back"`
		Close int      `json:"close"`
		Rules []string `json:"rules"`
	} `json:"mirror"`
	Gorilla struct {
		Back   []string `json:"back"`
		Texts  []string `json:"texts"` // inflated, in place of back: gorilla compresses anew
		Close  int      `json:"close"`
		Closed bool     `json:"closed"` // TCP, without a close frame
	} `json:"gorilla"`
}

// forgePresets reads the table out of its script, where it stands as JSON.
func forgePresets(t *testing.T) (presets []forgePreset) {
	t.Helper()
	script, err := static.FS.ReadFile("forge-presets.js")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := bytes.Cut(script, []byte("export const PRESETS = "))
	d := json.NewDecoder(bytes.NewReader(bytes.TrimSuffix(bytes.TrimSpace(table), []byte(";"))))
	d.DisallowUnknownFields()
	if err := d.Decode(&presets); err != nil {
		t.Fatal(err)
	}
	return presets
}

// order is what the page sends for a preset.
func (p *forgePreset) order(library bool) string {
	upgrade := "/echo?breakdown=off"
	if library {
		upgrade += "&library=gorilla"
	}
	if p.Offer != "" {
		upgrade += "&deflate=on"
	}
	o := forgeOrder{Upgrade: upgrade, Extensions: p.Offer, Wait: new(int)}
	*o.Wait = 100
	for i, w := range p.Writes {
		one := forgeWrite{Bytes: w}
		if i > 0 {
			one.Pause = p.Cuts[i-1][1]
		}
		o.Writes = append(o.Writes, one)
	}
	b, err := json.Marshal(&o)
	if err != nil {
		panic(err) // of strings and numbers
	}
	return string(b)
}

// behind cuts what came into what the table promises and a close frame, if one is promised.
func behind(t *testing.T, received []byte, back []string, code int) (reason string) {
	t.Helper()
	want, err := hex.DecodeString(strings.Join(back, ""))
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := bytes.CutPrefix(received, want)
	switch {
	case !ok, code == 0 && len(rest) > 0:
		t.Errorf("received % x, want % x", received, want)
	case code == 0:
	case len(rest) < 4 || rest[0] != 0x88 || int(rest[1]) != len(rest)-2 || int(binary.BigEndian.Uint16(rest[2:])) != code:
		t.Errorf("behind the frames came % x, want a close frame with %d", rest, code)
	default:
		return string(rest[4:])
	}
	return ""
}

func TestForgePresets(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	query := "?wire=" + string(forgeID)
	for _, p := range forgePresets(t) {
		t.Run(p.ID, func(t *testing.T) {
			answer, received := s.forged(query, p.order(false))
			reason := behind(t, received, p.Mirror.Back, p.Mirror.Close)
			sent, err := hex.DecodeString(strings.Join(p.Writes, ""))
			if err != nil {
				t.Fatal(err)
			}
			events := s.connection(forgeID, answer.Port)
			if got := upward(events); !bytes.Equal(got, sent) || answer.Sent != len(sent) || answer.Status != 101 {
				t.Errorf("answered %+v; the tap saw % x, want % x", answer, got, sent)
			}
			var rules []string
			for _, e := range events {
				for _, v := range e.Violations {
					rules = append(rules, v.Rule.ID)
				}
			}
			if !slices.Equal(rules, p.Mirror.Rules) {
				t.Errorf("broken rules %q, want %q", rules, p.Mirror.Rules)
			}
			if p.Mirror.Close != 0 {
				rule := inspector.FindRule(p.Mirror.Rules[0])
				if int(rule.Close) != p.Mirror.Close || !strings.Contains(reason, rule.Ref) {
					t.Errorf("close %d %q, want %d with %s", p.Mirror.Close, reason, rule.Close, rule.Ref)
				}
			}
			if ended := p.ends(); answer.Ended != ended {
				t.Errorf("ended %q, want %q", answer.Ended, ended)
			}
			if agreed := answer.Extensions != ""; agreed != (p.Offer != "") {
				t.Errorf("offered %q, agreed to %q", p.Offer, answer.Extensions)
			}
		})
		t.Run(p.ID+"/gorilla", func(t *testing.T) {
			answer, received := s.forged(query, p.order(true))
			if p.Offer == "" {
				behind(t, received, p.Gorilla.Back, p.Gorilla.Close)
			} else if got := inflated(t, received); !slices.Equal(got, p.Gorilla.Texts) {
				t.Errorf("received % x, that is %q, want %q", received, got, p.Gorilla.Texts)
			}
			if p.Gorilla.Closed && answer.Ended != "server closed" {
				t.Errorf("ended %q, want it closed", answer.Ended)
			}
		})
	}
}

// inflated reads the compressed text messages of a library that keeps no window.
func inflated(t *testing.T, received []byte) (texts []string) {
	t.Helper()
	texts = []string{}
	for len(received) > 0 {
		h, n, err := inspector.ParseHeader(received)
		if err != nil || n == 0 || !h.Fin || h.RSV != inspector.RSV1 || h.Opcode != inspector.OpText || uint64(len(received)-n) < h.Length {
			t.Fatalf("% x is no compressed text message", received)
		}
		text, err := inspector.NewInflater(false, 1<<10).Message(nil, received[n:n+int(h.Length)])
		if err != nil {
			t.Fatal(err)
		}
		texts, received = append(texts, string(text)), received[n+int(h.Length):]
	}
	return texts
}

// ends is how the connection with the mirror must end.
func (p *forgePreset) ends() string {
	if back := p.Mirror.Back; p.Mirror.Close != 0 || len(back) > 0 && strings.HasPrefix(back[len(back)-1], "88") {
		return "server closed"
	}
	return "open"
}

// The table has a preset for each rule that a client's frames can break, and each form of the length.
func TestForgePresetsCover(t *testing.T) {
	broken := make(map[string]bool)
	ids := make(map[string]bool)
	forms := make(map[int]bool)
	var first int
	for _, p := range forgePresets(t) {
		if ids[p.ID] || p.Name == "" || p.Why == "" || p.Group == "" || len(p.Frames) == 0 {
			t.Errorf("preset %q stands twice, or lacks its words", p.ID)
		}
		if ids[p.ID] = true; p.First {
			first++
		}
		for _, r := range p.Mirror.Rules {
			if inspector.FindRule(r) == nil {
				t.Errorf("%s: %q is no rule", p.ID, r)
			}
			broken[r] = true
		}
		sent, err := hex.DecodeString(strings.Join(p.Writes, ""))
		if err != nil {
			t.Fatal(err)
		}
		h, _, err := inspector.ParseHeader(sent)
		if err != nil && len(p.Mirror.Rules) == 0 {
			t.Errorf("%s: %v", p.ID, err)
		}
		if h.LengthForm() == h.ShortestForm() && len(p.Mirror.Rules) == 0 {
			forms[h.LengthForm()] = true
		}
	}
	// A server's masked frame is the one thing that a client can't send.
	for _, r := range []*inspector.Rule{
		inspector.RuleReservedBit, inspector.RuleReservedOpcode, inspector.RuleUnmaskedClient, inspector.RuleLengthNotMinimal,
		inspector.RuleLengthTopBit, inspector.RuleControlFragmented, inspector.RuleControlTooLong, inspector.RuleStrayContinuation,
		inspector.RuleMissingContinuation, inspector.RuleInvalidUTF8, inspector.RuleCloseBody, inspector.RuleCloseCode,
		inspector.RuleCloseReasonUTF8, inspector.RuleAfterClose, inspector.RuleDeflate,
	} {
		if !broken[r.ID] {
			t.Errorf("no preset breaks %s", r.ID)
		}
	}
	if len(ids) < 20 || !forms[7] || !forms[16] || !forms[64] || first == 0 {
		t.Errorf("%d presets, %d of them in sight, forms %v", len(ids), first, forms)
	}
}

// What is offered is one field of the handshake, and nothing that it holds leads anywhere else.
func TestForgeOffer(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	offer := func(upgrade, extensions string) string {
		b, _ := json.Marshal(map[string]any{"upgrade": upgrade, "extensions": extensions, "wait": 50, "writes": []forgeWrite{{Bytes: masked5}}})
		return string(b)
	}
	for _, tt := range []struct {
		name, upgrade, extensions string
		code                      int
		text                      string
	}{
		{"without a handshake", "", "permessage-deflate", 400, "there is none here"},
		{"a second Host", "/echo", "permessage-deflate\r\nHost: example.org", 400, "no line end"},
		{"a bare line feed", "/echo", "a\nHost: example.org", 400, "no line end"},
		{"a head of its own", "/echo", "a\r\n\r\nGET /forge HTTP/1.1\r\n", 400, "no line end"},
		{"a zero", "/echo", "a\x00b", 400, "no line end"},
		{"letters beyond ASCII", "/echo", "dëflate", 400, "visible ASCII"},
		{"too long", "/echo", strings.Repeat("a", maxForgeOffer+1), 413, "limit: extensions of a forge"},
		{"another host in upgrade", "http://example.org/echo", "permessage-deflate", 400, "path on this server"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if code, body := s.order("", offer(tt.upgrade, tt.extensions), "").answered(); code != tt.code || !strings.Contains(string(body), tt.text) {
				t.Errorf("answered %d %s, want %d with %q", code, body, tt.code, tt.text)
			}
		})
	}
	// What the server declines or can't read is its own answer.
	for extensions, status := range map[string]int{"x-unknown; a=1": 101, "permessage-deflate; client_max_window_bits=99": 101, ";;": 400} {
		if answer, _ := s.forged("", offer("/echo?breakdown=off&deflate=on", extensions)); answer.Status != status || answer.Extensions != "" {
			t.Errorf("%q: %+v, want %d and nothing agreed", extensions, answer, status)
		}
	}
	// Wherever a path may redirect to, the forge sends the one request and shows what came.
	answer, received := s.forged("", offer("/lessons/", ""))
	if answer.Status == 101 || answer.Sent != 0 || bytes.Count(received, []byte("HTTP/1.1 ")) != 1 {
		t.Errorf("a path that isn't a socket: %+v %q", answer, received)
	}
}
