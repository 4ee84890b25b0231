package feed

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"regexp"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/feed/fakefeed"
	"meetleaks/scanner/source/polled"
	"meetleaks/scanner/source/sourcetest"
)

// untag stands for the extractor: it takes tags off, and writes where links lead.
func untag(_ context.Context, page *polled.Page, yield func(scanner.Document) error, _ func(scanner.Skip)) (scanner.Outline, error) {
	r, err := page.Open()
	if err != nil {
		return scanner.Outline{}, err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return scanner.Outline{}, err
	}
	text = regexp.MustCompile(`<a [^>]*href="([^"]*)"[^>]*>`).ReplaceAll(text, []byte(" $1 "))
	text = regexp.MustCompile(`<[^>]*>`).ReplaceAll(text, nil)
	return scanner.Outline{}, yield(scanner.Document{URI: page.URI(), Host: page.Host(), Text: bytes.NewReader(text)})
}

// rig is a source with what it reads.
type rig struct {
	*sourcetest.Rig

	t      *testing.T
	site   *fakefeed.Server
	source *Source
}

func newRig(t *testing.T, change func(*Options)) *rig {
	t.Helper()
	r := &rig{Rig: sourcetest.NewRig(t, "news"), t: t, site: fakefeed.Start()}
	t.Cleanup(r.site.Close)
	r.open(change)
	return r
}

func (r *rig) open(change func(*Options)) {
	r.t.Helper()
	o := Options{Read: untag, Options: polled.Options{
		Name: r.Source, URLs: []*url.URL{sourcetest.Address(r.t, r.site.URL())}, Client: r.Clock.Client(r.t, r.site.Addr()),
		Visits: r.Visits, Taker: sourcetest.Lenient{Taker: r.Taker}, Key: []byte("0123456789abcdef"), Now: r.Clock.Now,
	}}
	if change != nil {
		change(&o)
	}
	s, err := NewSource(o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.source, r.Read = s, s.Read
}

// uri is the place of an item by its guid.
func (r *rig) uri(guid string) string {
	e := r.source.entries(&listing{items: []item{{id: guid}}})
	return uriOf(r.source.poller.Documents()[0], e[0].Key)
}

func (r *rig) item(guid, html string, age time.Duration) fakefeed.Item {
	return fakefeed.Item{
		ID: guid, Title: "About " + guid, HTML: html, Link: "https://acme.example/news/" + guid, Posted: r.Clock.Now().Add(-age),
	}
}
