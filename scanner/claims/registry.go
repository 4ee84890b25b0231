package claims

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"meetleaks/scanner"
)

// Store is what the registry needs of one.
type Store interface {
	scanner.Claims
	scanner.OrgKeys
	scanner.AuditTrail
	EraseOrganisation(ctx context.Context, org string) (scanner.Removed, error)
}

// Options are what a registry is made of.
type Options struct {
	Store   Store
	Keys    *scanner.Keyring
	DNS     *Resolvers // nil: nothing can be verified
	Vouched []Vouched  // the organisations of the configuration
	Now     func() time.Time
	Log     *slog.Logger
}

// Registry is the claims of all organisations. Any number of processes may work on one store at once. Safe for concurrent use.
type Registry struct {
	store  Store
	keys   *scanner.Keyring
	dns    *Resolvers
	rules  rules
	tokens tokens
	now    func() time.Time
	log    *slog.Logger
}

// New makes a registry. It reads nothing.
func New(o Options) (*Registry, error) {
	t, err := newTokens(o.Keys.IndexKey())
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Registry{store: o.Store, keys: o.Keys, dns: o.DNS, rules: newRules(o.Vouched), tokens: t, now: o.Now, log: o.Log}, nil
}

// What the audit calls what happens to claims. The state is in the entry's Reason.
const (
	Claimed  scanner.EventKind = "domain-claimed"
	Changed  scanner.EventKind = "domain-state"
	Removed  scanner.EventKind = "domain-removed"
	Erased   scanner.EventKind = "organisation-erased"
	clockRef                   = "daily proof"
)

// ErrNoDNS says that the registry was made without resolvers.
var ErrNoDNS = errors.New("no resolvers are given")

// ErrErasing says that the organisation's last proof is lost for good and it is being taken away.
var ErrErasing = errors.New("the organisation is being erased: its last proof was missing for thirty days")

// Add claims domains for an organisation, which is made when it is new, and returns what to publish for each, also for those that it had claimed
// before. When one of them is refused none is claimed; the error then holds each *Refusal. The name of an organisation has lower-case letters, digits
// and hyphens.
func (r *Registry) Add(ctx context.Context, org string, domains []string, by scanner.Actor) ([]Record, error) {
	if !isLabel(org) {
		return nil, fmt.Errorf("organisation %s: want lower-case letters, digits and hyphens, as in acme: %w", shown(org), scanner.ErrBadValue)
	}
	clean, err := r.check(ctx, org, domains)
	if err != nil {
		return nil, err
	}
	if err := r.ensure(ctx, org); err != nil {
		return nil, fmt.Errorf("add organisation %s: %w", org, err)
	}
	records := make([]Record, 0, len(clean))
	for _, domain := range clean {
		c, err := r.claim(ctx, org, domain, by)
		if err != nil {
			return records, fmt.Errorf("claim %s: %w", domain, err)
		}
		records = append(records, r.tokens.record(c))
	}
	return records, nil
}

func isLabel(text string) bool {
	return len(text) <= 63 && isName(text+".example") && strings.ToLower(text) == text && !strings.Contains(text, ".")
}

// check cleans domains and refuses those that cannot be claimed.
func (r *Registry) check(ctx context.Context, org string, domains []string) ([]string, error) {
	all, err := r.List(ctx, "")
	if err != nil {
		return nil, err
	}
	var clean []string
	var failed []error
	for _, text := range domains {
		domain, err := Clean(text)
		if err == nil {
			err = r.rules.check(org, domain)
		}
		if err == nil {
			err = taken(all, org, domain)
		}
		if err != nil {
			failed = append(failed, err)
		} else if !contains(clean, domain) {
			clean = append(clean, domain)
		}
	}
	for _, c := range all {
		if c.Org == org && c.State == scanner.ClaimPurged {
			failed = append(failed, ErrErasing)
			break
		}
	}
	return clean, errors.Join(failed...)
}

// taken refuses a domain that another organisation has proved.
func taken(all []scanner.DomainClaim, org, domain string) error {
	for _, c := range all {
		if c.Domain == domain && c.Org != org && c.State.Held() {
			return refused(domain, "if it is yours now, ask whoever runs the service", "was proved by another organisation")
		}
	}
	return nil
}

// ensure gives the organisation its data key.
func (r *Registry) ensure(ctx context.Context, org string) error {
	_, err := r.store.OrgKey(ctx, org)
	if !errors.Is(err, scanner.ErrNotFound) {
		return err
	}
	_, wrapped, err := r.keys.NewDataKey(org)
	if err != nil {
		return err
	}
	_, err = r.store.AddOrgKey(ctx, org, wrapped)
	return err
}

// claim makes a claim, or returns the one that is there.
func (r *Registry) claim(ctx context.Context, org, domain string, by scanner.Actor) (scanner.DomainClaim, error) {
	c, err := r.store.Claim(ctx, org, domain)
	if !errors.Is(err, scanner.ErrNotFound) {
		return c, err
	}
	now := r.now()
	c = scanner.DomainClaim{
		Org: org, Domain: domain, Nonce: newNonce(), State: scanner.ClaimPending, Since: now, Made: now, By: by, Next: now.Add(lookSoon),
		Owed: []scanner.Audit{{At: now, By: by, What: Claimed, Reason: domain}},
	}
	if err := r.store.SaveClaim(ctx, c); err != nil {
		if errors.Is(err, scanner.ErrConflict) { // somebody made it meanwhile
			return r.store.Claim(ctx, org, domain)
		}
		return c, err
	}
	c.Version++
	return r.settle(ctx, c)
}

