package exercise

// What an exercise is, and the table of them all.

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"wireup/wire"
)

// Exercise is one task, checked on the log of a wire.
type Exercise struct {
	Lesson, ID string
	Revision   int // raised when what must be done changes; editing prose keeps it

	// Start makes a check for one attempt. It is cheap: a page that opens a lesson starts all
	// of the lesson's checks and feeds them the whole log.
	Start func(a Attempt) Check

	// Draw says what the page shows of a drawn task: a key, a frame in hex. It is a function of
	// the attempt alone. Nil if nothing is drawn.
	Draw func(a Attempt) map[string]string
}

// Name is how fixtures, progress and logs call the exercise: "frames/smallest".
func (x *Exercise) Name() string { return x.Lesson + "/" + x.ID }

// Attempt is one try at an exercise. A new one has a new word, so that an old log passes nothing.
type Attempt struct {
	Word string // such as plum-41; it must stand in the path or the payload
}

// Rand is a source for what an exercise draws. It is seeded by the word, so that what is drawn
// is the same for the page, the check and a test.
func (a Attempt) Rand() *rand.Rand {
	sum := sha256.Sum256([]byte(a.Word))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])))
}

// Check looks at a wire's log, one event after the other, and says at any time how it stands.
// It keeps what it needs and no more, starts no goroutine, and knows no clock but the events'.
type Check interface {
	// Event is told each event of the log once, in order. The event is shared and never changed;
	// a check may keep it, but no more than a bounded number.
	Event(e *wire.Event)
	// Verdict is how it stands after the events so far. It costs next to nothing.
	Verdict() Verdict
}

// lessons are the exercises of each lesson, in the order of the course.
var lessons = [][]*Exercise{
	requestExercises,
	connectionsExercises,
	pollingExercises,
	cometExercises,
	streamingExercises,
	socketsExercises,
	handshakeExercises,
	framesExercises,
	maskingExercises,
	conversationExercises,
	captureExercises,
	productionExercises,
	chooseExercises,
}

// All returns every exercise, in the order of the course.
func All() []*Exercise { return slices.Concat(lessons...) }

// Of returns the exercises of one lesson, in their order.
func Of(lesson string) []*Exercise {
	for _, list := range lessons {
		if list[0].Lesson == lesson {
			return list
		}
	}
	return nil
}

// Find returns the exercise with this name.
func Find(lesson, id string) (*Exercise, bool) {
	for _, x := range Of(lesson) {
		if x.ID == id {
			return x, true
		}
	}
	return nil, false
}
