package scanner

import (
	"cmp"
	"slices"
	"time"
)

// unite makes leaks of one organisation that turned out to be one meeting into the first of them. It is pure, and shares nothing
// with its arguments. What was counted of the others stays counted: a round of theirs that is owed moves to
// suppressed(duplicate), as the first leak's own round tells of it.
//
// A page can say that two meetings are one. So nothing is silenced: when one of the others is open, or owed, and the first has come
// to an end, the first is opened anew.
func unite(into Leak, others []Leak, view HostView, now time.Time) (Leak, []Effect) {
	t := turn{l: into.clone(), was: into.State, now: now}
	t.ev = LeakEvent{Kind: Sighted, View: view, Reason: "it is one meeting with another leak"}
	open, owed := false, false
	for _, other := range others {
		t.unite(other)
		open = open || other.State == StateOpen
		owed = owed || other.Account.Kind == AccountPending
	}
	t.effect(EffectCard)
	if t.l.State.End() && (open || owed && t.l.Account.Kind != AccountPending) {
		t.reopen()
	}
	return t.l, t.out
}

func (t *turn) unite(other Leak) {
	t.l.addKeys(other.Keys)
	t.newSecrets(other.Secrets)
	t.worsen(other.Kind, other.Class)
	t.unitePlaces(other)
	t.uniteSums(other)
	if t.l.Rank == 0 || other.Rank > 0 && other.Rank < t.l.Rank {
		t.l.Rank = other.Rank
	}
	t.l.Raid = t.l.Raid || other.Raid
	if other.Risk.Score > t.l.Risk.Score {
		t.l.Risk = other.clone().Risk
	}
	if !t.l.When.Trusted() {
		t.mergeWhen(other.When)
	}
	t.uniteHosts(other)
	if other.Account.Kind == AccountPending {
		t.out = append(t.out, Effect{Kind: EffectLedger, Move: Move{other.Account, Account{AccountSuppressed, WithheldDuplicate}}})
	}
	t.out = append(t.out, Effect{Kind: EffectAudit, Audit: Audit{
		At: t.now, Leak: other.ID, What: Sighted, From: other.State, To: t.l.State, Reason: "one meeting with " + t.l.ID,
	}})
}

func (t *turn) uniteHosts(other Leak) {
	for _, host := range other.NotHosts {
		if !slices.Contains(t.l.NotHosts, host) && len(t.l.NotHosts) < maxNotHosts {
			t.l.NotHosts = append(t.l.NotHosts, host)
		}
	}
	switch {
	case other.HostBy == RoleCalendar:
		t.called(cmp.Or(other.Host, hostDisputed))
	case (t.l.Host == "" || t.l.HostBy == RoleCalendar) && other.Host != "" && !slices.Contains(t.l.NotHosts, other.Host):
		if t.l.Ladder.Host.GaveUp || t.l.Host != "" && t.l.Host != other.Host {
			t.forgetHost() // nobody was known, or somebody by a calendar alone
		}
		t.l.Host, t.l.HostBy, t.l.Assigned = other.Host, "", other.Assigned
	case t.l.Host == other.Host:
		t.l.Assigned = t.l.Assigned || other.Assigned
	}
	if t.l.Ask.What == "" {
		t.l.Ask = other.Ask
	}
}

func (t *turn) uniteSums(other Leak) {
	if t.l.FirstSeen.IsZero() || !other.FirstSeen.IsZero() && other.FirstSeen.Before(t.l.FirstSeen) {
		t.l.FirstSeen = other.FirstSeen
	}
	t.l.LastSeen = later(t.l.LastSeen, other.LastSeen)
	t.l.Sightings += other.Sightings
	t.l.GoneLooks += other.GoneLooks
	t.l.MorePlaces += other.MorePlaces
	for _, site := range other.Sites {
		if len(t.l.Sites) < MaxSightings && !slices.Contains(t.l.Sites, site) {
			t.l.Sites = append(t.l.Sites, site)
		}
	}
}

// unitePlaces takes over the marks of places. Of one place the later look counts, and what is there counts more than what is gone.
func (t *turn) unitePlaces(other Leak) {
	t.l.Distinct += other.Distinct
	t.l.Reach = plus(t.l.Reach, other.Reach)
	for _, m := range other.Places {
		mark := t.l.place(m.Key)
		switch {
		case mark != nil:
			t.l.Distinct--
			t.l.Reach -= min(mark.Reach, m.Reach)
			*mark = mark.with(m)
		case len(t.l.Places) < MaxSightings:
			t.l.Places = append(t.l.Places, m)
		default:
			t.l.MorePlaces++
		}
	}
}

// with is one mark made of two of the same place.
func (m PlaceMark) with(other PlaceMark) PlaceMark {
	switch {
	case other.Gone < m.Gone:
		m.Gone, m.GoneAt, m.Deleted, m.Away = other.Gone, other.GoneAt, other.Deleted, other.Away
	case other.Gone == m.Gone:
		m.GoneAt, m.Deleted, m.Away = later(m.GoneAt, other.GoneAt), m.Deleted || other.Deleted, m.Away || other.Away
	}
	m.Seen = later(m.Seen, other.Seen)
	m.Reach = max(m.Reach, other.Reach)
	m.Public = m.Public && other.Public
	return m
}
