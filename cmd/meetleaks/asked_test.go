package main

import (
	"testing"
	"time"

	"meetleaks/notify"
	"meetleaks/scanner"
)

// TestAPressOnAnOldCardConfirmsNothingNew, however late it is: the card says what it asked, not the time of the press.
func TestAPressOnAnOldCardConfirmsNothingNew(t *testing.T) {
	c := openConversation(t)
	c.page("Board: " + provedLink) // with a secret: the host's word is not enough
	c.press(c.answer(pressHost, notify.NotMine))
	first := c.leak().Ask.At
	c.clock.advance(time.Minute)
	c.press(c.answer(pressHost, notify.PublicSeries))
	second := c.leak().Ask.At
	c.clock.advance(time.Hour)
	for _, what := range []notify.Choice{notify.Confirm, notify.Refuse} {
		late := c.answer(pressAnalyst, what)
		late.Asked = first
		if said := c.press(late); said != sayChanged {
			t.Errorf("%s: %q", what, said)
		}
	}
	if l := c.leak(); l.State != scanner.StateOpen || l.Ask.What != scanner.PublicSeries {
		t.Fatalf("%s, %q waits", l.State, l.Ask.What)
	}
	right := c.answer(pressAnalyst, notify.Confirm)
	right.Asked = second
	if said := c.press(right); said != "Noted: public." || c.leak().State != scanner.StatePublic {
		t.Errorf("%q, %s", said, c.leak().State)
	}
}
