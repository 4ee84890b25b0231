package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"meetleaks/matchers"
	"meetleaks/notify/slack/fakeslack"
	"meetleaks/scanner"
	"meetleaks/scanner/meetings/zoom/fakezoom"
)

// The buttons that are pressed.
const (
	buttonDone = "ml-done"
	menuMore   = "ml-more"
	moreMoved  = "rescheduled"
)

// act is one leak on its way through the story.
type act struct {
	where  string // what the place is called: "the site"
	user   string // of the host, in Slack
	host   string // how the host is called
	posted time.Time
	leak   scanner.Leak
	card   fakeslack.Message
}

// The places.
const (
	onSite   = "the site"
	onStream = "Bluesky"
)

// after is how long after it was posted something came, in seconds.
func (a *act) after(at time.Time) float64 {
	return float64(max(at.Sub(a.posted).Round(time.Millisecond).Milliseconds(), 1)) / 1000
}

// siteAct: a link on the school's own site; the host turns the waiting room on.
func (s *Story) siteAct(ctx context.Context) error {
	a := &act{where: onSite, user: userOne, host: "Jane"}
	err := s.until(ctx, "the site is read", func(context.Context) (bool, error) { return s.World.site.read(), nil })
	if err == nil {
		err = s.Rest(ctx)
	}
	if err != nil {
		return err
	}
	text := "Parents' evening tomorrow! Join us here: " + link(numberOne, secretOne)
	a.posted = s.World.clock.Now()
	s.World.site.set(text)
	s.tell(Event{Kind: Posted, Where: a.where, Card: post(text), Words: []string{
		"The school office announces tomorrow's parents' evening on the school's home page, with the passcode in the link:",
	}})
	if err := s.find(ctx, a, "The site is read again and again: here every few seconds, elsewhere as often as you say. The link has the "+
		"school's own Zoom name in it, so it is the school's."); err != nil {
		return err
	}
	if err := s.alert(ctx, a, "Zoom says who hosts it, asked with the school's own credentials: Jane. She gets a card in Slack, with no link in it:"); err != nil {
		return err
	}
	s.World.Zoom.Change(numberOne, func(m *fakezoom.Meeting) { m.Settings.WaitingRoom, m.Settings.JoinBeforeHost = true, false })
	press := fakeslack.Press{Channel: a.card.Channel, TS: a.card.TS, Action: buttonDone, User: a.user}
	if err := s.answer(ctx, a, press, "Done", "All parents have the link already, so Jane keeps the meeting. She turns its waiting room on in Zoom, "+
		"and presses “Done”."); err != nil {
		return err
	}
	return s.safe(ctx, a, "A word is not a proof. So the service reads the meeting's settings at Zoom once more, and the card in Slack changes:")
}

// streamAct: somebody calls for a raid on a lesson that starts in minutes; the host moves it.
func (s *Story) streamAct(ctx context.Context) error {
	a := &act{where: onStream, user: userTwo, host: "Tom"}
	if err := s.until(ctx, "the stream is heard", func(context.Context) (bool, error) { return s.World.heard(), nil }); err != nil {
		return err
	}
	text := "bored. raid my class in ten, they let everyone in " + link(numberTwo, secretTwo)
	a.posted = s.World.clock.Now()
	s.raid = s.World.postRaid(text)
	s.tell(Event{Kind: Posted, Where: a.where, Card: post(text), Words: []string{
		"Meanwhile a pupil calls for a raid on a biology lesson, which starts in twelve minutes:",
	}})
	if err := s.find(ctx, a, "A call for a raid, and no time left: this goes to the top. The pupil's name is not kept, and nothing at all "+
		"of the posts around it: in one stands the link of a book club elsewhere."); err != nil {
		return err
	}
	if err := s.alert(ctx, a, "Tom hosts the lesson. What he can do from his phone comes first:"); err != nil {
		return err
	}
	if err := s.alertRoom(ctx, a); err != nil {
		return err
	}
	if err := s.moveLesson(ctx); err != nil {
		return err
	}
	press := fakeslack.Press{Channel: a.card.Channel, TS: a.card.TS, Action: menuMore, Option: moreMoved, User: a.user}
	if err := s.answer(ctx, a, press, "It has a new link", "Tom makes a new meeting, sends it to his class only, deletes the old one, and says so."); err != nil {
		return err
	}
	return s.safe(ctx, a, "Zoom is asked again, and the card changes:")
}

