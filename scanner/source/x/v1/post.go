package v1

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // nobody develops it any more: it is for what speaks v1.1 alone

	"meetleaks/scanner"
)

// idFrom is an id by its text or, where there is none, its number: some writers round that.
func idFrom(text string, number int64) (int64, bool) {
	if id, ok := parseID(text); ok {
		return id, true
	}
	return number, text == "" && number > 0
}

// rebuilt makes a post of an object that has its members, nil when it has not.
func rebuilt(m map[string]any) *twitter.Tweet {
	_, text := m["text"].(string)
	_, full := m["full_text"].(string)
	if !text && !full {
		return nil
	}
	body, err := json.Marshal(m)
	if err != nil {
		return nil
	}
	t := new(twitter.Tweet)
	_ = json.Unmarshal(body, t) // numbers were rounded: what does not fit is left out
	if _, ok := idFrom(t.IDStr, 0); !ok {
		return nil
	}
	return t
}

// streamed hands on a post of the stream, and says whether it is one.
func (r *pass) streamed(ctx context.Context, t *twitter.Tweet) (bool, error) {
	if t == nil {
		return false, nil
	}
	if _, ok := idFrom(t.IDStr, t.ID); !ok {
		return false, nil
	}
	return true, r.take(ctx, t)
}

// take hands a post on, and of a repost the one that it shows.
func (r *pass) take(ctx context.Context, t *twitter.Tweet) error {
	if t.RetweetedStatus != nil {
		return r.reposted(ctx, t)
	}
	id, ok := idFrom(t.IDStr, t.ID)
	if !ok || everywhere(t.WithheldInCountries) || t.WithheldCopyright {
		return nil
	}
	text, cut := textOf(t)
	if cut {
		r.health.Truncated++
	}
	r.health.Read++
	got, err := r.o.Taker.Take(ctx, r.reading(t, id, text))
	if err != nil {
		return fmt.Errorf("hand a post on: %w", err)
	}
	r.out.Documents++
	if !got.Unchanged {
		r.out.News++
	}
	return nil
}

func (r *pass) reading(t *twitter.Tweet, id int64, text string) scanner.Reading {
	uri := uriOf(id)
	sum := sha256.Sum256([]byte(text))
	return scanner.Reading{
		Document: scanner.Document{URI: uri, MediaType: "text/plain", Text: strings.NewReader(text)},
		Source:   r.p.Source, At: r.o.Now(), Posted: postedAt(t, id), Reach: reachOf(t),
		Version: sum[:], Shown: shown, Reference: scanner.NewSecret(uri), First: r.first,
	}
}

// reposted deals with a repost: its own text is the beginning of the original.
func (r *pass) reposted(ctx context.Context, t *twitter.Tweet) error {
	original := t.RetweetedStatus
	id, ok := idFrom(original.IDStr, original.ID)
	if !ok || original.RetweetedStatus != nil {
		r.failed++
		return nil
	}
	if err := r.take(ctx, original); err != nil {
		return err
	}
	reach := max(reachOf(t), reachOf(original))
	if reach == 0 {
		return nil
	}
	if err := r.o.Taker.Reposted(ctx, uriOf(id), reach); err != nil {
		return fmt.Errorf("tell of a repost: %w", err)
	}
	return nil
}

// maxReach is believed at most.
const maxReach = 10_000_000_000

// reachOf is how many people may have seen a post, as far as the service says.
func reachOf(t *twitter.Tweet) int64 {
	reach := max(t.RetweetCount, t.QuoteCount, 0)
	if t.User != nil {
		reach = max(reach, t.User.FollowersCount)
	}
	return min(int64(reach), maxReach)
}

// postedAt is when a post was made, by the service's word or by its id.
func postedAt(t *twitter.Tweet, id int64) time.Time {
	if at, err := t.CreatedAtTime(); err == nil && len(t.CreatedAt) < 64 {
		return at.UTC()
	}
	return timeOf(id)
}
