package main

// Browser tests: found by their build tag, so that nothing lists them twice.

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

const (
	browserTag = "browser"
	shots      = "test-output" // where the browser tests leave their screenshots, below the root

	browserTime = "-timeout=15m"
	// Fewer at once than other tests: a page in Chromium works more than it waits.
	browserParallel = "-parallel=4"
)

// browserTests runs the tests that drive Chromium, and no others.
func browserTests(ctx context.Context, r *runner) result {
	pkgs, tests, out, err := r.findBrowserTests(ctx)
	if err != nil {
		return result{output: out, err: err}
	}
	if len(tests) == 0 {
		return result{err: fmt.Errorf("there is no test in a file with the build tag %s", browserTag)}
	}
	env := []string{"WIREUP_CHROME=" + r.chrome, "WIREUP_SHOTS=" + filepath.Join(r.root, shots)}
	args := []string{"-tags", browserTag, "-count=1", browserTime, browserParallel, "-run", "^(" + strings.Join(tests, "|") + ")$"}
	return r.goTest(ctx, "tests in "+filepath.Base(r.chrome), newTestLog(), env, append(args, pkgs...)...)
}

// findBrowserTests returns the tests in files that only the tag brings in, and their packages.
func (r *runner) findBrowserTests(ctx context.Context) (pkgs, tests []string, out []byte, err error) {
	without, out, err := r.testFiles(ctx)
	if err != nil {
		return nil, nil, out, err
	}
	with, out, err := r.testFiles(ctx, "-tags", browserTag)
	if err != nil {
		return nil, nil, out, err
	}
	for file, pkg := range with {
		if _, ok := without[file]; ok {
			continue
		}
		names, err := testNames(file)
		if err != nil {
			return nil, nil, nil, err
		}
		if len(names) > 0 {
			pkgs, tests = append(pkgs, pkg), append(tests, names...)
		}
	}
	slices.Sort(pkgs)
	slices.Sort(tests)
	return slices.Compact(pkgs), slices.Compact(tests), nil, nil
}

// testFiles maps each file of tests to its package.
func (r *runner) testFiles(ctx context.Context, flags ...string) (map[string]string, []byte, error) {
	args := append([]string{"list", "-json=Dir,ImportPath,TestGoFiles,XTestGoFiles"}, flags...)
	var list, errs tail
	err := r.exec(ctx, command{stdout: &list, stderr: &errs}, "go", append(args, "./...")...)
	if err != nil {
		return nil, errs.b, fmt.Errorf("go list: %w", err)
	}
	files := make(map[string]string)
	for d := json.NewDecoder(strings.NewReader(string(list.b))); d.More(); {
		var p struct {
			Dir, ImportPath           string
			TestGoFiles, XTestGoFiles []string
		}
		if err := d.Decode(&p); err != nil {
			return nil, nil, fmt.Errorf("go list: %w", err)
		}
		for _, name := range slices.Concat(p.TestGoFiles, p.XTestGoFiles) {
			files[filepath.Join(p.Dir, name)] = p.ImportPath
		}
	}
	return files, nil, nil
}

// testNames are the tests that a file declares.
func testNames(file string) ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") && fn.Name.Name != "TestMain" {
			names = append(names, fn.Name.Name)
		}
	}
	return names, nil
}
