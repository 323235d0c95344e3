package classroom

// Somebody sets the clock in mid-class.

import (
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"wireup/bus"
)

func TestClockIsSet(t *testing.T) {
	day := t0
	var up atomic.Int64
	for _, step := range []time.Duration{0, time.Hour, -time.Hour, 400 * 24 * time.Hour} {
		a := instance(t, bus.Options{Dir: t.TempDir()})
		a.now = steady(func() time.Time { return day }, func() time.Duration { return time.Duration(up.Load()) })
		made, err := a.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c := open(t, a, made.Code)
		owner := sit(t, c, "owner", made.Owner)
		owner.does(`{"say":"go","lesson":"frames","slide":1}`)
		stop, err := json.Marshal(map[string]any{"say": "stop", "at": a.now().Add(20 * time.Minute).UnixMilli()})
		if err != nil {
			t.Fatal(err)
		}
		owner.does(string(stop))
		day = day.Add(5*time.Minute + step)
		up.Add(int64(5 * time.Minute))
		owner.does(`{"say":"go","lesson":"frames","slide":2}`)
		var desk deskMessage
		v := c.view()
		if err := json.Unmarshal(v.deskMessage(false).message(v).Data, &desk); err != nil {
			t.Fatal(err)
		}
		k := desk.Clock
		if used, left := time.Duration(k.Used)*time.Millisecond, time.Duration(k.Stop-k.At)*time.Millisecond; used != 5*time.Minute || left != 15*time.Minute {
			t.Errorf("after five minutes and a step of %v, %v are used and %v are left", step, used, left)
		}
		if late := time.Duration(k.Late) * time.Millisecond; late != 6*time.Minute { // of 26 in the course, 21 are to come
			t.Errorf("after a step of %v it is late by %v", step, late)
		}
	}
	if d := sinceBoot(); d <= 0 || sinceBoot() < d {
		t.Errorf("the machine has been up for %v, and then for less", d)
	}
}
