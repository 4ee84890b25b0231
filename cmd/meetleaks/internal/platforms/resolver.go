package platforms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// The bounds of asking platforms about meetings.
const (
	askBound   = 2 * time.Second  // for one question, so that a document never waits long
	keptFor    = 10 * time.Minute // an answer
	keptMost   = 4096             // answers
	askedLinks = 3                // a link and its aliases
)

// Resolver says who hosts a meeting: first by the organisation's own inventory, then by its accounts. It implements
// [scanner.Resolver] and is safe for concurrent use. Answers of accounts are kept in memory for ten minutes.
type Resolver struct {
	book   scanner.Resolver
	reader scanner.MeetingReader
	key    []byte

	mu    sync.Mutex
	known map[[sha256.Size]byte]known // by a keyed hash: no id is kept
}

type known struct {
	facts scanner.MeetingFacts
	found bool
	until time.Time
}

// NewResolver joins an inventory and accounts. key is for naming what is remembered; it is not changed.
func NewResolver(book scanner.Resolver, reader scanner.MeetingReader, key []byte) *Resolver {
	return &Resolver{book: book, reader: reader, key: key, known: map[[sha256.Size]byte]known{}}
}

// Contact implements [scanner.Resolver]: what the inventory says, and the registered domains.
func (r *Resolver) Contact(ctx context.Context, org, email string) (scanner.Contact, bool, error) {
	return r.book.Contact(ctx, org, email)
}

// Resolve implements [scanner.Resolver]. A host whom the platform names counts only when the address is one of the organisation's; of
// others the start and the topic are taken over. Alternative hosts are not told: who answers for a host is the inventory's to say.
func (r *Resolver) Resolve(ctx context.Context, org string, l matchers.Link, now time.Time) (scanner.KnownMeeting, bool, error) {
	m, found, err := r.book.Resolve(ctx, org, l, now)
	if err != nil || found {
		return m, found, err
	}
	facts, found, err := r.facts(ctx, org, l, now)
	if err != nil || !found || !facts.Ours {
		return scanner.KnownMeeting{}, false, err
	}
	m = scanner.KnownMeeting{Topic: topicOf(facts.Topic, l)}
	if facts.When.Known() {
		m.When = facts.When
	}
	if facts.Host == "" {
		return m, true, nil
	}
	contact, theirs, err := r.book.Contact(ctx, org, facts.Host)
	if err != nil {
		return scanner.KnownMeeting{}, false, err
	}
	if theirs {
		m.Contact = contact
	}
	return m, true, nil
}

// facts asks about the link, then about its aliases, until one is known.
func (r *Resolver) facts(ctx context.Context, org string, l matchers.Link, now time.Time) (scanner.MeetingFacts, bool, error) {
	links := []matchers.Link{l}
	for _, alias := range l.Aliases {
		if other, ok := scanner.LinkOfKey(alias); ok && len(links) < askedLinks {
			links = append(links, other)
		}
	}
	for _, link := range links {
		facts, found, err := r.one(ctx, org, link, now)
		if err != nil || found {
			return facts, found, err
		}
	}
	return scanner.MeetingFacts{}, false, nil
}

func (r *Resolver) one(ctx context.Context, org string, l matchers.Link, now time.Time) (scanner.MeetingFacts, bool, error) {
	name := r.name(org, l)
	if k, ok := r.remembered(name, now); ok {
		return k.facts, k.found, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askBound)
	defer cancel()
	facts, found, err := r.reader.Meeting(ctx, org, l, now)
	if err != nil {
		return scanner.MeetingFacts{}, false, err
	}
	r.remember(name, known{facts, found, now.Add(keptFor)}, now)
	return facts, found, nil
}

func (r *Resolver) name(org string, l matchers.Link) (out [sha256.Size]byte) {
	mac := hmac.New(sha256.New, r.key)
	mac.Write([]byte("platforms\x00" + org + "\x00" + l.Key()))
	copy(out[:], mac.Sum(nil))
	return out
}

// remembered gives an answer that is not too old; one of a clock that ran ahead is none.
func (r *Resolver) remembered(name [sha256.Size]byte, now time.Time) (known, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.known[name]
	return k, ok && now.Before(k.until) && k.until.Sub(now) <= keptFor
}

func (r *Resolver) remember(name [sha256.Size]byte, k known, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= keptMost {
		for other, old := range r.known {
			if !now.Before(old.until) {
				delete(r.known, other)
			}
		}
	}
	for other := range r.known {
		if len(r.known) < keptMost {
			break
		}
		delete(r.known, other)
	}
	r.known[name] = k
}

// topicOf is a topic that holds no link and no id, else "".
func topicOf(topic string, l matchers.Link) string {
	lower := strings.ToLower(topic)
	if strings.Contains(lower, "://") || strings.Contains(lower, "www.") || matchers.Mask(topic) != topic || l.HideIn(topic) != topic {
		return ""
	}
	return topic
}

var _ scanner.Resolver = (*Resolver)(nil)
