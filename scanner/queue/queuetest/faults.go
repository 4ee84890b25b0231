package queuetest

import (
	"context"
	"testing"
	"time"

	"meetleaks/scanner"
)

// held is a worker in whose hands one hint is while the server fails.
type held struct {
	*worker
	handled chan scanner.Hint
	gate    chan struct{} // close it to let the hint "held" end
}

func hold(t *testing.T, q scanner.Queue) held {
	t.Helper()
	h := held{handled: make(chan scanner.Hint, 1000), gate: make(chan struct{})}
	h.worker = work(t, q, 3, func(_ context.Context, got scanner.Hint) error {
		h.handled <- got
		if got.Source == "held" {
			<-h.gate
		}
		return nil
	})
	offer(t, q, hint("held", 0))
	receive(t, h.handled, "the first hint")
	return h
}

// goesOn says that hints are handled as if nothing had been, those of the held source too once it is offered for other slots.
func (h held) goesOn(t *testing.T, q scanner.Queue) {
	t.Helper()
	offerUntil(t, q, "another", 0, h.handled)
	close(h.gate)
	slot := 0
	offerSlots(t, q, "held", func() int { slot++; return slot }, h.handled)
	h.end()
	if depth, ok := q.(interface {
		Depth(context.Context) (int, int, error)
	}); ok {
		if _, handled, err := depth.Depth(t.Context()); err != nil || handled > 0 {
			t.Errorf("%d hints are handled though no worker is left (%v)", handled, err)
		}
	}
}

func hangs(t *testing.T, h Harness) {
	if h.Pause == nil {
		return // nothing can hang
	}
	q := h.Open(t)
	inHand := hold(t, q)
	h.Pause(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := q.Offer(ctx, hint("another", 7)); err == nil {
		t.Error("Offer says nil though the server hangs")
	}
	h.Resume(t)
	inHand.goesOn(t, q)
}

func restarts(t *testing.T, h Harness) {
	if h.Restart == nil {
		return // there is no server
	}
	q := h.Open(t)
	inHand := hold(t, q)
	h.Restart(t)
	inHand.goesOn(t, q)
}

func loses(t *testing.T, h Harness) {
	if h.Lose == nil {
		return // nothing is noted
	}
	q := h.Open(t)
	inHand := hold(t, q)
	h.Lose(t)
	inHand.goesOn(t, q)
}

func stopsWhileHanging(t *testing.T, h Harness) {
	if h.Pause == nil {
		return // nothing can hang
	}
	q := h.Open(t)
	inHand := hold(t, q)
	h.Pause(t)
	defer h.Resume(t)
	inHand.stop()
	nothing(t, inHand.done, "Run returned before its handler")
	close(inHand.gate)
	_ = receive(t, inHand.done, "the end of Run") // with an error or not: it must end
}
