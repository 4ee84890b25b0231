package scanner

import (
	"fmt"
	"math"
	"slices"
	"time"

	"meetleaks/matchers"
)

// news is what a sighting tells that was not known.
type news struct {
	counted bool // false: this reading of the place was counted before
	place   bool // a new place
	back    bool // a place that was believed gone
	secret  bool // a new secret
	raid    bool // the first words that call for a raid
	host    bool // it is a host credential, which was not known
	rank    bool // a stronger rank than known makes it the organisation's
}

// worse says whether there is more to it than another place.
func (n news) worse() bool { return n.secret || n.raid || n.host }

// tells says whether a card shows something new: a place that is read once more is not that.
func (n news) tells() bool { return n.place || n.back || n.rank || n.worse() }

// sighted counts a sighting and does what it means in the leak's state.
func (t *turn) sighted(a action) error {
	if t.ev.Place == "" || t.ev.Seen.At.IsZero() {
		return fmt.Errorf("a sighting without place or time: %w", ErrBadEvent)
	}
	if a == "found" {
		return t.found()
	}
	byConfig := t.l.State == StatePublic && t.l.By.Role == RoleConfig
	before, reach, score := t.l.When, t.l.Reach, t.l.Risk.Score
	n := t.see()
	if !n.counted {
		return nil
	}
	if n.tells() || reach != t.l.Reach || score != t.l.Risk.Score || !before.same(t.l.When) {
		t.effect(EffectCard)
	}
	anew := false
	switch a {
	case "renew":
		anew = n.place || n.back || n.worse()
	case "return":
		anew = true
	case "claim":
		anew = n.rank
	case "lift":
		public := t.ev.Seen.Public && t.l.State == StatePublic
		anew = n.worse() || n.place && !public || byConfig && !public
	}
	if anew {
		t.ev.Reason = "sighted again"
		t.reopen()
		return nil
	}
	if t.l.State.End() {
		t.l.Hid++
	}
	if t.l.State == StateOpen && (n.worse() || sooner(before, t.l.When)) {
		if n.worse() {
			t.l.Ladder.Snooze = time.Time{}
		}
		t.climb()
	}
	return nil
}

// sooner says whether a start became known or moved forward.
func sooner(before, after When) bool {
	return after.Known() && (!before.Known() || after.Begins().Before(before.Begins()))
}

// found begins a leak's life.
func (t *turn) found() error {
	if t.l.ID == "" || t.l.Org == "" || len(t.l.Keys) == 0 {
		return fmt.Errorf("a leak without id, organisation or key: %w", ErrBadEvent)
	}
	seen := t.ev.Seen
	t.l.Kind, t.l.Class, t.l.Rank = seen.Kind, seen.Class, seen.Rank
	t.l.FirstSeen, t.l.LastSeen = time.Time{}, time.Time{}
	t.see()
	t.l.Ladder = Ladder{Round: 1, Since: t.now}
	t.l.Account = Account{}
	if seen.Public && len(t.l.Secrets) == 0 && !t.l.Raid && t.l.Class != matchers.HostCredential {
		t.ev.By, t.ev.Reason = Actor{Role: RoleConfig}, "public by configuration"
		t.account(Account{AccountSuppressed, WithheldPublic})
		t.enter(StatePublic, time.Time{})
		t.l.Hid = 1
		return nil
	}
	t.account(Account{Kind: AccountPending})
	t.enter(StateOpen, time.Time{})
	t.effect(EffectResolve)
	t.effect(EffectProve)
	t.climb()
	return nil
}

// see takes over what a sighting says. Urgency only rises.
func (t *turn) see() news {
	seen := t.ev.Seen
	if seen.At.After(t.now) {
		seen.At = t.now
	}
	var n news
	n.secret = t.newSecrets(seen.Secrets)
	n.raid = seen.Raid && !t.l.Raid
	n.host = t.worsen(seen.Kind, seen.Class)
	n.rank = seen.Rank > 0 && (t.l.Rank == 0 || seen.Rank < t.l.Rank)
	mark := t.l.place(t.ev.Place)
	n.place = mark == nil && t.newPlace()
	if mark != nil && !seen.At.After(mark.Seen) && !n.worse() && !n.rank {
		return n
	}
	n.counted = true
	if mark != nil {
		n.back = mark.gone()
		mark.stays()
		if seen.At.After(mark.Seen) {
			mark.Seen = seen.At
		}
		t.raiseReach(mark, seen.Reach)
	} else {
		t.mark(seen)
	}
	t.take(seen, n)
	return n
}

// take is see's part for the leak as a whole.
func (t *turn) take(seen Seen, n news) {
	t.l.Sightings++
	if t.l.Sightings <= MaxSightings {
		t.effect(EffectKeep)
	}
	if t.l.FirstSeen.IsZero() || seen.At.Before(t.l.FirstSeen) {
		t.l.FirstSeen = seen.At
	}
	if seen.At.After(t.l.LastSeen) {
		t.l.LastSeen = seen.At
	}
	t.l.Raid = t.l.Raid || seen.Raid
	if n.rank {
		t.l.Rank = seen.Rank
	}
	t.l.addKeys(seen.Keys)
	if seen.Risk.Score > t.l.Risk.Score {
		t.l.Risk = seen.Risk
		t.l.Risk.Reasons = slices.Clone(seen.Risk.Reasons)
	}
	claim := seen.When
	claim.By = RolePage
	t.mergeWhen(claim)
}

