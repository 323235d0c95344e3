package bus

// A power cut: what the disk held at one instant, without what the kernel still had in memory.

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The backing file of a loop device is the disk. A copy of it, taken while the writer stands
// still, is what a machine would find after the power came back.
func TestPowerCut(t *testing.T) {
	if testing.Short() {
		t.Skip("short: it makes file systems")
	}
	if os.Getuid() != 0 {
		t.Skip("only root may mount a file system")
	}
	for _, name := range []string{"mkfs.ext4", "mount", "umount"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
	for round := range 3 {
		t.Run(fmt.Sprint(round), func(t *testing.T) { powerCut(t, 400+211*round) })
	}
}

func powerCut(t *testing.T, acknowledgements int) {
	folder := t.TempDir()
	image := filepath.Join(folder, "disk")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, 96<<20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", image).CombinedOutput(); err != nil {
		t.Skipf("mkfs.ext4: %v: %s", err, out)
	}
	c := startChild(t, mount(t, image, filepath.Join(folder, "before")))
	if c.hear(t, acknowledgements) == 0 {
		t.Fatal("the child did not write")
	}
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	awaitStopped(t, c.Process.Pid)
	after := filepath.Join(folder, "copy")
	if err := copyFile(after, image); err != nil {
		t.Fatal(err)
	}
	if err := c.Process.Kill(); err != nil { // it ends without having run again
		t.Fatal(err)
	}
	c.hear(t, 1<<30)
	_ = c.Wait() // killed, as we know
	c.check(t, mount(t, after, filepath.Join(folder, "after")))
}

// mount mounts an image until the test is over and returns where.
func mount(t *testing.T, image, at string) string {
	t.Helper()
	if err := os.Mkdir(at, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "loop", image, at).CombinedOutput(); err != nil {
		t.Skipf("no loop device can be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", at).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return at
}

// awaitStopped waits until every thread of the process stands still: one in the middle of a
// write finishes that first.
func awaitStopped(t *testing.T, pid int) {
	t.Helper()
	for {
		running := 0
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		if err != nil || len(threads) == 0 {
			t.Fatalf("process %d: %v", pid, err)
		}
		for _, name := range threads {
			stat, err := os.ReadFile(name)
			if err != nil {
				continue // a thread that has ended
			}
			_, rest, _ := strings.Cut(string(stat), ") ")
			if !strings.HasPrefix(rest, "T") {
				running++
			}
		}
		if running == 0 {
			return
		}
	}
}
