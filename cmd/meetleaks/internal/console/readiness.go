package console

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// maxReasons bounds the reasons that are shown.
const maxReasons = 100

// Readiness is the answer of /readyz: why it is not ready, and what else is to be known.
type Readiness struct {
	Ready   bool     `json:"ready"`
	Reasons []string `json:"reasons"`
	Notes   []string `json:"notes"`
}

// readiness asks whether the service is ready: once at a time and at most once in limits.fresh, however many want to know.
type readiness struct {
	ask    func(ctx context.Context) []string
	notes  func() []string
	now    func() time.Time
	limits limits

	mu     sync.Mutex
	last   Readiness
	at     time.Time     // of last; zero: nobody asked yet
	asking chan struct{} // closed when the one that is under way has ended; nil: none is
}

func newReadiness(o Options, l limits) *readiness {
	return &readiness{ask: o.Ready, notes: o.Notes, now: o.Now, limits: l}
}

func (r *readiness) serve(w http.ResponseWriter, req *http.Request) {
	answer := r.answer(req.Context())
	body, err := json.Marshal(answer)
	if err != nil {
		panic(err) // of a bool and strings
	}
	w.Header().Set("Content-Type", "application/json")
	if !answer.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, _ = w.Write(append(body, '\n'))
}

// answer returns what is fresh, or waits for what is being asked; not longer than limits.ready.
func (r *readiness) answer(ctx context.Context) Readiness {
	ctx, cancel := context.WithTimeout(ctx, r.limits.ready)
	defer cancel()
	for {
		asking, last := r.current(ctx)
		if asking == nil {
			return last
		}
		select {
		case <-asking:
		case <-ctx.Done():
			return Readiness{Reasons: []string{"the check takes too long"}, Notes: []string{}}
		}
	}
}

// current returns what is fresh, or the check that is under way, begun here when there was none.
func (r *readiness) current(ctx context.Context) (<-chan struct{}, Readiness) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asking != nil {
		return r.asking, Readiness{}
	}
	age := r.now().Sub(r.at)
	if !r.at.IsZero() && age >= 0 && age < r.limits.fresh {
		return nil, r.last
	}
	done := make(chan struct{})
	r.asking = done
	go r.check(context.WithoutCancel(ctx), done)
	return done, Readiness{}
}

// check asks. What it learns counts from its end.
func (r *readiness) check(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, r.limits.ready)
	defer cancel()
	reasons := listed(func() []string { return r.ask(ctx) })
	if ctx.Err() != nil {
		reasons = append(reasons, "the check takes too long")
	}
	notes := listed(r.notes)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last, r.at, r.asking = Readiness{Ready: len(reasons) == 0, Reasons: reasons, Notes: notes}, r.now(), nil
	close(done)
}

// listed is what ask says, fit to be shown.
func listed(ask func() []string) (list []string) {
	defer func() {
		if recover() != nil {
			list = []string{"the check is broken"}
		}
	}()
	list = []string{}
	for _, line := range ask() {
		if len(list) == maxReasons {
			return append(list, "and more")
		}
		list = append(list, shown(line))
	}
	return list
}
