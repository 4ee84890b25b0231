package feed

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/polled"
)

// part is a stretch of an item's text, with what it is: "text/html; …", or "" for text that is read as it is.
type part struct {
	kind string
	text string
}

// kindHTML is how HTML is given to the Reader.
const kindHTML = "text/html; charset=utf-8"

// document is what is handed on: an item, or what a feed says of itself.
type document struct {
	uri, host string
	shown     string
	parts     []part
	posted    time.Time
	cut       bool // more stands there than is known
}

// take hands on the items that are new or changed, or all, and judges those that are not listed any more.
func (r *reading) take(ctx context.Context, l *listing) error {
	before := unpacked(r.m.Items, MaxItems)
	known := make(map[uint64]uint64, len(before))
	for _, e := range before {
		known[e.Key] = e.Version
	}
	r.count(l)
	about := document{uri: r.Document.URI, host: r.host, parts: l.about, cut: l.cut}
	if err := r.hand(ctx, about); err != nil {
		return err
	}
	now := r.source.entries(l)
	version := binary.BigEndian.Uint64(r.source.version(about, about.cut))
	edited := r.m.About != version && r.m.About != 0
	r.m.About = version
	for i, e := range now {
		version, listed := known[e.Key]
		changed := listed && version != e.Version
		if listed && !changed && !r.Full {
			continue
		}
		if err := r.item(ctx, &l.items[i], e); err != nil {
			return err
		}
		edited = edited || changed
		if !listed || changed {
			r.Count(func(t *polled.Tally) { t.News++ })
		}
	}
	r.Changed(edited, r.Full)
	r.Count(func(t *polled.Tally) { t.Documents += len(now) + 1 })
	return r.compare(ctx, l, before, now)
}

// count tells what a listing holds.
func (r *reading) count(l *listing) {
	latest := time.Time{}
	for i := range l.items {
		if at := l.items[i].posted; at.After(latest) && !at.After(r.Now) {
			latest = at
		}
	}
	if l.cut {
		r.noted = append(r.noted, "longer than is read: items at its end are not seen")
	}
	if l.broken > 0 {
		r.noted = append(r.noted, "partly broken: what stands behind the break is not seen")
	}
	r.Count(func(t *polled.Tally) {
		h := &t.Health
		h.Heard += int64(len(l.items) + l.more)
		h.Failed += int64(l.broken)
		if l.cut {
			h.Truncated++
		}
		if latest.After(h.Posted) {
			h.Posted, h.Lag = latest, r.Now.Sub(latest)
		}
	})
}

// item hands an item on.
func (r *reading) item(ctx context.Context, it *item, e entry) error {
	return r.hand(ctx, document{
		uri: uriOf(r.Document, e.Key), host: r.host, shown: it.shown(), parts: it.parts, posted: it.posted, cut: it.cut,
	})
}

// hand makes the text of a document and gives it to the Taker. A document that cannot be kept is counted; any other error ends the pass.
func (r *reading) hand(ctx context.Context, d document) error {
	text, broken, err := r.source.text(ctx, d)
	if err != nil {
		return err
	}
	failed, err := r.Take(ctx, scanner.Reading{
		Document: scanner.Document{URI: d.uri, MediaType: "text/plain", Host: d.host, Text: strings.NewReader(text)},
		Posted:   d.posted, Version: r.source.version(d, broken), Shown: d.shown,
	}, !broken)
	if err != nil {
		return fmt.Errorf("take an item: %w", err)
	}
	r.Count(func(t *polled.Tally) {
		t.Health.Read++
		if failed {
			t.Health.Failed++
		}
		if broken {
			t.Health.Truncated++
		}
	})
	return nil
}

// version changes with what a document holds.
func (s *Source) version(d document, broken bool) []byte {
	parts := make([]string, 0, 2*len(d.parts)+1)
	parts = append(parts, fmt.Sprint(broken))
	for _, p := range d.parts {
		parts = append(parts, p.kind, p.text)
	}
	return s.mac("version", parts...)[:16]
}

// text joins the parts of a document, with the Reader's help. broken says that something is missing of it. The error is the context's.
func (s *Source) text(ctx context.Context, d document) (text string, broken bool, err error) {
	var out strings.Builder
	broken = d.cut
	add := func(text string) {
		if room := MaxItemText - out.Len(); len(text) > room {
			text, broken = text[:max(room, 0)], true
		}
		out.WriteString(text)
		out.WriteString("\n\n")
	}
	for _, p := range d.parts {
		if p.kind == "" || s.o.Read == nil {
			add(p.text)
			continue
		}
		before := out.Len()
		page := polled.NewPage(d.uri, d.host, p.kind, []byte(p.text))
		_, err := s.o.Read(ctx, page, func(found scanner.Document) error {
			text, err := io.ReadAll(io.LimitReader(found.Text, MaxItemText+1))
			broken = broken || err != nil
			add(string(text))
			return nil
		}, func(skip scanner.Skip) { broken = broken || skip.Cause == scanner.Failure })
		if err != nil {
			return "", true, fmt.Errorf("take an item apart: %w", err)
		}
		if out.Len() == before { // or what cannot be taken apart would be a way to hide a link
			add(p.text)
		}
	}
	return out.String(), broken, nil
}

// entries are the items of a listing as they are remembered. Items that say they are one and the same are told apart by what they hold.
func (s *Source) entries(l *listing) []entry {
	out := make([]entry, 0, len(l.items))
	seen := make(map[uint64]bool, len(l.items))
	for i := range l.items {
		it := &l.items[i]
		e := entry{Version: binary.BigEndian.Uint64(s.version(document{parts: it.parts}, it.cut))}
		e.Key = binary.BigEndian.Uint64(s.mac("item", it.known()...))
		if seen[e.Key] {
			e.Key = binary.BigEndian.Uint64(s.mac("item again", append(it.known(), fmt.Sprint(e.Version))...))
		}
		if seen[e.Key] { // the very same once more
			e.Key = binary.BigEndian.Uint64(s.mac("item again", append(it.known(), fmt.Sprint(e.Version, i))...))
		}
		seen[e.Key] = true
		if !it.posted.IsZero() {
			e.At = max(it.posted.Unix(), 1)
		}
		out = append(out, e)
	}
	return out
}

// shown is how people are told the place: the item's page, when it has one.
func (it *item) shown() string {
	u, err := url.Parse(it.link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(it.link) > polled.MaxURL {
		return ""
	}
	return it.link
}
