package scanner

import (
	"strings"
	"testing"
	"time"
)

func TestSecurityOperationsAreToldOnceOfABlindSource(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	o := Outlook{Source: "bluesky", Blind: "rate limited", Since: r.clock.Now()}
	for range 30 {
		if _, err := r.p.TellBlind(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		r.clock.advance(time.Minute)
		r.work()
	}
	r.wants("fault C0SECOPS")
	o.Since = r.clock.Now()
	r.clock.advance(BlindGrace)
	if told, err := r.p.TellBlind(t.Context(), o); !told || err != nil {
		t.Fatal(told, err)
	}
	r.slack.mu.Lock()
	r.slack.sent = nil
	r.slack.mu.Unlock()
	r.work()
	r.slack.mu.Lock()
	defer r.slack.mu.Unlock()
	if len(r.slack.sent) != 1 || !strings.Contains(r.slack.sent[0].Delivery.About, "bluesky: rate limited") {
		t.Errorf("the second time was told %d times", len(r.slack.sent))
	}
}

func TestAShortOutageIsToldNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	for _, o := range []Outlook{{Source: "s"}, {Source: "s", Blind: BlindUnread}, {Source: "s", Blind: "failed", Since: r.clock.Now()}} {
		if told, err := r.p.TellBlind(t.Context(), o); told || err != nil {
			t.Errorf("%+v: %v, %v", o, told, err)
		}
	}
}
