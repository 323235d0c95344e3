package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wireup/content"
	"wireup/lessons/lint"
)

// The course that is built in keeps its own rules.
func TestLessons(t *testing.T) {
	t.Parallel()
	for _, p := range lint.Check(courseOf(content.FS)).Problems {
		t.Error(p)
	}
}

func TestLessonsUsage(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "say what to do"},
		{"two folders", []string{"check", "a", "b"}, "one folder at most"},
		{"no course", []string{"check", dir}, "holds no course"},
		{"no name", []string{"new"}, "name one lesson"},
		{"a bad name", []string{"new", "No Name"}, "is no lesson's name"},
	} {
		var stdout, stderr bytes.Buffer
		status := run(context.Background(), append([]string{"lessons"}, tt.args...), &stdout, &stderr)
		if status != exitUsage || !strings.Contains(stderr.String(), tt.want) {
			t.Errorf("%s: exit %d, %q; want %d and %q", tt.name, status, stderr.String(), exitUsage, tt.want)
		}
	}
}

// A course with something wrong in it is told a line each, and is a fault.
func TestLessonsCheckSaysWhat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, content.FS); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "fixtures/frames/smallest")); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	status := run(context.Background(), []string{"lessons", "check", dir}, &stdout, &stderr)
	if status != exitFault || !strings.Contains(stdout.String(), "fixtures/frames/smallest: no fixture passes") || !strings.Contains(stderr.String(), "problems in "+dir) {
		t.Errorf("exit %d, %q, %q", status, stdout.String(), stderr.String())
	}
}

// A lesson that was only just begun keeps all the rules, in the place that the outline has for it
// and behind all others. It compiles, and its check judges its fixtures.
func TestLessonsNew(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program in a copy of its sources")
	}
	dir := t.TempDir()
	root := filepath.Join("..", "..")
	for _, part := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, part))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, part), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{"cmd/wireup", "content", "lessons", "handlers", "templates", "wire", "inspector", "bus", "static"} {
		copySources(t, filepath.Join(root, part), filepath.Join(dir, part))
	}
	outline := filepath.Join(dir, "content", "course.md")
	b, err := os.ReadFile(outline)
	if err != nil {
		t.Fatal(err)
	}
	const last = "  - id: choose\n"
	with := strings.Replace(string(b), last, "  - id: outlined\n    title: Outlined\n    minutes: 5\n    level: could\n    summary: One that has a place.\n"+last, 1)
	if with == string(b) {
		t.Fatalf("%s has no line %q", outline, last)
	}
	if err := os.WriteFile(outline, []byte(with), 0o644); err != nil {
		t.Fatal(err)
	}
	before := lint.Check(courseOf(os.DirFS(filepath.Join(dir, "content")))).Problems
	for _, id := range []string{"outlined", "brand-new"} {
		var stdout bytes.Buffer
		if err := newLesson(&stdout, dir, id); err != nil {
			t.Fatal(err)
		}
		if err := newLesson(&stdout, dir, id); err == nil || !strings.Contains(err.Error(), "is not overwritten") {
			t.Errorf("%s once more: %v; want nothing overwritten", id, err)
		}
	}
	cmd := exec.Command("go", "run", "./cmd/wireup", "lessons", "check")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	said := string(out)
	for _, p := range before { // not of the new lessons
		said = strings.Replace(said, p+"\n", "", 1)
	}
	if len(before) == 0 && err != nil || strings.Contains(said, "outlined") || strings.Contains(said, "brand-new") || strings.Contains(said, "brandNew") {
		t.Errorf("wireup lessons check: %v\n%s", err, said)
	}
	for _, name := range []string{"lessons/exercise/brand_new.go", "lessons/exercise/exercise.go", "cmd/wireup/lessons.go"} {
		if out, err := exec.Command("gofmt", "-l", filepath.Join(dir, name)).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("gofmt: %s %v", out, err)
		}
	}
}

// copySources copies a folder without tests and what they left.
func copySources(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case strings.HasSuffix(name, "_test.go"):
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
