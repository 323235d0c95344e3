package classroom

// The clock: a hard stop for the whole, a budget for each lesson, and what to skip when it is late.

import (
	"slices"
	"time"
)

// clock is the presenter's. Used is what each lesson has taken, in milliseconds, but for what goes on
// since Since.
type clock struct {
	Began   int64            `json:"began,omitempty"` // Unix milliseconds, as all of these; 0 before the first step
	Stop    int64            `json:"stop,omitempty"`  // 0 for none
	Used    map[string]int64 `json:"used,omitempty"`
	Since   int64            `json:"since,omitempty"` // when the time of the lesson began to run; 0 while it stands
	Skipped []string         `json:"skipped,omitempty"`
}

// run lets the time of a lesson run on, or stand.
func (k *clock) run(lesson string, on bool, now time.Time) {
	if k.Since > 0 {
		if k.Used == nil {
			k.Used = make(map[string]int64)
		}
		k.Used[lesson] += max(0, now.UnixMilli()-k.Since)
		k.Since = 0
	}
	if on {
		k.Since = now.UnixMilli()
	}
}

// used is what the lesson that the class is in has taken, in milliseconds.
func (k *clock) used(lesson string, now time.Time) int64 {
	used := k.Used[lesson]
	if k.Since > 0 {
		used += max(0, now.UnixMilli()-k.Since)
	}
	return used
}

func (k *clock) setStop(at int64, now time.Time) error {
	if at != 0 && (at < now.UnixMilli() || at > now.Add(longStop).UnixMilli()) {
		return refuse("The hard stop is a time within the next %v, in milliseconds since 1970; 0 takes it away.", longStop)
	}
	k.Stop = at
	return nil
}

// late is by how much the course would go over the hard stop, in milliseconds, and what to skip so
// that it doesn't: of what is to come the parts that could be there, then those that should, the last
// of them first.
func (k *clock) late(o Outline, at Step, now time.Time) (late int64, skips []part) {
	if k.Stop == 0 {
		return 0, nil
	}
	ahead := o.ahead(at, k.Skipped)
	wanted := max(0, o.budget(at.Lesson, k.Skipped)-k.used(at.Lesson, now))
	for _, p := range ahead {
		if lesson, _ := cut(p.ID); lesson != at.Lesson {
			wanted += inMillis(p.Minutes)
		}
	}
	late = max(0, wanted-max(0, k.Stop-now.UnixMilli()))
	over := late
	for _, level := range []string{"could", "should"} {
		for _, p := range slices.Backward(ahead) {
			if over > 0 && p.Level == level {
				over -= inMillis(p.Minutes)
				skips = append(skips, p)
			}
		}
	}
	return late, skips
}

// skip leaves out a part, or all that are proposed; or puts one back.
func (k *clock) skip(c *Command, o Outline, at Step, now time.Time) error {
	parts := o.parts(c.Part)
	switch {
	case c.Part == "":
		if _, parts = k.late(o, at, now); len(parts) == 0 {
			return refuse("Nothing is proposed to be skipped.")
		}
	case len(parts) == 0:
		return refuse("There is no part %q. Name a lesson, or a slide such as frames/2.", clipped(c.Part))
	case c.Off:
		for _, p := range parts {
			k.Skipped = slices.DeleteFunc(k.Skipped, func(s string) bool { return s == p.ID })
		}
		return nil
	}
	parts = slices.DeleteFunc(parts, func(p part) bool { return p.Level == "must" })
	if len(parts) == 0 {
		return refuse("%s must be in the course. Skip what could or should.", c.Part)
	}
	for _, p := range parts {
		for _, slide := range p.slides {
			if !slices.Contains(k.Skipped, slide) {
				k.Skipped = append(k.Skipped, slide)
			}
		}
	}
	return nil
}
