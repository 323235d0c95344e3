package handlers

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

const pollTarget = "/lab/polling/plum-41?wire=" + string(labID)

// quiet makes the wire's source one that only tells what is fired.
func (s *echoServer) quiet() *source {
	s.t.Helper()
	if code, body := s.ask("POST", "/lab/polling/control/pace?mean=0&wire="+string(labID), ""); code != 200 {
		s.t.Fatalf("pace: %d %s", code, body)
	}
	return s.labs.sources.of(labID, pollingName)
}

func (s *echoServer) poll(query string) (answer pollAnswer) {
	s.t.Helper()
	code, body := s.ask("GET", pollTarget+query, "")
	if err := json.Unmarshal([]byte(body), &answer); err != nil || code != 200 {
		s.t.Fatalf("%d %s: %v", code, body, err)
	}
	return answer
}

func TestPolling(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	source := s.quiet()
	before := source.newest()
	s.poll("") // there may be events from before the pace was set
	if code, body := s.ask("POST", "/lab/polling/control/fire?n=7&wire="+string(labID), ""); code != 200 {
		t.Fatalf("fire: %d %s", code, body)
	}
	began := time.Now()
	for source.newest() < before+7 {
		if time.Since(began) > 10*time.Second {
			t.Fatal("seven events were fired, and haven't happened")
		}
	}
	query := func(since uint64) string { return "&since=" + strconv.FormatUint(since, 10) }
	first := s.poll(query(before))
	if len(first.Events) != pollingEvents || first.Last != before+pollingEvents || first.Since != before {
		t.Errorf("the first poll got %+v", first)
	}
	for _, e := range first.Events {
		if e.Age < 0 || e.Age > 20_000 || e.Text == "" {
			t.Errorf("event %+v", e)
		}
	}
	rest := s.poll(query(first.Last))
	if len(rest.Events) != 2 || rest.Last != before+7 || rest.Events[0].ID != first.Last+1 {
		t.Errorf("the second poll got %+v", rest)
	}
	if empty := s.poll(query(rest.Last)); len(empty.Events) != 0 || empty.Last != rest.Last {
		t.Errorf("the third poll got %+v", empty)
	}
	if code, _ := s.ask("POST", "/lab/polling/control/reset?wire="+string(labID), ""); code != 204 {
		t.Errorf("reset: %d", code)
	}
	if s.labs.sources.of(labID, pollingName) == source {
		t.Error("the source outlived a reset")
	}
}

func TestPollingNotModified(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	source := s.quiet()
	target := pollTarget + "&since=" + strconv.FormatUint(source.newest(), 10)
	c := s.dial(t)
	ask := func(fields string) (code int, etag string, size int) {
		c.send("GET " + target + " HTTP/1.1\r\nHost: " + s.addr + "\r\n" + fields + "\r\n")
		response, body := c.answer()
		return response.StatusCode, response.Header.Get("ETag"), len(body)
	}
	code, etag, size := ask("")
	if code != 200 || etag == "" || size == 0 {
		t.Fatalf("an empty poll got %d, ETag %s, %d bytes", code, etag, size)
	}
	if code, again, size := ask("If-None-Match: " + etag + "\r\n"); code != 304 || again != etag || size != 0 {
		t.Errorf("with the tag: %d, ETag %s, %d bytes", code, again, size)
	}
	if code, _, _ := ask("If-None-Match: \"other\"\r\n"); code != 200 {
		t.Errorf("with another tag: %d", code)
	}
	source.fire(1, 0)
	if code, none, _ := ask("If-None-Match: " + etag + "\r\n"); code != 200 || none != "" {
		t.Errorf("after an event: %d, ETag %q", code, none)
	}
	events := s.logged(labID, func(e *wire.Event) bool { return e.Kind == inspector.KindResponse && e.Head.Code == 304 })
	if last := events[len(events)-1]; last.Payload() != 0 {
		t.Errorf("the 304 has a payload of %d bytes on the wire", last.Payload())
	}
}

func TestPollingRefusals(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	for target, want := range map[string]string{
		pollTarget + "&since=-1":                           "out of range",
		pollTarget + "&since=x":                            "out of range",
		"/lab/polling/plum-41?wire=x":                      "no wire's id",
		"/lab/polling/control/dance?wire=" + string(labID): "no command",
	} {
		method := "GET"
		if strings.Contains(target, "control") {
			method = "POST"
		}
		if code, body := s.ask(method, target, ""); code < 400 || code > 404 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s; want %q", target, code, body, want)
		}
	}
}
