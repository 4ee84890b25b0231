package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The bounds of claims.
const (
	MaxClaims      = 10_000 // of the deployment
	MaxOrgClaims   = 200    // of one organisation
	MaxClaimDomain = 242    // bytes of a domain: the name of its record fits into the 253 of a name
	MaxClaimSeen   = 16     // resolvers of which a claim keeps what they said
	maxClaimText   = 300    // bytes of each text of what was seen
	maxClaimOwed   = 16     // entries of the audit that are owed
)

// ErrDomainTaken says that one claim of a domain is proved already: see [Claims.SaveClaim].
var ErrDomainTaken = errors.New("another organisation has proved that domain")

// ClaimState is how far the claim of a domain has come.
type ClaimState string

// The states of claims, in the order of a proof that is lost. Package claims says what leads from one to another.
const (
	ClaimPending ClaimState = "pending" // not proved yet: nothing is watched because of it
	ClaimProved  ClaimState = "proved"
	ClaimWarned  ClaimState = "warned"  // the proof is missing since today: all goes on
	ClaimFrozen  ClaimState = "frozen"  // nothing new is watched, alerts go on
	ClaimStopped ClaimState = "stopped" // nothing is watched and nobody told
	ClaimPurged  ClaimState = "purged"  // over: the claim is taken away, and the organisation when it was its last
)

// ClaimStates lists them.
func ClaimStates() []ClaimState {
	return []ClaimState{ClaimPending, ClaimProved, ClaimWarned, ClaimFrozen, ClaimStopped, ClaimPurged}
}

// Watched says whether new things may be looked for because of the claim.
func (s ClaimState) Watched() bool { return s == ClaimProved || s == ClaimWarned }

// Alerted says whether people are told because of the claim.
func (s ClaimState) Alerted() bool { return s.Watched() || s == ClaimFrozen }

// Held says whether the domain is the claim's alone: no other organisation's claim of it can be proved meanwhile.
func (s ClaimState) Held() bool { return s.Alerted() }

// DomainClaim is an organisation's word that a domain is theirs, and how far it is proved. It holds no secret: the token of its
// record is derived of Nonce under a key that is not stored.
type DomainClaim struct {
	Org    string     `json:"org"`
	Domain string     `json:"domain"` // lower case, ASCII, without a dot at its end
	Nonce  string     `json:"nonce"`
	State  ClaimState `json:"state"`
	Since  time.Time  `json:"since"` // of the state
	Made   time.Time  `json:"made"`
	By     Actor      `json:"by"`
	Proved time.Time  `json:"proved,omitzero"` // the last time that its record was seen
	Failed int        `json:"failed,omitempty"`
	Denied int        `json:"denied,omitempty"` // looks in a row, in this state, at which the record was not there
	Looked time.Time  `json:"looked,omitzero"`
	Next   time.Time  `json:"next"` // look
	// Seen is what the last look found: one entry a resolver, and then what it comes to.
	Seen []ClaimSeen `json:"seen,omitempty"`
	Said []string    `json:"said,omitempty"`
	// Owed are entries of the audit that are not in the trail yet: a change and what is owed for it are written in one step.
	Owed []Audit `json:"owed,omitempty"`
	// Version is 0 of a claim that is not stored yet. It is the store's.
	Version int64 `json:"-"`
}

// ClaimSeen is what one resolver said at a look.
type ClaimSeen struct {
	Resolver string `json:"resolver"`
	Right    bool   `json:"right"` // it has seen the record
	What     string `json:"what"`  // in plain words, masked
}

// ClaimQuery asks for claims.
type ClaimQuery struct {
	Org   string // "" for those of all organisations
	After string // ClaimPage.Next of the page before; "" for the first. ErrBadValue when it is none.
	Limit int    // as in LeakQuery
}

// ClaimPage is a page of claims. Next asks for the page after it, "" when there is none.
type ClaimPage struct {
	Claims []DomainClaim
	Next   string
}

// Claims keeps the claims of domains. They end by ForgetClaim and [Keeper.EraseOrganisation] alone.
type Claims interface {
	// ListClaims returns a page of claims, by organisation and domain. Each that is there all the time comes exactly once. Those of an
	// organisation that is being erased are listed until it is gone.
	ListClaims(ctx context.Context, q ClaimQuery) (ClaimPage, error)
	// Claim returns a claim, or ErrNotFound.
	Claim(ctx context.Context, org, domain string) (DomainClaim, error)
	// SaveClaim stores a claim with Version+1. ErrConflict unless it is stored at its Version (0: not at all). Of any number of
	// claims of one domain at most one is Held: ErrDomainTaken, which is an ErrConflict too, of the others. ErrFull at MaxClaims or
	// MaxOrgClaims; ErrNoOrganisation without a data key.
	SaveClaim(ctx context.Context, c DomainClaim) error
	// ForgetClaim takes away a claim that is stored at its Version, or ErrConflict; ErrNotFound when there is none.
	ForgetClaim(ctx context.Context, c DomainClaim) error
}

// Check says whether a claim keeps the bounds that all stores share: an error is an ErrBadValue that names the field.
func (c DomainClaim) Check() error {
	if err := errors.Join(CheckName("organisation", c.Org), checkText("domain", c.Domain, MaxClaimDomain)); err != nil {
		return err
	}
	if c.Version < 0 || !slices.Contains(ClaimStates(), c.State) {
		return fmt.Errorf("claim of %s with a version below 0, or in a state that is not known: %w", c.Domain, ErrBadValue)
	}
	if len(c.Seen) > MaxClaimSeen || len(c.Said) > MaxClaimSeen || len(c.Owed) > maxClaimOwed {
		return fmt.Errorf("claim of %s with too long a list: %w", c.Domain, ErrBadValue)
	}
	texts := slices.Clone(c.Said)
	for _, seen := range c.Seen {
		texts = append(texts, seen.What, seen.Resolver)
	}
	for _, text := range append(texts, c.Nonce) {
		if len(text) > maxClaimText {
			return fmt.Errorf("claim of %s with a text of %d bytes, %d at most: %w", c.Domain, len(text), maxClaimText, ErrBadValue)
		}
	}
	return nil
}

// ClaimKey is a claim's place in the order of ListClaims, and what [ClaimPage.Next] is made of.
func ClaimKey(org, domain string) string { return org + "\t" + domain }

// CutClaimKey undoes ClaimKey, or ErrBadValue.
func CutClaimKey(key string) (org, domain string, err error) {
	org, domain, ok := strings.Cut(key, "\t")
	if !ok || CheckNames("page of claims", org, domain) != nil {
		return "", "", fmt.Errorf("no page of claims: %w", ErrBadValue)
	}
	return org, domain, nil
}

// DomainTaken is ErrDomainTaken as stores return it.
func DomainTaken(domain string) error {
	return fmt.Errorf("%s: %w: %w", domain, ErrDomainTaken, ErrConflict)
}
