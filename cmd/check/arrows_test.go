package main

// Which package may import which: the arrows of the house, held by a test.

import (
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows are the packages of ours that each one may import, its own subpackages always among
// them. A package that is not here may not exist.
var arrows = map[string][]string{
	"cmd/wireup": {"handlers", "lessons", "classroom", "templates", "wire", "inspector", "bus", "content", "static"},
	"cmd/check":  {},
	"cmd/bench":  {"inspector"},
	"handlers":   {"lessons", "classroom", "templates", "wire", "inspector", "bus"},
	"lessons":    {"templates", "wire", "inspector", "bus"},
	"classroom":  {"templates", "wire", "inspector", "bus"},
	"templates":  {},
	"wire":       {"inspector", "bus"},
	"inspector":  {},
	"bus":        {},
	"content":    {},
	"static":     {},
}

// standardOnly import nothing but the standard library. What stands below inspector may use more.
var standardOnly = []string{"inspector", "cmd/check", "content", "static"}

// notInInspector are the parts of the standard library that the codec has no business with.
var notInInspector = []string{"net/http", "encoding/json", "html", "html/template", "log", "log/slog"}

func TestImportArrows(t *testing.T) {
	for file, imports := range importsOfFiles(t) {
		pkg := path.Dir(file)
		house := houseOf(pkg)
		if house == "" {
			t.Errorf("%s: the package is in no part of the house; add it to arrows", file)
			continue
		}
		for _, imp := range imports {
			to, ours := strings.CutPrefix(imp, "wireup/")
			switch {
			case ours && houseOf(to) != house && !slices.Contains(arrows[house], houseOf(to)):
				t.Errorf("%s imports %s: no arrow goes from %s to %s", file, imp, house, houseOf(to))
			case !ours && slices.Contains(standardOnly, pkg) && !standard(imp):
				t.Errorf("%s imports %s; want the standard library only", file, imp)
			case pkg == "inspector" && slices.Contains(notInInspector, imp):
				t.Errorf("%s imports %s, which a codec does without", file, imp)
			}
		}
	}
}

// The arrows themselves run one way: nothing can be reached from itself.
func TestArrowsRunOneWay(t *testing.T) {
	var visit func(from, at string)
	visit = func(from, at string) {
		for _, to := range arrows[at] {
			if to == from {
				t.Errorf("there is a way from %s back to itself", from)
				return
			}
			visit(from, to)
		}
	}
	for house := range arrows {
		visit(house, house)
	}
}

// importsOfFiles maps every Go file that is no test, by its path from the root, to its imports.
func importsOfFiles(t *testing.T) map[string][]string {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]string)
	err = (&runner{root: root}).walk(func(name string) error {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata/") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files[name] = nil
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			files[name] = append(files[name], imp)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("found only %d Go files below %s", len(files), root)
	}
	return files
}

// houseOf is the part of the house that a package stands in: itself or the nearest above.
func houseOf(pkg string) string {
	for ; pkg != "."; pkg = path.Dir(pkg) {
		if _, ok := arrows[pkg]; ok {
			return pkg
		}
	}
	return ""
}

func standard(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return !strings.Contains(first, ".")
}
