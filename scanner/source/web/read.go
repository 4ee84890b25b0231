package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// errMet ends a request whose redirect leads to a page that is read by itself.
const errMet refusal = "redirects to a page that is read by itself"

// ask fetches a page, and says whether a request was made for it that counts as one for a page.
func (p *pass) ask(ctx context.Context, v *visitor, j *job) (answer, Visit, bool) {
	if err := p.resting.err(j.Address.Host(), p.options.Now()); err != nil {
		p.unread.tell(j.Address.String(), err)
		p.watch.unseen(j.Class, err, 0)
		return answer{}, Visit{}, false
	}
	visit, known, err := p.recall(ctx, j.Address)
	if err != nil {
		p.stop(err)
		return answer{}, visit, false
	}
	if !known {
		visit.Depth = j.Depth // a promise may not have been possible
	}
	j.began, j.outdated = p.options.Now(), p.watch.outdated(visit)
	if known && j.Class == classFound && visit.Next.After(p.started) && !j.outdated {
		p.count(func(s *Stats) { s.NotDue++ })
		return answer{}, visit, false
	}
	var validators fetch.Validators
	if j.full = j.outdated || visit.Partial || !visit.DoubtAt.IsZero(); !j.full {
		validators = fetch.Validators{ETag: visit.ETag, LastModified: visit.LastModified, Length: visit.Length}
	}
	way := &way{pass: p, job: j, passed: map[Address]bool{j.Address: true}}
	a := v.visit(ctx, errand{
		url:        j.Address.URL(),
		validators: validators,
		enter:      way.enter,
		wants:      p.wants,
	})
	p.count(func(s *Stats) { s.Wire += a.wire })
	p.heed(j, a)
	if a.err == nil || len(a.redirects) > 0 || causeOf(a.err) == scanner.Failure || ctx.Err() != nil {
		return a, visit, true
	}
	p.refused(j.Address, a.err)
	p.watch.unseen(j.Class, a.err, 0)
	p.remember(ctx, j, visit, Failed, false)
	return a, visit, false
}

// heed notes whether a host answers, or asks to be left alone; before the next one asks it.
func (p *pass) heed(j *job, a answer) {
	busy := a.status == http.StatusTooManyRequests || a.status >= 500
	switch host, after := j.final(a).Host(), p.later(a); {
	case a.err == nil && !busy:
		p.resting.answered(host)
	case busy && !p.waits(after) && p.resting.asks(host, p.options.Now().Add(after)):
		p.options.Waits(host, after)
	}
}

// later is how long the server asks to wait.
func (p *pass) later(a answer) time.Duration {
	return fetch.ParseRetryAfter(a.header.Get("Retry-After"), p.options.Now())
}

// way follows the redirects of one request.
type way struct {
	pass   *pass
	job    *job
	passed map[Address]bool
}

// enter judges where a redirect leads, before it is requested.
func (w *way) enter(u *url.URL) error {
	a, err := canonical(Address{}, u.String())
	if err != nil {
		return err
	}
	if w.passed[a] {
		return nil // a circle: the client ends it, and says so
	}
	w.passed[a] = true
	if err := w.pass.scope.admit(a, min(w.job.Depth, w.pass.options.Depth)); err != nil {
		return refusal("redirected: " + err.Error())
	}
	isNew, err := w.pass.visited.add(a)
	if err != nil {
		return err
	}
	switch {
	case isNew:
		w.job.through = append(w.job.through, a)
	case !slices.Contains(w.job.through, a): // an earlier try may have come through here
		return errMet
	}
	return nil
}

// wants refuses kinds in which no links are looked for, by what the server says they are.
func (p *pass) wants(contentType string) error {
	kind, _, _ := mime.ParseMediaType(contentType) // one that cannot be read is seen from the content
	family, _, _ := strings.Cut(kind, "/")
	if family == "video" || family == "audio" || family == "font" || family == "image" && kind != "image/svg+xml" && !p.options.Images || kind == "text/css" {
		return refusal("kind not read: " + kind)
	}
	return nil
}

