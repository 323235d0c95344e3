package handlers

// Lesson 11: captures that are made for an attempt, and one's own, sent for the word to be found in it.

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"wireup/inspector"
	"wireup/inspector/capture"
	"wireup/lessons/exercise"
)

const capturePath = "/lab/capture/"

// captureMade answers with the capture of an exercise, made from the attempt's word.
func (s *Server) captureMade(w http.ResponseWriter, r *http.Request) error {
	if _, err := labWire(r); err != nil {
		return err
	}
	word, err := labWord(r)
	if err != nil {
		return err
	}
	const ending = ".pcapng"
	file := r.PathValue("file")
	m, ok := exercise.MakeCapture(exercise.Attempt{Word: word}, strings.TrimSuffix(file, ending))
	if !ok {
		return &StatusError{Code: http.StatusNotFound, Text: fmt.Sprintf("There is no capture called %s. There are find-101.pcapng and who-pinged.pcapng.", clipped(file))}
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-pcapng")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", file))
	h.Set("Content-Length", strconv.Itoa(len(m.File)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(m.File) // a client that has gone needs no answer
	return nil
}

// captureSniffed looks for the word of an attempt in a capture of the reader's own.
func (s *Server) captureSniffed(w http.ResponseWriter, r *http.Request) error {
	if _, err := labWire(r); err != nil {
		return err
	}
	word, err := labWord(r)
	if err != nil {
		return err
	}
	if err := s.fits(r); err != nil {
		return err
	}
	done, err := s.beginCapture(r)
	if err != nil {
		return err
	}
	defer done()
	u := newUpload(w, r)
	if !capture.IsPackets(u.front) {
		return &StatusError{Code: http.StatusBadRequest, Text: "This is no capture: its first bytes are not those of pcap or pcapng. Send the file that tcpdump -w wrote, as it is."}
	}
	rec, err := s.recording(w, u)
	if err != nil {
		return err
	}
	answer := exercise.Sniffed{Packets: rec.Packets, Made: rec.Made}
	ctx, cancel := context.WithTimeout(r.Context(), dissectTime)
	defer cancel()
	rec.Play(s.playing(ctx), func(e *capture.Told) {
		if e.Frame == nil {
			return
		}
		answer.Frames++
		plain := e.Frame.Plain
		if in := e.Frame.Inflated; in != nil {
			plain = in.Bytes
		}
		// The page's own sockets are in such a capture too, and tell the page of the word: a client has to have sent it.
		if !answer.Word && e.Direction == inspector.Up && bytes.Contains(plain, []byte(word)) {
			answer.Word, answer.Packet = true, e.Packet
		}
	})
	return answerJSON(w, answer)
}
