package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// rest asks the REST interface of a server, during one pass. It is used by one goroutine.
type rest struct {
	source *Source
	token  string
	limit  limit
}

// limit is what the server said of its rate limit last.
type limit struct {
	known      bool
	most, left int64
	reset      time.Time
}

// take reads the headers of an answer.
func (l *limit) take(h http.Header) {
	most, err := strconv.ParseInt(h.Get("X-RateLimit-Limit"), 10, 32)
	left, bad := strconv.ParseInt(h.Get("X-RateLimit-Remaining"), 10, 32)
	reset := resetOf(h)
	if err != nil || bad != nil || reset.IsZero() {
		return
	}
	*l = limit{known: true, most: max(most, 0), left: max(left, 0), reset: reset}
}

// wait is how long no request may be made that leaves not as many as that.
func (l *limit) wait(now time.Time, spare int64) time.Duration {
	if !l.known || l.left > spare || !now.Before(l.reset) {
		return 0
	}
	return min(l.reset.Sub(now), maxWait)
}

// get asks for something below the server's address. The error is a *failure, or the context's.
func (r *rest) get(ctx context.Context, path string, query url.Values) (body []byte, h http.Header, err error) {
	now := r.source.o.Now()
	if wait := r.limit.wait(now, 0); wait > 0 {
		return nil, nil, &failure{reason: "rate limited", status: http.StatusTooManyRequests, after: wait}
	}
	within, cancel := context.WithTimeout(ctx, restBound)
	defer cancel()
	address := r.source.base.String() + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := request(within, address, r.token)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := r.source.o.Client.Do(req)
	if err != nil {
		return nil, nil, r.lost(ctx, err)
	}
	defer resp.Body.Close()
	r.limit.take(resp.Header)
	if resp.StatusCode != http.StatusOK {
		return nil, nil, refusal(resp, now)
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, nil, r.lost(ctx, err)
	case len(body) > maxAnswer:
		return nil, nil, &failure{reason: "the server answers with too much", err: errMuch}
	}
	return body, resp.Header, nil
}

// lost is a failure to be answered: the context's own end stays what it is.
func (r *rest) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return unreached("the server cannot be reached", err)
}

// timeline is a page of a stream's timeline: what comes next behind the status after, or with "" the newest. Posts are in the order in
// which they were posted, newest is the id of the last as the server has it.
func (r *rest) timeline(ctx context.Context, of *stream, after string) (posts []json.RawMessage, newest string, err error) {
	query := url.Values{}
	if after != "" {
		query.Set("min_id", after)
	}
	if of.only != "" {
		query.Set(of.only, "true")
	}
	body, h, err := r.page(ctx, "/api/v1/timelines"+of.timeline, query)
	if err != nil {
		if of.key == "tag" && statusOf(err) == http.StatusNotFound {
			return nil, "", nil // nobody used it yet
		}
		return nil, "", err
	}
	if json.Unmarshal(body, &posts) != nil || len(posts) > maxPage {
		return nil, "", &failure{reason: "the server answers with something else than a timeline"}
	}
	oldestFirst(posts)
	if len(posts) > 0 {
		if id, _, ok := heads(posts[len(posts)-1]); ok {
			newest = string(id)
		}
	}
	if id := r.previous(h); id != "" {
		newest = id
	}
	return posts, newest, nil
}

// errMuch is that of an answer of more than maxAnswer bytes.
var errMuch = errors.New("more than is read")

// page asks for a page of posts, and for fewer of them when they are too much: or a few very long posts would stop all reading.
func (r *rest) page(ctx context.Context, path string, query url.Values) (body []byte, h http.Header, err error) {
	for _, limit := range []string{"40", "8", "1"} {
		query.Set("limit", limit)
		if body, h, err = r.get(ctx, path, query); !errors.Is(err, errMuch) {
			break
		}
	}
	return body, h, err
}

// maxPage is more than any server puts on a page.
const maxPage = 1000

// oldestFirst turns a page around unless its server did: pages of the API begin with the newest post, whatever was asked for.
func oldestFirst(posts []json.RawMessage) {
	if len(posts) < 2 {
		return
	}
	_, first, _ := heads(posts[0])
	_, last, _ := heads(posts[len(posts)-1])
	if timeOf(first).Before(timeOf(last)) {
		return
	}
	for i, j := 0, len(posts)-1; i < j; i, j = i+1, j-1 {
		posts[i], posts[j] = posts[j], posts[i]
	}
}

// previous is the min_id of the page that the server calls "prev" (newer posts), "" when there is none (RFC 8288). The address itself
// is not gone to.
func (r *rest) previous(h http.Header) string {
	for _, link := range strings.SplitN(strings.Join(h.Values("Link"), ","), ",", 16) {
		target, params, ok := strings.Cut(strings.TrimSpace(link), ">")
		if !ok || !strings.HasPrefix(target, "<") || !strings.Contains(strings.ReplaceAll(params, " ", ""), `rel="prev"`) {
			continue
		}
		u, err := url.Parse(target[1:])
		if err != nil || u.Host != "" && !strings.EqualFold(u.Host, r.source.base.Host) {
			continue
		}
		if id := u.Query().Get("min_id"); fitID([]byte(id)) {
			return id
		}
	}
	return ""
}

// instance is what a server says of itself, by version 2 of the interface or by version 1.
type instance struct {
	Configuration maybe[struct {
		URLs maybe[struct {
			Streaming word `json:"streaming"`
		}] `json:"urls"`
		Access maybe[struct {
			Live maybe[access] `json:"live_feeds"`
			Tags maybe[access] `json:"hashtag_feeds"`
		}] `json:"timelines_access"`
	}] `json:"configuration"`
	URLs maybe[struct {
		Streaming word `json:"streaming_api"`
	}] `json:"urls"`
}

// access says who may see a feed: "public", "authenticated", "disabled"; "" where the server is older than 4.5.
type access struct {
	Local  word `json:"local"`
	Remote word `json:"remote"`
}

// instance asks the server about itself. A server that knows no such question is as one that says nothing.
func (r *rest) instance(ctx context.Context) (instance, error) {
	var about instance
	for _, path := range []string{"/api/v2/instance", "/api/v1/instance"} {
		body, _, err := r.get(ctx, path, nil)
		if statusOf(err) == http.StatusNotFound {
			continue
		}
		if err != nil {
			return instance{}, err
		}
		if body = valid(body); json.Unmarshal(body, &about) != nil {
			return instance{}, &failure{reason: "the server answers with something else than JSON: not a Mastodon-API server"}
		}
		return about, nil
	}
	return about, nil
}

// streaming is the host of the streams, by the server's word.
func (i *instance) streaming() string {
	if at := i.Configuration.It.URLs.It.Streaming; at != "" {
		return string(at)
	}
	return string(i.URLs.It.Streaming)
}

// notes say which of the streams the server withholds.
func (i *instance) notes(streams []stream) []string {
	var notes []string
	for _, of := range streams {
		feed := i.Configuration.It.Access.It.Live.It
		switch {
		case of.key == "tag":
			feed = i.Configuration.It.Access.It.Tags.It
		case of.key == "list":
			continue
		}
		for _, part := range []struct {
			name, who string
			access    word
		}{{"local", "of this server", feed.Local}, {"remote", "of other servers", feed.Remote}} {
			if of.only != "" && of.only != part.name {
				continue
			}
			switch part.access {
			case "disabled":
				notes = append(notes, of.name+": the server has switched posts "+part.who+" off in this feed")
			case "authenticated":
				notes = append(notes, of.name+": the server shows posts "+part.who+" to its own users only")
			}
		}
	}
	return notes
}
