package web

import (
	"fmt"
	"sync"
	"time"
)

// away knows which hosts asked to be left alone for longer than whoever waits for the pass has patience, before anything of them was
// read. Nobody waits for those. A host in the midst of its pages is waited for: the rest of them is worth it. The zero value is ready,
// and safe for concurrent use.
type away struct {
	mu    sync.Mutex
	heard map[string]bool
	until map[string]time.Time
}

// answered notes that something of a host was read.
func (w *away) answered(host string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.heard == nil {
		w.heard = map[string]bool{}
	}
	w.heard[host] = true
}

// asks notes that a host wants to be left alone, and says whether it is waited for.
func (w *away) asks(host string, until time.Time) (waited bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.heard[host] {
		return true
	}
	if w.until == nil {
		w.until = map[string]time.Time{}
	}
	w.until[host] = until
	return false
}

// err is why nothing of a host is requested now; nil: it may be.
func (w *away) err(host string, now time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if in := w.until[host].Sub(now); in > 0 {
		return waitError(in)
	}
	return nil
}

// waitError is how long a site asks to wait.
type waitError time.Duration

func (e waitError) Error() string {
	return fmt.Sprintf("failed: the site asks to wait %s", time.Duration(e).Round(time.Second))
}
