package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers, and how old or new a signed request may be.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"

	Tolerance = 5 * time.Minute
)

// The bounds of keys and signatures.
const (
	keyPrefix     = "whsec_"
	maxKeys       = 4
	minKeyBytes   = 24
	maxKeyBytes   = 64
	maxSignatures = 16
	maxHeader     = 4096
)

// The ways in which a request is not what it should be. They say nothing of the right signature.
var (
	ErrKeys      = errors.New(`want one to four keys, each "whsec_" and base64 of 24 to 64 bytes`)
	ErrUnsigned  = errors.New("the request is not signed, or not as Standard Webhooks are")
	ErrTooOld    = errors.New("the request's time is more than five minutes away from ours")
	ErrSignature = errors.New("no signature of the request holds")
)

// ParseKeys reads keys with white space between them. The error is [ErrKeys] and holds nothing of them.
func ParseKeys(text string) ([][]byte, error) {
	if len(text) > maxHeader {
		return nil, ErrKeys
	}
	fields := strings.Fields(text)
	if len(fields) == 0 || len(fields) > maxKeys {
		return nil, ErrKeys
	}
	keys := make([][]byte, 0, len(fields))
	for _, field := range fields {
		coded, ok := strings.CutPrefix(field, keyPrefix)
		key, err := base64.StdEncoding.DecodeString(coded)
		if !ok || err != nil || len(key) < minKeyBytes || len(key) > maxKeyBytes {
			return nil, ErrKeys
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// Sign gives the value of the header webhook-signature: a signature for each key, in their order. The id must hold no full
// stop, or one request could be passed off as another.
func Sign(keys [][]byte, id string, at time.Time, body []byte) string {
	signatures := make([]string, 0, len(keys))
	for _, key := range keys {
		sum := mac(key, id, strconv.FormatInt(at.Unix(), 10), body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(sum))
	}
	return strings.Join(signatures, " ")
}

func mac(key []byte, id, at string, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id + "." + at + "."))
	h.Write(body)
	return h.Sum(nil)
}

// Verify checks a request's signature under any of the keys, and that it was signed within [Tolerance] of now. It returns the
// id, by which the caller drops repeats for at least twice that long. It compares in constant time.
func Verify(keys [][]byte, header http.Header, body []byte, now time.Time) (id string, err error) {
	id, at, signatures := header.Get(headerID), header.Get(headerTimestamp), header.Get(headerSignature)
	if id == "" || len(id) > 256 || strings.Contains(id, ".") || len(at) > 20 || len(signatures) > maxHeader {
		return "", ErrUnsigned
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || strconv.FormatInt(seconds, 10) != at {
		return "", ErrUnsigned
	}
	if d := now.Sub(time.Unix(seconds, 0)); d > Tolerance || d < -Tolerance {
		return "", ErrTooOld
	}
	for i, signature := range strings.Fields(signatures) {
		coded, ok := strings.CutPrefix(signature, "v1,")
		sum, err := base64.StdEncoding.DecodeString(coded)
		if ok && err == nil && i < maxSignatures && fits(keys, sum, id, at, body) {
			return id, nil
		}
	}
	return "", ErrSignature
}

func fits(keys [][]byte, sum []byte, id, at string, body []byte) bool {
	for _, key := range keys {
		if hmac.Equal(sum, mac(key, id, at, body)) {
			return true
		}
	}
	return false
}
