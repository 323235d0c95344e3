package inspector

// Every rule can be found by its name.

import (
	"os"
	"regexp"
	"testing"
)

func TestFindRule(t *testing.T) {
	source, err := os.ReadFile("rule.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`&Rule\{"([^"]+)"`).FindAllSubmatch(source, -1)
	if len(names) != len(rules) {
		t.Errorf("%d rules are written and %d can be found", len(names), len(rules))
	}
	for _, m := range names {
		if r := FindRule(string(m[1])); r == nil || r.ID != string(m[1]) {
			t.Errorf("FindRule(%q) = %v", m[1], r)
		}
	}
}
