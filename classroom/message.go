package classroom

// What pages are told, as bytes that are made once for all of them.

import (
	"hash/fnv"
	"sync"
	"time"

	"wireup/wire"
)

// Message is one message to pages. The same one goes to many.
type Message struct {
	Data []byte

	sum   uint64 // tells whether somebody has had it
	once  sync.Once
	frame any
}

// Frame returns what prepare makes of the message: it is asked once.
func (m *Message) Frame(prepare func(data []byte) any) any {
	m.once.Do(func() { m.frame = prepare(m.Data) })
	return m.frame
}

func newMessage(v any) *Message {
	b, err := wire.Marshal(v)
	if err != nil {
		panic(err) // of our own structs none fails
	}
	return &Message{Data: b, sum: sumOf(b)}
}

func sumOf(b []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(b)
	return h.Sum64()
}

// told is everything that a class has to tell at a moment.
type told struct {
	class, crowd, desk, screen *Message
}

// The shapes of what is told, beside Public.
type (
	welcomeMessage struct {
		Kind   string `json:"kind"`
		Viewer string `json:"viewer"`
		You    Role   `json:"you"`
		Wheel  string `json:"wheel"`
		At     int64  `json:"at"`
	}
	crowdMessage struct {
		Kind      string          `json:"kind"`
		N         int             `json:"n"`
		Here      int             `json:"here"`
		Votes     *votesMessage   `json:"votes"`
		Questions []askedQuestion `json:"questions"`
		Done      *doneMessage    `json:"done"`
	}
	votesMessage struct {
		Poll   int   `json:"poll"`
		Cast   int   `json:"cast"`
		Counts []int `json:"counts,omitempty"`
	}
	askedQuestion struct {
		ID       int        `json:"id"`
		Text     string     `json:"text"`
		Votes    int        `json:"votes"`
		Answered bool       `json:"answered"`
		At       *time.Time `json:"at,omitempty"` // in what is kept after the talk
	}
	doneMessage struct {
		Passed int `json:"passed"`
		Of     int `json:"of"`
	}
	deskMessage struct {
		Kind    string        `json:"kind"`
		Driver  string        `json:"driver,omitempty"`
		Asks    []askMessage  `json:"asks,omitempty"`
		Clock   clockMessage  `json:"clock"`
		Skips   []skipMessage `json:"skips"`
		Skipped []string      `json:"skipped"`
		Pace    paceMessage   `json:"pace"`
		Counts  []int         `json:"counts"`
		Board   []rowMessage  `json:"board"`
		Rows    int           `json:"rows"`
		More    []sumMessage  `json:"more"`
		Room    string        `json:"room"`

		Addresses int `json:"addresses"` // how many other machines somebody has joined from, on this instance

		Mirrored int `json:"mirrored"` // viewers whose frames are in it, of this instance
	}
	askMessage struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	}
	clockMessage struct {
		At     int64  `json:"at"`
		Began  int64  `json:"began"`
		Stop   int64  `json:"stop"`
		Paused bool   `json:"paused"`
		Lesson string `json:"lesson"`
		Budget int64  `json:"budget"`
		Used   int64  `json:"used"`
		Late   int64  `json:"late"`
	}
	skipMessage struct {
		Part    string  `json:"part"`
		Title   string  `json:"title"`
		Level   string  `json:"level"`
		Minutes float64 `json:"minutes"`
	}
	paceMessage struct {
		Fast int `json:"fast"`
		Slow int `json:"slow"`
	}
	rowMessage struct {
		Viewer    string            `json:"viewer"`
		Exercises map[string]string `json:"exercises"`
		Stuck     bool              `json:"stuck"`
	}
	sumMessage struct {
		Exercise string `json:"exercise"`
		Trying   int    `json:"trying"`
		Passed   int    `json:"passed"`
		Stuck    int    `json:"stuck"`
	}
)

// view is a class at a moment, with all that its messages are made of.
type view struct {
	state   *state
	crowd   *crowd
	board   *board
	outline Outline
	here    int
	now     time.Time

	mirrored int
	outside  int
}

func (v view) since() time.Duration { return v.now.Sub(v.state.Began) }

