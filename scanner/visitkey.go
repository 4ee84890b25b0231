package scanner

import (
	"errors"
	"fmt"
)

// VisitKey hides what a source remembers of pages: an address may hold a number that nobody knows for a meeting's. A page is known by an
// HMAC of its address, and what has to be read again is sealed, so that a store, its log and its backups show neither. It is a value, safe
// for concurrent use, and cannot be printed or encoded. The zero VisitKey is not set and seals nothing.
//
// What is a secret whoever finds it (a passcode) must not be sealed either.
type VisitKey struct {
	concealed // seals
	names     concealed
	id        [keyIDBytes]byte
}

// The labels of its keys.
const (
	labelVisitName = "meetleaks visit name key v1"
	labelVisitSeal = "meetleaks visit sealing key v1"
	labelVisitID   = "meetleaks visit key id v1"
)

// minVisitKey is the shortest key of which a VisitKey is made, in bytes.
const minVisitKey = 16

// NewVisitKey makes a VisitKey of another key: secret, 16 bytes at least, always the same. With another one nothing is known again.
func NewVisitKey(key []byte) (VisitKey, error) {
	if len(key) < minVisitKey {
		return VisitKey{}, fmt.Errorf("visit key: want %d bytes at least, have %d", minVisitKey, len(key))
	}
	names, errName := subKey(key, labelVisitName)
	seals, errSeal := subKey(key, labelVisitSeal)
	id, errID := subKey(key, labelVisitID)
	if err := errors.Join(errName, errSeal, errID); err != nil {
		return VisitKey{}, err
	}
	k := VisitKey{concealed: conceal(seals), names: conceal(names)}
	copy(k.id[:], id)
	return k, nil
}

// visitPrefix begins every name.
const visitPrefix = "vk1:"

// Name is what a page of a source is known by in [Visits]: "vk1:" and 128 bits of an HMAC over both.
func (k VisitKey) Name(source, page string) string {
	return visitPrefix + keyed(k.names.bytes(), "visit", source, page)
}

// Seal encrypts what is known of a page of a source, which is known by name. Twice the same gives two different results.
func (k VisitKey) Seal(source, name string, clear []byte) ([]byte, error) {
	if !k.IsSet() {
		return nil, fmt.Errorf("seal a visit: %w", ErrKeyUnknown)
	}
	out, err := seal(k.concealed, k.id, clear, nil, "visit", source, name)
	if err != nil {
		return nil, fmt.Errorf("seal a visit: %w", err)
	}
	return out, nil
}

// Open gives what Seal was given. It fails with ErrKeyUnknown when it was sealed under another key, and with ErrNotSealed when it is
// damaged, or belongs to another page or source.
func (k VisitKey) Open(source, name string, sealed []byte) ([]byte, error) {
	id, err := keyID(sealed)
	if err == nil && (!k.IsSet() || id != k.id) {
		err = ErrKeyUnknown
	}
	if err != nil {
		return nil, fmt.Errorf("open a visit: %w", err)
	}
	clear, err := open(k.concealed, sealed, "visit", source, name)
	if err != nil {
		return nil, fmt.Errorf("open a visit: %w", err)
	}
	return clear, nil
}
