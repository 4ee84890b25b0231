package sourcetest

import (
	"context"
	"io"
	"sync"

	"meetleaks/scanner"
)

// Taker is a taker in memory that remembers everything. It is safe for concurrent use.
type Taker struct {
	mu    sync.Mutex
	taken []Took
	err   error
	more  chan struct{} // closed and made anew with each entry
}

// What became of a place.
const (
	WasTaken    = "taken"
	WasDeleted  = "deleted"
	WasAway     = "away"
	WasGone     = "gone"
	WasBack     = "back"
	WasReposted = "reposted"
)

// Took is one call of a taker.
type Took struct {
	What    string
	URI     string
	Text    string          // of a reading, at most 1 MiB
	Reading scanner.Reading // without its text
	Reach   int64
}

// NewTaker makes an empty one.
func NewTaker() *Taker { return &Taker{more: make(chan struct{})} }

// Fail lets every call fail from now on, as a store that does not answer does; nil ends that.
func (t *Taker) Fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = err
}

// maxText bounds what is kept of a text.
const maxText = 1 << 20

// Take implements what sources hand documents to. What holds "https://" counts as one meeting that is claimed.
func (t *Taker) Take(_ context.Context, r scanner.Reading) (scanner.Taken, error) {
	var text []byte
	if r.Text != nil {
		var err error
		if text, err = io.ReadAll(io.LimitReader(r.Text, maxText)); err != nil {
			return scanner.Taken{}, err
		}
	}
	r.Text = nil
	err := t.note(Took{What: WasTaken, URI: r.URI, Text: string(text), Reading: r, Reach: r.Reach})
	if err != nil {
		return scanner.Taken{}, err
	}
	return scanner.Taken{Bytes: int64(len(text)), Meetings: 1, Claimed: 1}, nil
}

// Deleted is told that the service says that a place was deleted.
func (t *Taker) Deleted(_ context.Context, uri string) error {
	return t.note(Took{What: WasDeleted, URI: uri})
}

// Away is told that a place's account is shown to nobody any more.
func (t *Taker) Away(_ context.Context, uri string) error {
	return t.note(Took{What: WasAway, URI: uri})
}

// Gone is told that a look did not find a place.
func (t *Taker) Gone(_ context.Context, uri string) error {
	return t.note(Took{What: WasGone, URI: uri})
}

// Back is told that a look found a place unchanged.
func (t *Taker) Back(_ context.Context, uri string) error {
	return t.note(Took{What: WasBack, URI: uri})
}

// Reappeared is told that a place's own service shows it again.
func (t *Taker) Reappeared(_ context.Context, uri string) error {
	return t.note(Took{What: WasBack, URI: uri})
}

// Reposted is told that a place was passed on.
func (t *Taker) Reposted(_ context.Context, uri string, reach int64) error {
	return t.note(Took{What: WasReposted, URI: uri, Reach: reach})
}

// References yields the references of what was taken and not told deleted or away, or gone twice, since.
func (t *Taker) References(_ context.Context, source string, yield func(scanner.Secret) bool) error {
	stands, _ := t.places(source)
	each(stands, yield)
	return nil
}

// AwayReferences yields those of what was told to be away, and not to be back or deleted since.
func (t *Taker) AwayReferences(_ context.Context, source string, yield func(scanner.Secret) bool) error {
	_, away := t.places(source)
	each(away, yield)
	return nil
}

func each(references map[string]scanner.Secret, yield func(scanner.Secret) bool) {
	for _, reference := range references {
		if !yield(reference) {
			return
		}
	}
}

// places are the references of what stands, and of what is away.
func (t *Taker) places(source string) (stands, away map[string]scanner.Secret) {
	t.mu.Lock()
	defer t.mu.Unlock()
	stands, away = map[string]scanner.Secret{}, map[string]scanner.Secret{}
	looks := map[string]int{}
	for _, took := range t.taken {
		switch reference := took.Reading.Reference; took.What {
		case WasTaken:
			if took.Reading.Source == source && reference.IsSet() {
				stands[took.URI] = reference
			}
		case WasAway:
			move(took.URI, stands, away)
		case WasBack:
			move(took.URI, away, stands)
		case WasDeleted:
			delete(stands, took.URI)
			delete(away, took.URI)
		case WasGone: // is believed after the second look
			if looks[took.URI]++; looks[took.URI] > 1 {
				delete(stands, took.URI)
			}
		}
	}
	return stands, away
}

func move(uri string, from, to map[string]scanner.Secret) {
	if reference, there := from[uri]; there {
		delete(from, uri)
		to[uri] = reference
	}
}

func (t *Taker) note(took Took) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return t.err
	}
	t.taken = append(t.taken, took)
	close(t.more)
	t.more = make(chan struct{})
	return nil
}

// All is a copy of what was called, in order.
func (t *Taker) All() []Took {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Took(nil), t.taken...)
}

// Await waits until a call fits, or until ctx is done, and says whether one did.
func (t *Taker) Await(ctx context.Context, fits func(Took) bool) (Took, bool) {
	seen := 0
	for {
		t.mu.Lock()
		all, more := t.taken, t.more
		t.mu.Unlock()
		for ; seen < len(all); seen++ {
			if fits(all[seen]) {
				return all[seen], true
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return Took{}, false
		}
	}
}
