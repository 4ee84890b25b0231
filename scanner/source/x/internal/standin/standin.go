// Package standin is what the stand-ins for X and for gateways of its version 1.1 have in common: faults on order, a list of what was
// asked, and streams of lines. It is for tests and demonstrations.
package standin

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Fault is a way to misbehave: for requests whose path begins with Path, so many Times (-1: from now on).
type Fault struct {
	Path   string
	Exact  bool // Path is all of it
	Times  int
	Status int               // 0: 200
	Header map[string]string // besides
	Body   string
	Hang   bool // nothing is answered until the client goes
	Break  bool // the connection is torn in the middle of the answer
	Drip   bool // the body comes a byte at a time, and has no end
}

const maxCalls = 100_000

// Front is what requests meet first. The zero value notes them and lets them through. It is safe for concurrent use.
type Front struct {
	mu      sync.Mutex
	calls   []string
	faults  []*Fault
	stalled bool
}

// Fail orders a fault. Of those that fit a request the first is played.
func (f *Front) Fail(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, &fault)
}

// Stall lets open streams be silent, heartbeats too, until Heal; what is sent meanwhile is lost.
func (f *Front) Stall() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stalled = true
}

// Heal takes all faults back.
func (f *Front) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults, f.stalled = nil, false
}

// Calls lists what was noted so far, and begins a new list.
func (f *Front) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.calls
	f.calls = nil
	return out
}

// Met notes a request by the words given, and says whether it met a fault, which has answered it then. It panics with
// [http.ErrAbortHandler] to tear the connection.
func (f *Front) Met(w http.ResponseWriter, r *http.Request, call string) bool {
	fault := f.note(r.URL.Path, call)
	if fault != nil {
		fault.play(w, r)
	}
	return fault != nil
}

func (f *Front) note(path, call string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.calls) < maxCalls {
		f.calls = append(f.calls, call)
	}
	for _, fault := range f.faults {
		if fault.Times != 0 && strings.HasPrefix(path, fault.Path) && (!fault.Exact || path == fault.Path) {
			fault.Times--
			return fault
		}
	}
	return nil
}

func (f *Front) stalls() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stalled
}

func (f *Fault) play(w http.ResponseWriter, r *http.Request) {
	if f.Hang {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for name, value := range f.Header {
		w.Header().Set(name, value)
	}
	if f.Status != 0 {
		w.WriteHeader(f.Status)
	}
	_, _ = io.WriteString(w, f.Body)
	_ = http.NewResponseController(w).Flush()
	switch {
	case f.Break:
		panic(http.ErrAbortHandler)
	case f.Drip:
		drip(w, r)
	}
}

func drip(w http.ResponseWriter, r *http.Request) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if _, err := io.WriteString(w, "x"); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		case <-r.Context().Done():
			return
		}
	}
}
