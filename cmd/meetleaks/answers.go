package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/notify"
	"meetleaks/notify/slack"
	"meetleaks/scanner"
)

// answering turns what people press into what happens to a leak. Who may say what is decided here and by [scanner.Leak.Apply]: the
// host, who answers for them, and the analysts of the configuration; nobody else. It is safe for concurrent use.
type answering struct {
	pipeline      *scanner.Pipeline
	store         answerStore
	organisations []config.Organisation
	// member gives the proved address of who answered: of full members under a registered domain only.
	member func(ctx context.Context, who string, domains []string) (string, error)
	item   func(l scanner.Leak) notify.Item
	log    *slog.Logger
	now    func() time.Time
}

// answerStore is what is asked of a store.
type answerStore interface {
	Leak(ctx context.Context, org, id string) (scanner.Leak, error)
	Sightings(ctx context.Context, org, leak string) ([]scanner.Sighting, error)
	AppendAudit(ctx context.Context, org string, entries []scanner.Audit) error
	scanner.Items
}

// The usual ends of what is said without one.
const (
	usualSnooze = 4 * time.Hour
	usualPublic = 90 * 24 * time.Hour
	mostAtHome  = 20 // leaks on a person's Home tab
)

// What people are told who may not do what they want, or when there is nothing to do.
const (
	sayUnknown  = "This alert is not known any more: the meeting may have been joined to another alert, or its days are over."
	sayStranger = "Only the host, those who answer for the host, and security operations can answer this."
	sayAnalysts = "Only security operations can do that."
	sayOutside  = "That person cannot be told: they are no full member under one of your organisation's domains."
	sayChanged  = "What is to be decided has changed since: look at the alert again, then press."
	sayWhich    = "It stands at several places, and nothing is done as it is not known which one you mean. If it is meant to stand at all of them, choose " +
		"“Public on purpose: the series”. If not, press “Help me now”: security operations can say it of one place, in the console. Or have the other posts removed."
	sayLater = "That could not be done just now. Nothing is lost: please press again in a minute."
)

// handle does what was said once, whoever hands it in how often.
func (h *answering) handle(ctx context.Context, a notify.Answer) (notify.Reply, error) {
	i := slices.IndexFunc(h.organisations, func(o config.Organisation) bool { return o.Name == a.Organisation })
	if i < 0 {
		return notify.Reply{Text: sayUnknown}, nil
	}
	print := answerPrint(a)
	seen, err := h.store.SeenItems(ctx, []uint64{print})
	if err != nil {
		return notify.Reply{Text: sayLater}, fmt.Errorf("take an answer: %w", err)
	}
	if seen[0] && a.What != notify.ShowWhere {
		return notify.Reply{}, nil
	}
	reply, err := h.take(ctx, h.organisations[i], a)
	if err != nil {
		return notify.Reply{Text: sayLater}, fmt.Errorf("take an answer: %w", err)
	}
	if err := h.store.RememberItems(ctx, []uint64{print}); err != nil {
		h.log.Warn("an answer may be taken twice", "error", err)
	}
	return reply, nil
}

// answerPrint is the answer's identity in the store's memory.
func answerPrint(a notify.Answer) uint64 {
	sum := sha256.Sum256([]byte("answer\x00" + a.Who + "\x00" + a.Nonce))
	return binary.BigEndian.Uint64(sum[:8])
}

// take judges who speaks, and does what they said. The error is of what did not answer.
func (h *answering) take(ctx context.Context, o config.Organisation, a notify.Answer) (notify.Reply, error) {
	leak, err := h.store.Leak(ctx, o.Name, a.Leak)
	if errors.Is(err, scanner.ErrNotFound) {
		return notify.Reply{Text: sayUnknown}, nil
	}
	if err != nil {
		return notify.Reply{}, err
	}
	by, err := h.speaker(ctx, o, leak, a.Who)
	switch {
	case err != nil:
		return notify.Reply{}, err
	case by.Role == scanner.RoleNone:
		return notify.Reply{Text: sayStranger}, nil
	case a.What == notify.ShowWhere:
		return h.where(ctx, leak, by)
	}
	ev, refusal, err := h.event(ctx, o, leak, a, by)
	if err != nil || refusal != "" {
		return notify.Reply{Text: refusal}, err
	}
	after, err := h.pipeline.Do(ctx, o.Name, leak.ID, ev)
	switch {
	case errors.Is(err, scanner.ErrNotAllowed) || errors.Is(err, scanner.ErrBadEvent):
		return notify.Reply{Text: "That cannot be said of this meeting."}, nil
	case errors.Is(err, scanner.ErrNothingAsked):
		return notify.Reply{Text: "Nothing waits for a decision."}, nil
	case errors.Is(err, scanner.ErrNotFound):
		return notify.Reply{Text: sayUnknown}, nil
	case err != nil:
		return notify.Reply{}, err
	}
	return notify.Reply{Text: h.said(ev, after)}, nil
}

