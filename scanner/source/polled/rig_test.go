package polled_test

import (
	"context"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/polled"
	"meetleaks/scanner/source/sourcetest"
)

// board is the least source there is: each of its documents is a notice, one text.
type board struct{ poller *polled.Poller }

// kept is what is known of a notice.
type kept struct {
	polled.Memory
	Bytes int `json:"bytes,omitempty"`
}

// Read makes a pass.
func (b *board) Read(ctx context.Context, p scanner.Pass) (scanner.Outcome, error) {
	return b.poller.Read(ctx, p, b.look)
}

func (b *board) look(ctx context.Context, w *polled.Pass, d polled.Document) error {
	m, err := polled.Load[kept](ctx, b.poller, d.ID)
	if err != nil {
		return err
	}
	l := w.Look(d, &m.Memory)
	if l.Rests(1) {
		return nil
	}
	page, err := l.Ask(ctx)
	switch {
	case err != nil:
		return err
	case page == nil:
	case page.Status == http.StatusGone:
		_, err = l.Gone(ctx)
	case page.NotModified:
		err = b.unchanged(ctx, l, page)
	default:
		err = b.take(ctx, l, &m, page)
	}
	if err != nil {
		return err
	}
	return polled.Keep(ctx, l, m)
}

func (b *board) unchanged(ctx context.Context, l *polled.Look, page *fetch.Page) error {
	l.Seen(page)
	l.RestUntil(l.Now.Add(fetch.FreshFor(page.Header)))
	l.Count(func(t *polled.Tally) { t.Documents++ })
	if l.StandsLong() {
		return l.TellStands(ctx)
	}
	return nil
}

// take hands a notice on. One that says "panic" breaks it.
func (b *board) take(ctx context.Context, l *polled.Look, m *kept, page *fetch.Page) error {
	text, whole := string(page.Body), page.Truncated == ""
	if text == "panic" {
		panic(text)
	}
	failed, err := l.Take(ctx, scanner.Reading{
		Document: scanner.Document{URI: l.Document.URI, Host: polled.HostOf(l.Document.URL), Text: strings.NewReader(text)},
		Version:  []byte(text),
	}, whole)
	if err != nil {
		return err
	}
	l.Changed(m.Bytes > 0 && m.Bytes != len(text), true)
	l.Taken(page, whole)
	m.Bytes = len(text)
	l.RestUntil(l.Now.Add(fetch.FreshFor(page.Header)))
	l.Count(func(t *polled.Tally) {
		t.Documents++
		if failed {
			t.Health.Failed++
		}
	})
	return nil
}

// rig is a board with what it reads.
type rig struct {
	*sourcetest.Rig

	t    *testing.T
	site *sourcetest.Site
}

// newRig reads the notices at some paths of a site.
func newRig(t *testing.T, paths ...string) *rig {
	t.Helper()
	r := &rig{Rig: sourcetest.NewRig(t, "hall"), t: t, site: sourcetest.NewSite(t, "text/plain; charset=utf-8")}
	var addresses []string
	for _, path := range paths {
		addresses = append(addresses, r.site.URL+path)
	}
	r.open(r.Clock.Client(t, r.site.Addr()), addresses...)
	return r
}

// maxBody is how many bytes of a notice are read.
const maxBody = 1000

func kindOf() polled.Kind {
	return polled.Kind{Name: "notice", MaxBody: maxBody, Address: polled.Address, ID: func(uri string) string { return hex.EncodeToString([]byte(uri)) }}
}

func (r *rig) options(client polled.Client, addresses ...string) polled.Options {
	o := polled.Options{
		Name: r.Source, Client: client, Visits: r.Visits, Taker: sourcetest.Lenient{Taker: r.Taker}, Key: []byte("0123456789abcdef"), Now: r.Clock.Now,
	}
	for _, at := range addresses {
		o.URLs = append(o.URLs, sourcetest.Address(r.t, at))
	}
	return o
}

// open lets the board read other addresses.
func (r *rig) open(client polled.Client, addresses ...string) {
	r.t.Helper()
	r.openWith(r.options(client, addresses...))
}

func (r *rig) openWith(o polled.Options) {
	r.t.Helper()
	poller, err := polled.New(kindOf(), o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.Read = (&board{poller}).Read
}

// keep lets a record be what is known of an address.
func (r *rig) keep(at, record string) {
	r.t.Helper()
	visit := scanner.Visit{Page: hex.EncodeToString([]byte(at)), Data: []byte(record)}
	if err := r.Visits.SaveVisit(r.t.Context(), r.Source, visit); err != nil {
		r.t.Fatal(err)
	}
}

// taken is how often something was handed on.
func (r *rig) taken() int { return len(r.Calls(sourcetest.WasTaken)) }
