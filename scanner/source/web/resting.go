package web

import (
	"fmt"
	"sync"
	"time"
)

// resting knows which hosts asked to be left alone for longer than whoever waits for the pass has patience, before anything of them was
// read. Nobody waits for those. A host in the midst of its pages is waited for: the rest of them is worth it. The zero value is ready,
// and safe for concurrent use.
type resting struct {
	mu    sync.Mutex
	heard map[string]bool
	until map[string]time.Time
}

// answered notes that something of a host was read.
func (r *resting) answered(host string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.heard == nil {
		r.heard = map[string]bool{}
	}
	r.heard[host] = true
}

// asks notes that a host wants to be left alone, and says whether it is waited for.
func (r *resting) asks(host string, until time.Time) (waited bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.heard[host] {
		return true
	}
	if r.until == nil {
		r.until = map[string]time.Time{}
	}
	r.until[host] = until
	return false
}

// err is why nothing of a host is requested now; nil: it may be.
func (r *resting) err(host string, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if in := r.until[host].Sub(now); in > 0 {
		return waitError(in)
	}
	return nil
}

// waitError is how long a site asks to wait.
type waitError time.Duration

func (e waitError) Error() string {
	return fmt.Sprintf("failed: the site asks to wait %s", time.Duration(e).Round(time.Second))
}
