package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"meetleaks/matchers"
	"meetleaks/notify"
	"meetleaks/scanner"
)

// tellerOptions are what a teller needs. Channels and Domains must be given; what they give must be safe for concurrent use.
type tellerOptions struct {
	Channels map[string]notify.Channel // by name, see openChannels
	Default  string                    // the channel of persons for whom none is named; "": Slack, or mail without it
	// Domains are the registered domains of an organisation: nobody else is told by e-mail address.
	Domains func(org string) []string
	Zone    func(org string) *time.Location                // of the organisation, for readers whose own is not known; nil: UTC
	Kind    func(source string) string                     // of a configured source; nil: not told
	Called  func(channel, outcome string, d time.Duration) // after each call: "accepted", or a class of failure; nil: nobody counts
	// Epoch changes when the store has lost its history: then what is told again is no repeat, neither to channels nor to who receives
	// it. Nil: it never does.
	Epoch   func() string
	Notices *notices         // what the first message to a person says of privacy; nil: nothing
	Now     func() time.Time // nil: time.Now
}

// teller is the one place that speaks both languages: it makes alerts of what the domain tells, and says in the domain's words what
// became of them. All texts go through the masks once more: neither a clear id nor a passcode is to be expected, and neither
// would come out. It is safe for concurrent use and starts no goroutine.
type teller struct {
	o        tellerOptions
	services map[string]string // the vendor's name of each platform
}

var _ scanner.Teller = (*teller)(nil)

func newTeller(o tellerOptions) *teller {
	o.Default = cmp.Or(o.Default, channelSlack)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Epoch == nil {
		o.Epoch = func() string { return "" }
	}
	if o.Called == nil {
		o.Called = func(string, string, time.Duration) {}
	}
	if o.Channels[o.Default] == nil && o.Channels[channelMail] != nil {
		o.Default = channelMail // the only other way to reach persons
	}
	t := &teller{o: o, services: make(map[string]string)}
	for _, p := range matchers.All() {
		t.services[p.Name] = p.Title
	}
	return t
}

// Tell implements [scanner.Teller].
func (t *teller) Tell(ctx context.Context, what scanner.Telling) ([]byte, error) {
	if len(what.Receipt) > 0 {
		return t.change(ctx, what)
	}
	name := cmp.Or(what.To.Room.Channel, t.o.Default)
	switch {
	case len(t.o.Channels) == 0:
		return nil, &scanner.TellError{Class: scanner.TellConfig, Reason: "no-channel"}
	case t.o.Channels[name] == nil:
		return nil, &scanner.TellError{Class: scanner.TellPermanent, Reason: "no-such-channel"}
	}
	receipt, err := t.send(ctx, name, what)
	if t.mailInstead(name, what, err) {
		if other, failed := t.send(ctx, channelMail, what); failed == nil || failed.Class != scanner.TellPermanent {
			receipt, err = other, failed
		}
	}
	if err != nil {
		return nil, err
	}
	return receipt, nil
}

// mailInstead says whether a person whom a channel does not know is written to before they count as unreachable. Guests, and people
// outside the organisation's domains, are not.
func (t *teller) mailInstead(name string, what scanner.Telling, err *scanner.TellError) bool {
	if err == nil || err.Class != scanner.TellPermanent || name == channelMail || t.o.Channels[channelMail] == nil || !what.To.Person() {
		return false
	}
	return strangerThere(err.Reason)
}

// strangerThere says of the reason of a permanent failure that the channel does not know the person at all.
func strangerThere(reason string) bool {
	return reason == "not-in-workspace" || reason == "not-visible"
}

// send tells something new by one channel, and a person whom nothing was told before, why they are told.
func (t *teller) send(ctx context.Context, name string, what scanner.Telling) ([]byte, *scanner.TellError) {
	a := t.alert(what)
	person := what.To.Email
	if what.Delivery.Kind == scanner.DeliveryFault {
		person = "" // it is about the service itself
	}
	a.Notice = t.o.Notices.owed(ctx, what.Delivery.Org, person)
	if earlier, r := cutReceipt(what.Earlier); earlier == name {
		a.Earlier = r
	}
	var r notify.Receipt
	err := t.call(name, func() (err error) {
		r, err = t.o.Channels[name].Send(ctx, t.recipient(name, what), a)
		return err
	})
	if err != nil {
		if err.Class == scanner.TellGone {
			err.Class = scanner.TellPermanent // there is nothing yet that could be gone
		}
		return nil, err
	}
	t.o.Notices.told(ctx, what.Delivery.Org, person)
	if len(a.Notice) > 0 {
		name += noticed
	}
	return makeReceipt(name, r), nil
}

