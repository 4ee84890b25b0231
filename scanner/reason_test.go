package scanner

import (
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
)

// TestReasonsSayWhatIsKnownNow: whatever a document said of the start, what is shown is what is known, and the rest stays.
func TestReasonsSayWhatIsKnownNow(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	at := func(d time.Duration) Start { return Start{Time: now.Add(d)} }
	for name, starts := range map[string][]Start{
		"none": nil, "past": {at(-300 * time.Hour)}, "day": {at(time.Hour)}, "week": {at(100 * time.Hour)}, "later": {at(900 * time.Hour)},
	} {
		f := &Finding{Link: matchers.Link{Platform: "zoom", Kind: matchers.Meeting, Class: matchers.JoinWithSecret, Secrets: []string{"pwd"}}}
		l := Leak{Risk: Assess(f, Near{Starts: starts, Now: now})}
		for want, w := range map[string]When{
			reasonUnknown: {},
			"its start has passed, but the link may still work": {Start: at(-90 * time.Hour), By: RoleHost},
			"it may be running now":                             {Start: at(-time.Minute), By: RoleInventory},
			"it starts within a day":                            {Start: at(3 * time.Hour), By: RoleInventory},
			"it starts within a week":                           {Start: at(50 * time.Hour), By: RoleCalendar},
			"it is still to come":                               {Start: at(500 * time.Hour), By: RolePlatform},
			"it is still to come, as a page claims":             {Start: at(500 * time.Hour), By: RolePage},
		} {
			l.When = w
			got := l.Reasons(now)
			if len(got) != len(l.Risk.Reasons) || !slices.Contains(got, want) || !slices.Contains(got, "the passcode is in the link") {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
			if text := strings.Join(got, "; "); strings.Contains(text, "(20") || want != reasonUnknown && strings.Contains(text, "unknown") {
				t.Errorf("%s: %q contradicts %+v", name, text, w)
			}
		}
	}
	chat := Leak{Risk: Assess(&Finding{Link: matchers.Link{Class: matchers.ChatInvite}}, Near{Now: now}), When: When{Start: at(time.Hour)}}
	if got := chat.Reasons(now); !slices.Equal(got, chat.Risk.Reasons) {
		t.Errorf("%q, want %q", got, chat.Risk.Reasons)
	}
}
