package slack

import (
	"sync"
	"time"

	"meetleaks/notify"
)

// What is remembered of answers, to do each once.
const (
	maxNonces = 10_000
	noncesFor = time.Hour
)

// nonces remembers which answers were taken, and when each person last said something of each leak. Beyond its bounds the oldest
// is forgotten; whoever handles an answer does the same one twice without harm. The zero value is ready.
type nonces struct {
	mu     sync.Mutex
	order  []remembered // a ring, once it is full
	next   int
	known  map[string]time.Time // nonce: when it was taken
	latest map[string]time.Time // person and leak: when the latest word was said, by Slack's clock
}

type remembered struct{ nonce, speaker string }

// take notes an answer, unless it was taken already, or the same person said something later of the same leak. A call for help
// and the wish to see something are never too late.
func (n *nonces) take(p press, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil {
		n.known, n.latest = map[string]time.Time{}, map[string]time.Time{}
	}
	if at, ok := n.known[p.answer.Nonce]; ok && now.Sub(at) < noncesFor {
		return false
	}
	speaker := ""
	if states(p) {
		speaker = p.user + "|" + p.answer.Organisation + "|" + p.answer.Leak
		if p.answer.When.Before(n.latest[speaker]) {
			return false
		}
	}
	n.keep(remembered{p.answer.Nonce, speaker}, p.answer.When, now)
	return true
}

// states says whether a press changes what holds of a leak.
func states(p press) bool {
	return !p.opened && !p.answer.When.IsZero() && p.answer.What != notify.ShowWhere && p.answer.What != notify.Help
}

func (n *nonces) keep(r remembered, said, now time.Time) {
	if len(n.order) < maxNonces {
		n.order = append(n.order, r)
	} else {
		old := n.order[n.next]
		delete(n.known, old.nonce)
		delete(n.latest, old.speaker)
		n.order[n.next] = r
		n.next = (n.next + 1) % maxNonces
	}
	n.known[r.nonce] = now
	if r.speaker != "" {
		n.latest[r.speaker] = said
	}
}

// forget lets an answer be given again that could not be handled.
func (n *nonces) forget(nonce string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.known, nonce)
}
