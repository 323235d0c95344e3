package main

// Sizes on the command line: 512, 64KiB, 1MiB.

import (
	"fmt"
	"strconv"
	"strings"
)

// byteSize is a flag of a number of bytes, above zero.
type byteSize int64

var units = []struct {
	suffix string
	bytes  int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}, {"", 1}}

func (s *byteSize) Set(text string) error {
	for _, u := range units {
		digits, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n <= 0 || n > 1<<40/u.bytes {
			return fmt.Errorf("%q is no size; write it like 512, 64KiB or 1MiB", text)
		}
		*s = byteSize(n * u.bytes)
		return nil
	}
	return nil
}

func (s *byteSize) String() string {
	for _, u := range units {
		if n := int64(*s); u.bytes > 1 && n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(*s), 10)
}
