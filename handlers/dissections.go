package handlers

// How many dissections are at work: a small text can take long to inflate.

import (
	"encoding/json"
	"sync/atomic"
)

// dissections counts those at work. The zero value is ready.
type dissections struct{ open atomic.Int64 }

// begin counts one more. Call done when it is over.
func (d *dissections) begin(most int) (done func(), err error) {
	return d.beginNamed(most, "dissections at work", "--dissections")
}

// beginNamed is begin for a limit of another name.
func (d *dissections) beginNamed(most int, what, flag string) (done func(), err error) {
	if d.open.Add(1) > int64(most) {
		d.open.Add(-1)
		return nil, limitError(what, most, flag, "Try again in a moment.")
	}
	return func() { d.open.Add(-1) }, nil
}

// appendJSONString appends s as a JSON string.
func appendJSONString(b []byte, s string) []byte {
	quoted, _ := json.Marshal(s) // a string doesn't fail
	return append(b, quoted...)
}
