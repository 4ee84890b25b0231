package scanner

import (
	"context"
	"testing"
	"time"

	"meetleaks/matchers"
)

// stoppingHosts is a resolver that is asked at the moment in which the process is told to stop.
type stoppingHosts struct {
	Resolver
	stop context.CancelFunc
}

func (h *stoppingHosts) Resolve(ctx context.Context, org string, l matchers.Link, at time.Time) (KnownMeeting, bool, error) {
	h.stop()
	if err := ctx.Err(); err != nil {
		return KnownMeeting{}, false, err
	}
	return h.Resolver.Resolve(ctx, org, l, at)
}

// TestAStopLeavesNoClaim: what was claimed when the process was told to stop is anybody's at once, not when the claim ends.
func TestAStopLeavesNoClaim(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, Contact{Email: "jdoe@acme.example"}, When{})
	for i, link := range []string{rigBoard, rigStaff} {
		if _, err := r.p.Take(t.Context(), r.page(rigHome+string(rune('a'+i)), link)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	r.p.resolver.resolver = &stoppingHosts{r.hosts, stop}
	n, err := r.s.Once(ctx)
	if n != 2 || err != nil || len(r.slack.sent) != 0 {
		t.Fatalf("%d deliveries claimed, %v, %d sent", n, err, len(r.slack.sent))
	}
	r.p.resolver.resolver = r.hosts
	if _, err := r.s.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if told := r.slack.told(); len(told) != 2 {
		t.Errorf("the next process tells %q, want both", told)
	}
}
