package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// The bounds of what Zoom sends.
const (
	zoomBody      = 256 << 10 // bytes
	zoomAge       = 5 * time.Minute
	zoomReading   = 5 * time.Second // for a request's body
	zoomTaking    = 10 * time.Second
	zoomAtOnce    = 8
	zoomAccounts  = 1000
	zoomPlainMost = 256 // bytes of a token to be answered for
)

// zoomSource is the name under which Zoom's own alerts are counted.
const zoomSource = "zoom-risk-alert"

// zoomAccount is an account of an organisation that sends its alerts to us.
type zoomAccount struct {
	Org       string
	AccountID string                 // "": not known, then what the message says is not compared
	Secret    func() (string, error) // the app's secret token; read anew for each message
	Host      string                 // of links to its meetings: "zoom.us"
}

// zoomHookOptions are what Zoom's messages are taken with. All but Log and Now must be given.
type zoomHookOptions struct {
	Accounts []zoomAccount
	Take     func(context.Context, scanner.Reading) (scanner.Taken, error) // of the pushed pipeline
	Seen     scanner.Items
	// Tell is told which meeting the account itself called its own: links to it are then the organisation's.
	Tell func(org string, l matchers.Link)
	Log  *slog.Logger
	Now  func() time.Time
}

// zoomHook answers POST /hooks/zoom: Zoom's finding that a meeting of the account stands in a public post (meeting.risk_alert) is
// taken as a report of that post, and joins the leak of the same meeting. Nothing else in the message is believed: who hosts the
// meeting and when is asked elsewhere, and whoever posted it is not kept. Every message has to be signed with the secret token of one
// of the accounts, less than five minutes ago. It is safe for concurrent use.
type zoomHook struct {
	o       zoomHookOptions
	slots   chan struct{}
	refused atomic.Int64 // when a refused signature was logged last, Unix nanoseconds
}