// change changes a message in place, by the channel that sent it. What it said of privacy stays in it.
func (t *teller) change(ctx context.Context, what scanner.Telling) ([]byte, error) {
	name, r := cutReceipt(what.Receipt)
	channel := t.o.Channels[name]
	if channel == nil {
		return nil, &scanner.TellError{Class: scanner.TellGone, Reason: "no-such-channel"}
	}
	if what.Past && name != channelSlack { // a mail cannot be changed, and its link goes on; others would be told that nothing is new
		return slices.Clone(what.Receipt), nil
	}
	a := t.alert(what)
	if hadNotice(what.Receipt) {
		a.Notice = t.o.Notices.all()
	}
	err := t.call(name, func() error { return channel.Update(ctx, r, a) })
	if err != nil {
		return nil, err
	}
	return slices.Clone(what.Receipt), nil
}

// call calls a channel and counts what came of it.
func (t *teller) call(name string, do func() error) *scanner.TellError {
	began := t.o.Now()
	err := tellFailure(do())
	outcome := "accepted"
	if err != nil {
		outcome = string(err.Class)
	}
	t.o.Called(name, outcome, t.o.Now().Sub(began))
	return err
}

// tellFailure is a channel's failure in the domain's words, nil for nil. Both are made of words of this program.
func tellFailure(err error) *scanner.TellError {
	e := notify.AsError(err)
	if e == nil {
		return nil
	}
	class := scanner.TellRetry
	switch e.Class {
	case notify.Permanent:
		class = scanner.TellPermanent
	case notify.Config:
		class = scanner.TellConfig
	case notify.Rejected:
		class = scanner.TellRejected
	case notify.Gone:
		class = scanner.TellGone
	case notify.Retry:
	}
	return &scanner.TellError{Class: class, Reason: e.Reason, After: e.After, Unsure: e.Unsure}
}

// noticed follows the channel's name in the receipt of a message that had the privacy notice. No channel's name holds it.
const noticed = "+"

// makeReceipt keeps the channel's name beside what it gave: names have no blanks. A channel's receipt has 256 bytes at most.
func makeReceipt(channel string, r notify.Receipt) []byte {
	if r == "" || len(channel)+1+len(r) > scanner.MaxReceipt {
		return nil // what cannot be kept cannot be changed later; it was accepted all the same
	}
	return []byte(channel + " " + string(r))
}

// cutReceipt reads what makeReceipt made; "" of anything else.
func cutReceipt(kept []byte) (channel string, r notify.Receipt) {
	channel, rest, ok := strings.Cut(string(kept), " ")
	if !ok {
		return "", ""
	}
	return strings.TrimSuffix(channel, noticed), notify.Receipt(rest)
}

// hadNotice says whether the message of a receipt had the privacy notice.
func hadNotice(kept []byte) bool {
	channel, _, ok := strings.Cut(string(kept), " ")
	return ok && strings.HasSuffix(channel, noticed)
}

// recipient says whom a channel tells. Persons are found by their address, rooms by their id, and a webhook or SIEM is a room by itself.
func (t *teller) recipient(channel string, what scanner.Telling) notify.Recipient {
	to := notify.Recipient{}
	webhook, isWebhook := strings.CutPrefix(channel, channelWebhook)
	siem, isSIEM := strings.CutPrefix(channel, channelSIEM)
	switch {
	case what.To.Person():
		to.Email = what.To.Email
	case isWebhook:
		to.Ref = webhook
	case isSIEM:
		to.Ref = siem
	default:
		to.ID = what.To.Room.ID
	}
	if t.o.Domains != nil {
		to.Domains = t.o.Domains(what.Delivery.Org)
	}
	return to
}

