package scanner

import (
	"context"
	"errors"
	"slices"

	"meetleaks/matchers"
)

// What a reading does not say of a leak is no sign that it is gone. Whose a meeting is can change while its post stands: a proof lapses, a
// domain or a pattern is taken away. Then the document is read for others, or for nobody, and the leak is not found in it.

// unjudged knows of which leaks a reading of a place says nothing. It is for one goroutine.
type unjudged struct {
	p      *Pipeline
	at     place
	others map[string]map[string]bool // by organisation: keys of what stands in the document and was not taken for theirs
}

func (p *Pipeline) unjudgedAt(at place) *unjudged {
	return &unjudged{p, at, make(map[string]map[string]bool)}
}

// holds says whether the reading says nothing of a leak that stood there: the page is not judged for its organisation, or the meeting
// stands there still and is theirs no more.
func (u *unjudged) holds(ctx context.Context, org, id string) (bool, error) {
	if u.at.Host != "" && u.p.o.Judges != nil && !u.p.o.Judges(org, u.at.URI) {
		return true, nil
	}
	others := u.of(org)
	if len(others) == 0 {
		return false, nil
	}
	leak, err := u.p.store.Leak(ctx, org, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return slices.ContainsFunc(leak.Keys, func(key string) bool { return others[key] }), err
}

// of are the keys of what stands there and was not taken for the organisation's.
func (u *unjudged) of(org string) map[string]bool {
	keys, found := u.others[org]
	if found {
		return keys
	}
	keys = make(map[string]bool)
	for _, f := range u.at.found {
		if slices.ContainsFunc(f.Owners, func(o matchers.Owner) bool { return o.Org == org }) {
			continue
		}
		for _, key := range u.p.meetingKeys(f.Link) {
			keys[key] = true
		}
	}
	u.others[org] = keys
	return keys
}
