package probe

import (
	"context"
	"net"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wireup/inspector"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func dialer(u *url.URL) func(ctx context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", u.Host) }
}

// short is for what never comes, and patient for what does.
const (
	short   = 150 * time.Millisecond
	patient = 20 * time.Second
)

// again is a trial on the events of a wire, which keep less of a payload than a live one looks at.
type again struct {
	*inspector.Session
	trial *Trial
}

func newAgain(trial func(agent string) *Trial) *again {
	a := &again{}
	a.Session = inspector.NewSession(inspector.Options{}, func(e *inspector.Event) {
		if e.Kind == inspector.KindRequest {
			agent, _ := e.Head.Get("User-Agent")
			a.trial = trial(agent)
		}
		a.trial.Event(e)
	})
	return a
}

var start = time.Unix(1000, 0)
