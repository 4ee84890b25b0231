package console

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"meetleaks/matchers"
	"meetleaks/notify"
	"meetleaks/scanner"
)

// What pages say, and how. Texts of a store have gone through shown before they get here; templates escape them.

// moment is a time as pages show it.
type moment struct{ ISO, Text, Away string }

// clock is the present, in the zone in which times are shown.
type clock struct {
	now  time.Time
	zone *time.Location
}

// clock is that of an organisation.
func (w *web) clock(org string) clock { return clock{w.c.o.Now(), w.c.zone(org)} }

// houseClock is for what belongs to no organisation: in the zone that all of them share, else in UTC.
func (w *web) houseClock() clock {
	names := w.c.o.Organisations()
	c := clock{w.c.o.Now(), time.UTC}
	for i, org := range names[:min(len(names), queueOrgs)] {
		zone := w.c.zone(org)
		if i > 0 && zone.String() != c.zone.String() {
			return clock{c.now, time.UTC}
		}
		c.zone = zone
	}
	return c
}

// at is the moment of a time; the zero time has none.
func (c clock) at(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	t = t.In(c.zone)
	return moment{t.UTC().Format(time.RFC3339), day(t, c.now) + t.Format(" 15:04 ") + ZoneName(t), away(t, c.now)}
}

// today is the day that it is there, after some days.
func (c clock) today(after int) string {
	return c.now.In(c.zone).AddDate(0, 0, after).Format(time.DateOnly)
}

// ZoneName is the zone of a time as people call it, or how far it is from UTC where it has no name.
func ZoneName(t time.Time) string {
	if name := t.Format("MST"); name[0] != '+' && name[0] != '-' {
		return name
	}
	return "UTC" + t.Format("-07:00")
}

// day is a date, with its year unless that is near.
func day(t, now time.Time) string {
	if t.Sub(now).Abs() < 150*24*time.Hour {
		return t.Format("Mon 2 Jan")
	}
	return t.Format("Mon 2 Jan 2006")
}

// away is "in 12 min" or "3 h ago".
func away(t, now time.Time) string {
	d := t.Sub(now)
	switch {
	case d.Abs() < time.Minute:
		return "now"
	case d > 0:
		return "in " + span(d)
	}
	return span(d) + " ago"
}

// span is a length of time, rounded to its largest unit.
func span(d time.Duration) string {
	switch d = d.Abs(); {
	case d < 90*time.Minute:
		return strconv.Itoa(max(int(d.Round(time.Minute).Minutes()), 1)) + " min"
	case d < 36*time.Hour:
		return strconv.Itoa(int(d.Round(time.Hour).Hours())) + " h"
	}
	return several(int64(d.Round(24*time.Hour).Hours()/24), "day")
}

// several is "1 place" or "1,200 places".
func several(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return number(n) + " " + what + "s"
}

