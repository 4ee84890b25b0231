package slack

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"meetleaks/notify"
)

// handleFor bounds what handling one answer may take, asking Slack included.
const handleFor = 20 * time.Second

// AnswerOptions are what it takes to hear answers. Handle is required, and one of Signing and App.
type AnswerOptions struct {
	// Signing is the app's signing secret, for [Answers.HTTP].
	Signing notify.Secret
	// App is the app-level token, "xapp-…" with connections:write, for [Answers.Run].
	App notify.Secret
	// Handle does what was said and gives the reply. It decides whether the person may say it; words for people go into the reply,
	// and the error is of what did not work. It is called for one answer about a leak at a time, with a context that ends after 20
	// seconds; it may see an answer again, by another process or after an hour, and must do it once only (see Answer.Nonce).
	Handle func(ctx context.Context, a notify.Answer) (notify.Reply, error)
	// HomeOf lists a person's open leaks for their Home tab, the most urgent first. Who is written as Answer.Who. nil: the tab says nothing.
	HomeOf func(ctx context.Context, who string) ([]notify.Item, error)
	// Log is told what went wrong, without names and ids; nil: nobody is.
	Log *slog.Logger
}

// Answers hears what people press in Slack. There are two ways in and one way on: [Answers.HTTP] for signed requests and
// [Answers.Run] for Socket Mode. Each press is acknowledged at once, and handled after that, eight at a time, those about one leak in
// order. It is safe for concurrent use.
type Answers struct {
	channel *Channel
	o       AnswerOptions
	nonces  nonces
	lanes   *lanes
	counts  answerCounts
}

// AnswerCounts count answers since the start.
type AnswerCounts struct {
	Taken    int64 // to be handled
	Handled  int64 // by AnswerOptions.Handle, without an error
	Failed   int64 // that could not be handled
	Repeated int64 // that came twice, or too late
	Refused  int64 // of requests that are not Slack's, and of people who may not press
	Busy     int64 // that were sent away because too many waited
}

type answerCounts struct{ taken, handled, failed, repeated, refused, busy atomic.Int64 }

// Answers makes the ear that goes with the channel. It starts nothing; close it with [Answers.Close].
func (c *Channel) Answers(o AnswerOptions) (*Answers, error) {
	if o.Handle == nil || !o.Signing.IsSet() && !o.App.IsSet() {
		return nil, &notify.Error{Class: notify.Config, Reason: "secret-not-set"}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Answers{channel: c, o: o, lanes: newLanes()}, nil
}

// Counts are the counts as they are now.
func (s *Answers) Counts() AnswerCounts {
	c := &s.counts
	return AnswerCounts{
		Taken: c.taken.Load(), Handled: c.handled.Load(), Failed: c.failed.Load(), Repeated: c.repeated.Load(), Refused: c.refused.Load(),
		Busy: c.busy.Load(),
	}
}

// Close takes no more answers and waits for those that were taken. When ctx ends first, they are told to end, and the error is that
// of ctx.
func (s *Answers) Close(ctx context.Context) error { return s.lanes.close(ctx) }

// errBusy says that too much waits to be handled.
var errBusy = errors.New("too many answers wait")

// take hands a press on to be handled. It does not wait.
func (s *Answers) take(p press) error {
	if !s.nonces.take(p, s.channel.now()) {
		s.counts.repeated.Add(1)
		return nil
	}
	if !s.lanes.add(p.lane(), func(ctx context.Context) { s.handle(ctx, p) }) {
		s.nonces.forget(p.answer.Nonce)
		s.counts.busy.Add(1)
		return errBusy
	}
	s.counts.taken.Add(1)
	return nil
}

// HTTP is the handler of the app's request URL, /slack/interactions: presses and events. What is not signed by Slack within the last
// five minutes gets 401 and nothing else.
func (s *Answers) HTTP() http.Handler { return http.HandlerFunc(s.serveHTTP) }

func (s *Answers) serveHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuseRequest(w, http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxInteraction))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		refuseRequest(w, http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		refuseRequest(w, http.StatusBadRequest)
		return
	}
	secret, err := s.o.Signing.Open()
	if err != nil {
		s.o.Log.Error("slack: the signing secret cannot be read", "error", err)
		refuseRequest(w, http.StatusServiceUnavailable)
		return
	}
	if !signed(secret, r.Header, body, s.channel.now()) {
		s.counts.refused.Add(1)
		refuseRequest(w, http.StatusUnauthorized)
		return
	}
	s.acknowledge(w, r.Header.Get("Content-Type"), body)
}

