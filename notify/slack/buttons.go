package slack

import (
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"meetleaks/notify"
)

// What a press is known by: the block says of which leak, the action what is said. Slack hands both back as it was given them,
// signed, so that nobody can make one up; both can be seen by who looks, and hold nothing but ids of ours.
const (
	refPrefix    = "ml1"
	maxBlockID   = 255 // Slack's bound
	actionPrefix = "ml-"
	actionMore   = actionPrefix + "more" // a menu: the chosen option says what
)

// ref names the leak that a block is about.
type ref struct{ organisation, leak, delivery string }

// blockID writes the ref; "" when it cannot be one: then there is nothing to press.
func (r ref) blockID() string {
	if !notify.ValidID(r.organisation) || !notify.ValidID(r.leak) {
		return ""
	}
	id := strings.Join([]string{refPrefix, r.organisation, r.leak, r.delivery}, "|")
	if len(id) > maxBlockID || r.delivery != "" && !notify.ValidID(r.delivery) {
		id = strings.Join([]string{refPrefix, r.organisation, r.leak, ""}, "|")
	}
	if len(id) > maxBlockID {
		return ""
	}
	return id
}

// parseRef reads what blockID wrote.
func parseRef(id string) (ref, bool) {
	parts := strings.Split(id, "|")
	if len(id) > maxBlockID || len(parts) != 4 || parts[0] != refPrefix {
		return ref{}, false
	}
	r := ref{parts[1], parts[2], parts[3]}
	ok := notify.ValidID(r.organisation) && notify.ValidID(r.leak) && (r.delivery == "" || notify.ValidID(r.delivery))
	return r, ok
}

// The audiences that have buttons of their own, as notify.Alert.Audience has them.
const (
	audienceChannel = "channel"
	audienceAnalyst = "analyst"
)

// buttonsOf are the buttons of a cleaned alert, nil when there is nothing to press.
func buttonsOf(a notify.Alert) slack.Block {
	id := ref{a.Organisation, a.Leak, a.Delivery}.blockID()
	if id == "" || a.Closed || len(a.Items) > 0 || a.Kind == notify.Sample {
		return nil
	}
	return slack.NewActionBlock(id, elementsFor(a)...)
}

func elementsFor(a notify.Alert) []slack.BlockElement {
	where := button(notify.ShowWhere, "Show where")
	switch {
	case a.Decide:
		yes, no := primary(button(notify.Confirm, "Yes, so it is")), button(notify.Refuse, "No")
		yes.Value, no.Value = askedValue(a.Asked), askedValue(a.Asked)
		return []slack.BlockElement{yes, no, where}
	case a.Audience == audienceChannel, a.Audience == audienceAnalyst:
		return []slack.BlockElement{sendTo(), where, primary(button(notify.Done, "Done")), menu()}
	}
	return []slack.BlockElement{
		primary(button(notify.Done, "Done")), button(notify.Help, "Help me now"), button(notify.NotMine, "Not mine"), where, menu(),
	}
}

func button(what notify.Choice, text string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(actionPrefix+string(what), "", plain(text))
}

func primary(b *slack.ButtonBlockElement) *slack.ButtonBlockElement {
	return b.WithStyle(slack.StylePrimary)
}

// askedValue is what a button that decides hands back: when that was asked which it answers, to the nanosecond.
func askedValue(at time.Time) string {
	if at.IsZero() || at.Before(time.Unix(0, 0)) || at.Year() > maxAskedYear {
		return ""
	}
	return strconv.FormatInt(at.UnixNano(), 10)
}

// maxAskedYear is the last whose nanoseconds fit.
const maxAskedYear = 2200

// askedOf reads what askedValue wrote; zero of anything else.
func askedOf(value string) time.Time {
	nanos, err := strconv.ParseInt(value, 10, 64)
	if err != nil || nanos <= 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}

// menu holds what is said less often. It is a select because Slack's overflow menus have five entries at most.
func menu() slack.BlockElement {
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("More…"), actionMore,
		option(notify.Rescheduled, "It has a new link"),
		option(notify.Removing, "The post is being removed"),
		option(notify.PublicPage, "Public on purpose: this page"),
		option(notify.PublicSeries, "Public on purpose: the series"),
		option(notify.Snooze, "Remind me later"),
		option(notify.NotOurs, "Not of our organisation"),
	)
}

// shortMenu is beside an item of a list: five entries at most.
func shortMenu() *slack.OverflowBlockElement {
	return slack.NewOverflowBlockElement(actionMore,
		option(notify.Done, "Done"),
		option(notify.Help, "Help me now"),
		option(notify.NotMine, "Not mine"),
		option(notify.Rescheduled, "It has a new link"),
		option(notify.ShowWhere, "Show where"),
	)
}

func option(what notify.Choice, text string) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(string(what), plain(text), nil)
}

// sendTo picks a person.
func sendTo() slack.BlockElement {
	return slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain("Send to…"), actionPrefix+string(notify.SendTo))
}