// answered does with an answer what is to be done.
func (p *pass) answered(ctx context.Context, j *job, visit Visit, a answer) {
	switch {
	case a.err != nil:
		p.unanswered(ctx, j, visit, a)
	case a.status == http.StatusNotModified && visit.To != j.to(a):
		p.failed(ctx, j, visit.unread(), a, errors.New("failed: another page than before says that it is unchanged"))
	case a.status == http.StatusNotModified:
		p.count(func(s *Stats) { s.Pages++; s.Saved += max(visit.Length-a.wire, 0) })
		p.unchanged(ctx, j, visit)
	case a.status == http.StatusTooManyRequests || a.status >= 500:
		p.failed(ctx, j, visit, a, statusError(a.status))
	case a.status == http.StatusNotFound || a.status == http.StatusGone:
		p.gone(ctx, j, visit, a)
	case a.status < 200 || a.status > 299:
		p.denied(ctx, j, visit, a.status)
	case a.unwanted != nil:
		p.unread.tell(j.Address.String(), a.unwanted)
		p.watch.unseen(j.Class, a.unwanted, 0)
		p.remember(ctx, j, visit, Unchanged, true)
	case p.watch != nil && j.same(visit, a):
		p.count(func(s *Stats) { s.Pages++ })
		visit.ETag, visit.LastModified, visit.Length = a.header.Get("ETag"), a.header.Get("Last-Modified"), a.wire
		p.unchanged(ctx, j, visit)
	default:
		p.count(func(s *Stats) { s.Pages++ })
		p.watch.seen(j.Class)
		p.hand(ctx, j, int64(len(a.body)), p.unit(ctx, j, visit, a))
	}
}

// unanswered judges a request that brought no page: it failed, or a redirect led where we do not go.
func (p *pass) unanswered(ctx context.Context, j *job, visit Visit, a answer) {
	outer, ok := errors.AsType[*fetch.Error](a.err)
	switch {
	case errors.Is(a.err, errMet):
		p.watch.seen(j.Class)
		p.elsewhere(ctx, j, visit, a)
	case ok && outer.Class == fetch.Refused:
		p.redirected(ctx, j, visit, a)
	case ok && (outer.Class == fetch.Failed || outer.Class == fetch.Slow):
		p.failed(ctx, j, visit, a, a.err)
	default:
		p.unread.tell(j.Address.String(), a.err)
		p.watch.unseen(j.Class, a.err, 0)
		p.remember(ctx, j, visit, Failed, false)
	}
}

// redirected reads an answer that is nothing but a link which is never requested: short addresses of one's own that lead to a meeting
// are leaks like any other.
func (p *pass) redirected(ctx context.Context, j *job, visit Visit, a answer) {
	p.count(func(s *Stats) { s.Pages++; s.Refused++ })
	text := strings.Join(a.redirects, "\n") + "\n"
	if len(matchers.Standard().FindIn([]byte(text), 0, len(text))) == 0 {
		p.unread.tell(j.Address.String(), a.err)
	}
	p.watch.seen(j.Class)
	p.hand(ctx, j, int64(len(text)), func(inner context.Context, yield func(scanner.Document) error, _ func(scanner.Skip)) error {
		r := p.newReading(j, j.Address.String(), visit)
		err := r.document(inner, yield)(scanner.Document{
			URI: j.Address.String(), Host: j.Address.Hostname(), MediaType: "text/uri-list", Text: bytes.NewBufferString(text),
		})
		if err == nil && ctx.Err() == nil {
			p.learnText(ctx, j, visit, r)
		}
		return err
	})
}

// statusError is an answer without a page.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("failed: the server answered %d", int(e)) }

