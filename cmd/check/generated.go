package main

// Generated files: made again in a copy of the tree, and compared. The tree itself stays as it is.

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// generators make every file that is generated, in this order.
var generators = [][]string{
	{"tool", "templ", "generate"},
	{"generate", "./..."},
}

// generated runs the generators in a copy and names the files that come out otherwise.
func generated(ctx context.Context, r *runner) result {
	dir, err := os.MkdirTemp("", "wireup-generated-")
	if err != nil {
		return result{err: err}
	}
	defer os.RemoveAll(dir)
	copied := &runner{root: dir}
	before, err := r.copyTo(dir)
	if err != nil {
		return result{err: err}
	}
	for _, args := range generators {
		if out, err := copied.output(ctx, "go", args...); err != nil {
			return result{output: out, err: fmt.Errorf("go %s: %w", strings.Join(args, " "), err)}
		}
	}
	after, err := copied.sums()
	if err != nil {
		return result{err: err}
	}
	if stale := differing(before, after); len(stale) > 0 {
		err = fmt.Errorf("not what its source generates: %s\ntype: go generate ./... && go tool templ generate", strings.Join(stale, ", "))
	}
	return result{err: err}
}

// copyTo copies the files of ours below dir and returns their sums.
func (r *runner) copyTo(dir string) (map[string][sha256.Size]byte, error) {
	sums := make(map[string][sha256.Size]byte)
	err := r.walk(func(path string) error {
		b, err := os.ReadFile(filepath.Join(r.root, path))
		if err != nil {
			return err
		}
		sums[path] = sha256.Sum256(b)
		to := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o644)
	})
	return sums, err
}

// sums are the sums of all files of ours, by path.
func (r *runner) sums() (map[string][sha256.Size]byte, error) {
	sums := make(map[string][sha256.Size]byte)
	err := r.walk(func(path string) error {
		b, err := os.ReadFile(filepath.Join(r.root, path))
		sums[path] = sha256.Sum256(b)
		return err
	})
	return sums, err
}

// differing are the files that changed, came or went between before and after, sorted.
func differing(before, after map[string][sha256.Size]byte) []string {
	var d []string
	for path, sum := range after {
		if old, ok := before[path]; !ok || old != sum {
			d = append(d, path)
		}
	}
	for path := range before {
		if _, ok := after[path]; !ok {
			d = append(d, path)
		}
	}
	slices.Sort(d)
	return d
}
