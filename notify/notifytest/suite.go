package notifytest

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"meetleaks/notify"
)

// Subject is a channel under test, with the service that it talks to.
type Subject struct {
	// Open makes a channel for a service at base, which ends in a slash, that gives a request up after limit.
	Open func(t *testing.T, base string, client *http.Client, limit time.Duration) notify.Channel
	// Service is a fresh service that answers as the real one when all is well.
	Service func(t *testing.T) http.Handler
	To      notify.Recipient
	// Tells says whether a request tells something, as apart from looking somebody up: faults hit those, and those are counted.
	Tells func(r *http.Request) bool
	// Payload is what a person could come to see of a telling request, decoded, without credentials.
	Payload func(t *testing.T, r *http.Request, body []byte) string
	// AnswerInBody says that it takes the body of an answer to know that the service accepted.
	AnswerInBody bool
	// Identity is by what the service tells repeats apart; nil when it cannot.
	Identity func(r *http.Request) string
	// Secrets are those that Open plants in the channel's token, key or URL: they must be in no error and no receipt.
	Secrets []string
}

// What a request may take in the suite: short where the service never ends an answer, else so long that a busy machine does
// not matter. Patience is what a call may take that must not wait for the limit.
const (
	short    = 700 * time.Millisecond
	long     = time.Minute
	patience = 20 * time.Second
)

// Run tests the channel.
func Run(t *testing.T, s Subject) {
	t.Run("accepts", s.accepts)
	t.Run("status", s.statuses)
	t.Run("retry-after", s.retryAfter)
	t.Run("broken", s.broken)
	t.Run("flood", s.floods)
	t.Run("redirect", s.redirects)
	t.Run("unreachable", s.unreachable)
	t.Run("cancelled", s.cancelled)
	t.Run("concurrent", s.concurrent)
	t.Run("repeat", s.repeats)
	t.Run("inert", s.inert)
	t.Run("bad-alerts", s.badAlerts)
	t.Run("nothing-left", s.nothingLeft)
}

// bench is a channel with its service between which faults can be put.
type bench struct {
	notify.Channel
	service *service
	close   func()
}

// open starts the service and makes the channel. Both end with the test, or earlier by close.
func (s Subject) open(t *testing.T) *bench { return s.openFor(t, long) }

func (s Subject) openFor(t *testing.T, limit time.Duration) *bench {
	t.Helper()
	service := &service{tells: s.Tells, real: s.Service(t)}
	server := httptest.NewServer(service)
	transport := &http.Transport{MaxIdleConnsPerHost: 4, DisableCompression: true}
	b := &bench{service: service, close: func() {
		transport.CloseIdleConnections()
		server.CloseClientConnections()
		server.Close()
	}}
	t.Cleanup(b.close)
	b.Channel = s.Open(t, server.URL+"/", &http.Client{Transport: transport}, limit)
	return b
}

// must sends what has to be accepted. Under a short limit a busy machine gets some more attempts.
func (b *bench) must(t *testing.T, to notify.Recipient, delivery string) notify.Receipt {
	t.Helper()
	var err error
	for range 10 {
		var r notify.Receipt
		if r, err = b.Send(t.Context(), to, Alert(delivery)); err == nil {
			return r
		}
		if notify.AsError(err).Reason != "timeout" {
			break
		}
	}
	t.Fatalf("send %s: %v", delivery, err)
	return ""
}

// Alert is a well-formed one, told by the delivery's id.
func Alert(delivery string) notify.Alert {
	return notify.Alert{
		Delivery: delivery, Leak: "lk1:3fd0", Organisation: "acme", Platform: "zoom", Service: "Zoom", MaskedID: "981•••••210",
		Class: "B", Topic: "Board, third quarter", Exposes: "the passcode is in the link",
		Starts: time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC), Urgency: notify.StartsInWeek,
		Advice: []string{"Lock the meeting, or move it to a new link"}, Places: []string{"acme.example, events page"}, MorePlaces: 1,
		Sightings: 3, Reach: 1200, FoundOn: "web", FoundAt: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC),
		Kind: notify.New, Audience: "host", Reason: "you host this meeting",
	}
}