func (v view) crowdMessage() crowdMessage {
	m := crowdMessage{Kind: "crowd", N: v.crowd.N + v.board.N, Here: v.here, Questions: v.questions(false)}
	if p := v.state.Poll; p != nil {
		cast, counts := v.crowd.votes(p)
		m.Votes = &votesMessage{Poll: p.ID, Cast: cast}
		if p.Shown {
			m.Votes.Counts = counts
		}
	}
	if a := v.state.Activity; a != nil {
		m.Done = &doneMessage{v.board.Tries[a.Lesson+"/"+a.Exercise].Passed.size(), v.here}
	}
	return m
}

func (v view) questions(kept bool) []askedQuestion {
	list := []askedQuestion{}
	for _, q := range v.crowd.Questions {
		a := askedQuestion{ID: q.ID, Text: q.Text, Votes: q.Ups.size(), Answered: q.Answered}
		if kept {
			a.At = &q.At
		}
		list = append(list, a)
	}
	return list
}

// deskMessage is for those who present: the projector isn't told who asks for the wheel.
func (v view) deskMessage(screen bool) deskMessage {
	d := v.state
	m := deskMessage{Kind: "desk", Skipped: append([]string{}, d.Clock.Skipped...), Counts: []int{}, Room: d.Room, Mirrored: v.mirrored, Addresses: v.outside}
	if !screen {
		m.Driver, m.Asks = "owner", []askMessage{}
		if d.Guest != "" {
			m.Driver = "guest"
		}
		for _, a := range d.Asks {
			m.Asks = append(m.Asks, askMessage{a.ID, a.Name})
		}
	}
	m.Clock = clockMessage{Began: d.Clock.Began, Stop: d.Clock.Stop, Paused: d.Pause, Lesson: d.Step.Lesson}
	m.Clock.Budget = v.outline.budget(d.Step.Lesson, d.Clock.Skipped)
	late, skips := d.Clock.late(v.outline, d.Step, v.now)
	m.Clock.Late = late / 1000 * 1000 // or it would change with each look
	m.Skips = []skipMessage{}
	for _, p := range skips {
		m.Skips = append(m.Skips, skipMessage{p.ID, p.Title, p.Level, p.Minutes})
	}
	m.Pace.Fast, m.Pace.Slow = v.crowd.paces(d.Began, v.now)
	if d.Poll != nil {
		_, m.Counts = v.crowd.votes(d.Poll)
	}
	m.Board, m.More = v.rows()
	m.Rows = v.crowd.size()
	return m
}

// message makes a message of the desk. What only the passing of time changes in it is no news.
func (m deskMessage) message(v view) *Message {
	bare := newMessage(m)
	m.Clock.At, m.Clock.Used = v.now.UnixMilli(), v.state.Clock.used(m.Clock.Lesson, v.now)
	full := newMessage(m)
	full.sum = bare.sum
	return full
}

// rows are the board: those first who are stuck, then by their coming.
func (v view) rows() (rows []rowMessage, sums []sumMessage) {
	names, since := v.board.exercises(), v.since()
	sums = make([]sumMessage, len(names))
	for i, name := range names {
		sums[i].Exercise = name
	}
	stuckRows, others := []rowMessage{}, []rowMessage{}
	for n := range v.crowd.size() {
		isStuck := false
		for i, name := range names {
			switch s, stuck := v.board.Tries[name].of(n, since); {
			case stuck:
				sums[i].Stuck++
				sums[i].Trying++
				isStuck = true
			case s == trying:
				sums[i].Trying++
			case s == passed:
				sums[i].Passed++
			}
		}
		switch {
		case isStuck && len(stuckRows) < mostRows:
			stuckRows = append(stuckRows, v.row(n, names, true))
		case !isStuck && len(others) < mostRows:
			others = append(others, v.row(n, names, false))
		}
	}
	rows = append(stuckRows, others...)
	return rows[:min(len(rows), mostRows)], sums
}

// row is the board's row of viewer n.
func (v view) row(n int, names []string, stuck bool) rowMessage {
	row := rowMessage{Viewer: nameOf(v.state.Draw, n), Exercises: map[string]string{}, Stuck: stuck}
	for _, name := range names {
		if s, _ := v.board.Tries[name].of(n, v.since()); s != notStarted {
			row.Exercises[name] = s.String()
		}
	}
	return row
}
