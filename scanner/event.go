package scanner

import (
	"errors"
	"time"

	"meetleaks/matchers"
)

// EventKind is what happened to a leak.
type EventKind string

// The events. Who may cause which is in the comment; [Leak.Apply] refuses others with ErrNotAllowed.
const (
	Sighted  EventKind = "sighted"  // a document names the meeting: Place, Site, Seen, View
	Reposted EventKind = "reposted" // a known place was passed on: Place, Seen.Reach
	Gone     EventKind = "gone"     // a look found nothing at Place any more: Place, Deleted
	Back     EventKind = "back"     // a look found it there again: Place

	Accepted EventKind = "accepted" // a delivery was accepted: To, Round
	GivenUp  EventKind = "given-up" // a delivery cannot be delivered: To, Round, Delivery, View
	Withhold EventKind = "withheld" // a delivery was not sent on purpose: Withheld, Round

	Done         EventKind = "done"          // answers, of host, delegate or analyst: the meeting was locked or given a new passcode
	Rescheduled  EventKind = "rescheduled"   // it has a new link
	Help         EventKind = "help"          // security operations shall come in
	Removing     EventKind = "removing"      // the host has the post taken down
	Snooze       EventKind = "snooze"        // not before Until
	NotMine      EventKind = "not-mine"      // somebody else's meeting
	PublicPage   EventKind = "public-page"   // on purpose at Place, until Until
	PublicSeries EventKind = "public-series" // on purpose wherever it stands now, until Until
	Disowned     EventKind = "not-ours"      // not of this organisation

	Confirm EventKind = "confirm" // an analyst's: what waits is so
	Refuse  EventKind = "refuse"  // what waits is not so
	Assign  EventKind = "assign"  // Host is the host
	Reopen  EventKind = "reopen"
	Mute    EventKind = "mute"   // until Until, for Reason
	Unmute  EventKind = "unmute" // a mute, or what is public on purpose, ends before its time

	Proved  EventKind = "proved"  // the platform's: the leaked way in is dead or guarded
	Drifted EventKind = "drifted" // the platform's: it is open again
	Ended   EventKind = "over"    // platform, calendar, inventory, host, delegate, analyst: the meeting is over for good

	Resolved EventKind = "resolved" // the resolver's answer: Host, When, View
	Tick     EventKind = "tick"     // time has passed: View
)

// EventKinds lists the events in the order of the picture at [Leak.Apply].
func EventKinds() []EventKind {
	return []EventKind{
		Sighted, Reposted, Gone, Back, Accepted, GivenUp, Withhold, Done, Rescheduled, Help, Removing, Snooze, NotMine,
		PublicPage, PublicSeries, Disowned, Confirm, Refuse, Assign, Reopen, Mute, Unmute, Proved, Drifted, Ended, Resolved, Tick,
	}
}

// LeakEvent is something that happened to a leak. Which fields count is said at the kinds. View may always be given: where it is
// not, recipients are assumed and looked up when the delivery is due.
type LeakEvent struct {
	Kind   EventKind
	By     Actor
	Reason string // of people's events, in their words
	Place  string // see PlaceKey
	Site   string // see SiteKey; of Sighted
	Seen   Seen
	To     Audience
	Round  int
	// Delivery is the id of what was given up: only the latest notice's counts. "" for whatever is the latest.
	Delivery string
	// Withheld is the reason of Withhold.
	Withheld Withheld
	// Deleted says of Gone that the place's own service told of it, and that nobody will look a second time.
	Deleted bool
	// Away says of what was Deleted that it was not the place, but its account: see PlaceMark.
	Away bool
	// Asked is when that was asked which Confirm or Refuse answers; of what else waits by then it says nothing. Zero: whatever waits.
	Asked time.Time
	Until time.Time
	Host  HostRef
	When  When
	View  HostView
}

// Seen is what a document says of a meeting.
type Seen struct {
	At      time.Time // when it was read; later than now counts as now
	Kind    matchers.Kind
	Class   matchers.Class
	Secrets []string // names
	Keys    []string // HMAC texts of the meeting and its aliases
	Rank    int      // of what made it the organisation's, see Leak.Rank
	Reach   int64
	Risk    Risk
	Raid    bool // words beside it call for a raid
	Public  bool // the configuration calls the place public on purpose
	When    When // what the page claims; believed as RolePage whatever By says
}

// EffectKind is what has to be done because of an event.
type EffectKind string

// The effects. Alerts, moves of the ledger, kept sightings and audit entries are written in the same step as the leak;
// the others may be repeated and are done after it.
const (
	EffectKeep    EffectKind = "keep"    // store the sighting's row: it is among the first MaxSightings
	EffectAlert   EffectKind = "alert"   // put Notice into the outbox
	EffectLedger  EffectKind = "ledger"  // Move
	EffectAudit   EffectKind = "audit"   // Audit
	EffectCard    EffectKind = "card"    // bring the card up to date
	EffectProve   EffectKind = "prove"   // ask the platform whether it is safe
	EffectResolve EffectKind = "resolve" // ask who the host is and when it starts
)

// Effect is one thing to do. Only the field of its kind is set.
type Effect struct {
	Kind   EffectKind
	Notice Notice
	Move   Move
	Audit  Audit
}

// Audit is one entry of the audit: who did what to which leak.
type Audit struct {
	At     time.Time
	Leak   string
	By     Actor
	What   EventKind
	From   State
	To     State
	Reason string
}

// Why an event was refused. The leak is unchanged.
var (
	ErrNoLeak       = errors.New("no such leak yet: the first event is a sighting")
	ErrNotAllowed   = errors.New("not allowed")
	ErrNothingAsked = errors.New("nothing waits for a decision")
	ErrBadEvent     = errors.New("incomplete or unknown event")
)

// mayCause says whether a role may cause an event.
func mayCause(role Role, kind EventKind) bool {
	switch kind {
	case Done, Rescheduled, Help, Removing, Snooze, NotMine, PublicPage, PublicSeries, Disowned:
		return role == RoleHost || role == RoleDelegate || role == RoleAnalyst
	case Confirm, Refuse, Assign, Reopen, Mute, Unmute:
		return role == RoleAnalyst
	case Proved, Drifted:
		return role == RolePlatform
	case Ended:
		switch role {
		case RolePlatform, RoleCalendar, RoleInventory, RoleHost, RoleDelegate, RoleAnalyst:
			return true
		}
		return false
	}
	return true
}
