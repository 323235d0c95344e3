package inspector

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestStatus(t *testing.T) {
	for code, known := range knownStatus {
		if http.StatusText(code) == "" {
			t.Errorf("%d is no status code", code)
		}
		class := fmt.Sprintf("RFC 9110 §15.%d.", code/100+1)
		if !strings.HasPrefix(known.ref, class) && !strings.HasPrefix(known.ref, "RFC 6585 §") {
			t.Errorf("%d is said to be defined in %s; want a section of %s", code, known.ref, class)
		}
	}
	for _, tc := range []struct {
		code         int
		meaning, ref string
	}{
		{504, "an intermediary waited for an answer, and gave up", "RFC 9110 §15.6.5"},
		{299, "success", "RFC 9110 §15.3"},
		{499, "the client's fault", "RFC 9110 §15.5"},
		{600, "", "RFC 9110 §15"},
		{0, "", "RFC 9110 §15"},
	} {
		if meaning, ref := status(tc.code); meaning != tc.meaning || ref != tc.ref {
			t.Errorf("%d means %q (%s); want %q (%s)", tc.code, meaning, ref, tc.meaning, tc.ref)
		}
	}
}
