package hook

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"meetleaks/scanner"
)

// takeAll takes the documents of one request, in their order. Its error says that some could not be taken now; those behind are
// tried all the same, unless the store does not answer or the time is up.
func (h *Hook) takeAll(ctx context.Context, documents [][]byte) (report, error) {
	ctx, cancel := context.WithTimeout(ctx, h.o.TotalBound)
	defer cancel()
	r := report{Documents: len(documents), Refused: []refusal{}}
	now := h.o.Now()
	var failed error
	for i, line := range documents {
		m, err := decode(line)
		if err == nil {
			err = h.take(ctx, &m, now, &r)
		}
		var why reason
		switch {
		case err == nil:
			r.Taken++
			h.last.Store(h.o.Now().UnixNano())
		case errors.As(err, &why):
			r.Refused = append(r.Refused, refusal{i, string(why)})
		case errors.Is(err, scanner.ErrUnavailable) || ctx.Err() != nil:
			return r, err
		default:
			failed = err
		}
	}
	return r, failed
}

// take deals with one document.
func (h *Hook) take(ctx context.Context, m *item, now time.Time, r *report) error {
	var err error
	switch m.event {
	case eventGone:
		err = h.o.Taker.Gone(ctx, m.uri)
	case eventRepost:
		err = h.o.Taker.Reposted(ctx, m.uri, m.reach)
	default:
		err = h.document(ctx, m, now, r)
	}
	if errors.Is(err, scanner.ErrBadValue) {
		return errNotTaken
	}
	return err
}

// document hands a document's readings over.
func (h *Hook) document(ctx context.Context, m *item, now time.Time, r *report) error {
	t := taking{hook: h, m: m, report: r, at: now, version: version(m)}
	if !m.seenAt.IsZero() && m.seenAt.Before(now) {
		t.at = m.seenAt
	}
	if h.o.Read != nil && m.packed {
		_, err := h.o.Read(ctx, &Page{m}, func(d scanner.Document) error { return t.reading(ctx, d) }, t.skip)
		if err != nil {
			return err
		}
	}
	if t.readings == 0 { // or what cannot be taken apart would be a way to hide a link
		err := t.reading(ctx, scanner.Document{URI: m.uri, MediaType: m.mediaType, Host: m.host, Text: strings.NewReader(m.text)})
		if err != nil {
			return err
		}
	}
	t.end()
	return nil
}

// version tells texts apart: by the feeder's word, or by the text itself, read as what it is said to be.
func version(m *item) []byte {
	if m.version != "" {
		return []byte("given " + m.version)
	}
	sum := sha256.New()
	sum.Write([]byte(m.mediaType + "\n"))
	sum.Write([]byte(m.text))
	return sum.Sum([]byte("text "))
}

// taking is one document on its way: it may be several readings.
type taking struct {
	hook    *Hook
	m       *item
	report  *report
	at      time.Time
	version []byte

	readings, unchanged int
	broken              bool
}

func (t *taking) reading(ctx context.Context, d scanner.Document) error {
	r := scanner.Reading{
		Document: d, Source: t.hook.o.Source, At: t.at, Reach: t.m.reach, Version: t.version, Shown: t.m.shown,
	}
	if t.m.shown != "" { // then the place itself is nobody's business
		r.Reference = scanner.NewSecret(d.URI)
	}
	got, err := t.hook.o.Taker.Take(ctx, r)
	if err != nil {
		return err
	}
	t.readings++
	if got.Unchanged {
		t.unchanged++
	}
	t.report.Leaks += got.Claimed
	t.report.New += got.New
	t.report.Unregistered += got.Nobodys
	for _, skip := range got.Skips {
		t.skip(skip)
	}
	return nil
}

func (t *taking) skip(s scanner.Skip) { t.broken = t.broken || s.Cause == scanner.Failure }

// end counts the document.
func (t *taking) end() {
	if t.unchanged == t.readings {
		t.report.Unchanged++
	}
	if t.broken {
		t.report.Incomplete++
	}
}
