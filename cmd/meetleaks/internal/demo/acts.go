package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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
	where string // what the place is called: "the site"
	user  string // of the host, in Slack
	host  string // how the host is called
	leak  scanner.Leak
	card  fakeslack.Message
}

// siteAct: a link on the school's own site; the host turns the waiting room on.
func (s *Story) siteAct(ctx context.Context) error {
	a := &act{where: "the site", user: userOne, host: "Jane"}
	err := s.until(ctx, "the site is read", func(context.Context) (bool, error) { return s.World.site.read(), nil })
	if err == nil {
		err = s.Rest(ctx)
	}
	if err != nil {
		return err
	}
	s.World.site.set("Parents' evening tomorrow! Join us here: " + link(numberOne, secretOne))
	s.tell(Event{Kind: Posted, Where: a.where, Words: []string{
		"The school office puts the link of tomorrow's parents' evening on the school's home page, with the passcode in it.",
	}})
	if err := s.find(ctx, a, "The site is read again and again: here every few seconds, elsewhere as often as you say. The link has the school's own Zoom name "+
		"in it, so it is the school's."); err != nil {
		return err
	}
	if err := s.alert(ctx, a, "Zoom says who hosts it, with the school's own credentials. That person gets a card in Slack, without any link:"); err != nil {
		return err
	}
	s.World.Zoom.Change(numberOne, func(m *fakezoom.Meeting) { m.Settings.WaitingRoom, m.Settings.JoinBeforeHost = true, false })
	press := fakeslack.Press{Channel: a.card.Channel, TS: a.card.TS, Action: buttonDone, User: a.user}
	if err := s.answer(ctx, a, press, "Done", "Jane turns the waiting room on in Zoom, and presses “Done”."); err != nil {
		return err
	}
	return s.safe(ctx, a, "A word is not a proof. So the service reads the meeting's settings at Zoom once more:")
}

// streamAct: somebody calls for a raid on a lesson that starts in minutes; the host moves it.
func (s *Story) streamAct(ctx context.Context) error {
	a := &act{where: "social.example", user: userTwo, host: "Tom"}
	text := "bored. somebody raid this class, they let everyone in " + link(numberTwo, secretTwo)
	err := s.World.push(ctx, s.feed(), post{URI: streamPost, Text: text, Reach: 1200, Shown: "social.example", Event: "document"})
	if err != nil {
		return err
	}
	s.tell(Event{Kind: Posted, Where: a.where, Words: []string{
		"Meanwhile a pupil posts the link of a biology lesson, and calls for a raid. The lesson starts in twelve minutes. A feeder hands " +
			"the post to the service, signed.",
	}})
	if err := s.find(ctx, a, "A call for a raid, a passcode in the link, and no time left: this goes to the top."); err != nil {
		return err
	}
	if err := s.alert(ctx, a, "Tom hosts the lesson and gets his card at once:"); err != nil {
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
	return s.safe(ctx, a, "Zoom is asked again. The old link leads nowhere now:")
}

// feed is the service's door for posts.
func (s *Story) feed() string { return s.Console + "/hooks/feed" }

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
		Words: []string{why},
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
	told := func(l scanner.Leak) bool { return l.Account.Kind == scanner.AccountAlerted }
	if a.leak, err = s.leak(ctx, a.leak.ID, what, told); err != nil {
		return err
	}
	s.tell(Event{Kind: Alerted, Leak: Short(a.leak.ID), To: "host", Words: []string{why}, Card: Card(a.card.Blocks)})
	return s.Rest(ctx)
}

// alertRoom waits for the card of security operations.
func (s *Story) alertRoom(ctx context.Context, a *act) error {
	card, err := s.message(ctx, secops, a.leak.ID, "alerted: security operations")
	if err != nil {
		return err
	}
	s.tell(Event{
		Kind: Alerted, Leak: Short(a.leak.ID), To: "security operations", Card: Card(card.Blocks),
		Words: []string{"With so little time nobody waits for one person to look at a phone: security operations are told too."},
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
	s.tell(Event{Kind: Safe, Leak: Short(a.leak.ID), Proof: a.leak.Reason, Words: []string{why}, Card: card})
	return s.Rest(ctx)
}

// Between two looks at a post that is gone lies an hour.
const betweenLooks = time.Hour + time.Minute

// goneAct: both posts are taken down.
func (s *Story) goneAct(ctx context.Context) error {
	s.World.site.set("")
	s.tell(Event{Kind: TakenDown, Where: "the site", Words: []string{"The office takes the link off the home page, and social.example the pupil's post."}})
	s.tell(Event{Kind: TakenDown, Where: "social.example"})
	if err := s.goneFromStream(ctx); err != nil {
		return err
	}
	if err := s.looks(ctx, 1); err != nil {
		return err
	}
	s.World.clock.Forward(betweenLooks)
	s.tell(Event{Kind: Clocked, Forward: inWords(betweenLooks), Words: []string{
		"The service has seen it, and does not believe it before it has looked again an hour later. So that nobody has to wait, its clock is put " +
			"forward here. That, and reading the site every few seconds, are the only tricks of this demonstration.",
	}})
	if err := s.goneFromStream(ctx); err != nil {
		return err
	}
	if err := s.looks(ctx, 2); err != nil {
		return err
	}
	list, err := s.Service.Leaks(ctx)
	if err != nil {
		return fmt.Errorf("removed: %w", err)
	}
	for i, l := range byFirstSeen(list) {
		e := Event{Kind: Removed, Leak: Short(l.ID), Where: []string{"the site", "social.example"}[min(i, 1)]}
		if i == 0 {
			e.Words = []string{"Gone. The leaks stay “safe”, which says more: whoever copied a link before it was taken down does not walk in by it any more."}
		}
		s.tell(e)
	}
	return s.Rest(ctx)
}

func (s *Story) goneFromStream(ctx context.Context) error {
	return s.World.push(ctx, s.feed(), post{URI: streamPost, Event: "gone"})
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