// post is a post as it is shown.
func post(text string) []string { return []string{"“" + matchers.Mask(text) + "”"} }

// moveLesson gives the lesson a new meeting, once the service has seen the old one in the account: one that was never there could not
// be called gone.
func (s *Story) moveLesson(ctx context.Context) error {
	err := s.until(ctx, "Zoom is asked about the lesson", func(context.Context) (bool, error) { return s.World.readsOf(numberTwo) >= 2, nil })
	if err == nil {
		err = Pause(ctx, settles)
	}
	if err != nil {
		return err
	}
	s.World.Zoom.AddMeeting(fakezoom.Meeting{
		Number: numberNew, HostID: "zTom", Host: hostTwo, Topic: "Biology 7b", Type: 2, Start: s.World.clock.Now().Add(soon), Duration: 45,
		Passcode: draw(4), Settings: fakezoom.Settings{WaitingRoom: true, Approval: 2},
	})
	s.World.Zoom.Delete(numberTwo)
	return nil
}

// find waits for the leak of an act.
func (s *Story) find(ctx context.Context, a *act, why string) error {
	if err := s.Rest(ctx); err != nil {
		return err
	}
	var err error
	if a.leak, err = s.newLeak(ctx, "found: the leak on "+a.where); err != nil {
		return err
	}
	s.tell(Event{
		Kind: Found, Leak: Short(a.leak.ID), Where: a.where, Meeting: a.leak.MaskedID, Risk: a.leak.Risk.Level, Reasons: a.leak.Reasons(s.World.clock.Now()),
		After: a.after(a.leak.FirstSeen), Words: []string{why},
	})
	return s.Rest(ctx)
}

// alert waits for the host's card, and for the books to say so.
func (s *Story) alert(ctx context.Context, a *act, why string) error {
	what := "alerted: the host of the meeting on " + a.where
	var err error
	if a.card, err = s.message(ctx, room(a.user), a.leak.ID, what); err != nil {
		return err
	}
	told := func(l scanner.Leak) bool {
		return l.Account.Kind == scanner.AccountAlerted && !l.Ladder.Host.Accepted.IsZero()
	}
	if a.leak, err = s.leak(ctx, a.leak.ID, what, told); err != nil {
		return err
	}
	s.tell(Event{
		Kind: Alerted, Leak: Short(a.leak.ID), To: "host", After: a.after(a.leak.Ladder.Host.Accepted), Words: []string{why}, Card: Card(a.card.Blocks),
	})
	return s.Rest(ctx)
}

// alertRoom waits for the card of security operations.
func (s *Story) alertRoom(ctx context.Context, a *act) error {
	card, err := s.message(ctx, secops, a.leak.ID, "alerted: security operations")
	if err != nil {
		return err
	}
	s.tell(Event{
		Kind: Alerted, Leak: Short(a.leak.ID), To: "security operations", Card: newIn(Card(card.Blocks), Card(a.card.Blocks)),
		Words: []string{"With so little time nobody waits for one person to look at a phone: security operations get the same card, but for:"},
	})
	return s.Rest(ctx)
}

// answer presses a button and waits until it counts.
func (s *Story) answer(ctx context.Context, a *act, press fakeslack.Press, words, why string) error {
	if err := s.World.Slack.Do(ctx, press); err != nil {
		return fmt.Errorf("answered: %w", err)
	}
	ended := func(l scanner.Leak) bool { return l.State.End() }
	var err error
	if a.leak, err = s.leak(ctx, a.leak.ID, "answered: what "+a.host+" says counts", ended); err != nil {
		return err
	}
	s.tell(Event{Kind: Answered, Leak: Short(a.leak.ID), By: "host", Answer: words, Words: []string{why}})
	return s.Rest(ctx)
}

