package claims

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"meetleaks/scanner"
)

// memory is a store in memory, as far as a registry asks; the promises of stores are tested by their own suite.
type memory struct {
	mu     sync.Mutex
	keys   map[string][]byte
	claims map[string]scanner.DomainClaim
	trail  map[string][]scanner.Audit
	left   int   // steps that erasing still takes
	fails  error // of whatever writes
}

func newMemory() *memory {
	return &memory{keys: map[string][]byte{}, claims: map[string]scanner.DomainClaim{}, trail: map[string][]scanner.Audit{}}
}

func (m *memory) ListClaims(_ context.Context, q scanner.ClaimQuery) (scanner.ClaimPage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var page scanner.ClaimPage
	for _, c := range m.claims {
		if (q.Org == "" || c.Org == q.Org) && scanner.ClaimKey(c.Org, c.Domain) > q.After {
			page.Claims = append(page.Claims, c)
		}
	}
	slices.SortFunc(page.Claims, func(a, b scanner.DomainClaim) int {
		return cmp.Compare(scanner.ClaimKey(a.Org, a.Domain), scanner.ClaimKey(b.Org, b.Domain))
	})
	if limit := min(q.Limit, 3); len(page.Claims) > limit { // small, so that pages are turned
		page.Claims = page.Claims[:limit]
		page.Next = scanner.ClaimKey(page.Claims[limit-1].Org, page.Claims[limit-1].Domain)
	}
	return page, nil
}

func (m *memory) Claim(_ context.Context, org, domain string) (scanner.DomainClaim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.claims[scanner.ClaimKey(org, domain)]
	if !ok {
		return c, scanner.ErrNotFound
	}
	return c, nil
}

func (m *memory) SaveClaim(_ context.Context, c scanner.DomainClaim) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(m.fails, c.Check()); err != nil {
		return err
	}
	if m.keys[c.Org] == nil {
		return scanner.ErrNoOrganisation
	}
	if m.claims[scanner.ClaimKey(c.Org, c.Domain)].Version != c.Version {
		return scanner.ErrConflict
	}
	for _, other := range m.claims {
		if other.Domain == c.Domain && other.Org != c.Org && other.State.Held() && c.State.Held() {
			return scanner.DomainTaken(c.Domain)
		}
	}
	c.Version++
	m.claims[scanner.ClaimKey(c.Org, c.Domain)] = c
	return nil
}

func (m *memory) ForgetClaim(_ context.Context, c scanner.DomainClaim) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails != nil {
		return m.fails
	}
	if have, ok := m.claims[scanner.ClaimKey(c.Org, c.Domain)]; !ok || have.Version != c.Version {
		return scanner.ErrConflict
	}
	delete(m.claims, scanner.ClaimKey(c.Org, c.Domain))
	return nil
}

func (m *memory) OrgKey(_ context.Context, org string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys[org] == nil {
		return nil, scanner.ErrNotFound
	}
	return m.keys[org], nil
}

func (m *memory) AddOrgKey(_ context.Context, org string, wrapped []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys[org] == nil {
		m.keys[org] = wrapped
	}
	return m.keys[org], m.fails
}

func (m *memory) ReplaceOrgKey(context.Context, string, []byte, []byte) error {
	return errors.ErrUnsupported
}

func (m *memory) Organisations(context.Context) ([]string, error) { return nil, errors.ErrUnsupported }

func (m *memory) AppendAudit(_ context.Context, org string, entries []scanner.Audit) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails != nil {
		return m.fails
	}
	m.trail[org] = append(m.trail[org], entries...)
	return nil
}

func (m *memory) ListAudit(context.Context, scanner.AuditQuery) ([]scanner.AuditEntry, error) {
	return nil, errors.ErrUnsupported
}

func (m *memory) EraseOrganisation(_ context.Context, org string) (scanner.Removed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails != nil {
		return scanner.Removed{}, m.fails
	}
	delete(m.keys, org)
	if m.left > 0 {
		m.left--
		return scanner.Removed{More: true}, nil
	}
	delete(m.trail, org)
	for key, c := range m.claims {
		if c.Org == org {
			delete(m.claims, key)
		}
	}
	return scanner.Removed{}, nil
}

// reasons are what the trail of an organisation says.
func (m *memory) reasons(org string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []string
	for _, entry := range m.trail[org] {
		list = append(list, string(entry.What)+" "+entry.Reason+" by "+string(entry.By.Role))
	}
	return list
}
