package classroom

// What bounds a class. A refusal names the limit that was hit.

import "time"

const (
	// MostViewers is how many viewers one class can know: its documents have room for no more.
	MostViewers = 5000

	// MostMessage is how many bytes a message of a page's may have.
	MostMessage = 8 << 10

	// MostSpawned is how many sockets the projector opens at once.
	MostSpawned = 50

	classAge  = 24 * time.Hour // after which a class is over by itself
	mostKept  = 1000           // classes whose documents are kept; the oldest that is over makes room
	longStop  = 24 * time.Hour // that a hard stop may be away
	mostSteps = 50             // of the way back that undo knows

	mostQuestions = 64  // of a class
	mostOpen      = 5   // unanswered questions of one viewer
	mostText      = 280 // characters of a question
	mostPoll      = 140 // of a poll's question
	mostOptions   = 6
	mostOption    = 60 // characters of one
	mostAsks      = 16 // viewers who ask for the wheel at once

	mostValues = 32      // form controls of a lab
	mostLab    = 2 << 10 // bytes that they hold together
	mostPress  = 10_000
	mostHints  = 3
	mostSpot   = 16 << 10 // bytes of a spotlighted frame, as JSON
	mostID     = 64       // bytes of a message's own id

	paceFor    = 2 * time.Minute // that a vote for faster or slower counts
	stuckAfter = 5 * time.Minute // of trying, without passing
	mostRows   = 200             // of the board that are sent
	mostBoard  = 16              // exercises on it

	crowdEvery = 250 * time.Millisecond // between two messages about the crowd, at least
	crowdLate  = 4 * time.Second        // at most,
	crowdRate  = 32 << 20               // for them to have so many bytes a second in all
	putEvery   = 50 * time.Millisecond  // between two Puts of it by one instance
	presence   = time.Second            // between two words of an instance on who is here
	silent     = 3 * time.Second        // after which an instance has gone
	linger     = time.Minute            // that a class stays open here when nobody is left in it

	mostJobs      = 8192 // commands that wait for a document
	mostTries     = 20   // to put a document that others change, too
	mostInstances = 64
)
