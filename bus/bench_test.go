package bus

import (
	"bytes"
	"testing"
)

// BenchmarkOpen is what the bus adds to the program's start and end.
func BenchmarkOpen(b *testing.B) {
	folder := b.TempDir()
	for b.Loop() {
		bus, err := Open(b.Context(), Options{Dir: folder})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		closeBus(b, bus)
		b.StartTimer()
	}
}

// BenchmarkPut is a document of 4 KiB on the disk: most of it is the time of one fsync.
func BenchmarkPut(b *testing.B) {
	s := open(b, Options{Dir: b.TempDir()}).Store("s")
	value := bytes.Repeat([]byte("x"), 4<<10)
	_, revision, err := s.Get(b.Context(), "k")
	for b.Loop() {
		if err == nil {
			revision, err = s.Put(b.Context(), "k", value, revision)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
