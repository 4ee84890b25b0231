package x

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"meetleaks/scanner/source/x/internal/postid"
)

// The bounds of closing a gap.
const (
	pathSearch  = "/2/tweets/search/recent"
	searchBack  = 7*24*time.Hour - 10*time.Minute // that X searches
	outOfOrder  = time.Minute                     // by which posts may come late
	leastPage   = 10
	mostPage    = 100
	maxGapPages = 100 // of one query
)

// gap is the time in which nobody listened. It is closed when all queries have been read to their end; until then Whole stays.
type gap struct {
	backwards bool // it is the first search of all
	begun     bool
	since     uint64
	queries   []string
	query     int
	token     string
	pages     int
}

// page is a page of posts, taken apart.
type page struct {
	Data     []json.RawMessage `json:"data"`
	Includes includes          `json:"includes"`
	Meta     struct {
		Next string `json:"next_token"`
	} `json:"meta"`
	problems []problem
}

// searchNext asks for the next page of the gap.
func (r *pass) searchNext(ctx context.Context, now time.Time) {
	g := r.gap
	if !g.begun {
		g.begun, g.queries = true, r.rules.queries
		g.since = r.sinceOf(now)
	}
	if len(g.queries) == 0 {
		r.gap, r.whole = nil, r.high
		return
	}
	size := r.pageSize(now)
	if size < leastPage {
		r.notes.gap, r.errand.gap = "the budget is too small", now.Add(sulk)
		return
	}
	query, token := g.queries[g.query], g.token
	r.send(ctx, func(ctx context.Context) func(context.Context) error {
		got, err := r.search(ctx, query, g.since, token, size)
		return func(ctx context.Context) error { return r.searched(ctx, got, err) }
	})
}

// sinceOf is where a search begins: some time before, as posts come out of order, but not before what X searches.
func (r *pass) sinceOf(now time.Time) uint64 {
	since := postid.At(postid.Time(r.whole).Add(-outOfOrder))
	if oldest := postid.At(now.Add(-searchBack)); since < oldest {
		if !r.gap.backwards {
			r.notes.lost = "posts of before " + postid.Time(oldest).Format("2006-01-02 15:04") + " were missed: X searches seven days"
		}
		return oldest
	}
	return max(since, 1)
}

// pageSize is how many posts may be asked for: each may bring the post that it quotes and the one that it answers.
func (r *pass) pageSize(now time.Time) int {
	left := r.purse.left(now)
	if !r.o.NoQuoted {
		left /= 3
	}
	return int(min(left, mostPage))
}

func (s *Source) search(ctx context.Context, query string, since uint64, token string, size int) (*page, error) {
	values := s.o.fields(s.o.Search)
	values["query"], values["since_id"], values["sort_order"] = query, postid.Format(since), "recency"
	values["max_results"] = strconv.Itoa(size)
	if token != "" {
		values["next_token"] = token
	}
	return s.page(ctx, "search", pathSearch, values)
}

// page asks for posts.
func (s *Source) page(ctx context.Context, what, path string, values map[string]string) (*page, error) {
	body, err := s.call(ctx, what, http.MethodGet, path, values, nil)
	if err != nil {
		return nil, err
	}
	var got page
	if _, err := decodeInto(body, &got); err != nil {
		return nil, s.judge(what, http.StatusOK, nil, body)
	}
	got.problems = problems(body)
	e := &Error{What: what, Status: http.StatusOK}
	for _, p := range got.problems {
		if p.ResourceID == "" && s.known(e, p, s.o.Now()) {
			return nil, e
		}
	}
	var shape struct {
		Meta json.RawMessage `json:"meta"`
	}
	if rough, _ := decodeInto(body, &shape); rough || len(got.Data) == 0 && len(shape.Meta) == 0 && len(got.problems) == 0 {
		return nil, s.judge(what, http.StatusOK, nil, body)
	}
	return &got, nil
}

// searched hands a page on.
func (r *pass) searched(ctx context.Context, got *page, err error) error {
	if err != nil {
		r.notes.gap = reasonOf(err)
		r.errand.gap = r.o.Now().Add(r.waitAfter(err, max(r.o.Settle, r.o.Tick)))
		return nil
	}
	r.notes.gap = "it is being searched"
	for _, raw := range got.Data {
		if err := r.found(ctx, raw, &got.Includes); err != nil {
			return err
		}
	}
	g := r.gap
	g.pages++
	switch {
	case got.Meta.Next != "" && g.pages < maxGapPages:
		g.token = got.Meta.Next
	default:
		if got.Meta.Next != "" {
			r.health.Truncated++
			r.notes.lost = "of a gap only the latest posts were read: there were too many"
		}
		g.query, g.token, g.pages = g.query+1, "", 0
	}
	if g.query >= len(g.queries) {
		r.gap, r.notes.gap = nil, ""
		r.whole = r.high
	}
	return r.afford(r.o.Now())
}

// found hands on one post that was searched.
func (r *pass) found(ctx context.Context, raw json.RawMessage, in *includes) error {
	var p post
	rough, err := decodeInto(raw, &p)
	id, ok := postid.Parse(p.ID)
	if err != nil || !ok {
		r.health.Failed++
		return nil //nolint:nilerr // one post; it is counted
	}
	if rough {
		r.health.Failed++
	}
	now := r.o.Now()
	r.heard(id, now)
	for _, posts := range [][]post{in.Tweets, in.Posts} {
		for i := range posts {
			if id, ok := postid.Parse(posts[i].ID); ok {
				r.purse.charge(id, now)
			}
		}
	}
	text, _ := textOf(&p, in)
	if p.edited() || p.refersTo("retweeted") != "" || r.o.Promising([]byte(text)) {
		r.first = r.gap.backwards
		err := r.take(ctx, &p, in, false)
		if r.first = false; err != nil {
			return err
		}
	}
	r.reached(id)
	return nil
}
