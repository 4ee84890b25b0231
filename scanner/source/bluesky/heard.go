package bluesky

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/coder/websocket"

	"meetleaks/scanner"
)

// notes are what people are told of a pass beside numbers.
type notes struct {
	future, ahead, tooLong, cut bool
	repeated                    bool // something was heard, though nothing new
	gap                         time.Duration
	begun                       bool // the first event was there
}

// told is what is told of the pass. The caller holds mu.
func (l *listening) told() scanner.SourceHealth {
	h := l.health
	h.Notes = nil
	for _, note := range []struct {
		holds bool
		text  string
	}{
		{l.note.gap > 0, "a gap of " + words(l.note.gap) + " was not seen: the service keeps no more"},
		{l.note.future, "the cursor lay in the future: began with what is new"},
		{l.note.ahead, "the service's clock is ahead of ours: the cursor stays where it was"},
		{l.note.tooLong, fmt.Sprintf("a frame of over %d bytes was skipped", MaxFrame)},
		{l.note.cut, "texts were cut, or hold links that are cut"},
		{l.s.places.full(), fmt.Sprintf("more than %d places: an account that goes away may be missed", MaxPlaces)},
	} {
		if note.holds {
			h.Notes = append(h.Notes, note.text)
		}
	}
	return h
}

// words says a duration as people do, to the minute.
func words(d time.Duration) string {
	d = d.Round(time.Minute)
	switch hours, minutes := int(d.Hours()), int(d.Minutes())%60; {
	case d < time.Minute:
		return "under a minute"
	case hours == 0:
		return fmt.Sprintf("%d min", minutes)
	default:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	}
}

// tooLong counts a frame that was skipped.
func (l *listening) tooLong() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health.Heard++
	l.health.Failed++
	l.note.tooLong = true
}

// heard deals with one frame. An error ends the pass.
func (l *listening) heard(ctx context.Context, kind websocket.MessageType, frame []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return l.failed
	}
	e, frame, err := l.understood(kind, frame)
	if err != nil {
		return l.garbled(kind)
	}
	l.garbage = 0
	isNew := l.count(e)
	if err := l.event(ctx, e, frame, isNew); err != nil {
		return err
	}
	if isNew {
		l.now = position{time: e.time}
	}
	if isNew || l.note.ahead {
		l.fresh.Add(1)
	}
	l.items++
	if l.items >= itemsPerSave && l.now != l.saved && time.Since(l.savedAt) >= leastSave {
		return l.saveHere(ctx)
	}
	return nil
}

func (l *listening) saveHere(ctx context.Context) error {
	err := l.save(ctx)
	if err != nil && ctx.Err() == nil {
		l.failed = err
	}
	return err
}

func (l *listening) understood(kind websocket.MessageType, frame []byte) (event, []byte, error) {
	if kind == websocket.MessageBinary {
		if l.unpacker == nil {
			return event{}, nil, errFrame
		}
		var err error
		if frame, err = l.unpacker.unpack(frame); err != nil {
			return event{}, nil, err
		}
	}
	e, err := readEvent(frame)
	return e, frame, err
}

// garbled counts a frame that could not be understood.
func (l *listening) garbled(kind websocket.MessageType) error {
	l.health.Failed++
	l.garbage++
	switch {
	case l.garbage < maxGarbage:
		return nil
	case kind == websocket.MessageBinary:
		return &Error{Why: whyPacked}
	}
	return &Error{Why: whyGarbage}
}

// count says whether an event is new: not before the position that the pass began with, or has come to.
func (l *listening) count(e event) bool {
	now := l.s.o.Now()
	if !l.note.begun {
		l.note.begun = true
		if l.note.gap = l.began.gap(e.time); l.note.gap > 0 {
			l.health.Failed++
		}
	}
	if e.time <= l.began.time && !l.began.about {
		l.note.repeated = true
		return false
	}
	l.health.Heard++
	posted := time.UnixMicro(e.time)
	l.health.Posted, l.health.Lag = posted.UTC(), max(now.Sub(posted), 0)
	if posted.After(now.Add(ahead)) {
		l.note.ahead = true
		return false
	}
	l.note.ahead = false
	return e.time > l.now.time || l.now.about
}

