package scanner

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"meetleaks/matchers"
)

// The bounds of one leak.
const (
	MaxSightings = 100 // sightings (and the marks of their places) kept for a leak; beyond that they are counted
	MaxLeakKeys  = 16  // the own key and aliases
)

// Leak is one meeting of one organisation that has been sighted in public, in one episode. It is a value: [Leak.Apply]
// returns a changed copy and shares nothing with the old one. It holds no secret, no clear id and no clear place.
type Leak struct {
	ID string `json:"id"` // see LeakID
	// Version is of the stored row: 0 before it is stored. A store writes a leak only where the stored version still is
	// Version, and stores Version+1. Apply leaves it alone.
	Version int64  `json:"version"`
	Org     string `json:"org"`
	// Keys are HMAC texts ("mk1:…", see [matchers.KeyID]): the meeting's own first, then its aliases, at most MaxLeakKeys.
	Keys     []string       `json:"keys"`
	Episode  int            `json:"episode"` // from 0, see NextEpisode
	Platform string         `json:"platform"`
	Kind     matchers.Kind  `json:"kind"`
	Class    matchers.Class `json:"class"`
	MaskedID string         `json:"masked_id"`
	Secrets  []string       `json:"secrets,omitempty"` // names of those that were seen with it, sorted
	Sealed   Sealed         `json:"sealed,omitempty"`  // the clear id, encrypted under the organisation's key; opaque here
	Rank     int            `json:"rank"`              // of what made it theirs, 1 (strongest) to 6; 0 unknown

	State  State     `json:"state"`
	Since  time.Time `json:"since"`            // when State was entered
	Until  time.Time `json:"until,omitzero"`   // when it ends by itself: muted, public, safe-by-word; zero otherwise
	Reason string    `json:"reason,omitempty"` // of State, in words; never text of a page
	By     Actor     `json:"by,omitzero"`      // who brought State about
	Ask    Ask       `json:"ask,omitzero"`     // what waits for an analyst

	FirstSeen  time.Time   `json:"first_seen"`
	LastSeen   time.Time   `json:"last_seen"`
	Sightings  int         `json:"sightings"` // all, also those that are not kept
	Distinct   int         `json:"distinct"`  // distinct places, all
	Reach      int64       `json:"reach"`     // people who may have seen it, as sources say; the sum over places
	Places     []PlaceMark `json:"places,omitempty"`
	MorePlaces int         `json:"more_places,omitempty"` // places for which no mark is kept: nobody looks whether they are gone
	Sites      []string    `json:"sites,omitempty"`       // see SiteKey, at most MaxSightings
	GoneLooks  int         `json:"gone_looks,omitempty"`  // looks that found a place gone, all
	Hid        int         `json:"hid,omitempty"`         // sightings since State was entered, where it is an end: nobody was told of them

	Risk Risk    `json:"risk"`
	Raid bool    `json:"raid,omitempty"` // words beside it called for a raid
	When When    `json:"when,omitzero"`
	Host HostRef `json:"host,omitempty"`
	// HostBy is RoleCalendar where only calendars name Host, or name different people and so nobody; "" else. See calendar_claim.go.
	HostBy Role `json:"host_by,omitempty"`
	// NotHosts are those of whom an analyst said that it is not their meeting: they are not told of it again.
	NotHosts []HostRef `json:"not_hosts,omitempty"`
	// Assigned says that an analyst named Host: what the resolver says does not replace them, also when the leak is opened anew. It
	// ends when an analyst assigns somebody else, or confirms that it is not their meeting.
	Assigned bool    `json:"assigned,omitempty"`
	Ladder   Ladder  `json:"ladder,omitzero"`
	Account  Account `json:"account,omitzero"` // where the ledger counts the present round
}

// Sealed is an encrypted clear id. It cannot be printed.
type Sealed []byte

// String returns the same word for every id.
func (Sealed) String() string { return "sealed" }

// GoString is String, for %#v.
func (Sealed) GoString() string { return "sealed" }

// HostRef names a host for the resolver: opaque here, never an e-mail address in clear. "" when nobody is known.
type HostRef string

// State is where a leak stands. All but StateOpen are ends, kept apart; see the picture at [Leak.Apply].
type State string

// The states. StateNew is that of a leak which is not stored yet.
const (
	StateNew     State = ""
	StateOpen    State = "open"
	StateSafe    State = "safe"         // proved: the platform's settings were re-read and hold
	StateByWord  State = "safe-by-word" // the host says so; covers one instance
	StateOver    State = "over"         // by the platform, the organisation's calendar or inventory, or the host's word
	StateRemoved State = "removed"      // the posts are gone, believed after two looks; never called safe
	StateMuted   State = "muted"        // an analyst's decision, with an end
	StateNotOurs State = "not-ours"     // an analyst's decision
	StatePublic  State = "public"       // on purpose, with an end
)

