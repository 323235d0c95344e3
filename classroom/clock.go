package classroom

// The clock: a hard stop for the whole, a budget for each lesson, and what to skip when it is late.

import (
	"slices"
	"strings"
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

// ahead is the time that the course still wants, in milliseconds: the rest of this lesson's budget,
// and the budgets of those behind it that aren't skipped.
func (k *clock) ahead(o Outline, lesson string, now time.Time) (rest int64, behind []Lesson) {
	l, at := o.lesson(lesson)
	if l == nil {
		return 0, nil
	}
	rest = max(0, budget(*l)-k.used(lesson, now))
	for _, l := range o[at+1:] {
		if len(l.Steps) > 0 && !slices.Contains(k.Skipped, l.ID) {
			rest += budget(l)
			behind = append(behind, l)
		}
	}
	return rest, behind
}

func budget(l Lesson) int64 { return int64(l.Minutes) * time.Minute.Milliseconds() }

// late is by how much the course would go over the hard stop, in milliseconds, and what to skip so
// that it doesn't: of the lessons to come those that could be there, then those that should, the last
// of them first.
func (k *clock) late(o Outline, lesson string, now time.Time) (late int64, skips []Lesson) {
	if k.Stop == 0 {
		return 0, nil
	}
	rest, behind := k.ahead(o, lesson, now)
	late = max(0, rest-max(0, k.Stop-now.UnixMilli()))
	slices.Reverse(behind)
	over := late
	for _, level := range []string{"could", "should"} {
		for _, l := range behind {
			if over > 0 && l.Level == level {
				over -= budget(l)
				skips = append(skips, l)
			}
		}
	}
	return late, skips
}

// skip leaves out a part, or all that are proposed; or puts one back.
func (k *clock) skip(c *Command, o Outline, lesson string, now time.Time) error {
	l, _ := o.lesson(c.Part)
	switch {
	case c.Part == "":
		_, skips := k.late(o, lesson, now)
		if len(skips) == 0 {
			return refuse("Nothing is proposed to be skipped.")
		}
		for _, l := range skips {
			k.Skipped = append(k.Skipped, l.ID)
		}
	case l == nil:
		return refuse("There is no lesson called %q.", clipped(c.Part))
	case c.Off:
		k.Skipped = slices.DeleteFunc(k.Skipped, func(s string) bool { return s == l.ID })
	case l.Level == "must":
		return refuse("Lesson %s must be in the course. Skip one that could or should.", l.ID)
	case !slices.Contains(k.Skipped, l.ID):
		k.Skipped = append(k.Skipped, l.ID)
	}
	return nil
}

func cut(name string) (lesson, rest string) {
	lesson, rest, _ = strings.Cut(name, "/")
	return lesson, rest
}
