package polled

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner/fetch"
)

// Look is one look at a document, by one goroutine.
type Look struct {
	*Pass

	Document Document
	Now      time.Time
	// Full says that all of the document is asked for and handed on, whether it changed or not. A source may set it, before it asks.
	Full bool

	m *Memory
}

// Look begins to look at a document, of which m is known. What comes of it is written into m.
func (w *Pass) Look(d Document, m *Memory) *Look {
	l := &Look{Pass: w, Document: d, Now: w.poller.o.Now(), m: m}
	l.Full = l.anew() || !m.Doubt.IsZero() && l.Now.Sub(m.Doubt) >= LooksApart
	return l
}

// anew says that the document was never read under what decides now whose links are.
func (l *Look) anew() bool { return l.m.Generation != l.poller.generation }

// Rests says that the document asked not to be read yet, and nothing is left to do. It counts as it was when it was read last: as so many
// documents, unless that failed.
func (l *Look) Rests(documents int) bool {
	if l.m.Next.After(l.Now.Add(mostRest)) {
		l.m.Next = time.Time{} // a clock that jumped
	}
	if !l.m.Next.After(l.Now) || l.anew() && l.m.Fails == 0 {
		return false
	}
	l.settle(l.Document, l.m, l.Now)
	if l.m.Fails == 0 {
		l.Count(func(t *Tally) { t.Documents += documents })
	}
	return true
}

// Ask asks for the document. Its page answers with success, or that nothing changed (NotModified), or that the document is gone for good
// (http.StatusGone). With none, nothing was seen, and that is noted. Its error is the context's.
func (l *Look) Ask(ctx context.Context) (*fetch.Page, error) {
	if to, err := url.Parse(l.m.Moved); err != nil || l.enter(to) != nil {
		l.m.Moved = ""
	}
	request := fetch.Request{
		URL: cmp.Or(l.m.Moved, l.Document.URI), Kind: l.poller.kind.Fetch, MaxBytes: l.poller.kind.MaxBody, Enter: l.enter,
	}
	if !l.Full {
		request.Validators = l.m.validators()
	}
	page, err := l.poller.o.Client.Get(ctx, request)
	switch {
	case err != nil:
		return nil, l.unread(ctx, err)
	case page.NotModified && l.Full:
		l.Failed("answered that nothing changed without being asked")
		return nil, nil
	case page.NotModified, page.Status == http.StatusGone && l.m.Moved == "", page.Status >= 200 && page.Status <= 299:
		return page, nil
	}
	l.failed(fmt.Sprintf("the server answered %d", page.Status), fetch.ParseRetryAfter(page.Header.Get("Retry-After"), l.Now))
	return nil, nil
}

// errInClear is why no redirect is followed that leads out of TLS.
var errInClear = errors.New("leads from https to http")

// enter judges a redirect. Whoever configures https must get what the server sent: others may change what comes in clear, and how far a
// document is believed is decided by the configured address.
func (l *Look) enter(to *url.URL) error {
	if to.Scheme != "https" && l.Document.URL.Scheme == "https" {
		return errInClear
	}
	return nil
}

// unread notes why there was no answer. Its error is the context's.
func (l *Look) unread(ctx context.Context, why error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("read: %w", context.Cause(ctx))
	}
	words, wait := fetch.InWords(why, l.Now)
	if errors.Is(why, errInClear) {
		words = errInClear.Error()
	}
	l.failed(words, wait)
	return nil
}

// Failed notes that nothing was seen, and why, for people.
func (l *Look) Failed(why string) { l.failed(why, 0) }

// failed notes that nothing was seen. A new address that leads nowhere is forgotten: the old one may know better.
func (l *Look) failed(why string, wait time.Duration) {
	l.m.Fails++
	l.m.Why, l.m.Moved, l.m.Next = why, "", time.Time{}
	if wait > 0 {
		l.m.Next = l.Now.Add(min(wait, mostRest))
		l.Count(func(t *Tally) { t.Health.Refused++ })
	}
}

// Seen notes that the document was read, or that it did not change.
func (l *Look) Seen(page *fetch.Page) {
	l.m.At, l.m.Fails, l.m.Why, l.m.GoneAt = l.Now, 0, "", time.Time{}
	l.moved(page)
}

// Taken notes that the Taker has the document. One that is not whole is asked for in full the next time: it may be whole then.
func (l *Look) Taken(page *fetch.Page, whole bool) {
	l.Seen(page)
	l.m.validate(fetch.Validators{})
	if whole {
		l.m.validate(page.Validators)
	}
	l.m.Generation = l.poller.generation
}

// moved remembers where the document went for good, when that may be kept and asked for.
func (l *Look) moved(page *fetch.Page) {
	to, err := url.Parse(page.Moved)
	if err != nil || page.Moved == "" || page.Moved == l.Document.URI || matchers.Mask(page.Moved) != page.Moved {
		return
	}
	if at, err := l.poller.kind.Address(to); err == nil && l.poller.o.Client.Admit(at) == nil {
		l.m.Moved = page.Moved
	}
}

// HostOf is the lower-case host of an address.
func HostOf(u *url.URL) string { return strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")) }