// failed tries again later, or gives up.
func (p *pass) failed(ctx context.Context, j *job, visit Visit, a answer, why error) {
	after := p.later(a)
	in := p.retryDelay(j.tries + 1)
	if p.waits(max(in, after)) && p.schedule.again(j.task, in) {
		p.count(func(s *Stats) { s.Retries++ })
		p.options.Again(j.Address.Host(), why, max(in, after))
		return
	}
	if !p.waits(after) {
		why = fmt.Errorf("%w, and the site asks to wait %s", why, after)
	}
	p.unread.tell(j.Address.String(), why)
	p.watch.unseen(j.Class, why, after)
	p.remember(ctx, j, visit, Failed, false)
}

// waits says whether another try may be so late.
func (p *pass) waits(in time.Duration) bool {
	return p.options.Patience == 0 || in <= p.options.Patience
}

// gone is an answer that there is no such page. That is the whole truth about a link that leads nowhere; of a start page it means
// that nothing was read where something was to be.
func (p *pass) gone(ctx context.Context, j *job, visit Visit, a answer) {
	p.count(func(s *Stats) { s.Gone++ })
	result := Missing
	if a.status == http.StatusGone {
		result = Removed
	}
	if err := p.watch.gone(ctx, visit); err != nil {
		p.untold(ctx, j, visit, err)
		return
	}
	p.remember(ctx, j, visit, result, false)
	if j.Class == classStart {
		p.unread.tell(j.Address.String(), statusError(a.status))
		p.watch.unseen(j.Class, statusError(a.status), 0)
		return
	}
	p.watch.seen(j.Class)
	p.unread.tell(j.Address.String(), refusal(fmt.Sprintf("there is no such page (%d)", a.status)))
}

// denied is any other answer without a page.
func (p *pass) denied(ctx context.Context, j *job, visit Visit, status int) {
	p.remember(ctx, j, visit, Failed, false)
	if status == http.StatusUnauthorized && j.Class != classStart {
		p.watch.seen(j.Class)
		p.unread.tell(j.Address.String(), refusal("the server asks who we are (401): pages behind a sign-in are not read"))
		return
	}
	p.unread.tell(j.Address.String(), statusError(status))
	p.watch.unseen(j.Class, statusError(status), 0)
}

// unit reads a page.
func (p *pass) unit(ctx context.Context, j *job, visit Visit, a answer) scanner.Unit {
	at := j.final(a)
	page := &Page{uri: at.String(), host: at.Hostname(), contentType: a.header.Get("Content-Type"), body: a.body}
	return func(inner context.Context, yield func(scanner.Document) error, skip func(scanner.Skip)) error {
		known, err := p.target(inner, j, visit, at)
		if err != nil {
			return err
		}
		r := p.newReading(j, page.uri, known)
		r.cut = a.truncated != ""
		outline, err := p.readPage(inner, page, r, yield, r.skip(skip))
		if err != nil {
			return err
		}
		if a.truncated != "" {
			r.broken = true
			skip(scanner.Skip{URI: page.uri, Reason: "truncated: " + a.truncated, Cause: scanner.Failure})
		}
		lost := p.lost.Load()
		if ctx.Err() == nil {
			p.expand(ctx, j, page, at, outline, a.header, r)
		}
		r.partial = p.lost.Load() != lost
		if ctx.Err() == nil { // what the page leads to is remembered before the page
			p.learn(ctx, j, visit, a, r)
		}
		return nil
	}
}

// readPage lets the reader read. A reader that breaks on a page must not end the process, and the page counts as not read to its end.
func (p *pass) readPage(ctx context.Context, page *Page, r *reading, yield func(scanner.Document) error, skip func(scanner.Skip)) (outline scanner.Outline, err error) {
	if p.watch == nil {
		return p.read(ctx, page, r.document(ctx, yield), skip)
	}
	defer func() {
		if broken := recover(); broken != nil {
			// The value may quote the page, so only its type is told.
			skip(scanner.Skip{URI: page.uri, Reason: fmt.Sprintf("internal error while reading (%T); please report it", broken), Cause: scanner.Failure})
			outline, err = scanner.Outline{}, nil
		}
	}()
	return p.read(ctx, page, r.document(ctx, yield), skip)
}

