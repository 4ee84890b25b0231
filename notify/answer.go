package notify

import (
	"strings"
	"time"
)

// Answer is what a person said or pressed about a leak. It is a claim of the channel's: the service says who pressed, and the
// channel saw that they are a full member. Whether they may say it of this leak is decided by who receives it. All texts are bounded
// and made of the letters that [ValidID] allows, "/" besides.
type Answer struct {
	// Organisation, Leak and Delivery are those of the alert that was answered. Delivery is "" in answers to a list.
	Organisation string
	Leak         string
	Delivery     string
	// Who is the channel's opaque name of the person, "slack:TEAM/USER": never an e-mail address or a display name.
	Who  string
	What Choice
	// Person is whom SendTo picked, written as Who. Nothing was checked of them.
	Person string
	When   time.Time // when it was said, by the service's clock; zero: unknown
	Until  time.Time // of Snooze, PublicPage and PublicSeries; zero: the usual
	// Asked is the card's Alert.Asked, of Confirm and Refuse; zero: the card has none.
	Asked time.Time
	// Nonce is the same when the service delivers one answer twice. 1 to 128 characters.
	Nonce string
}

// Choice is what was said.
type Choice string

// The choices.
const (
	Done         Choice = "done"          // locked, or moved to a new link
	Help         Choice = "help"          // security operations shall come in
	NotMine      Choice = "not-mine"      // somebody else's meeting
	Rescheduled  Choice = "rescheduled"   // it has a new link
	Removing     Choice = "removing"      // the post is being taken down
	PublicPage   Choice = "public-page"   // on purpose, on this page
	PublicSeries Choice = "public-series" // on purpose, wherever it stands
	Snooze       Choice = "snooze"        // not now
	NotOurs      Choice = "not-ours"      // not of this organisation
	SendTo       Choice = "send-to"       // Person is who should be told
	ShowWhere    Choice = "show-where"    // asks for the places; says nothing of the leak
	Confirm      Choice = "confirm"       // an analyst's: what waits is so
	Refuse       Choice = "refuse"        // what waits is not so
)

// Choices lists all choices.
func Choices() []Choice {
	return []Choice{
		Done, Help, NotMine, Rescheduled, Removing, PublicPage, PublicSeries, Snooze, NotOurs, SendTo, ShowWhere, Confirm, Refuse,
	}
}

// Reply is what is shown to who answered, and to nobody else.
type Reply struct {
	// Text is a short sentence: what came of it, or why it may not be said. "" shows nothing: the card itself will change.
	Text string
	// Places answer ShowWhere, the newest first: where the meeting stands, as it takes to find it. The caller has masked meeting
	// links, ids and passcodes in them: nothing else is taken out but what cannot be seen. MaxShown at most.
	Places []string
	// MorePlaces counts those beyond.
	MorePlaces int
}

// The bounds of a reply's places.
const (
	MaxShown  = 20
	maxWhere  = 500 // characters of one
	moreWhere = "…"
)

// Cleaned is the reply as channels use it: its text through [Clean], its places on one line each without what cannot be seen.
// The places keep their digits and dots, because somebody has to find them.
func (r Reply) Cleaned() Reply {
	out := Reply{Text: Clean(r.Text), MorePlaces: max(r.MorePlaces, 0) + max(len(r.Places)-MaxShown, 0)}
	for _, place := range r.Places[:min(len(r.Places), MaxShown)] {
		if place = cleanWhere(place); place != "" {
			out.Places = append(out.Places, place)
		}
	}
	return out
}

func cleanWhere(place string) string {
	if len(place) > maxRead {
		place = place[:runeStart(place, maxRead)]
	}
	runes := []rune(strings.Join(strings.Fields(visible(place)), " "))
	if len(runes) > maxWhere {
		return string(runes[:maxWhere-1]) + moreWhere
	}
	return string(runes)
}
