package scanner

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// MaxClearBytes bounds what is sealed, and what a sealed text is opened to.
const MaxClearBytes = 4096

// Purpose keeps apart what is sealed for different uses: what was sealed for one opens for no other.
type Purpose string

// The purposes.
const (
	SealedMeeting Purpose = "meeting" // a meeting's clear key, see [matchers.Link.Key]; for the platforms' own APIs
	SealedPlace   Purpose = "place"   // the reference of a social place, for "Show where"
)

// DataKey is an organisation's data key in clear. It is a value, safe for concurrent use, and cannot be printed or encoded. Who
// keeps one in memory must drop it when the organisation is erased. The zero DataKey is not set and seals nothing.
type DataKey struct {
	concealed
	org string
	id  [keyIDBytes]byte
}

func newDataKey(org string, key []byte) (DataKey, error) {
	if org == "" {
		return DataKey{}, errors.New("data key: the organisation has no name")
	}
	id, err := subKey(key, labelDataID)
	if err != nil {
		return DataKey{}, err
	}
	d := DataKey{concealed: conceal(key), org: org}
	copy(d.id[:], id)
	return d, nil
}

// Org is the organisation's name.
func (d DataKey) Org() string { return d.org }

// Seal encrypts a clear text of 1 to MaxClearBytes for one purpose at one leak. Twice the same text gives two different
// results. No error repeats the text.
func (d DataKey) Seal(leak string, purpose Purpose, clear string) (Sealed, error) {
	if clear == "" || len(clear) > MaxClearBytes {
		return nil, fmt.Errorf("seal %s: want 1 to %d bytes, have %d", purpose, MaxClearBytes, len(clear))
	}
	key, err := d.sub(labelSeal + string(purpose))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", purpose, err)
	}
	out, err := seal(key, d.id, []byte(clear), nil, string(purpose), d.org, leak)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", purpose, err)
	}
	return out, nil
}

// Open gives what Seal was given. It fails with ErrKeyUnknown when it was sealed under another key, and with ErrNotSealed when
// it is damaged or is another leak's or purpose's.
func (d DataKey) Open(leak string, purpose Purpose, sealed Sealed) (string, error) {
	key, err := d.sub(labelSeal + string(purpose))
	if err != nil {
		return "", fmt.Errorf("open %s: %w", purpose, err)
	}
	clear, err := d.open(key, sealed, string(purpose), d.org, leak)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", purpose, err)
	}
	return clear, nil
}

// hostPrefix begins every HostRef.
const hostPrefix = "hr1:"

// maxEmailBytes is the longest path of RFC 5321 section 4.5.3.1.3, less its brackets.
const maxEmailBytes = 254

// HostRef encrypts a host's e-mail address. The same address, whatever its case, always gives the same reference, so that
// references can be compared and looked up; only with the organisation's data key can an address be tried or read. (The nonce is
// an HMAC of the address under a key of its own: the reference holds the HMAC for looking up and the sealed address in one.)
func (d DataKey) HostRef(email string) (HostRef, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if email == "" || len(email) > maxEmailBytes {
		return "", fmt.Errorf("seal host: want an address of 1 to %d bytes, have %d", maxEmailBytes, len(email))
	}
	key, err := d.sub(labelHost)
	if err != nil {
		return "", fmt.Errorf("seal host: %w", err)
	}
	nonceKey, err := d.sub(labelHostNonce)
	if err != nil {
		return "", fmt.Errorf("seal host: %w", err)
	}
	mac := hmac.New(sha256.New, nonceKey.bytes())
	mac.Write(sealContext(nil, []string{d.org, email}))
	out, err := seal(key, d.id, []byte(email), mac.Sum(nil)[:chacha20poly1305.NonceSizeX], "host", d.org)
	if err != nil {
		return "", fmt.Errorf("seal host: %w", err)
	}
	return HostRef(hostPrefix + base64.RawURLEncoding.EncodeToString(out)), nil
}

// OpenHost gives the address, in lower case, with errors as Open.
func (d DataKey) OpenHost(ref HostRef) (string, error) {
	text, ok := strings.CutPrefix(string(ref), hostPrefix)
	if !ok || strings.ContainsAny(text, "\r\n") { // which base64 skips: one host has one reference
		return "", fmt.Errorf("open host: %w", ErrNotSealed)
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("open host: %w", ErrNotSealed)
	}
	key, err := d.sub(labelHost)
	if err != nil {
		return "", fmt.Errorf("open host: %w", err)
	}
	email, err := d.open(key, sealed, "host", d.org)
	if err != nil {
		return "", fmt.Errorf("open host: %w", err)
	}
	return email, nil
}

func (d DataKey) open(key concealed, sealed []byte, parts ...string) (string, error) {
	id, err := keyID(sealed)
	if err != nil {
		return "", err
	}
	if id != d.id {
		return "", ErrKeyUnknown
	}
	if len(sealed) > MaxClearBytes+256 {
		return "", ErrNotSealed
	}
	clear, err := open(key, sealed, parts...)
	return string(clear), err
}

func (d DataKey) sub(label string) (concealed, error) {
	if !d.IsSet() {
		return concealed{}, ErrKeyUnknown
	}
	key, err := subKey(d.bytes(), label)
	return conceal(key), err
}
