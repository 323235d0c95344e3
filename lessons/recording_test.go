package lessons

import (
	"fmt"
	"strings"
	"testing"

	"wireup/inspector"
)

func TestParseRecording(t *testing.T) {
	long := "82 7e 0100" + strings.Repeat(" 00", 138) // a header of 4 and 138 bytes of payload
	src := "# What.\n# source: a test\n\n# more\n0.5 up 81 85 37fa213d # a key\n  7f9f4d5158\n12.25 down 8105 48656c6c6f\ndown " + long + " +118\n"
	r, err := parseRecording("test", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	if r.Title != "What." || r.Source != "a test" || len(r.Events) != 3 {
		t.Fatalf("title %q, source %q, %d events; want What., a test, 3", r.Title, r.Source, len(r.Events))
	}
	var got []string
	for _, e := range r.Events {
		got = append(got, fmt.Sprintf("%.2f %s: %s, %v", r.At(e), e.Direction, inspector.Summary(e), e.Truncated))
	}
	want := "0.50 up: text frame, 5 bytes, masked, false; 12.25 down: text frame, 5 bytes, false; 0.00 down: binary frame, 256 bytes, true"
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("events are %s; want %s", s, want)
	}
}

func TestParseRecordingErrors(t *testing.T) {
	const head = "# What.\n# source: a test\n"
	tests := []struct{ name, src, want string }{
		{"empty", "", "want a comment"},
		{"no source", "# What.\nup 8100\n", "source"},
		{"no records", head, "no records"},
		{"no direction", head + "81 00\n", "line 3: \"81\" is no direction"},
		{"only a time", head + "1.0\n", "line 3: want a direction"},
		{"not hex", head + "up 8x\n", "line 3: \"8x\" is not hex"},
		{"odd hex", head + "up 8\n", "line 3: \"8\" is not hex"},
		{"bytes first", head + "  81\n", "line 3: bytes before the first record"},
		{"inside a frame", head + "down 81 05 48\n", "line 3: the record ends inside a frame"},
		{"breaks a rule", head + "up 81 00\n", "line 3: MASK is 0"},
		{"too little kept", head + "down 82 7e 0100 00 +255\n", "only 5 bytes are kept"},
		{"a count of nothing", head + "down 82 +x\n", "want a count of bytes"},
		{"after the end", head + "down 82 7e 0100" + strings.Repeat("00", 140) + " +116 00\n", "follows bytes that were not kept"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := parseRecording("test", []byte(tt.src)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("parseRecording: %v; want %q in it", err, tt.want)
			}
		})
	}
}

func FuzzRecording(f *testing.F) {
	f.Add([]byte(testHex))
	f.Add([]byte("# a\n# source: b\n1.0 up 81 85 37fa213d 7f9f4d5158 +5\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		r, err := parseRecording("fuzz", src)
		if err != nil {
			return
		}
		for _, e := range r.Events { // whatever was read can be drawn
			v := frameView(e, r.Source)
			bits := 0
			for _, field := range v.Fields {
				if field.Name == "" {
					t.Errorf("a field without a name: %+v", field)
				}
			}
			for _, c := range v.Cells {
				bits += c.Bits
			}
			if bits < 8*e.Frame.Size {
				t.Errorf("the picture has %d bits; the header alone has %d", bits, 8*e.Frame.Size)
			}
		}
	})
}
