package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Standing says in which capacity a person may speak of a leak, by what is known now: its host, one who answers for them, or nobody
// (RoleNone). Who an analyst is, is the caller's to know. Email must have been proved by whoever took the answer. An error means
// that it is not known.
func (p *Pipeline) Standing(ctx context.Context, l Leak, email string) (Role, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if email == "" {
		return RoleNone, nil
	}
	contact, err := p.contact(ctx, l)
	switch {
	case err != nil:
		return RoleNone, fmt.Errorf("who may answer: %w", err)
	case contact.Email == email:
		return RoleHost, nil
	case slices.Contains(contact.Delegates, email):
		return RoleDelegate, nil
	}
	return RoleNone, nil
}

// ErrNoContact says that an address is not one of the organisation's.
var ErrNoContact = errors.New("not an address of the organisation")

// HostOf is the reference of a person who is to be named as a host: of an address of the organisation's only, else ErrNoContact.
func (p *Pipeline) HostOf(ctx context.Context, org, email string) (HostRef, error) {
	asking, cancel := context.WithTimeout(ctx, resolveBound)
	defer cancel()
	_, found, err := p.o.Resolver.Contact(asking, org, strings.ToLower(strings.TrimSpace(email)))
	if err != nil {
		return "", fmt.Errorf("name a host: %w", err)
	}
	if !found {
		return "", fmt.Errorf("name a host: %w", ErrNoContact)
	}
	key, err := p.dataKey(ctx, org)
	if err != nil {
		return "", fmt.Errorf("name a host: %w", err)
	}
	return key.HostRef(email)
}

// Hosted are the open leaks of an organisation whose host has the address, the newest first, most at most. It looks at the newest
// of the open leaks only, a thousand. The error is ErrNoOrganisation of one that is erased.
func (p *Pipeline) Hosted(ctx context.Context, org, email string, most int) ([]Leak, error) {
	key, err := p.dataKey(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("leaks of a host: %w", err)
	}
	ref, err := key.HostRef(email)
	if err != nil {
		return nil, fmt.Errorf("leaks of a host: %w", err)
	}
	page, err := p.store.ListLeaks(ctx, LeakQuery{Org: org, States: []State{StateOpen}, Limit: MaxBatch})
	if err != nil {
		return nil, fmt.Errorf("leaks of a host: %w", err)
	}
	var out []Leak
	for _, l := range page.Leaks {
		if l.Host == ref && len(out) < most {
			out = append(out, l)
		}
	}
	return out, nil
}
