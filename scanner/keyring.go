package scanner

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// The keys, from the top:
//
//	index key    one for the deployment: HMACs for matching. Of it: the keys for LeakID and for PlaceKey; of
//	             the latter a VisitKey for each kind of source
//	master keys  one or a few, newest first: wrap the data keys and nothing else
//	data key     random, one for each organisation, stored wrapped. Of it: a key for each purpose
//
// Taking a new master in front of the old ones and calling Rewrap for each organisation is all that a rotation needs. Deleting
// an organisation's wrapped key makes all that was sealed under it unreadable for ever, in backups too when they are older
// copies of the rows but not of the key.
//
// Sub-keys come by HKDF-SHA-256 (RFC 5869) with a label each. Sealing is XChaCha20-Poly1305; what a sealed text belongs to
// (organisation, leak, purpose) is authenticated with it, so that it opens nowhere else.

// The sizes of keys and their names, in bytes.
const (
	MasterBytes = 32
	keyBytes    = 32
	keyIDBytes  = 8
	maxMasters  = 16
)

// formatVersion is the first byte of everything that is wrapped or sealed.
const formatVersion = 1

// The labels of sub-keys. A label that changed would make unreadable what was written before.
const (
	labelMasterID  = "meetleaks master key id v1"
	labelWrap      = "meetleaks wrapping key v1"
	labelLeak      = "meetleaks leak id key v1"
	labelPlace     = "meetleaks place key v1"
	labelDataID    = "meetleaks data key id v1"
	labelSeal      = "meetleaks sealing key v1 "
	labelHost      = "meetleaks host reference key v1"
	labelHostNonce = "meetleaks host reference nonce key v1"
)

// Why something does not open. Neither tells what was tried.
var (
	// ErrKeyUnknown: the key is not there, because the organisation was erased or a master key was taken away too early.
	ErrKeyUnknown = errors.New("sealed under a key that is not there")
	// ErrNotSealed: it is damaged, forged, or belongs to another organisation, leak or purpose.
	ErrNotSealed = errors.New("damaged, or belongs elsewhere")
)

// Master is a master key. It cannot be printed or encoded. The zero Master is not set.
type Master struct{ concealed }

// NewMaster makes a master key of 32 random bytes. Bytes that are all the same are refused: nobody drew them by chance.
func NewMaster(key []byte) (Master, error) {
	if len(key) != MasterBytes {
		return Master{}, fmt.Errorf("master key: want %d bytes, have %d", MasterBytes, len(key))
	}
	if bytes.Count(key, key[:1]) == len(key) {
		return Master{}, errors.New("master key: all its bytes are the same")
	}
	return Master{conceal(key)}, nil
}

// Wrapped is an organisation's data key, encrypted under a master key; this is what is stored. It cannot be printed.
type Wrapped []byte

// String returns the same word for every key.
func (Wrapped) String() string { return "wrapped" }

// GoString is String, for %#v.
func (Wrapped) GoString() string { return "wrapped" }

// Keyring holds the deployment's keys. It is immutable and safe for concurrent use, and cannot be printed.
type Keyring struct {
	index   concealed
	masters []wrapper // newest first, at least one
}

// wrapper is what is derived of one master key.
type wrapper struct {
	id  [keyIDBytes]byte
	key concealed
}

// NewKeyring takes the deployment's index key (32 bytes) and 1 to 16 master keys, the newest first: it wraps, all unwrap.
func NewKeyring(index []byte, masters ...Master) (*Keyring, error) {
	if len(index) != keyBytes {
		return nil, fmt.Errorf("keyring: want an index key of %d bytes, have %d", keyBytes, len(index))
	}
	if len(masters) == 0 || len(masters) > maxMasters {
		return nil, fmt.Errorf("keyring: want 1 to %d master keys, have %d", maxMasters, len(masters))
	}
	ring := &Keyring{index: conceal(index)}
	for i, m := range masters {
		w, err := newWrapper(m)
		if err != nil {
			return nil, fmt.Errorf("keyring: master key %d: %w", i+1, err)
		}
		for j, other := range ring.masters {
			if other.id == w.id {
				return nil, fmt.Errorf("keyring: master keys %d and %d are the same", j+1, i+1)
			}
		}
		ring.masters = append(ring.masters, w)
	}
	return ring, nil
}

func newWrapper(m Master) (w wrapper, err error) {
	if !m.IsSet() {
		return w, errors.New("is not set")
	}
	id, err := subKey(m.bytes(), labelMasterID)
	if err != nil {
		return w, err
	}
	key, err := subKey(m.bytes(), labelWrap)
	if err != nil {
		return w, err
	}
	copy(w.id[:], id)
	w.key = conceal(key)
	return w, nil
}

// String is "•".
func (*Keyring) String() string { return "•" }

// IndexKey is the key for [matchers.KeyID] and [matchers.NewIndex]: a copy, which must not be printed or stored.
func (k *Keyring) IndexKey() []byte { return bytes.Clone(k.index.bytes()) }

// LeakKey is the key for [LeakID]: a copy, as IndexKey. It does not change when master keys are rotated.
func (k *Keyring) LeakKey() ([]byte, error) { return subKey(k.index.bytes(), labelLeak) }