// States lists the states in the order of the picture at [Leak.Apply], StateNew first.
func States() []State {
	return []State{StateNew, StateOpen, StateSafe, StateByWord, StateOver, StateRemoved, StateMuted, StateNotOurs, StatePublic}
}

// End says whether nothing more is asked of anybody in this state.
func (s State) End() bool { return s != StateNew && s != StateOpen }

// Sighting is a leak at a public place. The store keeps MaxSightings of a leak.
type Sighting struct {
	Leak     string    `json:"leak"`
	Place    string    `json:"place"`     // masked, for people
	PlaceKey string    `json:"place_key"` // see PlaceKey
	Line     int       `json:"line,omitempty"`
	Page     int       `json:"page,omitempty"`
	Source   string    `json:"source"` // name of the configured source
	SeenAt   time.Time `json:"seen_at"`
	Reach    int64     `json:"reach,omitempty"`
	Via      []string  `json:"via,omitempty"` // wrappers taken off, outermost first
	Gone     time.Time `json:"gone,omitzero"` // since when it is believed gone
	// Ref is the reference of a social place, encrypted; see [Pipeline.Where]. Nil: Place is all that is known.
	Ref Sealed `json:"ref,omitempty"`
}

// PlaceMark is what a leak itself remembers of a place.
type PlaceMark struct {
	Key    string    `json:"key"`
	Seen   time.Time `json:"seen"`
	Reach  int64     `json:"reach,omitempty"`
	Gone   int       `json:"gone,omitempty"`   // looks in different hours that found it gone, at most looksBelieved
	GoneAt time.Time `json:"gone_at,omitzero"` // the last of them
	// Deleted says that one of these looks was the service's own word: the second is that an hour later nobody said otherwise.
	Deleted bool `json:"deleted,omitempty"`
	// Away says that the place went with its whole account, which may be shown again as it was.
	Away   bool `json:"away,omitempty"`
	Public bool `json:"public,omitempty"` // the host says that it is there on purpose
}

// gone says whether the place is believed to be gone.
func (m PlaceMark) gone() bool { return m.Gone >= looksBelieved }

// believedAt is when a deletion that the place's service told of will be believed, zero when none waits for that.
func (m PlaceMark) believedAt() time.Time {
	if !m.Deleted || m.Gone == 0 || m.gone() {
		return time.Time{}
	}
	return m.GoneAt.Add(looksApart)
}

// stays begins the looks at a place anew: it is there.
func (m *PlaceMark) stays() { m.Gone, m.GoneAt, m.Deleted, m.Away = 0, time.Time{}, false, false }

// Role says in which capacity somebody, or something, speaks. What it may do is decided by [Leak.Apply].
type Role string

// The roles. The pipeline gives them after checking who speaks; RolePage is text of a page and can never end anything.
const (
	RoleNone      Role = ""
	RolePage      Role = "page"
	RoleHost      Role = "host"
	RoleDelegate  Role = "delegate"
	RoleAnalyst   Role = "analyst"
	RolePlatform  Role = "platform"      // the platform's own API
	RoleCalendar  Role = "calendar"      // the organisation's own
	RoleInventory Role = "inventory"     // hosts and hosts_file
	RoleConfig    Role = "configuration" // the operator's file
	RoleClock     Role = "clock"         // an end that was fixed beforehand has come
)

// Actor is who did something. Ref is opaque (a workspace's user id), for the audit only.
type Actor struct {
	Role Role   `json:"role,omitempty"`
	Ref  string `json:"ref,omitempty"`
}

// Ask is a host's answer that waits for an analyst. The leak stays as it is until then.
type Ask struct {
	What  EventKind `json:"what,omitempty"` // NotMine, PublicPage, PublicSeries, Disowned, Help; "" when nothing waits
	By    Actor     `json:"by,omitzero"`
	At    time.Time `json:"at,omitzero"`
	Place string    `json:"place,omitempty"` // for PublicPage
}

// When is the meeting's next instance.
type When struct {
	Start  Start     `json:"start,omitzero"` // zero: unknown
	Ends   time.Time `json:"ends,omitzero"`  // zero: unknown
	Series bool      `json:"series,omitempty"`
	By     Role      `json:"by,omitempty"` // who says so: RolePage claims, all others are trusted
}

// Ends of instances: how long after its known end, or after its start when no end is known, one may still run.
const (
	overrunsEnd   = time.Hour
	overrunsStart = mayOverrun
)

