package handlers

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestEncodedChoose(t *testing.T) {
	e := encode("text/plain", []byte(strings.Repeat("the same again and again ", 100)))
	tests := []struct {
		accept []string
		want   string // "" is 406
	}{
		{nil, "identity"},
		{[]string{""}, "identity"},
		{[]string{"gzip, deflate, br, zstd"}, "br"},
		{[]string{"gzip"}, "gzip"},
		{[]string{"GZIP"}, "gzip"},
		{[]string{"x-gzip"}, "gzip"},
		{[]string{"br"}, "br"},
		{[]string{"gzip;q=1, br;q=0.5"}, "gzip"},
		{[]string{"gzip; q=0.5 , br ; q=0.8"}, "br"},
		{[]string{"br;q=0, gzip;q=0"}, "identity"},
		{[]string{"br;q=0, gzip"}, "gzip"},
		{[]string{"*"}, "br"},
		{[]string{"*;q=0.3, gzip;q=0.5"}, "gzip"},
		{[]string{"br;q=0, *"}, "gzip"},
		{[]string{"identity"}, "identity"},
		{[]string{"identity;q=0.5, gzip;q=0.1"}, "identity"},
		{[]string{"identity;q=0"}, ""},
		{[]string{"*;q=0"}, ""},
		{[]string{"identity;q=0, br"}, "br"},
		{[]string{"*;q=0, identity"}, "identity"},
		{[]string{"zstd"}, "identity"},
		{[]string{"gzip", "br;q=0.1"}, "gzip"}, // two fields are one list
		{[]string{"br;q=2, gzip;q=x"}, "identity"},
	}
	for _, tt := range tests {
		v, ok := e.choose(tt.accept)
		if ok != (tt.want != "") || v.coding != tt.want {
			t.Errorf("choose(%q) = %q, %v; want %q", tt.accept, v.coding, ok, tt.want)
		}
	}
}

func TestEncodedServe(t *testing.T) {
	body := strings.Repeat("the same again and again ", 100)
	e := encode("text/plain", []byte(body))
	get := func(method, accept, match string) *http.Response {
		r := httptest.NewRequest(method, "/", nil)
		if accept != "" {
			r.Header.Set("Accept-Encoding", accept)
		}
		if match != "" {
			r.Header.Set("If-None-Match", match)
		}
		w := httptest.NewRecorder()
		if err := e.serve(w, r, revalidate); err != nil {
			t.Fatal(err)
		}
		return w.Result()
	}
	etags := make(map[string]string)
	for coding, decode := range map[string]func(io.Reader) (io.Reader, error){
		"br":       func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"gzip":     func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"identity": func(r io.Reader) (io.Reader, error) { return r, nil },
	} {
		resp := get("GET", coding, "")
		sent, _ := io.ReadAll(resp.Body)
		r, err := decode(bytes.NewReader(sent))
		if err != nil {
			t.Fatalf("%s: %v", coding, err)
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != body {
			t.Errorf("%s: decoded %d bytes, %v; want the %d that went in", coding, len(got), err, len(body))
		}
		if n := resp.Header.Get("Content-Length"); n != strconv.Itoa(len(sent)) {
			t.Errorf("%s: Content-Length %s for %d bytes", coding, n, len(sent))
		}
		if want := map[string]string{"identity": ""}; resp.Header.Get("Content-Encoding") != coding && want[coding] != resp.Header.Get("Content-Encoding") {
			t.Errorf("%s: Content-Encoding %q", coding, resp.Header.Get("Content-Encoding"))
		}
		if resp.Header.Get("Vary") != "Accept-Encoding" || resp.Header.Get("Cache-Control") != revalidate {
			t.Errorf("%s: Vary %q, Cache-Control %q", coding, resp.Header.Get("Vary"), resp.Header.Get("Cache-Control"))
		}
		etag := resp.Header.Get("ETag")
		if len(etag) < 4 || etag[0] != '"' || etag[len(etag)-1] != '"' {
			t.Errorf("%s: ETag %s; want a strong one, in quotation marks", coding, etag)
		}
		etags[coding] = etag

		head := get("HEAD", coding, "")
		if n, _ := io.Copy(io.Discard, head.Body); n != 0 || head.Header.Get("Content-Length") != strconv.Itoa(len(sent)) {
			t.Errorf("%s: HEAD sent %d bytes and Content-Length %s", coding, n, head.Header.Get("Content-Length"))
		}
		for _, match := range []string{etag, "W/" + etag, "*", `"other", ` + etag} {
			if resp := get("GET", coding, match); resp.StatusCode != http.StatusNotModified || resp.Header.Get("ETag") != etag || resp.Header.Get("Vary") == "" {
				t.Errorf("%s: If-None-Match %s: %d, ETag %s; want 304 with the same", coding, match, resp.StatusCode, resp.Header.Get("ETag"))
			}
		}
	}
	if etags["br"] == etags["gzip"] || etags["gzip"] == etags["identity"] || etags["br"] == etags["identity"] {
		t.Errorf("two codings share an ETag: %v", etags)
	}
	// What the client holds in one coding doesn't answer for another.
	if resp := get("GET", "br", etags["gzip"]); resp.StatusCode != http.StatusOK {
		t.Errorf("br with gzip's ETag: %d; want 200", resp.StatusCode)
	}
}

func TestEncodeLeavesWhatGrows(t *testing.T) {
	e := encode("text/plain", []byte("x"))
	if all := e.variants(); len(all) != 1 || all[0].coding != identity {
		t.Errorf("one byte has %d variants; want identity alone", len(all))
	}
}
