package claims

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"meetleaks/scanner"
)

// The record that proves a domain.
const (
	RecordLabel  = "_meetleaks"              // before the domain
	RecordPrefix = "meetleaks-verification=" // of the value, before the token
	RecordTTL    = 3600                      // seconds, a proposal
	tokenBytes   = 16
	nonceBytes   = 12
	tokenKeyName = "meetleaks domain claim key v1"
)

// Record is what an organisation publishes for a domain.
type Record struct {
	Org, Domain string
	State       scanner.ClaimState
	Name        string // "_meetleaks.acme.example"
	Host        string // Name within Zone: what forms want that add the zone by themselves
	Zone        string // the registrable domain, where the record most likely is to be put
	Value       string
}

// tokens makes tokens. They are made, not stored: the store's nonce alone tells nobody a token. It cannot be printed.
type tokens struct{ key func() []byte }

func newTokens(index []byte) (tokens, error) {
	key, err := hkdf.Key(sha256.New, index, nil, tokenKeyName, sha256.Size)
	if err != nil {
		return tokens{}, fmt.Errorf("derive the key of claims: %w", err)
	}
	return tokens{func() []byte { return key }}, nil
}

// of is the token of a claim: 32 hexadecimal digits. A claim that is made anew has another nonce, and so another token.
func (t tokens) of(c scanner.DomainClaim) string {
	sum := hmac.New(sha256.New, t.key())
	for _, part := range []string{c.Org, c.Domain, c.Nonce} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		sum.Write(length[:])
		sum.Write([]byte(part))
	}
	return hex.EncodeToString(sum.Sum(nil)[:tokenBytes])
}

func (t tokens) record(c scanner.DomainClaim) Record {
	name, zone := recordName(c.Domain), registrable(c.Domain)
	return Record{
		Org: c.Org, Domain: c.Domain, State: c.State, Name: name, Host: strings.TrimSuffix(name, "."+zone), Zone: zone, Value: RecordPrefix + t.of(c),
	}
}

func recordName(domain string) string { return RecordLabel + "." + domain }

func newNonce() string {
	var draw [nonceBytes]byte
	_, _ = rand.Read(draw[:]) // never fails
	return hex.EncodeToString(draw[:])
}