func newZoomHook(o zoomHookOptions) (*zoomHook, error) {
	if len(o.Accounts) == 0 || len(o.Accounts) > zoomAccounts || o.Take == nil || o.Seen == nil || o.Tell == nil {
		return nil, fmt.Errorf("make the hook for Zoom: 1 to %d accounts, Take, Seen and Tell are needed", zoomAccounts)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &zoomHook{o: o, slots: make(chan struct{}, zoomAtOnce)}, nil
}

// ServeHTTP takes one message, whatever its path.
func (h *zoomHook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodPost {
		header.Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		header.Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	body, status := readZoomBody(w, r)
	if status != 0 {
		w.WriteHeader(status)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), zoomTaking)
	defer cancel()
	status, reply := h.message(ctx, r.Header, body)
	if reply == nil {
		w.WriteHeader(status)
		return
	}
	header.Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(reply)
}

func readZoomBody(w http.ResponseWriter, r *http.Request) (body []byte, status int) {
	if r.ContentLength > zoomBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	control := http.NewResponseController(w)
	now := time.Now() // deadlines of connections are the machine's
	_ = control.SetReadDeadline(now.Add(zoomReading))
	_ = control.SetWriteDeadline(now.Add(zoomReading + zoomTaking + 5*time.Second))
	body, err := io.ReadAll(io.LimitReader(r.Body, zoomBody+1))
	_ = control.SetReadDeadline(time.Time{})
	switch {
	case err != nil:
		return nil, http.StatusBadRequest
	case len(body) > zoomBody:
		return nil, http.StatusRequestEntityTooLarge
	}
	return body, 0
}

// zoomReply answers Zoom's question whether we have the secret.
type zoomReply struct {
	Plain     string `json:"plainToken"`
	Encrypted string `json:"encryptedToken"`
}

// signedBy is an account whose secret made the signature.
type signedBy struct {
	zoomAccount
	secret string
}

// message believes and takes one message.
func (h *zoomHook) message(ctx context.Context, header http.Header, body []byte) (status int, reply *zoomReply) {
	signers, err := h.signers(header, body)
	switch {
	case err != nil:
		h.o.Log.Warn("a message of Zoom's cannot be checked: the secret token cannot be read")
		return http.StatusServiceUnavailable, nil
	case len(signers) == 0:
		h.logRefused()
		return http.StatusUnauthorized, nil
	}
	m, err := decodeZoom(body)
	if err != nil {
		return http.StatusBadRequest, nil
	}
	switch m.Event {
	case "endpoint.url_validation":
		plain := m.Payload.Plain
		// What looks like the text under a signature is not signed: the answer would be a signature for anything.
		if plain == "" || len(plain) > zoomPlainMost || strings.HasPrefix(plain, "v0:") {
			return http.StatusBadRequest, nil
		}
		return http.StatusOK, &zoomReply{plain, hex.EncodeToString(zoomMAC(signers[0].secret, plain))}
	case "meeting.risk_alert":
		return h.alert(ctx, signers, m, body), nil
	}
	return http.StatusNoContent, nil // events that were subscribed for nothing
}

// logRefused is told of a signature that does not hold; it is logged once a minute.
func (h *zoomHook) logRefused() {
	now := h.o.Now()
	if before := h.refused.Load(); now.Sub(time.Unix(0, before)).Abs() >= time.Minute && h.refused.CompareAndSwap(before, now.UnixNano()) {
		h.o.Log.Warn("a message to /hooks/zoom is not signed, its signature does not hold, or it is too old; logged once a minute")
	}
}

// signers are the accounts whose secret made the signature (x-zm-signature, version v0); none when it is too old. Its error says that
// a secret could not be read, and that no other fits.
func (h *zoomHook) signers(header http.Header, body []byte) ([]signedBy, error) {
	stamp, signature := header.Get("X-Zm-Request-Timestamp"), header.Get("X-Zm-Signature")
	at, ok := zoomTime(stamp)
	coded, version := strings.CutPrefix(signature, "v0=")
	if !ok || !version || len(coded) != 2*sha256.Size || h.o.Now().Sub(at).Abs() > zoomAge {
		return nil, nil
	}
	sum := make([]byte, sha256.Size)
	if n, _ := hex.Decode(sum, []byte(coded)); n != len(sum) {
		return nil, nil
	}
	var found []signedBy
	var unread error
	for _, a := range h.o.Accounts {
		secret, err := a.Secret()
		if err != nil || secret == "" {
			unread = errors.New("a secret token cannot be read")
			continue
		}
		if hmac.Equal(sum, zoomMAC(secret, "v0:"+stamp+":", string(body))) {
			found = append(found, signedBy{a, secret})
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, unread
}

// zoomTime reads a time stamp of seconds or milliseconds: which of them is not documented.
func zoomTime(text string) (time.Time, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n <= 0 || len(text) > 16:
		return time.Time{}, false
	case n >= 1e11: // seconds until the year 5138, milliseconds since 1973
		return time.UnixMilli(n), true
	}
	return time.Unix(n, 0), true
}

func zoomMAC(secret string, parts ...string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, part := range parts {
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

// zoomMessage is what is read of a message. The object's id is a number or a text.
type zoomMessage struct {
	Event   string `json:"event"`
	At      zoomID `json:"event_ts"` // milliseconds since 1970
	Payload struct {
		Account string `json:"account_id"`
		Plain   string `json:"plainToken"`
		Object  struct {
			ID    zoomID `json:"id"`
			UUID  string `json:"uuid"`
			Found struct {
				Platform string `json:"post_platform"`
				Post     string `json:"social_link"`
				Meeting  string `json:"meeting_url"`
			} `json:"armn_details"`
		} `json:"object"`
	} `json:"payload"`
}

// zoomID is digits, written as a number or as a text.
type zoomID string

// UnmarshalJSON reads both forms. No error repeats what was read.
func (id *zoomID) UnmarshalJSON(raw []byte) error {
	text := strings.ReplaceAll(strings.Trim(string(raw), `"`), " ", "")
	if text == "null" {
		text = ""
	}
	if len(text) > 16 || strings.Trim(text, "0123456789") != "" {
		return errors.New("want digits")
	}
	*id = zoomID(text)
	return nil
}

func decodeZoom(body []byte) (zoomMessage, error) {
	var m zoomMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return zoomMessage{}, errors.New("is no message of Zoom's")
	}
	return m, nil
}

// signer is the account that the message is of: none when the message names another.
func (m zoomMessage) signer(signers []signedBy) (signedBy, bool) {
	for _, s := range signers {
		if s.AccountID == "" && len(signers) == 1 || s.AccountID == m.Payload.Account {
			return s, true
		}
	}
	return signedBy{}, false
}

// alert takes a find of Zoom's, once. The status says whether it should be sent again.
func (h *zoomHook) alert(ctx context.Context, signers []signedBy, m zoomMessage, body []byte) int {
	account, ok := m.signer(signers)
	if !ok {
		h.o.Log.Warn("a message of Zoom's is of another account than the configured one: check account_id")
		return http.StatusNoContent
	}
	text, links := m.text(account.Host)
	if text == "" {
		return http.StatusBadRequest
	}
	print := m.print(account, body)
	seen, err := h.o.Seen.SeenItems(ctx, []uint64{print})
	if err != nil || len(seen) != 1 {
		return h.later(err)
	}
	if seen[0] {
		return http.StatusNoContent
	}
	for _, link := range links {
		h.o.Tell(account.Org, link)
	}
	taken, err := h.o.Take(ctx, m.reading(account, text, h.o.Now()))
	if err != nil {
		return h.later(err)
	}
	for _, skip := range taken.Skips {
		if skip.Cause == scanner.Failure {
			return h.later(nil)
		}
	}
	if err := h.o.Seen.RememberItems(ctx, []uint64{print}); err != nil {
		return h.later(err)
	}
	h.o.Log.Info("Zoom has found a meeting in public", "organisation", account.Org, "new", taken.New, "sightings", taken.Claimed)
	return http.StatusNoContent
}

// later is the status of what could not be taken now. Of the error only its kind is logged: the rest could be of the message.
func (h *zoomHook) later(err error) int {
	h.o.Log.Warn("a message of Zoom's could not be taken now", "store", errors.Is(err, scanner.ErrUnavailable))
	return http.StatusServiceUnavailable
}

// text is the link to the meeting, for the matcher, and the links that it names: as Zoom found it, as far as it is one link to this
// meeting, in the account's cloud, or to a personal room; else made of the number. "" when there is no number. What holds more than a
// link was written by whoever posted it: Zoom vouches for the meeting of that number only.
func (m zoomMessage) text(host string) (string, []matchers.Link) {
	id := string(m.Payload.Object.ID)
	if len(id) < 9 || len(id) > 11 {
		return "", nil
	}
	number := "https://" + host + "/j/" + id
	lines, links := []string{number}, zoomLinks(number)
	posted := m.Payload.Object.Found.Meeting
	if len(posted) > 4096 || len(links) != 1 || strings.ContainsFunc(posted, func(r rune) bool { return r <= ' ' }) {
		return number, links
	}
	found := zoomLinks(posted)
	if len(found) != 1 || found[0].Realm != links[0].Realm || holdsMore(posted, found[0].Space == "my") {
		return number, links
	}
	switch link := found[0]; {
	case link.Space == "" && link.ID == id:
		lines = []string{posted}
	case link.Space == "my":
		lines, links = append(lines, posted), append(links, link)
	}
	return strings.Join(lines, "\n"), links
}

// holdsMore says whether an address may hold another one. That of a personal room, whose number is not told, may have a passcode and
// nothing else.
func holdsMore(address string, room bool) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	rest := strings.ToLower(u.RawQuery + "#" + u.Fragment)
	if strings.Contains(rest, "://") || strings.Contains(rest, "%3a") || strings.Contains(rest, "%253a") {
		return true
	}
	if !room {
		return false
	}
	query := u.Query()
	query.Del("pwd")
	return len(query) > 0 || u.Fragment != "" || strings.Contains(u.RawQuery, ";")
}

func zoomLinks(text string) []matchers.Link {
	var links []matchers.Link
	for _, s := range matchers.Find([]byte(text)) {
		if s.Platform == "zoom" && !s.Possible {
			links = append(links, s.Link)
		}
	}
	return links[:min(len(links), 4)]
}

// print is the fingerprint of a message: sent again it has the same, with another signature too.
func (m zoomMessage) print(a signedBy, body []byte) uint64 {
	o := m.Payload.Object
	parts := []string{"meetleaks zoom event v1", a.Org, m.Event, o.UUID, string(o.ID), string(m.At)}
	if m.At == "" || o.UUID == "" {
		parts = append(parts, string(body))
	}
	return binary.BigEndian.Uint64(zoomMAC(a.secret, strings.Join(parts, "\x00")))
}

// reading is the public post that Zoom found. Its address is kept encrypted, as that of every social place; a post without one has a
// name that nobody can guess the meeting from.
func (m zoomMessage) reading(a signedBy, text string, now time.Time) scanner.Reading {
	found := m.Payload.Object.Found
	at := now
	if sent, ok := zoomTime(string(m.At)); ok && sent.Before(now) && now.Sub(sent) < 24*time.Hour {
		at = sent
	}
	version := zoomMAC(a.secret, "meetleaks zoom text v1", text)
	name := zoomMAC(a.secret, "meetleaks zoom post v1", m.Payload.Object.UUID, "\x00", string(m.Payload.Object.ID), "\x00", string(m.At))
	r := scanner.Reading{
		Document: scanner.Document{URI: "zoom:risk_alert:" + hex.EncodeToString(name[:16]), MediaType: "text/plain", Text: strings.NewReader(text)},
		Source:   zoomSource, At: at, Version: version, Shown: shownService(found.Platform) + " (found by Zoom)",
	}
	if post, err := url.Parse(found.Post); err == nil && len(found.Post) <= 2048 && post.Host != "" && post.User == nil &&
		(post.Scheme == "https" || post.Scheme == "http") {
		r.URI, r.Reference = found.Post, scanner.NewSecret(found.Post)
	}
	return r
}

// shownService is the name of a service as Zoom writes it, when it is a plain word.
func shownService(text string) string {
	if text == "" || len(text) > 30 || strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz") != "" {
		return "a public post"
	}
	return strings.ToLower(text)
}
