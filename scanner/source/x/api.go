package x

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"meetleaks/scanner/source/x/internal/waits"
)

// The bounds of one request that is no stream.
const (
	maxAnswer = 8 << 20 // bytes: 100 posts with what they quote are about one MiB
	maxToken  = 8 << 10
)

// Whoever is told why a request came to nothing is told no address: it holds what is looked for.
var (
	errTooLarge = errors.New("the answer is larger than 8 MiB")
	errToken    = errors.New("the token cannot be read")
)

// call sends a request and returns the body of a 200. Its error is an *Error, or that of ctx.
func (s *Source) call(ctx context.Context, what, method, path string, query map[string]string, send []byte) ([]byte, error) {
	a, err := s.ask(ctx, what, method, path, query, send)
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK && a.status != http.StatusCreated {
		return nil, s.judge(what, a.status, a.header, a.body)
	}
	s.fails.Went(what)
	return a.body, nil
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ask is call for whoever judges the status.
func (s *Source) ask(ctx context.Context, what, method, path string, query map[string]string, send []byte) (*answer, error) {
	bounded, cancel := context.WithTimeout(ctx, s.o.Call)
	defer cancel()
	r, err := s.request(bounded, what, method, path, query, send)
	if err != nil {
		return nil, err
	}
	res, err := s.o.API.Do(r)
	if err != nil {
		return nil, s.silent(ctx, what, "no answer")
	}
	defer res.Body.Close()
	body, err := readAll(res)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, &Error{What: what, Why: err.Error(), Status: res.StatusCode, After: s.fails.Again(what, false)}
	case err != nil:
		return nil, s.silent(ctx, what, "the answer breaks off")
	}
	s.quotas.answered(what, res.Header)
	return &answer{res.StatusCode, res.Header, body}, nil
}

func readAll(res *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if len(body) > maxAnswer {
		return nil, errTooLarge
	}
	return body, err
}

// silent is the error of a request without an answer.
func (s *Source) silent(ctx context.Context, what, why string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &Error{What: what, Why: why}
}

func (s *Source) request(ctx context.Context, what, method, path string, query map[string]string, send []byte) (*http.Request, error) {
	token, err := s.o.Token()
	if token = strings.TrimSpace(token); err != nil || token == "" || len(token) > maxToken || !plain(token) {
		return nil, &Error{What: what, Why: errToken.Error(), After: waits.Refused}
	}
	values := url.Values{}
	for name, value := range query {
		values.Set(name, value)
	}
	address := strings.TrimRight(s.o.Base.String(), "/") + path
	if len(values) > 0 {
		address += "?" + values.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(send))
	if err != nil {
		return nil, &Error{What: what, Why: "the address is no good"} // the error would hold it
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", s.o.Agent)
	if send != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, nil
}

// plain says whether a text may stand in a header.
func plain(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' })
}

// fields are the parameters that ask for what is read of posts. Users are never asked for: each costs more than a post.
func (o Options) fields(of Spelling) map[string]string {
	tweet := []string{
		"author_id", "created_at", "entities", "note_tweet", "public_metrics", "edit_history_tweet_ids", "conversation_id",
		"referenced_tweets", "attachments", "card_uri", "possibly_sensitive", "withheld",
	}
	expand := []string{"attachments.media_keys", "attachments.poll_ids"}
	name, quoted := "tweet.fields", "referenced_tweets.id"
	if of == SpelledPost { // in that spelling ids of other posts are asked for by expansions
		tweet = []string{
			"created_at", "entities", "note_post", "public_metrics", "conversation_id", "attachments", "card_uri", "possibly_sensitive", "withheld",
		}
		expand = append(expand, "edit_history_post_ids")
		name, quoted = "post.fields", "referenced_posts"
	}
	if !o.NoQuoted {
		expand = append(expand, quoted)
	}
	return map[string]string{
		name: strings.Join(tweet, ","), "expansions": strings.Join(expand, ","),
		"media.fields": "media_key,alt_text", "poll.fields": "id,options",
	}
}