// alert makes an alert of a telling.
func (t *teller) alert(what scanner.Telling) notify.Alert {
	d, l := what.Delivery, what.Leak
	a := notify.Alert{
		Delivery: d.ID + t.o.Epoch(), Leak: l.ID, Organisation: plain(d.Org), Kind: alertKind(d), Audience: string(what.To.Audience), Reason: t.reason(what),
	}
	switch d.Kind {
	case scanner.DeliveryFault:
		a.Status = faultWords(d)
		return a
	case scanner.DeliveryDigest:
		a.Leak, a.MoreItems = "", what.More
		a.Advice = []string{"Give each meeting a new ID; the most urgent stand first"}
		for _, item := range what.Items {
			a.Items = append(a.Items, t.item(what, item))
		}
		return a
	}
	now := t.o.Now()
	a.Platform, a.Service, a.MaskedID, a.Class = plain(l.Platform), t.service(l.Platform), masked(l.MaskedID), plain(string(l.Class))
	a.Topic = plain(what.Topic)
	a.Starts, a.Urgency = t.start(what, l.When, now)
	a.For = plain(what.For) // it sets the words of the advice, which notify has
	if l.Raid {
		a.Exposes = "people are called to disturb it"
	}
	a.Status = t.status(what, now)
	a.Closed = l.State.End() || what.Past
	if l.Ask.What != "" && !what.To.Person() {
		a.Decide, a.Asked = true, l.Ask.At
	}
	a.Sightings, a.Reach, a.FoundAt = l.Sightings, l.Reach, l.FirstSeen
	t.places(&a, what)
	return a
}

func alertKind(d scanner.Delivery) notify.Kind {
	switch d.Kind {
	case scanner.DeliveryUpdate:
		return notify.Update
	case scanner.DeliveryReminder:
		return notify.Reminder
	case scanner.DeliveryDigest:
		return notify.Digest
	case scanner.DeliveryFault:
		return notify.Fault
	}
	return notify.New
}

// item is one leak of a digest.
func (t *teller) item(what scanner.Telling, l scanner.Leak) notify.Item {
	starts, _ := t.start(what, l.When, t.o.Now())
	return notify.Item{Organisation: plain(l.Org), Leak: l.ID, Service: t.service(l.Platform), MaskedID: masked(l.MaskedID), Starts: starts, Status: itemStatus(l.State)}
}

// itemOf names a leak on a list that is no digest.
func (t *teller) itemOf(l scanner.Leak) notify.Item {
	return t.item(scanner.Telling{Delivery: scanner.Delivery{Org: l.Org}}, l)
}

// service is the platform as its vendor writes it.
func (t *teller) service(platform string) string {
	return cmp.Or(t.services[platform], plain(platform))
}

// masked lets through only what shows that something is left out of it.
func masked(id string) string {
	if !strings.Contains(id, "•") {
		return ""
	}
	return plain(id)
}

// places names where the meeting stands, each place once.
func (t *teller) places(a *notify.Alert, what scanner.Telling) {
	for _, seen := range what.Sightings {
		if place := plain(seen.Place); place != "" && !slices.Contains(a.Places, place) {
			a.Places = append(a.Places, place)
		}
	}
	a.MorePlaces = max(what.Leak.Distinct-len(a.Places), 0)
	if n := len(what.Sightings); n > 0 && what.Leak.Distinct <= n && t.o.Kind != nil {
		a.FoundOn = plain(t.o.Kind(what.Sightings[n-1].Source)) // the newest come first
	}
}

// zone is the reader's, or the organisation's, or UTC.
func (t *teller) zone(what scanner.Telling) *time.Location {
	if what.Zone != nil {
		return what.Zone
	}
	if t.o.Zone != nil {
		if zone := t.o.Zone(what.Delivery.Org); zone != nil {
			return zone
		}
	}
	return time.UTC
}

// start is when the meeting starts, in the reader's zone, and how soon that is. A time without a zone is taken for one of the
// reader's clock. What only a page claims is told when it makes the meeting urgent; else the start is not known.
func (t *teller) start(what scanner.Telling, w scanner.When, now time.Time) (time.Time, notify.Urgency) {
	if !w.Known() || !now.Before(w.Over()) {
		return time.Time{}, notify.StartUnknown
	}
	at := w.Start.Time.In(t.zone(what))
	if w.Start.AllDay || w.Start.Floating {
		wall := w.Start.Time.UTC()
		at = time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, t.zone(what))
	}
	urgency := notify.UrgencyIn(at.Sub(now), w.Start.AllDay)
	if !w.Trusted() && (urgency == notify.StartsLater || urgency == notify.StartsInWeek) {
		return time.Time{}, notify.StartUnknown
	}
	return at, urgency
}