// newPlace says whether a place without a mark is news. Where there is no room for more marks it cannot be told from one that
// was seen before: then it is news when it is on another site, as a link in the footer of a thousand pages is told once, not
// a thousand times.
func (t *turn) newPlace() bool {
	room := len(t.l.Places) < MaxSightings || slices.ContainsFunc(t.l.Places, PlaceMark.gone)
	return room || !slices.Contains(t.l.Sites, t.ev.Site)
}

// mark remembers a new place, in the room of one that is gone when there is no other.
func (t *turn) mark(seen Seen) {
	t.l.Distinct++
	if t.ev.Site != "" && len(t.l.Sites) < MaxSightings && !slices.Contains(t.l.Sites, t.ev.Site) {
		t.l.Sites = append(t.l.Sites, t.ev.Site)
	}
	m := PlaceMark{Key: t.ev.Place, Seen: seen.At, Reach: max(seen.Reach, 0)}
	t.l.Reach = plus(t.l.Reach, m.Reach)
	if len(t.l.Places) < MaxSightings {
		t.l.Places = append(t.l.Places, m)
		return
	}
	if i := slices.IndexFunc(t.l.Places, PlaceMark.gone); i >= 0 {
		t.l.Places[i] = m
		return
	}
	t.l.MorePlaces++
}

func (t *turn) newSecrets(names []string) bool {
	before := len(t.l.Secrets)
	for _, name := range names {
		if i, known := slices.BinarySearch(t.l.Secrets, name); !known && name != "" && len(t.l.Secrets) < maxSecretNames {
			t.l.Secrets = slices.Insert(t.l.Secrets, i, name)
		}
	}
	return len(t.l.Secrets) > before
}

// maxSecretNames bounds the names kept for one leak: platforms use a dozen.
const maxSecretNames = 16

// worsen takes over the kind that is more useful to an intruder, and says whether it turned out to be a host credential.
func (t *turn) worsen(kind matchers.Kind, class matchers.Class) bool {
	was := t.l.Class
	switch {
	case class == matchers.HostCredential:
		t.l.Kind, t.l.Class = kind, class
	case was != matchers.HostCredential && kind.Rank() < t.l.Kind.Rank():
		t.l.Kind, t.l.Class = kind, class
	}
	return t.l.Class == matchers.HostCredential && was != matchers.HostCredential
}

// reposted raises the reach of a known place.
func (t *turn) reposted() error {
	mark := t.l.place(t.ev.Place)
	if mark != nil && t.raiseReach(mark, t.ev.Seen.Reach) {
		t.effect(EffectCard)
	}
	return nil
}

func (t *turn) raiseReach(mark *PlaceMark, reach int64) bool {
	if reach <= mark.Reach {
		return false
	}
	t.l.Reach = plus(t.l.Reach, reach-mark.Reach)
	mark.Reach = reach
	return true
}

// plus adds without running over.
func plus(a, b int64) int64 {
	if b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + b
}

// returned opens a removed leak again, whose post lives: it was passed on, or a look found it.
func (t *turn) returned() error {
	mark := t.l.place(t.ev.Place)
	if mark == nil {
		return nil
	}
	t.stands()
	t.raiseReach(mark, t.ev.Seen.Reach)
	mark.stays()
	t.ev.Reason = "the post is back"
	t.reopen()
	return nil
}

// looked counts a look that found a place gone.
func (t *turn) looked(ends bool) error {
	mark := t.l.place(t.ev.Place)
	switch {
	case mark == nil || mark.gone():
		return nil
	case mark.Gone > 0 && t.now.Sub(mark.GoneAt) < looksApart:
		if t.ev.Deleted && !mark.Deleted { // nobody may come to look a second time
			mark.GoneAt, mark.Deleted = t.now, true
		}
		if t.ev.Deleted {
			mark.Away = t.ev.Away
		}
		return nil
	}
	mark.Gone++
	mark.GoneAt, mark.Deleted, mark.Away = t.now, t.ev.Deleted, t.ev.Away
	t.l.GoneLooks++
	if mark.gone() {
		t.effect(EffectCard)
	}
	if ends && t.l.allPlaces(PlaceMark.gone) {
		t.ev.Reason = "the posts are gone"
		t.enter(StateRemoved, time.Time{})
	}
	return nil
}

// seenEvery is how far LastSeen may lie behind while a place is found unchanged again and again.
const seenEvery = 24 * time.Hour

// stands notes that a place stands in public still: while one does, retention keeps the leak.
func (t *turn) stands() {
	if t.now.Sub(t.l.LastSeen) >= seenEvery {
		t.l.LastSeen = t.now
	}
}

// cameBack begins the looks at a place anew.
func (t *turn) cameBack(again bool) error {
	t.stands()
	mark := t.l.place(t.ev.Place)
	if mark == nil || mark.Gone == 0 {
		return nil
	}
	believed := mark.gone()
	mark.stays()
	if believed {
		t.effect(EffectCard)
	}
	if believed && again {
		t.ev.Reason = "the post is back"
		t.reopen()
	}
	return nil
}