// acknowledge answers a signed request.
func (s *Answers) acknowledge(w http.ResponseWriter, kind string, body []byte) {
	p, challenge, err := parseRequest(kind, body)
	if err == nil && challenge != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.WriteString(w, challenge)
		return
	}
	if err == nil {
		err = s.take(p)
	}
	switch {
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "5")
		refuseRequest(w, http.StatusServiceUnavailable)
	case errors.Is(err, errMalformed):
		refuseRequest(w, http.StatusBadRequest)
	default:
		w.WriteHeader(http.StatusOK)
	}
}

// refuseRequest says nothing but the status.
func refuseRequest(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }

// parseRequest reads the body of a signed request: a form with a payload, or an event. What the URL says is not looked at.
func parseRequest(kind string, body []byte) (press, string, error) {
	kind, _, err := mime.ParseMediaType(kind)
	switch {
	case err == nil && kind == "application/json":
		return parseEvent(body)
	case err == nil && kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil || len(form["payload"]) != 1 {
			return press{}, "", errMalformed
		}
		p, err := parsePress([]byte(form.Get("payload")))
		return p, "", err
	}
	return press{}, "", errMalformed
}

// handle finds out who pressed, lets the press be handled, and says what came of it.
func (s *Answers) handle(ctx context.Context, p press) {
	ctx, cancel := context.WithTimeout(ctx, handleFor)
	defer cancel()
	who, err := s.whoPressed(ctx, p)
	if err != nil {
		s.failed(ctx, p, "find out who pressed", err)
		return
	}
	if who == "" {
		return // it is said
	}
	if p.opened {
		s.showHome(ctx, p.user, who)
		return
	}
	s.answer(ctx, p, who)
}

// answer lets what was said happen.
func (s *Answers) answer(ctx context.Context, p press, who string) {
	a := p.answer
	a.Who = who
	if a.Person != "" {
		a.Person = whoIs(teamOf(who), a.Person)
	}
	reply, err := s.o.Handle(ctx, a)
	if err != nil {
		s.nonces.forget(a.Nonce)
		s.failed(ctx, p, "handle "+string(a.What), err)
		return
	}
	s.counts.handled.Add(1)
	s.show(ctx, p, reply.Cleaned())
	if p.channel == "" {
		s.showHome(ctx, p.user, who)
	}
}

// whoPressed names the person, "" when it is nobody who may press: then they are told.
func (s *Answers) whoPressed(ctx context.Context, p press) (string, error) {
	h, err := s.channel.home(ctx)
	if err != nil {
		return "", err
	}
	if !h.sent(p) {
		s.counts.refused.Add(1)
		s.o.Log.Warn("slack: a press of another workspace than the token's is not heard")
		return "", nil
	}
	found, err := s.channel.person(ctx, p.user)
	if err != nil {
		return "", err
	}
	if found.refusal != "" {
		s.counts.refused.Add(1)
		if !p.opened {
			s.tell(ctx, p, notMemberWords)
		}
		return "", nil
	}
	return whoIs(found.team, p.user), nil
}

// sent says whether a press comes from the token's own workspace, or its Enterprise organisation.
func (h home) sent(p press) bool {
	if h.team != "" && p.team == h.team {
		return true
	}
	return h.enterprise != "" && p.enterprise == h.enterprise
}

// failed logs what did not work, and lets the person know that they should press again.
func (s *Answers) failed(ctx context.Context, p press, what string, err error) {
	s.counts.failed.Add(1)
	s.o.Log.Warn("slack: an answer was not handled", "what", what, "error", err)
	if !p.opened {
		s.tell(ctx, p, failedWords)
	}
}
