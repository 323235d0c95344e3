package inspector

import (
	"go/build"
	"strings"
	"testing"
)

func TestImportsStandardLibraryOnly(t *testing.T) {
	pkg, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pkg.Imports {
		if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") || first == "wireup" || path == "net/http" || path == "encoding/json" {
			t.Errorf("inspector imports %s; want the standard library only, without net/http and JSON", path)
		}
	}
}
