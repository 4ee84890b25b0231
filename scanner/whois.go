package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"meetleaks/matchers"
)

// whois is what the resolver says of a meeting.
type whois struct {
	KnownMeeting
	found bool
	host  HostRef
	// known says that the organisation knows the meeting by its own id, and not only somebody whom the link names: anyone can
	// make links that name somebody.
	known bool
}

// ask asks the resolver about a meeting. An error of the resolver is a *resolverError.
func (p *Pipeline) ask(ctx context.Context, key DataKey, l matchers.Link) (whois, error) {
	m, found, err := p.resolver.Resolve(ctx, key.Org(), l, p.now())
	if err != nil {
		return whois{}, &resolverError{err}
	}
	if !found {
		return whois{}, nil
	}
	w := whois{KnownMeeting: m, found: true, known: l.Owner == ""}
	if !w.known {
		bare := l
		bare.Owner = ""
		if _, w.known, err = p.resolver.Resolve(ctx, key.Org(), bare, p.now()); err != nil {
			return whois{}, &resolverError{err}
		}
		if !w.known {
			w.When = When{} // of another meeting of theirs: a forged link must not have a start that is trusted
		}
	}
	if m.Email == "" {
		return w, nil
	}
	if w.host, err = key.HostRef(m.Email); err != nil {
		return whois{}, fmt.Errorf("host of a meeting: %w", err)
	}
	return w, nil
}

// askSealed asks about a leak whose clear id is kept. Of others nothing is found.
func (p *Pipeline) askSealed(ctx context.Context, l Leak) (whois, error) {
	link, key, err := p.openSealed(ctx, l)
	if err != nil || link.ID == "" {
		return whois{}, err
	}
	return p.ask(ctx, key, link)
}

// openSealed gives a link that names the leak's meeting: the zero Link when its clear id is not kept, or is sealed under a key that
// is gone.
func (p *Pipeline) openSealed(ctx context.Context, l Leak) (matchers.Link, DataKey, error) {
	if len(l.Sealed) == 0 {
		return matchers.Link{}, DataKey{}, nil
	}
	key, err := p.dataKey(ctx, l.Org)
	if err != nil {
		return matchers.Link{}, key, err
	}
	clear, err := key.Open(l.ID, SealedMeeting, l.Sealed)
	if err != nil {
		return matchers.Link{}, key, nil //nolint:nilerr // nothing is known of it any more
	}
	link, _ := LinkOfKey(clear)
	return link, key, nil
}

// Where opens the reference of a social place, for "Show where": "" when there is none. Callers check who asks, show it to nobody
// else, and keep it nowhere. The error is ErrNoOrganisation, [ErrKeyUnknown], [ErrNotSealed], or of the store.
func (p *Pipeline) Where(ctx context.Context, org string, s Sighting) (string, error) {
	if len(s.Ref) == 0 {
		return "", nil
	}
	key, err := p.dataKey(ctx, org)
	if err != nil {
		return "", fmt.Errorf("show where: %w", err)
	}
	reference, err := key.Open(s.PlaceKey, SealedPlace, s.Ref)
	if err != nil {
		return "", fmt.Errorf("show where: %w", err)
	}
	return reference, nil
}

// meet takes over what the resolver says of the draft's leak. A host who is known and can be told stays, unless an event wants
// another to be looked for; one whom an analyst named stays whatever the resolver says.
func (p *Pipeline) meet(d *draft, w whois) error {
	byCalendar := d.leak.HostBy == RoleCalendar // whoever else names somebody goes before
	anew := !d.leak.Assigned && (d.resolve || d.leak.Host == "" || !d.view.Host || byCalendar)
	d.resolve = false
	d.known = d.known || w.known
	if !w.found {
		return nil
	}
	host := d.leak.Host
	if anew && w.host != "" && !slices.Contains(d.leak.NotHosts, w.host) {
		host = w.host
		d.view = p.viewOf(d.leak.Org, w.Contact)
	}
	confirmed := byCalendar && w.host != "" && host == w.host
	if host == d.leak.Host && !confirmed && (!w.When.Known() || w.When.same(d.leak.When)) {
		return nil
	}
	return d.apply(LeakEvent{Kind: Resolved, By: Actor{Role: RoleInventory}, Host: host, When: w.When})
}

// refresh asks about the draft's leak when an event wants it, when it is time to (see draft.looks), or when it is open and nobody is
// known who hosts it. A resolver that does not answer changes nothing: whoever comes to the leak next asks again.
func (p *Pipeline) refresh(ctx context.Context, d *draft) error {
	if !d.resolve && (d.view.Host && !d.renew || d.leak.State.End()) {
		return nil
	}
	w, err := p.askSealed(ctx, d.leak)
	var asked *resolverError
	switch {
	case errors.As(err, &asked):
		return nil
	case err != nil:
		return err
	}
	return p.meet(d, w)
}

// callable says whether a platform has an API that we may ask about a meeting by its clear id: of others none is kept.
func callable(platform string) bool {
	switch platform {
	case "zoom", "teams", "webex", "google-meet":
		return true
	}
	return false
}