// Known says whether there is a start at all.
func (w When) Known() bool { return !w.Start.Time.IsZero() }

// Trusted says whether somebody gave the start who may be believed. What a page claims is not.
func (w When) Trusted() bool {
	switch w.By {
	case RolePlatform, RoleCalendar, RoleInventory, RoleHost, RoleDelegate, RoleAnalyst:
		return w.Known()
	}
	return false
}

// Begins is the earliest moment the start can mean: a day without a zone begins where the day begins first.
func (w When) Begins() time.Time { return w.Start.interval().from }

// Over is the moment from which the instance no longer runs: an hour after its end, or four after the latest moment its
// start can mean.
func (w When) Over() time.Time {
	latest := w.Start.interval().to
	if w.Ends.After(latest) {
		return w.Ends.Add(overrunsEnd)
	}
	return latest.Add(overrunsStart)
}

// same says whether two say the same, whatever zones their times are kept in.
func (w When) same(v When) bool {
	return w.Start.Time.Equal(v.Start.Time) && w.Start.AllDay == v.Start.AllDay && w.Start.Floating == v.Start.Floating &&
		w.Ends.Equal(v.Ends) && w.Series == v.Series && w.By == v.By
}

// recurs says whether the leaked link outlives its instance.
func (l Leak) recurs() bool { return l.When.Series || l.permanent() }

// permanent says whether the link is a room's, in which others meet when one meeting there is over, or cancelled.
func (l Leak) permanent() bool {
	return l.Class == matchers.PermanentRoom || l.Kind == matchers.PersonalRoom
}

// LeakID is the identity of a leak, the same in every process: "lk1:" and 128 bits of HMAC-SHA-256, in hexadecimal, under
// key over the organisation, the meeting's own key and the episode.
func LeakID(key []byte, org, meeting string, episode int) string {
	return "lk1:" + keyed(key, "leak", org, meeting, string(binary.BigEndian.AppendUint64(nil, uint64(episode))))
}

// PlaceKey is the identity of a place of an organisation's leaks: "pk1:" and 128 bits of an HMAC over the clear place.
func PlaceKey(key []byte, org, place string) string { return "pk1:" + keyed(key, "place", org, place) }

// SiteKey is the identity of the host, or the service, on which a place is: "sk1:" and as PlaceKey.
func SiteKey(key []byte, org, site string) string { return "sk1:" + keyed(key, "site", org, site) }

// keyed joins parts by their lengths, so that none can be mistaken for another.
func keyed(key []byte, parts ...string) string {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// EpisodeGap is how long a platform's id must have been unseen until its next sighting is of another meeting; 0 when ids
// are never given again. Google Meet lets codes expire after 365 days without use.
func EpisodeGap(platform string) time.Duration {
	switch platform {
	case "google-meet":
		return 365 * 24 * time.Hour
	}
	return 0
}

// NextEpisode is the episode of a sighting at now, when latest is the meeting's newest leak.
func NextEpisode(latest Leak, now time.Time) int {
	gap := EpisodeGap(latest.Platform)
	if latest.State == StateNew || gap == 0 || now.Sub(latest.LastSeen) < gap {
		return latest.Episode
	}
	return latest.Episode + 1
}

// clone copies what a change could share with the old value.
func (l Leak) clone() Leak {
	l.Keys = slices.Clone(l.Keys)
	l.Secrets = slices.Clone(l.Secrets)
	l.Sealed = slices.Clone(l.Sealed)
	l.Places = slices.Clone(l.Places)
	l.Sites = slices.Clone(l.Sites)
	l.NotHosts = slices.Clone(l.NotHosts)
	l.Risk.Reasons = slices.Clone(l.Risk.Reasons)
	return l
}

// place returns the mark of a place, nil when there is none.
func (l *Leak) place(key string) *PlaceMark {
	for i := range l.Places {
		if l.Places[i].Key == key {
			return &l.Places[i]
		}
	}
	return nil
}

// allPlaces says whether there are places, all of them marked, and ok of each.
func (l *Leak) allPlaces(ok func(PlaceMark) bool) bool {
	if l.MorePlaces > 0 || len(l.Places) == 0 {
		return false
	}
	for _, m := range l.Places {
		if !ok(m) {
			return false
		}
	}
	return true
}

// addKeys notes aliases, the own key stays first.
func (l *Leak) addKeys(keys []string) {
	for _, key := range keys {
		if len(l.Keys) < MaxLeakKeys && strings.HasPrefix(key, "mk1:") && !slices.Contains(l.Keys, key) {
			l.Keys = append(l.Keys, key)
		}
	}
}
