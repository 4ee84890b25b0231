package scanner

import (
	"context"
	"slices"
)

// CalendarPlace is where a calendar was read.
type CalendarPlace struct {
	Source string // the configured name
	URI    string
	Host   string // lower case, "" for local files
}

// called is what a calendar that is believed says of a claim.
type called struct {
	Contact
	host      HostRef // "" when it names nobody of the organisation; hostDisputed when it names several people
	when      When    // of CalendarOwn only
	cancelled bool    // of CalendarOwn only
}

// hostDisputed stands for whoever calendars name differently: then they name nobody. It is no reference to anybody.
const hostDisputed HostRef = "disputed"

// trust says how far a reading's events are believed.
func (p *Pipeline) trust(org string, at place) CalendarTrust {
	if p.o.Calendars == nil || at.Host == "" || at.Reference.IsSet() {
		return CalendarForeign
	}
	return p.o.Calendars(org, CalendarPlace{Source: at.Source, URI: at.URI, Host: at.Host})
}

// hear notes what a calendar says of an organisation's claims. One that was not read to its end is not believed. Where the resolver did
// not say whether an address is the organisation's, the reading is incomplete, and the calendar is read again.
func (p *Pipeline) hear(ctx context.Context, key DataKey, claims []*claim, t *Taken) error {
	if !slices.ContainsFunc(claims, func(c *claim) bool { return c.f.heard != nil }) {
		return nil
	}
	trust := p.trust(key.Org(), claims[0].place)
	if trust == CalendarForeign || slices.ContainsFunc(t.Skips, func(s Skip) bool { return s.Cause == Failure }) {
		return nil
	}
	people := &calendarPeople{p: p, key: key, known: make(map[string]person)}
	for _, c := range claims {
		if c.f.heard == nil {
			continue
		}
		if err := people.called(ctx, c, trust); err != nil {
			return err
		}
	}
	if people.named > MaxCalendarHosts {
		for _, c := range claims {
			c.called.Contact, c.called.host = Contact{}, ""
		}
	}
	if people.unasked {
		t.Skips = append(t.Skips, Skip{URI: claims[0].shownAt(), Reason: "nobody could say whom the calendar names", Cause: Failure})
	}
	return nil
}

// calendarPeople are those whom one calendar names.
type calendarPeople struct {
	p       *Pipeline
	key     DataKey
	known   map[string]person // by address; MaxCalendarHosts and a few
	named   int               // of the organisation
	unasked bool              // the resolver did not answer
}

// person is somebody at an address; the zero person is nobody of the organisation.
type person struct {
	Contact
	host HostRef
}

// called sets what the calendar says of a claim.
func (q *calendarPeople) called(ctx context.Context, c *claim, trust CalendarTrust) error {
	h := c.f.heard
	organiser, err := q.of(ctx, h.organiser)
	if err != nil {
		return err
	}
	who := organiser
	if who.host == "" {
		if who, err = q.of(ctx, h.sentBy); err != nil {
			return err
		}
	}
	c.called.Contact, c.called.host = who.Contact, who.host
	if h.disputed {
		c.called.Contact, c.called.host = Contact{}, hostDisputed
	}
	if trust == CalendarOwn && (!h.named || !h.disputed && organiser.host != "") {
		c.called.when, c.called.cancelled = h.when(q.p.now())
	}
	return nil
}

// of is who has an address.
func (q *calendarPeople) of(ctx context.Context, address Secret) (person, error) {
	email := address.Text()
	if who, known := q.known[email]; known || email == "" || q.named > MaxCalendarHosts || q.unasked {
		return who, nil
	}
	contact, found, err := q.p.resolver.Contact(ctx, q.key.Org(), email)
	switch {
	case ctx.Err() != nil:
		return person{}, ctx.Err()
	case err != nil:
		q.unasked = true
		return person{}, nil //nolint:nilerr // it is said, and the calendar is read again
	}
	var who person
	if found && contact.Email != "" {
		q.named++
		if who.host, err = q.key.HostRef(contact.Email); err != nil {
			return person{}, err
		}
		who.Contact = contact
	}
	if len(q.known) < 10*MaxCalendarHosts {
		q.known[email] = who
	}
	return who, nil
}

// contact is who can be told by what is known of the claim: the resolver's word goes first.
func (c *claim) contact() Contact {
	if c.who.Email != "" || c.called.host == hostDisputed {
		return c.who.Contact
	}
	return c.called.Contact
}

// heed takes over what a calendar says of the draft's leak. It comes before the resolver's word, which so counts more.
func (p *Pipeline) heed(d *draft, c *claim) error {
	when, cancelled := c.called.when, c.called.cancelled
	if w := d.leak.When; w.Trusted() && w.By != RoleCalendar && d.now.Before(w.Over()) {
		when, cancelled = When{}, false // who knows better says that it takes place
	}
	host, news := d.leak.calledBy(c.called.host)
	if news {
		d.view = p.viewOf(d.leak.Org, c.called.Contact)
		if host == "" {
			d.view = p.viewOf(d.leak.Org, Contact{})
		}
	}
	if news || when.Known() && !when.same(d.leak.When) {
		err := d.apply(LeakEvent{Kind: Resolved, By: Actor{Role: RoleCalendar}, Host: c.called.host, When: when})
		if err != nil {
			return err
		}
	}
	if !cancelled || d.leak.State != StateOpen || d.leak.permanent() {
		return nil
	}
	return d.apply(LeakEvent{Kind: Ended, By: Actor{Role: RoleCalendar}, Reason: "it is cancelled in the organisation's own calendar"})
}

// calledBy is the host after a calendar has named one, and whether that is news. Calendars name somebody only where nobody else did,
// and once they name different people nobody any more: then Host is "" and HostBy RoleCalendar.
func (l Leak) calledBy(named HostRef) (host HostRef, news bool) {
	switch {
	case named == "" || l.Assigned || l.Host != "" && l.HostBy != RoleCalendar:
		return l.Host, false
	case l.Host == "" && l.HostBy == RoleCalendar, l.Host == named, slices.Contains(l.NotHosts, named):
		return l.Host, false
	case l.Host != "" || named == hostDisputed:
		return "", true
	}
	return named, true
}

// called takes over whom a calendar names.
func (t *turn) called(named HostRef) {
	host, news := t.l.calledBy(named)
	if !news {
		return
	}
	if t.l.Host != "" || host != "" && t.l.Ladder.Host.GaveUp {
		t.forgetHost()
	}
	t.l.Host, t.l.HostBy = host, RoleCalendar
}
