package config

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// minKeyBytes is the least length of a key as text: 32 random bytes in base64 or hex are longer.
const minKeyBytes = 32

// IndexKey gives the 32 bytes under which findings get their `key`, and whether the configuration gives one. It reads
// keys.index, else derives the key from keys.master (HKDF-SHA-256, RFC 5869), so that both make the same keys on every
// machine. Of several master keys it is the last: see Masters. It is the first thing that opens a key's file.
func (k Keys) IndexKey() (key []byte, configured bool, err error) {
	read, name := k.Index.Read, "keys.index"
	if !k.Index.IsSet() {
		read, name = k.indexText, "keys.master"
	}
	if !k.Index.IsSet() && !k.Master.IsSet() {
		return nil, false, nil
	}
	text, err := read()
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", name, err)
	}
	if len(text) < minKeyBytes {
		return nil, false, fmt.Errorf("%s: want at least %d characters, as `openssl rand -base64 32` prints", name, minKeyBytes)
	}
	key, err = hkdf.Key(sha256.New, []byte(text), nil, "meetleaks index key v1", sha256.Size)
	if err != nil {
		return nil, false, fmt.Errorf("%s: derive the index key: %w", name, err)
	}
	return key, true, nil
}
