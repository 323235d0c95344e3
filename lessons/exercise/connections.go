package exercise

// Lesson 2, connections: requests are not connections.

import (
	"strconv"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

var connectionsExercises = []*Exercise{
	{Lesson: "connections", ID: "five-on-one", Revision: 1, Start: fiveOnOne},
	{Lesson: "connections", ID: "close-it", Revision: 1, Start: closeIt},
	{Lesson: "connections", ID: "predict-conns", Revision: 1, Start: predictConns},
}

var connectionsMistakes = []Wording{
	{"five-spread",
		"{came}. A program that ends after each request opens a connection for each: give it all five at once, or let the page ask.",
		"five requests on one connection", "RFC 9112 §9.3"},
	{"five-closed",
		"This connection was closed after {came}, since somebody asked for that with Connection: close. Leave that out.",
		"a connection that stays open", "RFC 9112 §9.6"},

	{"close-not-said",
		"This request leaves its connection open. Say in it that you want it closed: with a field of its own, Connection: close.",
		"Connection: close", "RFC 9112 §9.6"},
	{"close-server-said",
		"Here the server was told by the query to close, and your request said nothing. The field belongs into the request.",
		"Connection: close in the request", "RFC 9112 §9.6"},
	{"close-followed",
		"This request came behind one that said Connection: close, on the same connection. Nobody will answer it: after that field a client sends nothing more.",
		"nothing more on this connection", "RFC 9112 §9.6"},

	{"conns-no-number",
		"“{came}” is no whole number of connections.",
		"a whole number", "RFC 9112 §9.4"},
	{"conns-not-at-once",
		"These ten came one after another: never two of them were without an answer at the same time. Ask for all ten at once.",
		"ten requests at once", "RFC 9112 §9.4"},
	{"conns-not-so",
		"Your browser did not use {came} for its ten requests. Count the lanes.",
		"the number of lanes in the lab", "RFC 9112 §9.4"},
}

const onYourOwn = "Start wireup on your own machine, and open it there at 127.0.0.1."

// toConnectionsLab is a GET for the lab of lesson 2 with the word in its path.
func toConnectionsLab(a Attempt) []Cond {
	return []Cond{Lab("connections"), Method("GET"), Under("/lab/connections/" + a.Word)}
}

// fiveOnOne: five requests on one connection, each answered.
func fiveOnOne(a Attempt) Check {
	const five = 5
	type line struct {
		answers []uint64
		asked   int
		closing bool
	}
	lines := make(map[int]*line)
	var all, best int
	awaits := "five GETs for a path that begins with /lab/connections/" + a.Word + ", all on one connection"
	return CountsConnections(onYourOwn, Exchanges(awaits, toConnectionsLab(a), func(t *Teller, x *Exchange, e *wire.Event) {
		l := lines[x.Conn]
		if l == nil {
			if len(lines) == maxParts {
				return
			}
			l = new(line)
			lines[x.Conn] = l
		}
		switch {
		case e == x.Request:
			l.asked++
			all++
			if l.asked < five && all >= five && len(lines) > 1 && l.asked == 1 {
				t.Wrong(e, Mistake("five-spread", -1, plural(all, "request")+" with the word stood on "+plural(len(lines), "connection")))
			}
		case e == x.Response && Status(200)(e):
			l.answers = append(l.answers, e.Seq)
			l.closing = Token("Connection", "close")(e)
			best = max(best, len(l.answers))
			switch n := len(l.answers); {
			case n == five:
				t.Pass("Five requests and five answers on one connection: it was set up once.", l.answers...)
			case l.closing:
				t.Wrong(e, Mistake("five-closed", FieldOffset(e, "Connection"), plural(n, "request")))
			case n == best && (len(lines) == 1 || all < five):
				t.Await(awaits+" ("+strconv.Itoa(n)+" of "+strconv.Itoa(five)+" came)", l.answers...)
			}
		}
	}))
}

// closeIt: a request that asks for its connection to be closed, and the end of the connection.
func closeIt(a Attempt) Check {
	saying := make(map[int]*wire.Event)
	wanted := toConnectionsLab(a)
	awaits := "a GET for a path that begins with /lab/connections/" + a.Word + ", with Connection: close"
	return CountsConnections(onYourOwn, Watch(awaits, func(t *Teller, e *wire.Event) {
		before := saying[e.Conn]
		switch {
		case e.Kind == inspector.KindRequest && before != nil:
			delete(saying, e.Conn)
			t.Wrong(e, Mistake("close-followed", e.Head.Method.Start, "another request"))
		case e.Kind == inspector.KindRequest && meets(e, wanted):
			switch {
			case Token("Connection", "close")(e) && len(saying) < maxParts:
				saying[e.Conn] = e
				t.Await("the end of that connection, and nothing more on it before", e.Seq)
			case QueryOf(e, "close") == "1":
				t.Wrong(e, Mistake("close-server-said", -1, "close=1 in the query"))
			default:
				t.Wrong(e, Mistake("close-not-said", -1, "no Connection: close"))
			}
		case e.Kind == inspector.KindClose && before != nil:
			t.Pass("The request said that it is the last one, and the connection ended behind its answer.", before.Seq, e.Seq)
		}
	}))
}

// predictConns: how many connections a browser uses for ten requests at once.
func predictConns(a Attempt) Check {
	const (
		id   = "predict-conns"
		ten  = 10
		slow = time.Second
	)
	held := func(e *wire.Event) bool {
		ms, err := strconv.Atoi(QueryOf(e, "hold"))
		return err == nil && time.Duration(ms)*time.Millisecond >= slow && By(wire.DriverPage)(e) && meets(e, toConnectionsLab(a))
	}
	var (
		answer       *wire.Event
		text         string
		at           int
		conns        map[int]bool
		asked, open  int
		most, counts int // at the same time, and of the last run that is complete
		last         []uint64
	)
	judge := func(t *Teller) {
		n, ok := Number(text)
		switch {
		case !ok:
			t.Wrong(answer, Mistake("conns-no-number", at, text))
		case counts == 0:
			t.Await("ten requests at once from your browser, with "+a.Word+" in their path and held for a second or more", answer.Seq)
		case n != counts:
			t.Wrong(answer, Mistake("conns-not-so", at, plural(n, "connection")))
		default:
			t.Pass("Ten requests, "+plural(counts, "connection")+": the others waited in your browser.", append([]uint64{answer.Seq}, last...)...)
		}
	}
	run := Cond(func(e *wire.Event) bool { return answers(a, id)(e) || held(e) })
	return CountsConnections(onYourOwn, Exchanges("your prediction, typed into the field, and ten slow requests at once", []Cond{run}, func(t *Teller, x *Exchange, e *wire.Event) {
		if typed, offset, ok := Answered(a, id, x.Request); ok {
			if e == x.Request {
				answer, text, at = e, typed, offset
				judge(t)
			}
			return
		}
		switch {
		case e == x.Request:
			if asked == ten || asked == 0 {
				conns, asked, most, last = make(map[int]bool), 0, 0, nil
			}
			conns[x.Conn] = true
			last = append(last, e.Seq)
			asked++
			open++
			most = max(most, open)
		case x.Cut:
			asked, open = 0, max(0, open-1) // what was broken off counts for nothing
		case x.Whole:
			open--
			switch {
			case asked < ten || open > 0:
			case most == 1:
				asked = 0
				t.Wrong(x.Request, Mistake("conns-not-at-once", -1, "one at a time"))
			default:
				counts = len(conns)
				if answer == nil {
					t.Await("how many connections those ten took, typed into the field", last...)
					return
				}
				judge(t)
			}
		}
	}))
}
