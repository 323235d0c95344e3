package bus

// Messages between instances: published, asked and answered.

import (
	"context"

	"github.com/nats-io/nats.go"
)

// What a subscriber may have waiting for it; beyond it messages are dropped and the log says so.
const (
	pendingMessages = 16 << 10
	pendingBytes    = 64 << 20
)

// Message is what came on a subject. Its data is the receiver's own.
type Message struct {
	Subject string // without what all subjects of ours begin with
	Data    []byte

	msg *nats.Msg
}

// Asked reports whether the sender awaits an answer.
func (m *Message) Asked() bool { return m.msg.Reply != "" }

// Respond answers a request.
func (m *Message) Respond(p []byte) error {
	return wrapped(context.Background(), m.msg.Respond(p))
}

// MaxMessage is how many bytes a message may hold.
func (b *Bus) MaxMessage() int {
	if n := b.nc.MaxPayload(); n > 0 {
		return int(n)
	}
	return 1 << 20 // NATS's own default: it has not said yet
}

// Publish sends p to every instance that has subscribed to the subject, this one too.
func (b *Bus) Publish(subject string, p []byte) error {
	return wrapped(context.Background(), b.nc.Publish(subjectStart+subject, p))
}

// Subscribe calls f with each message on the subject, in order and one at a time; NATS's
// wildcards * and > may stand in it. It holds while the server is away and after. f may still be
// running when stop returns.
func (b *Bus) Subscribe(subject string, f func(*Message)) (stop func(), err error) {
	s, err := b.nc.Subscribe(subjectStart+subject, func(m *nats.Msg) { f(message(m)) })
	if err == nil {
		err = s.SetPendingLimits(pendingMessages, pendingBytes)
	}
	if err != nil {
		return nil, wrapped(context.Background(), err)
	}
	return func() {
		_ = s.Unsubscribe() // it fails when the bus is closed, and then it is over as well
	}, nil
}

// Request sends p to who has subscribed to the subject and returns the first answer. It waits
// until ctx ends and five seconds at most.
func (b *Bus) Request(ctx context.Context, subject string, p []byte) (*Message, error) {
	bounded, cancel := context.WithTimeout(ctx, waitLimit)
	defer cancel()
	m, err := b.nc.RequestWithContext(bounded, subjectStart+subject, p)
	if err != nil {
		return nil, wrapped(ctx, err)
	}
	return message(m), nil
}

func message(m *nats.Msg) *Message {
	subject := m.Subject
	if len(subject) > len(subjectStart) {
		subject = subject[len(subjectStart):]
	}
	return &Message{Subject: subject, Data: m.Data, msg: m}
}