// reason says why this recipient is told: it goes on from "you are told because", in four words.
func (t *teller) reason(what scanner.Telling) string {
	switch what.To.Audience {
	case scanner.ToHost:
		return "you host this meeting"
	case scanner.ToDelegate:
		return "you are its delegate"
	case scanner.Analysts:
		if what.Delivery.Rung == scanner.RungHelp {
			return "the host wants help"
		}
		return "a decision is yours"
	}
	if what.Leak.Ladder.Host.GaveUp {
		return "the host is unreachable"
	}
	return "you are security operations"
}

func faultWords(d scanner.Delivery) string {
	switch d.Rung {
	case scanner.RungLedger:
		return "This service's own books do not add up: an alert may be missing. Look at its readiness."
	case scanner.RungBlind:
		return "Blind: source " + plain(d.About) + ". What is posted there is not found now."
	}
	return "Something is wrong with this service itself. Look at its readiness."
}

// status says what became of the leak, "" while there is nothing to say but that it is open.
func (t *teller) status(what scanner.Telling, now time.Time) string {
	l := what.Leak
	if what.To.Audience == scanner.Analysts && !l.State.End() {
		if what.Delivery.Rung == scanner.RungHelp || l.Ask.What == scanner.Help {
			return "The host of a public meeting asks for help."
		}
		if what.Delivery.Kind == scanner.DeliveryUpdate && l.Ask.What == "" {
			return "Decided: nothing waits here any more."
		}
		return "Please decide: " + askWords(l.Ask) + "."
	}
	until := ""
	if !l.Until.IsZero() {
		until = " until " + l.Until.In(t.zone(what)).Format("2 Jan 2006")
	}
	switch l.State {
	case scanner.StateSafe:
		if what.Leak.Reason == "" {
			return "Safe: the platform was asked again."
		}
		return "Safe: " + plain(what.Leak.Reason) + "."
	case scanner.StateByWord:
		return "Secured, says " + speaker(l.By) + ". It is open again when the next meeting is due."
	case scanner.StateOver:
		return "Over: nothing more is to be done."
	case scanner.StateRemoved:
		return "The posts are gone. Who saw the link can still use it: give the meeting a new ID."
	case scanner.StateMuted:
		return "Muted by an analyst" + until + "."
	case scanner.StateNotOurs:
		return "Not ours, says an analyst."
	case scanner.StatePublic:
		return "Public on purpose" + until + "."
	}
	if what.Delivery.Kind != scanner.DeliveryUpdate {
		return ""
	}
	switch {
	case what.Past:
		return "It is open: answer in the message that came after this one."
	case l.Ask.What == scanner.Help:
		return "Help is called for."
	case l.Ask.What != "":
		return "Security operations decide: " + askWords(l.Ask) + "."
	case l.Ladder.Snooze.After(now):
		return "No reminder before " + l.Ladder.Snooze.In(t.zone(what)).Format("Mon 2 Jan 15:04 MST") + "."
	}
	return ""
}

// askWords is what somebody says, and an analyst decides.
func askWords(ask scanner.Ask) string {
	who := speaker(ask.By)
	switch ask.What {
	case scanner.NotMine:
		return who + " says that it is somebody else's meeting"
	case scanner.PublicPage, scanner.PublicSeries:
		return who + " says that it is public on purpose"
	case scanner.Disowned:
		return who + " says that it is not of this organisation"
	}
	return who + " has answered"
}

// speaker is somebody by their role, never by name.
func speaker(by scanner.Actor) string {
	switch by.Role {
	case scanner.RoleDelegate:
		return "the delegate"
	case scanner.RoleAnalyst:
		return "an analyst"
	}
	return "the host"
}

// itemStatus is the state in a word or two, "" while the leak is open.
func itemStatus(s scanner.State) string {
	switch s {
	case scanner.StateSafe:
		return "safe"
	case scanner.StateByWord:
		return "secured, says the host"
	case scanner.StateOver:
		return "over"
	case scanner.StateRemoved:
		return "posts gone"
	case scanner.StateMuted:
		return "muted"
	case scanner.StateNotOurs:
		return "not ours"
	case scanner.StatePublic:
		return "public on purpose"
	}
	return ""
}
