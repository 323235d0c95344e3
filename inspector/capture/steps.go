package capture

// What happened on the connections of a recording, step by step.

import "slices"

// stepKind is what a step does.
type stepKind uint8

const (
	stepOpen stepKind = iota
	stepData
	stepGap
	stepFIN
	stepRST
)

// step is one thing that happened on a connection.
type step struct {
	at     int64 // nanoseconds since 1970
	kept         // its bytes
	packet int32
	conn   int32 // from 0
	side   uint8 // 0 the client's, 1 the server's
	kind   stepKind
}

// stepBlock is how many steps get room at once: as the list grows, none is moved.
const stepBlock = 1024

// steps is a list of them.
type steps struct {
	blocks [][]step
	size   int
}

func (l *steps) add(s step) {
	if l.size%stepBlock == 0 {
		l.blocks = append(l.blocks, make([]step, 0, stepBlock))
	}
	last := &l.blocks[len(l.blocks)-1]
	*last = append(*last, s)
	l.size++
}

// at returns the step with index i, to be changed too.
func (l *steps) at(i int) *step { return &l.blocks[i/stepBlock][i%stepBlock] }

// keep drops the steps of which f says false. It may change the others.
func (l *steps) keep(f func(*step) bool) {
	n := 0
	for i := range l.size {
		if s := l.at(i); f(s) {
			if n != i {
				*l.at(n) = *s
			}
			n++
		}
	}
	l.size = n
}

// sort puts those that are equal in the order in which they were added.
func (l *steps) sort(compare func(a, b step) int) {
	all := slices.Concat(l.blocks...)[:l.size]
	slices.SortStableFunc(all, compare)
	l.blocks = slices.Collect(slices.Chunk(all, stepBlock))
}
