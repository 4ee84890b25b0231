package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"
)

// The fields of a signed request, and for how long one holds.
const (
	headerSignature = "X-Slack-Signature"
	headerTimestamp = "X-Slack-Request-Timestamp"
	signatureMark   = "v0="
	maxSkew         = 5 * time.Minute
)

// Sign is the signature of a request of Slack's: hex of the HMAC-SHA256 over version, time and raw body under the app's secret, see
// https://docs.slack.dev/authentication/verifying-requests-from-slack. It is for stand-ins; at counts in whole seconds.
func Sign(secret string, body []byte, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return http.Header{headerTimestamp: {stamp}, headerSignature: {signatureMark + hex.EncodeToString(mac(secret, stamp, body))}}
}

func mac(secret, stamp string, body []byte) []byte {
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte("v0:" + stamp + ":"))
	sum.Write(body)
	return sum.Sum(nil)
}

// signed says whether the request was signed with the secret, within five minutes of now. It takes the same time for every wrong
// signature, and tells nothing of the right one.
func signed(secret string, header http.Header, body []byte, now time.Time) bool {
	stamps, given := header.Values(headerTimestamp), header.Values(headerSignature)
	if secret == "" || len(stamps) != 1 || len(given) != 1 || len(stamps[0]) > 20 || !digits(stamps[0]) {
		return false
	}
	seconds, err := strconv.ParseInt(stamps[0], 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > maxSkew {
		return false
	}
	want := signatureMark + hex.EncodeToString(mac(secret, stamps[0], body))
	return hmac.Equal([]byte(want), []byte(given[0]))
}