// PlaceKey is the key for [PlaceKey] and [SiteKey], and for what sources hide (see [VisitKey]): a copy, as LeakKey.
func (k *Keyring) PlaceKey() ([]byte, error) { return subKey(k.index.bytes(), labelPlace) }

// NewDataKey draws a data key for an organisation, and wraps it under the newest master key for the store. Of several
// processes that do so at once the store lets one win; the others unwrap the winner's.
func (k *Keyring) NewDataKey(org string) (DataKey, Wrapped, error) {
	key := make([]byte, keyBytes)
	if _, err := rand.Read(key); err != nil {
		return DataKey{}, nil, fmt.Errorf("draw data key: %w", err)
	}
	data, err := newDataKey(org, key)
	if err != nil {
		return DataKey{}, nil, err
	}
	wrapped, err := k.wrap(org, key)
	return data, wrapped, err
}

// Unwrap opens an organisation's data key under whichever master key it was wrapped with. Its errors are ErrKeyUnknown (no such
// master) and ErrNotSealed, wrapped.
func (k *Keyring) Unwrap(org string, w Wrapped) (DataKey, error) {
	key, _, err := k.unwrap(org, w)
	if err != nil {
		return DataKey{}, err
	}
	return newDataKey(org, key)
}

// Rewrap wraps a data key under the newest master key. changed is false, and the same text comes back, when it is already. What
// is sealed under the data key stays as it is.
func (k *Keyring) Rewrap(org string, w Wrapped) (rewrapped Wrapped, changed bool, err error) {
	key, at, err := k.unwrap(org, w)
	if err != nil {
		return nil, false, err
	}
	if at == 0 {
		return w, false, nil
	}
	rewrapped, err = k.wrap(org, key)
	return rewrapped, err == nil, err
}

func (k *Keyring) wrap(org string, key []byte) (Wrapped, error) {
	newest := k.masters[0]
	out, err := seal(newest.key, newest.id, key, nil, "wrapped", org)
	if err != nil {
		return nil, fmt.Errorf("wrap data key: %w", err)
	}
	return out, nil
}

// unwrap also says which master key it was, 0 for the newest.
func (k *Keyring) unwrap(org string, w Wrapped) (key []byte, at int, err error) {
	id, err := keyID(w)
	if err != nil {
		return nil, 0, fmt.Errorf("unwrap data key: %w", err)
	}
	for i, m := range k.masters {
		if m.id != id {
			continue
		}
		if key, err = open(m.key, w, "wrapped", org); err != nil || len(key) != keyBytes {
			return nil, 0, fmt.Errorf("unwrap data key: %w", ErrNotSealed)
		}
		return key, i, nil
	}
	return nil, 0, fmt.Errorf("unwrap data key: %w", ErrKeyUnknown)
}

// subKey derives 32 bytes. Each label gives keys that say nothing about each other.
func subKey(key []byte, label string) ([]byte, error) {
	out, err := hkdf.Key(sha256.New, key, nil, label, keyBytes)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	return out, nil
}

// keyID reads the name of the key under which something was sealed.
func keyID(sealed []byte) (id [keyIDBytes]byte, err error) {
	if len(sealed) < 1+keyIDBytes+chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead || sealed[0] != formatVersion {
		return id, ErrNotSealed
	}
	copy(id[:], sealed[1:])
	return id, nil
}

// seal gives version, key id, nonce and cipher text. The first two and the parts are authenticated. Without a nonce one is
// drawn; of 192 bits, so that chance does not bring one twice.
func seal(key concealed, id [keyIDBytes]byte, clear, nonce []byte, parts ...string) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key.bytes())
	if err != nil {
		return nil, err
	}
	if nonce == nil {
		nonce = make([]byte, aead.NonceSize())
		if _, err := rand.Read(nonce); err != nil {
			return nil, fmt.Errorf("draw nonce: %w", err)
		}
	}
	out := append([]byte{formatVersion}, id[:]...)
	context := sealContext(out, parts)
	return aead.Seal(append(out, nonce...), nonce, clear, context), nil
}

// open undoes seal. Its only error is ErrNotSealed.
func open(key concealed, sealed []byte, parts ...string) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key.bytes())
	if err != nil {
		return nil, ErrNotSealed
	}
	header, nonce, rest, ok := cutSealed(sealed, aead)
	if !ok {
		return nil, ErrNotSealed
	}
	clear, err := aead.Open(nil, nonce, rest, sealContext(header, parts))
	if err != nil {
		return nil, ErrNotSealed
	}
	return clear, nil
}

func cutSealed(sealed []byte, aead cipher.AEAD) (header, nonce, rest []byte, ok bool) {
	const headerBytes = 1 + keyIDBytes
	if len(sealed) < headerBytes+aead.NonceSize()+aead.Overhead() {
		return nil, nil, nil, false
	}
	from := headerBytes + aead.NonceSize()
	return sealed[:headerBytes:headerBytes], sealed[headerBytes:from], sealed[from:], true
}

// sealContext joins header and parts by their lengths, so that none can be mistaken for another.
func sealContext(header []byte, parts []string) []byte {
	out := bytes.Clone(header)
	for _, part := range parts {
		out = binary.BigEndian.AppendUint64(out, uint64(len(part)))
		out = append(out, part...)
	}
	return out
}
