package bus

// What was acknowledged is there, whatever ends the process.

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

const (
	childVariable = "WIREUP_BUS_TEST_CHILD" // the data folder that a child of these tests writes to
	childWriters  = 4
)

// childMain is a process that counts upwards, each writer in a document of its own, and says
// after each Put what has been acknowledged.
func childMain(folder string) {
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx := context.Background()
	b, err := Open(ctx, Options{Dir: folder})
	if err != nil {
		fail(err)
	}
	s := b.Store("progress")
	for w := range childWriters {
		go func() {
			key := fmt.Sprint("writer-", w)
			value, revision, err := s.Get(ctx, key)
			n, _ := strconv.Atoi(string(value)) // 0 when there is none
			for err == nil {
				n++
				if revision, err = s.Put(ctx, key, strconv.AppendInt(nil, int64(n), 10), revision); err == nil {
					fmt.Fprintf(os.Stdout, "%d %d\n", w, n) // one write, which a pipe takes whole
				}
			}
			fail(err)
		}()
	}
	select {}
}

// child is a running childMain and what it has said.
type child struct {
	*exec.Cmd
	out   *bufio.Scanner
	acked [childWriters]int
}

func startChild(t *testing.T, folder string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.Command(self)}
	c.Env = append(os.Environ(), childVariable+"="+folder)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewScanner(out)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill() // it may have gone already
		_ = c.Wait()
	})
	return c
}

// hear takes up to n acknowledgements and returns how many came before the child ended.
func (c *child) hear(t *testing.T, n int) int {
	t.Helper()
	for i := range n {
		if !c.out.Scan() {
			return i
		}
		var writer, number int
		if _, err := fmt.Sscan(c.out.Text(), &writer, &number); err != nil {
			t.Fatalf("the child says %q: %v", c.out.Text(), err)
		}
		c.acked[writer] = number
	}
	return n
}

// check opens the store that was left and compares it with what was acknowledged. One more may
// be there: its acknowledgement was under way.
func (c *child) check(t *testing.T, folder string) {
	t.Helper()
	b := open(t, Options{Dir: folder})
	for w, acked := range c.acked {
		value, _, err := b.Store("progress").Get(t.Context(), fmt.Sprint("writer-", w))
		kept, _ := strconv.Atoi(string(value))
		if err != nil || kept < acked || kept > acked+1 {
			t.Errorf("writer %d was told that %d is kept; there is %q, %v", w, acked, value, err)
		}
	}
	closeBus(t, b)
}

func TestKill(t *testing.T) {
	rounds := 8
	if testing.Short() {
		rounds = 2
	}
	folder := t.TempDir()
	for round := range rounds {
		c := startChild(t, folder)
		if c.hear(t, 100+137*round) == 0 {
			t.Fatal("the child did not write")
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		c.hear(t, 1<<30) // what it had said before it died
		c.check(t, folder)
	}
}

// copyFile copies a file that is mostly holes.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return err
}
