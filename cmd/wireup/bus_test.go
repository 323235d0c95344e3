package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestOneProcessADataFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, stop := start(t, "--data", folder)
	var stdout, stderr bytes.Buffer
	status := run(context.Background(), []string{"--listen", "127.0.0.1:0", "--data", folder}, &stdout, &stderr)
	said := stderr.String()
	if status != exitFault || strings.Count(said, "\n") != 1 || !strings.Contains(said, folder) ||
		!strings.Contains(said, "stop that one") || !strings.Contains(said, "--data") {
		t.Errorf("exit %d, standard error %q; want 1 and a line that names the folder and what to do", status, said)
	}
	if status, said := stop(); status != exitOK || said != "" {
		t.Errorf("the first: exit %d, standard error %q", status, said)
	}
	_, stop = start(t, "--data", folder)
	if status, said := stop(); status != exitOK || said != "" {
		t.Errorf("the next: exit %d, standard error %q", status, said)
	}
}

func TestNATSIsAway(t *testing.T) {
	t.Setenv("WIREUP_NATS", "nats://127.0.0.1:1") // nobody listens there
	_, stop := start(t)
	if status, said := stop(); status != exitOK || !strings.Contains(said, "does not answer") {
		t.Errorf("exit %d, standard error %q; want 0 and that the server does not answer", status, said)
	}
}

func TestNATSIsNoURL(t *testing.T) {
	var stdout, stderr bytes.Buffer
	status := run(context.Background(), []string{"--listen", "127.0.0.1:0", "--data", t.TempDir(), "--nats", "http://me:secret@host"}, &stdout, &stderr)
	said := stderr.String()
	if status != exitUsage || strings.Count(said, "\n") != 1 || !strings.Contains(said, "nats://127.0.0.1:4222") || strings.Contains(said, "secret") {
		t.Errorf("exit %d, standard error %q; want 2 and a line that shows how to write it, without the password", status, said)
	}
}
