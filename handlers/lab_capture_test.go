package handlers

// Lesson 11's own addresses: captures made for a word, and a reader's capture looked through.

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"wireup/lessons/exercise"
)

func TestCaptureLab(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	get := func(path string) (int, []byte) {
		res, err := http.Get("http://" + s.addr + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, b
	}
	m, _ := exercise.MakeCapture(exercise.Attempt{Word: "plum-41"}, "find-101")
	if code, b := get("/lab/capture/plum-41/find-101.pcapng?wire=" + string(echoID)); code != 200 || !bytes.Equal(b, m.File) {
		t.Errorf("%d, %d bytes; want the %d of the attempt", code, len(b), len(m.File))
	}
	for path, want := range map[string]int{"/lab/capture/plum-41/sniff.pcapng": 404, "/lab/capture/plum%2041/find-101.pcapng": 400, "/lab/capture/plum-41/find-101.pcapng?wire=x": 400} {
		if code, b := get(path); code != want {
			t.Errorf("%s: %d %s; want %d", path, code, b, want)
		}
	}
	post := func(file []byte) (int, string) {
		res, err := http.Post("http://"+s.addr+"/lab/capture/Hello?wire="+string(echoID), "application/octet-stream", bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(b)
	}
	if code, said := post([]byte("81 00")); code != 400 || !strings.Contains(said, "This is no capture") {
		t.Errorf("hex: %d %s", code, said)
	}
	if code, said := post([]byte("\xd4\xc3\xb2\xa1")); code != 400 || !strings.Contains(said, "breaks before its first packet") {
		t.Errorf("a magic alone: %d %s", code, said)
	}
	s.fill(t)
	s.closedLog(t, 5)
	file, err := os.ReadFile(s.download(t, "log.pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	if code, said := post(file); code != 200 || !strings.Contains(said, `"made":true,"word":true,"packet":`) {
		t.Errorf("a log: %d %s", code, said)
	}
}
