package matchers

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"sync"
)

// KeyID is the printable identity of a meeting: "mk1:" and 128 bits of HMAC-SHA-256 under key, in hexadecimal. Without the
// key a nine-digit number cannot be guessed back. Equal for every form of the link.
func KeyID(key []byte, l Link) string { return newHasher(key).key(l.Key()) }

// hasher makes such keys of anything, under one key. Setting up an HMAC costs more than the hash of a short text, so each is used
// again. It is safe for concurrent use, and shows no key when it is printed.
type hasher struct{ macs sync.Pool } // of hash.Hash

func newHasher(key []byte) *hasher {
	key = bytes.Clone(key)
	return &hasher{macs: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

func (h *hasher) key(clear string) string {
	mac := h.macs.Get().(hash.Hash)
	defer h.macs.Put(mac)
	mac.Reset()
	mac.Write([]byte(clear))
	var sum [sha256.Size]byte
	return "mk1:" + hex.EncodeToString(mac.Sum(sum[:0])[:16])
}
