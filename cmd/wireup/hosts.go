package main

// Names, as a flag that can be given more than once.

import (
	"fmt"
	"strings"
)

// hostNames are the names that a server goes by.
type hostNames []string

func (h *hostNames) String() string { return strings.Join(*h, ",") }

// Set takes one more name, or several with commas between them.
func (h *hostNames) Set(value string) error {
	for name := range strings.SplitSeq(value, ",") {
		name = strings.TrimSpace(name)
		if name == "" || strings.ContainsAny(name, "/ *@") {
			return fmt.Errorf("%q is no host name; write it like course.example", name)
		}
		*h = append(*h, name)
	}
	return nil
}
