package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/matchers"
)

// rig is a pipeline with all that is around it, on a clock that stands until it is moved.
type rig struct {
	t     *testing.T
	clock *rigClock
	store *memStore
	hosts *rigHosts
	slack *rigTeller
	p     *Pipeline
	s     *Sender
}

type rigClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *rigClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *rigClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// rigHosts is a resolver with an inventory by clear key, and people by address.
type rigHosts struct {
	mu       sync.Mutex
	meetings map[string]KnownMeeting
	people   map[string]Contact
	owners   map[string]KnownMeeting // by what a link names as its owner
	broken   bool
}

func (h *rigHosts) Resolve(_ context.Context, _ string, l matchers.Link, _ time.Time) (KnownMeeting, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken {
		return KnownMeeting{}, false, errors.New("no answer")
	}
	for _, key := range append([]string{l.Key()}, l.Aliases...) {
		if m, ok := h.meetings[key]; ok {
			return m, true, nil
		}
	}
	m, ok := h.owners[l.Owner]
	return m, ok && l.Owner != "", nil
}

func (h *rigHosts) Contact(_ context.Context, _, email string) (Contact, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken {
		return Contact{}, false, errors.New("no answer")
	}
	c, ok := h.people[email]
	return c, ok, nil
}

// knows lets somebody host a meeting.
func (h *rigHosts) knows(text string, c Contact, w When) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, found := range matchers.Find([]byte(text)) {
		h.meetings[found.Key()] = KnownMeeting{Contact: c, Topic: "Board", When: w}
	}
	h.people[c.Email] = c
	for _, delegate := range c.Delegates {
		h.people[delegate] = Contact{Email: delegate}
	}
}

// rigTeller keeps what it was told to tell.
type rigTeller struct {
	mu   sync.Mutex
	sent []Telling
	fail func(Telling) error // nil: nothing fails
	n    int
}

func (r *rigTeller) Tell(ctx context.Context, t Telling) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.fail != nil {
		if err := r.fail(t); err != nil {
			return nil, err
		}
	}
	r.sent = append(r.sent, t)
	r.n++
	return fmt.Appendf(nil, "message %d", r.n), nil
}

// told lists what was told since the last call, "kind rung to whom".
func (r *rigTeller) told() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, t := range r.sent {
		whom := t.To.Email
		if whom == "" {
			whom = t.To.Room.ID
		}
		line := fmt.Sprintf("%s %s", t.Delivery.Kind, whom)
		if t.Receipt != nil {
			line += " in place"
		}
		out = append(out, line)
	}
	r.sent = nil
	return out
}

const (
	rigOrg  = "acme"
	rigHome = "https://www.acme.example/events"
	// Numbers are made up: no run, no repetition.
	rigBoard = "https://acme.zoom.us/j/98120347561?pwd=Zk3mQ9xWvT7bLr2s"
	rigStaff = "https://acme.zoom.us/j/95301748226?pwd=Qm8sKd2LpX4nVt6y"
)

func newRig(t *testing.T, change func(*PipelineOptions)) *rig {
	t.Helper()
	r := &rig{
		t: t, clock: &rigClock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)},
		hosts: &rigHosts{meetings: map[string]KnownMeeting{}, people: map[string]Contact{}, owners: map[string]KnownMeeting{}},
		slack: &rigTeller{},
	}
	r.store = newMemStore(r.clock.Now)
	o := rigOptions(t, r)
	if change != nil {
		change(&o)
	}
	var err error
	if r.p, err = NewPipeline(o); err != nil {
		t.Fatal(err)
	}
	r.s = NewSender(r.p, r.slack, SenderOptions{})
	_, wrapped, err := o.Keys.NewDataKey(rigOrg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.AddOrgKey(t.Context(), rigOrg, wrapped); err != nil {
		t.Fatal(err)
	}
	return r
}

func rigOptions(t *testing.T, r *rig) PipelineOptions {
	t.Helper()
	master, err := NewMaster(bytes.Repeat([]byte("m4st3r-k"), 4))
	if err != nil {
		t.Fatal(err)
	}
	ring, err := NewKeyring(bytes.Repeat([]byte("1nd3x-ke"), 4), master)
	if err != nil {
		t.Fatal(err)
	}
	index, err := matchers.NewIndex([]matchers.Organisation{{
		Name: rigOrg, Domains: []string{"acme.example"},
		Patterns: []matchers.Pattern{{Type: matchers.VanityPattern, Value: "acme.zoom.us"}},
	}}, ring.IndexKey())
	if err != nil {
		t.Fatal(err)
	}
	judge := NewJudge(JudgeOptions{Index: index, Now: r.clock.Now, May: func(string, string) bool { return true }})
	return PipelineOptions{
		Store: r.store, Keys: ring, Resolver: r.hosts, Matcher: NewMatcher(matchers.Standard(), judge), Now: r.clock.Now,
		Rooms: func(string) []Room { return []Room{{ID: "C0SECOPS"}} },
	}
}

// page is a reading of a web page.
func (r *rig) page(uri, text string) Reading {
	return Reading{
		Document: Document{URI: uri, Host: "www.acme.example", MediaType: "text/html", Text: strings.NewReader(text)},
		Source:   "own-site", At: r.clock.Now(), Version: []byte(text),
	}
}

func (r *rig) take(uri, text string) Taken {
	r.t.Helper()
	taken, err := r.p.Take(r.t.Context(), r.page(uri, text))
	if err != nil {
		r.t.Fatal(err)
	}
	return taken
}

// work lets the sender and the ladder do all that is due now.
func (r *rig) work() {
	r.t.Helper()
	for range 2000 {
		looked, err := r.p.Tick(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		sent, err := r.s.Once(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		if looked+sent == 0 {
			return
		}
	}
	r.t.Fatal("it never comes to rest")
}

// wait moves the clock in steps, and works at each.
func (r *rig) wait(d, step time.Duration) {
	r.t.Helper()
	for ; d > 0; d -= step {
		r.clock.advance(min(d, step))
		r.work()
	}
}

func (r *rig) leak() Leak {
	r.t.Helper()
	leaks := r.store.leaksOf(rigOrg)
	if len(leaks) != 1 {
		r.t.Fatalf("%d leaks, want one", len(leaks))
	}
	return leaks[0]
}

// balanced fails unless the ledger agrees, and returns it.
func (r *rig) balanced() Ledger {
	r.t.Helper()
	books, pending, err := r.store.Ledger(r.t.Context(), rigOrg)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := books.Check(pending); err != nil {
		r.t.Error(err)
	}
	return books
}

func (r *rig) wants(want ...string) {
	r.t.Helper()
	if got := r.slack.told(); !slices.Equal(got, want) {
		r.t.Errorf("told %q, want %q", got, want)
	}
}

func jane() Contact {
	return Contact{Email: "jane@acme.example", Delegates: []string{"pa@acme.example"}}
}