// number groups digits by three.
func number(n int64) string {
	text := strconv.FormatInt(n, 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(text) - 3; i > first; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// starting is when a meeting starts. Level is "now", "soon" (within the hour), "today" (within a day) or "".
type starting struct {
	Level, Words, By string
	moment
}

// Tag is the start in words that stand alone.
func (s starting) Tag() string {
	switch {
	case strings.HasPrefix(s.Words, "in "):
		return "starts " + s.Words
	case s.Level == "" && !strings.HasPrefix(s.Words, "a series"):
		return "start " + s.Words
	}
	return s.Words
}

func startOf(w *When, c clock) starting {
	when := w.Domain()
	if !when.Known() {
		if when.Series {
			return starting{Words: "a series, start not known"}
		}
		return starting{Words: "not known"}
	}
	now := c.now
	s := starting{moment: startMoment(when.Start, c), By: startBy(when)}
	left := when.Begins().Sub(now)
	switch {
	case !now.Before(when.Over()):
		s.Words = "has passed"
	case left <= 0 && when.Trusted() && !when.Start.AllDay && !when.Start.Floating:
		s.Level, s.Words = "now", "running"
	case left <= 0:
		s.Level, s.Words = "now", "may be running"
	default:
		s.Words = "in " + span(left)
		if left <= time.Hour {
			s.Level = "soon"
		} else if left <= 24*time.Hour {
			s.Level = "today"
		}
	}
	return s
}

// startMoment leaves a start that has no zone as it was written.
func startMoment(s scanner.Start, c clock) moment {
	m := c.at(s.Time)
	switch {
	case s.AllDay:
		m.ISO, m.Text = s.Time.UTC().Format(time.DateOnly), day(s.Time.UTC(), c.now)
	case s.Floating:
		m.ISO, m.Text = s.Time.UTC().Format("2006-01-02T15:04"), day(s.Time.UTC(), c.now)+s.Time.UTC().Format(" 15:04")+", zone not known"
	}
	return m
}

func startBy(w scanner.When) string {
	text := "says the " + roleWords(string(w.By))
	if w.By == scanner.RolePage || w.By == scanner.RoleNone {
		text = "as a page claims"
	}
	if w.Series {
		text += ", one of a series"
	}
	return text
}

// Advice is what the host can do, the best first, in the words of the alert.
func (l Leak) Advice(now time.Time) []string {
	urgency := notify.StartUnknown
	if when := l.When.Domain(); when.Known() && now.Before(when.Over()) {
		urgency = notify.UrgencyIn(when.Begins().Sub(now), when.Start.AllDay)
	}
	return notify.Advise(l.Platform, l.Class, urgency, "")
}

// meetingWords is "Zoom personal room".
func (w *web) meetingWords(l Leak) string {
	return cmp.Or(w.titles[l.Platform], l.Platform) + " " + strings.ReplaceAll(l.Kind, "-", " ")
}

func stateWords(state string) string {
	switch scanner.State(state) {
	case scanner.StateNew:
		return "new"
	case scanner.StateSafe:
		return "safe, proved"
	case scanner.StateByWord:
		return "safe by word"
	case scanner.StateRemoved:
		return "post removed"
	case scanner.StateNotOurs:
		return "not ours"
	case scanner.StatePublic:
		return "public on purpose"
	}
	return state
}

func roleWords(role string) string {
	switch scanner.Role(role) {
	case scanner.RoleNone:
		return "service"
	case scanner.RoleCalendar:
		return "organisation's calendar"
	case scanner.RoleConfig:
		return "configuration"
	}
	return role
}

// toldWords says where the ledger counts the round.
func toldWords(a Account) string {
	switch scanner.AccountKind(a.Kind) {
	case scanner.AccountPending:
		return "not told yet"
	case scanner.AccountAlerted:
		return "told"
	case scanner.AccountSuppressed:
		return "not told: " + withheldWords(a.Reason)
	}
	return "-"
}

func withheldWords(reason string) string {
	switch scanner.Withheld(reason) {
	case scanner.WithheldPublic:
		return "public on purpose"
	case scanner.WithheldOver:
		return "over before anybody was told"
	case scanner.WithheldByWord:
		return "safe by word before anybody was told"
	case scanner.WithheldSafe:
		return "proved safe before anybody was told"
	case scanner.WithheldNotOurs:
		return "not ours"
	case scanner.WithheldObserve:
		return "observed only: alerts.mode sends nothing"
	case scanner.WithheldPilot:
		return "its recipient is not in the pilot"
	case scanner.WithheldErased:
		return "erased"
	case scanner.WithheldDuplicate:
		return "joined to an older leak of the same meeting"
	case scanner.WithheldOutdated:
		return "opened anew before anybody was told"
	}
	return reason
}

// eventWords is what happened, as an entry of the audit has it.
func eventWords(what string) string {
	switch scanner.EventKind(what) {
	case scanner.Sighted:
		return "seen in public"
	case scanner.Gone:
		return "looked for, and not found any more"
	case scanner.Back:
		return "found again where it was gone"
	case scanner.GivenUp:
		return "could not be told"
	case scanner.Withhold:
		return "was not told, on purpose"
	case scanner.Done:
		return "says it is secured"
	case scanner.Rescheduled:
		return "says it has a new link"
	case scanner.Help:
		return "wants help"
	case scanner.Removing:
		return "has the post taken down"
	case scanner.Snooze:
		return "took note: reminders wait"
	case scanner.NotMine:
		return "says it is somebody else's meeting"
	case scanner.PublicPage, scanner.PublicSeries:
		return "says it is public on purpose"
	case scanner.Disowned:
		return "says it is not ours"
	}
	return decisionWords(what)
}

func decisionWords(what string) string {
	switch scanner.EventKind(what) {
	case scanner.Confirm:
		return "confirmed what waited"
	case scanner.Refuse:
		return "refused what waited"
	case scanner.Assign:
		return "named the host"
	case scanner.Reopen:
		return "opened it anew"
	case scanner.Mute:
		return "muted it"
	case scanner.Unmute:
		return "ended the mute"
	case scanner.Proved:
		return "read the settings again: the leaked way in is closed"
	case scanner.Drifted:
		return "read the settings again: the leaked way in is open"
	case scanner.Ended:
		return "says it is over"
	case scanner.Resolved:
		return "found host or start"
	case scanner.Tick:
		return "time has passed"
	}
	return what
}

// deliveryWords is one delivery: to whom, what, and how far it came.
func deliveryWords(d Delivery) string {
	text := fmt.Sprintf("%s to the %s", kindWords(d.Kind), d.To)
	if d.Channel != "" {
		text += " by " + d.Channel
	}
	if d.Digest {
		text += ", in a digest"
	}
	switch scanner.DeliveryState(d.State) {
	case scanner.DeliveryPending:
		text += ": waits to be sent"
	case scanner.DeliveryAccepted:
		text += ": accepted"
	case scanner.DeliveryGivenUp:
		text += ": given up"
	case scanner.DeliverySuppressed:
		text += ": not sent, " + withheldWords(d.Reason)
	}
	if d.Attempts > 1 || d.Attempts > 0 && d.State != string(scanner.DeliveryAccepted) {
		text += ", " + several(int64(d.Attempts), "attempt")
	}
	if d.LastError != "" {
		text += ", the last failed: " + d.LastError
	}
	return text
}

func kindWords(kind string) string {
	switch scanner.DeliveryKind(kind) {
	case scanner.DeliveryNew:
		return "alert"
	case scanner.DeliveryUpdate:
		return "update of the card"
	}
	return kind
}

// exposed is what the link gives away: "is public: ...".
func exposed(l Leak) string {
	text := notify.Exposes(l.Class)
	if len(l.Secrets) > 0 {
		text += "; published with its " + strings.Join(l.Secrets, ", ")
	}
	return text
}

// mayMute says whether a leak of a class may ever be silenced.
func mayMute(class string) bool { return class != string(matchers.HostCredential) }