// settle brings what is owed into the trail. A crash in between brings an entry twice, never none.
func (r *Registry) settle(ctx context.Context, c scanner.DomainClaim) (scanner.DomainClaim, error) {
	if len(c.Owed) == 0 {
		return c, nil
	}
	if err := r.store.AppendAudit(ctx, c.Org, c.Owed); err != nil {
		return c, err
	}
	c.Owed = nil
	err := r.store.SaveClaim(ctx, c)
	if errors.Is(err, scanner.ErrConflict) {
		return c, nil // somebody else goes on with it
	}
	c.Version++
	return c, err
}

// List returns claims by organisation and domain; of all organisations for "".
func (r *Registry) List(ctx context.Context, org string) ([]scanner.DomainClaim, error) {
	return List(ctx, r.store, org)
}

// List is [Registry.List] for who has no keys.
func List(ctx context.Context, store scanner.Claims, org string) ([]scanner.DomainClaim, error) {
	q := scanner.ClaimQuery{Org: org, Limit: scanner.MaxBatch}
	var all []scanner.DomainClaim
	for range scanner.MaxClaims { // each page brings one at least
		page, err := store.ListClaims(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list claims: %w", err)
		}
		all = append(all, page.Claims...)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	return all, nil
}

// Find returns the claims of a domain, one for each organisation that claims it; of one of them when org is given. ErrNotFound when there
// is none. Its other errors may be *Refusal.
func (r *Registry) Find(ctx context.Context, org, domain string) ([]scanner.DomainClaim, error) {
	clean, err := Clean(domain)
	if err != nil {
		return nil, err
	}
	all, err := r.List(ctx, org)
	if err != nil {
		return nil, err
	}
	var found []scanner.DomainClaim
	for _, c := range all {
		if c.Domain == clean {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("nobody claims %s: %w", clean, scanner.ErrNotFound)
	}
	return found, nil
}

// Record is what to publish for a claim.
func (r *Registry) Record(c scanner.DomainClaim) Record { return r.tokens.record(c) }

// Verify looks for the record of a claim now, and returns the claim as it is then. What was seen is in its Seen and Said. A claim that somebody
// else changes meanwhile is ErrConflict.
func (r *Registry) Verify(ctx context.Context, c scanner.DomainClaim, by scanner.Actor) (scanner.DomainClaim, error) {
	if r.dns == nil {
		return c, ErrNoDNS
	}
	if c.State == scanner.ClaimPurged {
		return c, ErrErasing
	}
	c, err := r.settle(ctx, c)
	if err != nil {
		return c, err
	}
	own, err := r.List(ctx, c.Org)
	if err != nil {
		return c, err
	}
	found := r.dns.look(ctx, r.wanted(c, own))
	if ctx.Err() != nil {
		return c, context.Cause(ctx)
	}
	return r.record(ctx, c, found, by)
}

func (r *Registry) wanted(c scanner.DomainClaim, own []scanner.DomainClaim) want {
	w := want{domain: c.Domain, value: r.tokens.record(c).Value, others: map[string]string{}}
	for _, other := range own {
		if other.Domain != c.Domain {
			w.others[r.tokens.record(other).Value] = other.Domain
		}
	}
	return w
}

// record writes what a look found.
func (r *Registry) record(ctx context.Context, c scanner.DomainClaim, found finding, by scanner.Actor) (scanner.DomainClaim, error) {
	next := Advance(c, found.verdict, r.now())
	next.Seen, next.Said = found.seen, found.said
	err := r.save(ctx, c, &next, by)
	if errors.Is(err, scanner.ErrDomainTaken) {
		next = c
		next.Looked, next.Next, next.Seen = r.now(), r.now().Add(day), found.seen
		next.Said = []string{"the record is there, but another organisation has proved the domain: ask whoever runs the service"}
		err = r.save(ctx, c, &next, by)
	}
	if err != nil {
		return c, fmt.Errorf("save the claim of %s: %w", c.Domain, err)
	}
	if next.State == scanner.ClaimPurged {
		return next, r.purge(ctx, next)
	}
	return r.settle(ctx, next)
}

// save writes a claim with the audit of its change.
func (r *Registry) save(ctx context.Context, old scanner.DomainClaim, next *scanner.DomainClaim, by scanner.Actor) error {
	if next.State != old.State {
		next.Owed = append(append([]scanner.Audit(nil), old.Owed...), scanner.Audit{
			At: r.now(), By: by, What: Changed, Reason: fmt.Sprintf("%s: %s, was %s", next.Domain, next.State, old.State),
		})
	}
	if err := r.store.SaveClaim(ctx, *next); err != nil {
		return err
	}
	next.Version++
	if next.State != old.State {
		r.log.Info("the claim of a domain has changed", "organisation", next.Org, "domain", next.Domain, "state", string(next.State),
			"was", string(old.State))
	}
	return nil
}

// Remove takes a claim away. The organisation stays, and what is kept of it, until it is erased.
func (r *Registry) Remove(ctx context.Context, c scanner.DomainClaim, by scanner.Actor) error {
	entry := scanner.Audit{At: r.now(), By: by, What: Removed, Reason: fmt.Sprintf("%s, was %s", c.Domain, c.State)}
	if err := r.store.AppendAudit(ctx, c.Org, append(append([]scanner.Audit(nil), c.Owed...), entry)); err != nil {
		return fmt.Errorf("remove %s: %w", c.Domain, err)
	}
	if err := r.store.ForgetClaim(ctx, c); err != nil {
		return fmt.Errorf("remove %s: %w", c.Domain, err)
	}
	return nil
}
