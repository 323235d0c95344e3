package main

// Figures over rounds: the median, the least and the most.

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// spread is one figure, measured once in each round.
type spread []float64

func (s spread) sorted() spread { return slices.Sorted(slices.Values(s)) }

func (s spread) median() float64 {
	o := s.sorted()
	if len(o) == 0 {
		return math.NaN()
	}
	if n := len(o); n%2 == 0 {
		return (o[n/2-1] + o[n/2]) / 2
	}
	return o[len(o)/2]
}

// String is the median, and in brackets the least and the most.
func (s spread) String() string {
	if len(s) == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%s (%s–%s)", figure(s.median()), figure(slices.Min(s)), figure(slices.Max(s)))
}

// over divides s by t, round by round.
func (s spread) over(t spread) spread {
	q := make(spread, min(len(s), len(t)))
	for i := range q {
		q[i] = s[i] / t[i]
	}
	return q
}

// figure writes v with three digits that count.
func figure(v float64) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	if digits < 0 {
		scale := math.Pow10(-digits)
		return strconv.FormatFloat(math.Round(v/scale)*scale, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'f', min(digits, 4), 64)
}