// event deals with one event.
func (l *listening) event(ctx context.Context, e event, frame []byte, isNew bool) error {
	switch string(e.kind) {
	case "commit":
		return l.commit(ctx, e, frame, isNew)
	case "account":
		return l.account(ctx, e)
	}
	return nil
}

func (l *listening) commit(ctx context.Context, e event, frame []byte, isNew bool) error {
	name := wanted(l.s.o.Collections, e.collection)
	switch {
	case !isCollection(e.collection) || !isKey(e.key):
		l.health.Failed++
		return nil
	case name == "":
		return nil
	case !isNew && l.s.recent.has(e):
		return nil
	}
	var err error
	switch string(e.operation) {
	case "delete":
		err = l.deleted(ctx, placeOf(string(e.did), string(e.collection), string(e.key)))
	case "create":
		if !l.s.o.Promising(frame) {
			return nil
		}
		err = l.take(ctx, e, name)
	case "update": // whatever it says now: a link may have been taken out
		err = l.take(ctx, e, name)
	default:
		l.health.Failed++
		return nil
	}
	if err == nil {
		l.s.recent.add(e)
	}
	return err
}

// deleted tells that a place is gone.
func (l *listening) deleted(ctx context.Context, uri string) error {
	return l.gone(ctx, uri, l.s.o.Taker.Deleted)
}

func (l *listening) gone(ctx context.Context, uri string, tell func(context.Context, string) error) error {
	l.health.Deleted++
	if err := tell(ctx, uri); err != nil {
		return fmt.Errorf("bluesky: %w: tell of a deletion: %w", errTaken, err)
	}
	l.s.places.forget(uri)
	return nil
}

// account tells, of an account that is shown to nobody any more, that all its known places are gone, and when it is shown again that
// they are back: people switch their accounts off and on again as they like.
func (l *listening) account(ctx context.Context, e event) error {
	gone, shown, ok := stateOf(e.account)
	switch {
	case !ok:
		l.health.Failed++
	case gone:
		for _, uri := range l.s.places.of(string(e.did)) {
			if err := l.gone(ctx, uri, l.s.o.Taker.Away); err != nil {
				return err
			}
			l.s.places.leave(uri)
		}
	case shown:
		for _, uri := range l.s.places.awayOf(string(e.did)) {
			if err := l.s.o.Taker.Reappeared(ctx, uri); err != nil {
				return fmt.Errorf("bluesky: %w: tell that an account is back: %w", errTaken, err)
			}
			l.s.places.add(uri)
		}
	}
	return nil
}

// stateOf says whether nobody is shown an account any more, or everybody; ok is false when it cannot be told.
func stateOf(account []byte) (gone, shown, ok bool) {
	var a struct {
		Active *bool  `json:"active"`
		Status string `json:"status"`
	}
	if err := json.Unmarshal(account, &a); err != nil || a.Active == nil {
		return false, false, false
	}
	switch a.Status {
	case "desynchronized", "throttled": // they say something of a server, not of the account
		return false, false, true
	}
	return !*a.Active, *a.Active, true
}

// take hands a record on.
func (l *listening) take(ctx context.Context, e event, name string) error {
	w, err := textOf(string(e.collection), e.record)
	if err != nil {
		l.health.Failed++
		return nil //nolint:nilerr // it is counted, and the stream goes on
	}
	l.health.Read++
	if w.cut {
		l.health.Truncated++
		l.note.cut = true
	}
	uri := placeOf(string(e.did), string(e.collection), string(e.key))
	t, err := l.s.o.Taker.Take(ctx, scanner.Reading{
		Document: scanner.Document{URI: uri, MediaType: "text/plain", Text: strings.NewReader(w.text.String()), Events: w.events},
		Source:   l.pass.Source, At: l.s.o.Now(), Posted: time.UnixMicro(e.time).UTC(), Version: versionOf(e), Shown: shownOf(name),
		Reference: scanner.NewSecret(uri),
	})
	if err != nil {
		return fmt.Errorf("bluesky: %w: %w", errTaken, err)
	}
	l.news += t.New
	if t.Claimed > 0 {
		l.s.places.add(uri)
	}
	return nil
}

// versionOf is the record's own hash, or one of ours.
func versionOf(e event) []byte {
	if isVersion(e.revision) {
		return bytes.Clone(e.revision)
	}
	sum := sha256.Sum256(e.record)
	return sum[:]
}