// reading watches what a reader yields of one page.
type reading struct {
	watch   *watching
	page    string
	known   Visit     // of the page, before it was read
	began   time.Time // the request for it
	at      time.Time // when it was read
	text    sketch
	loose   bool // there is text that does not lie in memory, and was not looked at
	cut     bool // the page broke off
	broken  bool // not all was read
	untaken bool // not all that was read was taken
	partial bool // not all that it leads to could be remembered
	claims  claims
}

func (p *pass) newReading(j *job, page string, known Visit) *reading {
	return &reading{watch: p.watch, page: page, known: known, began: j.began, at: p.options.Now(), claims: newClaims(known)}
}

func (r *reading) document(ctx context.Context, yield func(scanner.Document) error) func(scanner.Document) error {
	return func(d scanner.Document) error {
		if held, ok := d.Text.(interface{ Bytes() []byte }); ok {
			_, _ = r.text.Write(held.Bytes()) // never fails
		} else {
			r.loose = true
		}
		if r.watch != nil {
			return r.watch.take(ctx, r, d)
		}
		return yield(d)
	}
}

func (r *reading) skip(skip func(scanner.Skip)) func(scanner.Skip) {
	return func(s scanner.Skip) {
		if s.Cause == scanner.Failure {
			r.broken = true
		}
		skip(s)
	}
}

// sum is 0 when it is not known.
func (r *reading) sum() uint64 {
	if r.loose {
		return 0
	}
	return r.text.Sum()
}

// expand follows the links of a page that was read, unless the page, or what it looks like, is against it.
func (p *pass) expand(ctx context.Context, j *job, page *Page, at Address, outline scanner.Outline, header http.Header, r *reading) {
	tags := p.tags(at, outline, header)
	if tags.NoIndex {
		p.count(func(s *Stats) { s.NoIndex++ })
	}
	if tags.NoFollow {
		p.count(func(s *Stats) { s.NoFollow += int64(len(outline.Links)) })
		return
	}
	if p.isCopy(at, outline.Canonical, r.sum()) {
		return
	}
	if err := p.traps.text(at, r.sum()); err != nil && j.Class != classStart {
		p.unread.tell(page.uri, refusal("its links were not followed: "+err.Error()))
		return
	}
	p.follow(ctx, at, j.Depth, outline)
	p.feed(ctx, j, at, page)
}

// tags joins what robots are told by the page, its header, and the robots.txt of its site.
func (p *pass) tags(at Address, outline scanner.Outline, header http.Header) fetch.Tags {
	tags, _ := p.client.Preference(at.URL())
	tags = tags.Or(fetch.ParseRobotsTag(header.Values("X-Robots-Tag"))).Or(fetch.ParseRobotsTag(outline.Robots))
	return tags.At(p.options.Now())
}

// isCopy says whether a page names as its canonical address one that was read, had the same text, and differs in its query only. Other
// claims are not believed: sites that name one page on every page would hide all that they link to.
func (p *pass) isCopy(at Address, ref string, sum uint64) bool {
	p.texts.keep(at, sum)
	if ref == "" || sum == 0 { // a page without text is no copy of another
		return false
	}
	a, err := canonical(at, ref)
	return err == nil && a != at && a.Host() == at.Host() && a.Path() == at.Path() && p.texts.same(a, sum)
}

// maxTexts bounds the pages whose text is remembered in a pass.
const maxTexts = 20_000

// texts remembers what pages said, by hashes. Safe for concurrent use.
type texts struct {
	seed maphash.Seed
	mu   sync.Mutex
	sums map[uint64]uint64 // of address and text
}

func newTexts() *texts { return &texts{seed: maphash.MakeSeed(), sums: map[uint64]uint64{}} }

func (t *texts) keep(a Address, sum uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.sums) < maxTexts {
		t.sums[maphash.String(t.seed, a.String())] = sum
	}
}

func (t *texts) same(a Address, sum uint64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, ok := t.sums[maphash.String(t.seed, a.String())]
	return ok && known == sum
}