// safe waits for the proof, and for the card to say so.
func (s *Story) safe(ctx context.Context, a *act, why string) error {
	var err error
	proved := func(l scanner.Leak) bool { return l.State == scanner.StateSafe }
	if a.leak, err = s.leak(ctx, a.leak.ID, "safe: the platform proves it", proved); err != nil {
		return err
	}
	card, err := s.changed(ctx, a.card, "Safe:", "safe: the host's card says so")
	if err != nil {
		return err
	}
	s.tell(Event{Kind: Safe, Leak: Short(a.leak.ID), Proof: a.leak.Reason, Words: []string{why}, Card: newIn(card, Card(a.card.Blocks))})
	return s.Rest(ctx)
}

// Between two looks at a post that is gone lies an hour.
const betweenLooks = time.Hour + time.Minute

// goneAct: both posts are taken down.
func (s *Story) goneAct(ctx context.Context) error {
	s.World.site.set("")
	s.tell(Event{Kind: TakenDown, Where: onSite, Words: []string{"The office takes the link off the home page."}})
	s.World.deleteRaid(s.raid)
	s.tell(Event{Kind: TakenDown, Where: onStream, Words: []string{"The pupil deletes the post, and Bluesky tells everybody who listens."}})
	if err := s.looks(ctx, 1); err != nil {
		return err
	}
	if err := s.Rest(ctx); err != nil {
		return err
	}
	s.World.clock.Forward(betweenLooks)
	if err := s.until(ctx, "the leaks wake", func(ctx context.Context) (bool, error) { err := s.Service.Wake(ctx); return err == nil, err }); err != nil {
		return err
	}
	s.tell(Event{Kind: Clocked, Forward: inWords(betweenLooks), Words: []string{
		"The service has noticed both, and believes neither before an hour has passed. So that nobody has to wait, its clock is put forward " +
			"here. That, waking the two leaks by it, and reading the site every few seconds, are the only tricks of this demonstration.",
	}})
	if err := s.looks(ctx, 2); err != nil {
		return err
	}
	return s.removed(ctx)
}

// removed tells that both posts are gone.
func (s *Story) removed(ctx context.Context) error {
	list, err := s.Service.Leaks(ctx)
	if err != nil {
		return fmt.Errorf("removed: %w", err)
	}
	for i, l := range byFirstSeen(list) {
		e := Event{Kind: Removed, Leak: Short(l.ID), Where: []string{onSite, onStream}[min(i, 1)]}
		if i == len(list)-1 {
			e.Words = []string{"The leaks stay “safe”, which says more: whoever copied a link in time does not get in by it either."}
		}
		s.tell(e)
	}
	return s.Rest(ctx)
}

// looks waits until each place of each leak was found gone so often.
func (s *Story) looks(ctx context.Context, n int) error {
	what := fmt.Sprintf("removed: look %d of 2 at the posts", n)
	return s.until(ctx, what, func(ctx context.Context) (bool, error) {
		list, err := s.Service.Leaks(ctx)
		stands := func(l scanner.Leak) bool {
			return slices.ContainsFunc(l.Places, func(m scanner.PlaceMark) bool { return m.Gone < n })
		}
		return len(list) > 0 && !slices.ContainsFunc(list, stands), err
	})
}

func byFirstSeen(list []scanner.Leak) []scanner.Leak {
	return slices.SortedFunc(slices.Values(list), func(a, b scanner.Leak) int { return a.FirstSeen.Compare(b.FirstSeen) })
}

// books tells the ledger, which must add up.
func (s *Story) books(ctx context.Context) error {
	sum, err := s.Service.Ledger(ctx)
	if err == nil {
		err = sum.Balanced()
	}
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	told := Ledger{Found: sum.Found, Alerted: sum.Alerted, Pending: sum.Pending}
	for _, n := range sum.Suppressed {
		told.Suppressed += n
	}
	s.tell(Event{Kind: Booked, Ledger: &told, Words: []string{"Nothing is lost on the way: the books add up at any moment."}})
	if told != (Ledger{Found: 2, Alerted: 2}) {
		return fmt.Errorf("ledger: %+v, not two leaks found and alerted: %w", told, ErrMissing)
	}
	return nil
}

// inWords is a length of time in hours and minutes.
func inWords(d time.Duration) string {
	return strings.TrimSuffix(d.Truncate(time.Minute).String(), "0s")
}
