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
	if d.open.Add(1) > int64(most) {
		d.open.Add(-1)
		return nil, limitError("dissections at work", most, "--dissections", "Try again in a moment.")
	}
	return func() { d.open.Add(-1) }, nil
}

// appendJSONString appends s as a JSON string.
func appendJSONString(b []byte, s string) []byte {
	quoted, _ := json.Marshal(s) // a string doesn't fail
	return append(b, quoted...)
}
