package main

// Frame headers: inspector.ParseHeader against gobwas' ReadHeader, on the same bytes.

import (
	"bytes"
	"encoding/hex"
	"flag"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"wireup/inspector"
)

// wireHeaders are headers of every form, as clients and servers send them.
var wireHeaders = unhexAll("8185 37fa213d", "8105", "82fe 0400 37fa213d", "827e 0100",
	"82ff 0000000000010000 37fa213d", "827f 0000000000010000", "8980 01020304", "8882 00000000")

// headerFigures are nanoseconds and allocations a header.
type headerFigures struct {
	ours, theirs             spread
	oursAllocs, theirsAllocs int64
}

// measureHeaders measures both in turns.
func measureHeaders(p plan) headerFigures {
	testing.Init()
	_ = flag.CommandLine.Set("test.benchtime", p.benchWindow.String()) // a flag that testing.Init made
	var f headerFigures
	n := float64(len(wireHeaders))
	for range p.rounds {
		ours := testing.Benchmark(parseHeaders)
		theirs := testing.Benchmark(readHeaders)
		f.ours = append(f.ours, float64(ours.T.Nanoseconds())/float64(ours.N)/n)
		f.theirs = append(f.theirs, float64(theirs.T.Nanoseconds())/float64(theirs.N)/n)
		f.oursAllocs, f.theirsAllocs = ours.AllocsPerOp(), theirs.AllocsPerOp()/int64(len(wireHeaders))
	}
	return f
}

func parseHeaders(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for _, wire := range wireHeaders {
			if _, n, err := inspector.ParseHeader(wire); n == 0 || err != nil {
				b.Fatalf("ParseHeader(% x) = %d, %v", wire, n, err)
			}
		}
	}
}

func readHeaders(b *testing.B) {
	b.ReportAllocs()
	var r bytes.Reader
	for b.Loop() {
		for _, wire := range wireHeaders {
			r.Reset(wire)
			if _, err := ws.ReadHeader(&r); err != nil {
				b.Fatalf("ReadHeader(% x): %v", wire, err)
			}
		}
	}
}

func unhexAll(rows ...string) [][]byte {
	var all [][]byte
	for _, row := range rows {
		b, err := hex.DecodeString(strings.ReplaceAll(row, " ", ""))
		if err != nil {
			panic(err) // a row above is wrong
		}
		all = append(all, b)
	}
	return all
}
