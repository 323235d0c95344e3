package static

import (
	"fmt"
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	twoThemes = regexp.MustCompile(`--([a-z-]+): light-dark\((#[0-9a-f]{6,8}), (#[0-9a-f]{6,8})\);`)
	oneColour = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6,8});`)
)

// themes reads the colours of each theme from tokens.css.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := fs.ReadFile(FS, "tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]string{"light": {}, "dark": {}, "projector": {}}
	for _, m := range twoThemes.FindAllStringSubmatch(string(css), -1) {
		all["light"][m[1]], all["dark"][m[1]] = m[2], m[3]
	}
	_, projector, ok := strings.Cut(string(css), `[data-theme="projector"]`)
	if !ok {
		t.Fatal("tokens.css has no projector theme")
	}
	for _, m := range oneColour.FindAllStringSubmatch(projector, -1) {
		all["projector"][m[1]] = m[2]
	}
	return all
}

// TestThemesHaveEveryColour: a colour that a theme forgets would come from another one.
func TestThemesHaveEveryColour(t *testing.T) {
	all := themes(t)
	if len(all["light"]) < 20 {
		t.Fatalf("only %d colours read from tokens.css", len(all["light"]))
	}
	for name := range all["light"] {
		if all["projector"][name] == "" {
			t.Errorf("projector has no --%s", name)
		}
	}
	for name := range all["projector"] {
		if all["light"][name] == "" {
			t.Errorf("light and dark have no --%s", name)
		}
	}
}

// TestContrast computes WCAG 2's contrast ratio of each text colour on each ground that it stands on.
func TestContrast(t *testing.T) {
	least := map[string]float64{"light": 4.5, "dark": 4.5, "projector": 7}
	pairs := map[string][]string{
		"ink":    {"paper", "panel", "wash", "up-wash", "down-wash", "bad-wash"},
		"soft":   {"paper", "panel", "wash"},
		"muted":  {"paper", "panel", "wash", "up-wash"},
		"up":     {"paper", "panel", "wash", "up-wash"},
		"down":   {"paper", "panel", "wash", "down-wash"},
		"bad":    {"paper", "panel", "bad-wash"},
		"paper":  {"ink", "soft"}, // the main button
		"f-ctl":  {"panel", "wash", "f-ctl-w"},
		"f-mask": {"panel", "wash", "f-mask-w"},
		"f-len":  {"panel", "wash", "f-len-w"},
		"f-key":  {"panel", "wash", "f-key-w"},
		"f-pay":  {"paper", "panel", "wash", "f-pay-w"},
	}
	for theme, colours := range themes(t) {
		for text, grounds := range pairs {
			for _, ground := range grounds {
				if ratio := contrast(t, colours[text], colours[ground]); ratio < least[theme] {
					t.Errorf("%s: --%s on --%s has a contrast of %.2f; want %.1f", theme, text, ground, ratio, least[theme])
				}
			}
		}
		// A washed-out beamer: text on its ground with 40 % of white in both.
		for text, grounds := range pairs {
			for _, ground := range grounds {
				if ratio := contrast(t, washed(t, colours[text]), washed(t, colours[ground])); theme == "projector" && ratio < 4.5 {
					t.Errorf("--%s on --%s has a contrast of %.2f on a washed-out beamer; want 4.5", text, ground, ratio)
				}
			}
		}
		// What only bounds a field or a state needs 3 to 1 (WCAG 2.1, 1.4.11).
		for _, edge := range []string{"field", "live"} {
			if ratio := contrast(t, colours[edge], colours["panel"]); ratio < 3 {
				t.Errorf("%s: --%s on --panel has a contrast of %.2f; want 3", theme, edge, ratio)
			}
		}
	}
}

// washed mixes a colour with 40 % of white.
func washed(t *testing.T, hex string) string {
	t.Helper()
	v, err := strconv.ParseUint(hex[1:], 16, 24)
	if err != nil {
		t.Fatal(err)
	}
	mixed := "#"
	for shift := 16; shift >= 0; shift -= 8 {
		c := float64(v>>shift&0xff)*0.6 + 255*0.4
		mixed += fmt.Sprintf("%02x", int(math.Round(c)))
	}
	return mixed
}

// contrast is (L1 + 0.05) / (L2 + 0.05), with the relative luminances of the two colours.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	l1, l2 := luminance(t, a), luminance(t, b)
	return (max(l1, l2) + 0.05) / (min(l1, l2) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) != 7 {
		t.Fatalf("%q is no opaque colour", hex)
	}
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// TestContrastKnown checks the arithmetic with pairs whose ratios are known.
func TestContrastKnown(t *testing.T) {
	for _, tt := range []struct{ a, b, want string }{
		{"#000000", "#ffffff", "21.00"},
		{"#777777", "#ffffff", "4.48"}, // the usual example of a grey that just fails
		{"#ffffff", "#ffffff", "1.00"},
	} {
		if got := fmt.Sprintf("%.2f", contrast(t, tt.a, tt.b)); got != tt.want {
			t.Errorf("contrast(%s, %s) = %s; want %s", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestColoursStandInTokens: a colour anywhere else would be the same in every theme.
func TestColoursStandInTokens(t *testing.T) {
	colour := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab)\(`)
	files, err := fs.Glob(FS, "*.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if name == "tokens.css" {
			continue
		}
		css, err := fs.ReadFile(FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(css), "\n") {
			if found := colour.FindString(line); found != "" {
				t.Errorf("%s:%d: %s; want a colour from tokens.css", name, i+1, found)
			}
		}
	}
}