// speaker says in which capacity somebody speaks of a leak.
func (h *answering) speaker(ctx context.Context, o config.Organisation, l scanner.Leak, who string) (scanner.Actor, error) {
	user := slack.UserOf(who)
	email, err := h.member(ctx, who, o.Domains)
	if e := notify.AsError(err); e != nil {
		if e.Class == notify.Permanent {
			return scanner.Actor{}, nil
		}
		return scanner.Actor{}, e
	}
	if slices.Contains(o.Analysts, user) {
		return scanner.Actor{Role: scanner.RoleAnalyst, Ref: who}, nil
	}
	role, err := h.pipeline.Standing(ctx, l, email)
	if err != nil || role == scanner.RoleNone {
		return scanner.Actor{}, err
	}
	return scanner.Actor{Role: role, Ref: who}, nil
}

// event is what an answer means, or why it means nothing here.
func (h *answering) event(ctx context.Context, o config.Organisation, l scanner.Leak, a notify.Answer, by scanner.Actor) (ev scanner.LeakEvent, refusal string, err error) {
	ev = scanner.LeakEvent{By: by, Until: a.Until}
	switch a.What {
	case notify.Done:
		ev.Kind = scanner.Done
	case notify.Help:
		ev.Kind = scanner.Help
	case notify.NotMine:
		ev.Kind = scanner.NotMine
	case notify.Rescheduled:
		ev.Kind = scanner.Rescheduled
	case notify.Removing:
		ev.Kind = scanner.Removing
	case notify.NotOurs:
		ev.Kind = scanner.Disowned
	case notify.Snooze:
		ev.Kind, ev.Until = scanner.Snooze, h.until(a, usualSnooze, scanner.MaxSnooze)
	case notify.PublicSeries:
		ev.Kind, ev.Until = scanner.PublicSeries, h.until(a, usualPublic, scanner.MaxQuietEnd)
	case notify.PublicPage:
		ev.Kind, ev.Until, ev.Place = scanner.PublicPage, h.until(a, usualPublic, scanner.MaxQuietEnd), console.OnlyPlace(l)
		if ev.Place == "" {
			return ev, sayWhich, nil
		}
	case notify.Confirm, notify.Refuse:
		return h.decision(l, a, by)
	case notify.SendTo:
		return h.assign(ctx, o, a, by)
	default:
		return ev, "That is not understood.", nil
	}
	return ev, "", nil
}

// decision is an analyst's, of what waits for one. A press that is older than what waits, or on a card that asked something else, was of
// that: whoever may ask for two things could have one confirmed that nobody has seen.
func (h *answering) decision(l scanner.Leak, a notify.Answer, by scanner.Actor) (ev scanner.LeakEvent, refusal string, err error) {
	ev = scanner.LeakEvent{Kind: scanner.Refuse, By: by, Asked: a.Asked}
	if a.What == notify.Confirm {
		ev.Kind = scanner.Confirm
		if l.Ask.What == scanner.PublicPage || l.Ask.What == scanner.PublicSeries {
			ev.Until = h.until(a, usualPublic, scanner.MaxQuietEnd)
		}
	}
	switch {
	case by.Role != scanner.RoleAnalyst:
		return ev, sayAnalysts, nil
	case l.Ask.What != "" && !a.When.IsZero() && a.When.Before(l.Ask.At), l.Ask.What != "" && !a.Asked.IsZero() && !a.Asked.Equal(l.Ask.At):
		return ev, sayChanged, nil
	}
	return ev, "", nil
}

