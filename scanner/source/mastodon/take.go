package mastodon

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"meetleaks/scanner"
)

// frame deals with one frame of the stream. Its error is the taker's, or ends the pass otherwise.
func (p *passing) frame(ctx context.Context, f frame) error {
	p.items++
	switch f.kind {
	case posted, edited:
		p.source.gavePost(p.now())
		return p.understood(p.status(ctx, f))
	case gone:
		return p.understood(p.deletion(ctx, f.data))
	case bad:
		return p.understood(errFrame)
	case large:
		p.health.Failed++
		p.note("posts of over 4 MiB were skipped")
	case other:
	}
	return nil
}

// understood counts frames that were not.
func (p *passing) understood(err error) error {
	if err != errFrame { //nolint:errorlint // it is never wrapped here
		p.row = 0
		return err
	}
	p.health.Failed++
	if p.row++; p.row >= badInARow {
		return &failure{reason: "nothing that the server sends can be understood"}
	}
	return nil
}

// deletion takes the id of a status that was deleted.
func (p *passing) deletion(ctx context.Context, id []byte) error {
	if len(id) > 1 && id[0] == '"' {
		id, _ = unquoted(id)
	}
	if !fitID(id) {
		return errFrame
	}
	p.health.Deleted++
	p.source.gaveDeletion()
	if err := p.source.o.Taker.Deleted(ctx, p.source.uri(string(id))); err != nil {
		return fmt.Errorf("mastodon: a deletion: %w", err)
	}
	return nil
}

// status takes a status of a stream or a timeline: what cannot hold a link is not decoded, unless it may have held one before.
func (p *passing) status(ctx context.Context, f frame) error {
	id, created, ok := heads(f.data)
	if !ok {
		return errFrame
	}
	p.health.Heard++
	p.outcome.Documents++
	at := timeOf(created)
	if f.kind == posted {
		p.seen(at)
	}
	if f.kind == edited || p.source.o.Promising(f.data) && !p.caught[string(id)] {
		if err := p.decoded(ctx, f.data, string(id)); err != nil {
			return err
		}
		if p.catching && len(p.caught) < maxCaught {
			p.caught[string(id)] = true
		}
	}
	if f.kind == posted && f.stream != "" {
		p.moved = p.cursor.move(f.stream, string(id), at, p.now()) || p.moved
	}
	return nil
}

// maxCaught bounds the ids of posts that were taken from timelines during a pass: the stream may bring them, too.
const maxCaught = 10_000

// seen notes when the latest item was posted.
func (p *passing) seen(at time.Time) {
	if !at.IsZero() {
		p.health.Posted, p.health.Lag = at, max(p.now().Sub(at), 0)
	}
}

// decoded takes a status that may hold a link.
func (p *passing) decoded(ctx context.Context, data []byte, id string) error {
	st, err := decodeStatus(data, id)
	if err != nil {
		return err
	}
	if !st.public() {
		return nil
	}
	if !st.Reblog.Given {
		_, err := p.post(ctx, &st.post, st.quoted(), 0)
		return err
	}
	original := &st.Reblog.It
	if !original.public() || !fitID([]byte(original.ID)) {
		return nil
	}
	more := int64(st.Account.It.Followers)
	if st.Account.It.Noindex {
		more = 0
	}
	reach, err := p.post(ctx, original, nil, more)
	if err != nil || reach == 0 {
		return err
	}
	if err := p.source.o.Taker.Reposted(ctx, p.source.uri(string(original.ID)), reach); err != nil {
		return fmt.Errorf("mastodon: a post that was passed on: %w", err)
	}
	return nil
}

// quoted is the post that is shown inside a status, nil when there is none.
func (st *status) quoted() *post {
	q := &st.Quote.It
	if q.State != "accepted" || !q.Quoted.Given || !q.Quoted.It.public() {
		return nil
	}
	return &q.Quoted.It
}

// post hands a post to the taker, and returns its reach.
func (p *passing) post(ctx context.Context, st, quoted *post, more int64) (reach int64, err error) {
	r, err := p.reading(ctx, st, quoted)
	if err != nil || r == nil {
		return 0, err
	}
	r.Reach += more
	taken, err := p.source.o.Taker.Take(ctx, *r)
	if err != nil {
		return 0, fmt.Errorf("mastodon: a post: %w", err)
	}
	if !taken.Unchanged {
		p.outcome.News++
	}
	p.last = taken
	return r.Reach, nil
}

// reading makes a reading of a post; nil: it is left out.
func (p *passing) reading(ctx context.Context, st, quoted *post) (*scanner.Reading, error) {
	s, by := p.source, &st.Account.It
	if bool(by.Noindex) && s.o.SkipNoindex {
		p.health.Refused++
		return nil, nil
	}
	p.health.Read++
	id := string(st.ID)
	t, err := s.textOf(ctx, s.uri(id), st, quoted)
	if err != nil {
		return nil, err
	}
	if t.truncated {
		p.health.Truncated++
	}
	if t.broken {
		p.health.Failed++
	}
	r := &scanner.Reading{
		Document: scanner.Document{URI: s.uri(id), MediaType: "text/plain", Text: bytes.NewReader(valid(t.out))},
		Source:   p.pass.Source, At: p.now(), Posted: st.posted(), Version: versionOf(st, t.out), Shown: s.base.Hostname(),
		Reference: s.reference(string(st.URL), id), First: p.first,
	}
	if by.local(s.base.Host) {
		r.Host = s.base.Hostname()
	}
	if !by.Noindex {
		r.Reach = int64(by.Followers)
	}
	return r, nil
}

// versionOf changes with every edit, and with a card that is added later.
func versionOf(st *post, text []byte) []byte {
	sum := sha256.New()
	head, err := json.Marshal([]string{string(st.ID), string(st.EditedAt)})
	if err == nil {
		sum.Write(head)
	}
	sum.Write(text)
	return sum.Sum(nil)
}

// gavePost notes that the stream gave a post.
func (s *Source) gavePost(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posted, s.deleted = now, 0
}

func (s *Source) gaveDeletion() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleted++
}

// withholds says whether the stream gives deletions alone.
func (s *Source) withholds(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.posted.IsZero() {
		s.posted = now // from now on it is waited for
	}
	return s.deleted >= deletions && now.Sub(s.posted) >= withheld
}
