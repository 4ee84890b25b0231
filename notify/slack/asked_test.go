package slack

import (
	"strings"
	"testing"
	"time"

	"meetleaks/notify"
	"meetleaks/notify/notifytest"
	"meetleaks/notify/slack/fakeslack"
)

// TestAPressSaysWhatItsCardAsked: not what is asked by then on the same card.
func TestAPressSaysWhatItsCardAsked(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	first := time.Date(2026, 11, 23, 9, 0, 0, 123456789, time.FixedZone("CET", 3600))
	a := notifytest.Alert("dl1:ask")
	a.Audience, a.Decide, a.Asked = "analyst", true, first
	receipt, err := c.Send(t.Context(), notify.Recipient{ID: "C0SECOPS"}, a)
	if err != nil {
		t.Fatal(err)
	}
	m := c.slack.Messages()[0]
	c.press(t, at(m, "ml-confirm", "U0JANE"))
	old, err := c.slack.Payload(at(m, "ml-refuse", "U0JANE")) // as the phone shows it still, before the card changes
	if err != nil {
		t.Fatal(err)
	}
	a.Asked = first.Add(time.Nanosecond)
	if err := c.Update(t.Context(), receipt, a); err != nil {
		t.Fatal(err)
	}
	p, err := parsePress(old)
	if err != nil || !p.answer.Asked.Equal(first) {
		t.Errorf("an old press: %s, %v", p.answer.Asked, err)
	}
	c.clock.Advance(time.Second)
	c.press(t, at(m, "ml-refuse", "U0JANE"))
	all := c.all()
	if len(all) != 2 || !all[0].Asked.Equal(first) || !all[1].Asked.Equal(a.Asked) {
		t.Errorf("%+v", all)
	}
}

func TestWhatIsNoMomentIsNone(t *testing.T) {
	for _, value := range []string{"", "0", "-5", "1e9", "99999999999999999999", "soon", strings.Repeat("1", 2000)} {
		if got := askedOf(value); !got.IsZero() {
			t.Errorf("%.30q: %s", value, got)
		}
	}
	for _, at := range []time.Time{{}, time.Unix(-1, 0), time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got := askedValue(at); got != "" {
			t.Errorf("%s: %q", at, got)
		}
	}
	if at := time.Date(2026, 11, 23, 9, 0, 0, 1, time.UTC); !askedOf(askedValue(at)).Equal(at) {
		t.Error(askedValue(at))
	}
}
