package matchers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// KeyID is the printable identity of a meeting: "mk1:" and 128 bits of HMAC-SHA-256 under key, in hexadecimal. Without the
// key a nine-digit number cannot be guessed back. Equal for every form of the link.
func KeyID(key []byte, l Link) string { return hashKey(key, l.Key()) }

func hashKey(key []byte, clear string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(clear))
	return "mk1:" + hex.EncodeToString(mac.Sum(nil)[:16])
}