// assign names a host. Whoever picks somebody in a channel must be an analyst; the picked one must be a member of the organisation.
func (h *answering) assign(ctx context.Context, o config.Organisation, a notify.Answer, by scanner.Actor) (scanner.LeakEvent, string, error) {
	ev := scanner.LeakEvent{Kind: scanner.Assign, By: by}
	if by.Role != scanner.RoleAnalyst {
		return ev, sayAnalysts, nil
	}
	email, err := h.member(ctx, a.Person, o.Domains)
	if e := notify.AsError(err); e != nil {
		if e.Class == notify.Permanent {
			return ev, sayOutside, nil
		}
		return ev, "", e
	}
	ev.Host, err = h.pipeline.HostOf(ctx, o.Name, email)
	if errors.Is(err, scanner.ErrNoContact) {
		return ev, sayOutside, nil
	}
	return ev, "", err
}

// maxPressed is how long ago a press may have been made for its own time to count.
const maxPressed = time.Minute

// until is when something ends that was said to end: within most from now. An answer that is handled twice has the same end.
func (h *answering) until(a notify.Answer, usual, most time.Duration) time.Time {
	now := h.now()
	if a.Until.After(now) && a.Until.Sub(now) <= most {
		return a.Until
	}
	if late := now.Sub(a.When); late >= 0 && late <= maxPressed {
		now = a.When
	}
	return now.Add(min(usual, most))
}

// showedWhere is the audit's word for somebody being shown the places.
const showedWhere scanner.EventKind = "show-where"

// where shows the places to who may see them, and writes that down first.
func (h *answering) where(ctx context.Context, l scanner.Leak, by scanner.Actor) (notify.Reply, error) {
	seen, err := h.store.Sightings(ctx, l.Org, l.ID)
	if err != nil {
		return notify.Reply{}, err
	}
	entry := scanner.Audit{At: h.now(), Leak: l.ID, By: by, What: showedWhere, From: l.State, To: l.State}
	if err := h.store.AppendAudit(ctx, l.Org, []scanner.Audit{entry}); err != nil {
		return notify.Reply{}, err
	}
	var reply notify.Reply
	for _, s := range seen {
		if !s.Gone.IsZero() {
			continue
		}
		place := s.Place
		if clear, err := h.pipeline.Where(ctx, l.Org, s); err == nil && clear != "" {
			place = clear
		}
		if len(reply.Places) == notify.MaxShown {
			reply.MorePlaces++
			continue
		}
		reply.Places = append(reply.Places, plain(place))
	}
	if len(reply.Places) == 0 {
		reply.Text = "It stands nowhere any more, as far as is known."
	}
	return reply, nil
}

// said is what who answered is told: what came of it.
func (h *answering) said(ev scanner.LeakEvent, l scanner.Leak) string {
	switch {
	case l.Ask.What == ev.Kind && l.Ask.What != "":
		return "Noted. Security operations will decide."
	case ev.Kind == scanner.Help:
		return "Security operations are told and will come in."
	case ev.Kind == scanner.Snooze:
		until := ev.Until.In(h.zone(l.Org))
		return "Reminders wait until " + until.Format("2 Jan 15:04 ") + console.ZoneName(until) + "."
	case ev.Kind == scanner.Removing:
		return "Thank you. It is looked for again, and reminders wait until then."
	case ev.Kind == scanner.Assign:
		return "They will be told."
	case l.State == scanner.StateByWord:
		return "Thank you. Send the new link to those who are invited only."
	case l.State == scanner.StateOpen:
		return "Noted."
	}
	return "Noted: " + strings.ReplaceAll(string(l.State), "-", " ") + "."
}

// zone is where an organisation is, or UTC.
func (h *answering) zone(org string) *time.Location {
	for _, o := range h.organisations {
		if zone, err := time.LoadLocation(o.Timezone); o.Name == org && err == nil {
			return zone
		}
	}
	return time.UTC
}

// homeOf lists a person's open leaks.
func (h *answering) homeOf(ctx context.Context, who string) ([]notify.Item, error) {
	var items []notify.Item
	for _, o := range h.organisations {
		email, err := h.member(ctx, who, o.Domains)
		if e := notify.AsError(err); e != nil {
			if e.Class == notify.Permanent {
				continue
			}
			return nil, e
		}
		leaks, err := h.pipeline.Hosted(ctx, o.Name, email, mostAtHome-len(items))
		if errors.Is(err, scanner.ErrNoOrganisation) {
			continue // it was erased since the start
		}
		if err != nil {
			return nil, fmt.Errorf("list a host's leaks: %w", err)
		}
		for _, l := range leaks {
			items = append(items, h.item(l))
		}
	}
	return items, nil
}
