package main

// Formatting: what gofmt would change, by gofmt's own package.

import (
	"bytes"
	"context"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// formatting names each Go file that gofmt would change.
func formatting(_ context.Context, r *runner) result {
	var res result
	var files int
	var bad []string
	res.err = r.walk(func(path string) error {
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		files++
		src, err := os.ReadFile(filepath.Join(r.root, path))
		if err != nil {
			return err
		}
		want, err := format.Source(src)
		if err != nil {
			res.output = fmt.Appendf(res.output, "%s:%v\n", path, err)
		}
		if err != nil || !bytes.Equal(src, want) {
			bad = append(bad, path)
		}
		return nil
	})
	res.what = fmt.Sprintf("formatting of %d Go files", files)
	if len(bad) > 0 {
		res.err = fmt.Errorf("not as gofmt writes it; type: gofmt -w %s", strings.Join(bad, " "))
	}
	return res
}

// walk calls f with each file of ours, by its path below the root.
func (r *runner) walk(f func(path string) error) error {
	return fs.WalkDir(os.DirFS(r.root), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || path == shots):
			return fs.SkipDir
		case d.Type().IsRegular():
			return f(path)
		}
		return nil
	})
}
