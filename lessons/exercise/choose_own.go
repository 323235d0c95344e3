package exercise

// Lesson 13, choose: a client and a server of the reader's own, through twelve steps each.

import (
	"fmt"
	"strings"

	"wireup/inspector"
	"wireup/inspector/probe"
	"wireup/wire"
)

// ownClientPath is where a client is put through its steps.
const ownClientPath = "/lab/own/client/"

// ownMistakes are those of both exercises: what is wrong, the probe says.
func ownMistakes() []Wording {
	var list []Wording
	for _, m := range probe.Mistakes() {
		list = append(list, Wording{"own-" + m.Name, m.Say, "{want}", m.Ref})
	}
	return list
}

// ownFault is what a trial found, as a mistake.
func ownFault(f *probe.Fault) *Fault {
	return Mistake("own-"+f.Name, f.Offset, f.Came, f.Fill()...)
}

// ownClient: a client goes through the whole conversation, on one connection.
func ownClient(a Attempt) Check {
	awaits := "your client, at " + ownClientPath + a.Word
	return SameConnection(func() Check {
		var (
			trial *probe.Trial
			proof []uint64
		)
		return Watch(awaits, func(t *Teller, e *wire.Event) {
			if path, _, _ := strings.Cut(TargetOf(e), "?"); trial == nil && path == ownClientPath+a.Word {
				trial, proof = probe.NewClientTrial(a.Word), []uint64{e.Seq}
			}
			if trial == nil || trial.Fault() != nil {
				return
			}
			had := trial.Passed()
			trial.Event(e.Event)
			fault := trial.Fault()
			switch {
			case fault != nil:
				t.Wrong(e, ownFault(fault))
				return
			case trial.Passed() > had:
				proof = append(proof, e.Seq)
			case e.Seq != proof[0]:
				return
			}
			if trial.Done() {
				t.Pass("All twelve, on one connection: your client puts fragments together, answers pings in the middle of them, counts bytes in three ways, and knows how to leave.", proof...)
				return
			}
			step, number, what := trial.Awaits()
			t.Await(fmt.Sprintf("%s (step %d, %s)", what, number, step.Title), proof...)
		})
	})
}

// ownServer: a server passes each step of a probe, the last time that it was tried.
func ownServer(a Attempt) Check {
	type attempt struct {
		number int
		trial  *probe.Trial
	}
	type failure struct {
		e *wire.Event
		f *Fault
	}
	var (
		steps  = len(probe.ServerSteps())
		open   = make(map[int]*attempt) // by connection
		passed = make(map[int]uint64)   // by step: the event that proves it
		failed = make(map[int]failure)
	)
	awaits := "wireup probe, with " + a.Word + " in the URL behind --wire"
	return Watch(awaits, func(t *Teller, e *wire.Event) {
		if e.Kind == inspector.KindRequest && e.Driver == wire.DriverProbe {
			agent, _ := FieldOf(e, "User-Agent")
			if number, ok := probe.ParseAgent(agent, a.Word); ok && len(open) < maxParts {
				open[e.Conn] = &attempt{number, probe.NewServerTrial(number, a.Word)}
				delete(passed, number) // what it did before doesn't count any more
				delete(failed, number)
			}
		}
		at := open[e.Conn]
		if at == nil {
			return
		}
		at.trial.Event(e.Event)
		switch fault := at.trial.Fault(); {
		case fault != nil:
			failed[at.number] = failure{e, ownFault(fault)}
			delete(open, e.Conn)
		case at.trial.Done():
			passed[at.number] = e.Seq
			delete(open, e.Conn)
		default:
			return
		}
		var proof []uint64
		for n := 1; n <= steps; n++ {
			if bad, ok := failed[n]; ok {
				t.Wrong(bad.e, bad.f)
				return
			}
			if seq := passed[n]; seq != 0 {
				proof = append(proof, seq)
			}
		}
		if len(proof) == steps {
			t.Pass("All twelve: your server shakes hands, echoes whatever is whole, and throws out what breaks the rules. That is a WebSocket server.", proof...)
			return
		}
		t.Await(fmt.Sprintf("the other steps of the probe: %d of %d are passed", len(proof), steps), proof...)
	})
}
