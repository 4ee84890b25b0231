package v1

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"meetleaks/scanner/source/x/internal/waits"
)

// The bounds of one request.
const (
	maxAnswer = 8 << 20 // bytes: 100 posts with what they quote are about one MiB
	maxToken  = 8 << 10 // bytes
)

// What is done, by the library's own addresses.
const (
	theStream = "read the stream"
	theSearch = "search"
	theLookup = "look posts up"
)

// Why a stream ends.
var (
	errSilent = errors.New("nothing was heard for too long")
	errClosed = errors.New("the pass is over")
)

// gate is the transport that the library is given in one pass: it knows three addresses of the library and sends their requests to the
// gateway by the guarded client. All that goes wrong becomes an *Error there, as the library would drop it or wait. It is safe for
// concurrent use.
type gate struct {
	s      *Source
	ctx    context.Context // of the pass: the library has none
	opened chan struct{}   // closed when the stream is open

	mu     sync.Mutex
	used   bool
	lines  *lines // of the stream, nil before it is open
	failed error  // of the stream, before it was open
}

func (s *Source) gate(ctx context.Context) *gate {
	return &gate{s: s, ctx: ctx, opened: make(chan struct{})}
}

// whatOf is what a request of the library is for, "" when it is none that is meant.
func whatOf(u *url.URL) string {
	switch u.Host + u.Path {
	case "stream.twitter.com/1.1/statuses/filter.json":
		return theStream
	case "api.twitter.com/1.1/search/tweets.json":
		return theSearch
	case "api.twitter.com/1.1/statuses/lookup.json":
		return theLookup
	}
	return ""
}

// RoundTrip implements [http.RoundTripper]. Its errors are an *Error, or that of the pass's context.
func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close() // no request that is meant has one
	}
	switch what := whatOf(r.URL); what {
	case "":
		return nil, &Error{What: "send a request", Why: "the library asks for an address that is not meant"}
	case theStream:
		return g.stream(r)
	default:
		return g.call(what, r)
	}
}

// stream opens the one stream of the pass.
func (g *gate) stream(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	again := g.used
	g.used = true
	g.mu.Unlock()
	if again {
		return nil, errClosed // the library tries once more when a stream has ended
	}
	res, err := g.open(r)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		g.failed = err
		return nil, err
	}
	close(g.opened)
	return res, nil
}

func (g *gate) open(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(g.ctx)
	timer := time.AfterFunc(g.s.o.Idle, func() { cancel(errSilent) })
	res, err := g.send(ctx, theStream, r)
	if err != nil {
		timer.Stop()
		cancel(errClosed)
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		defer cancel(errClosed)
		defer timer.Stop()
		defer res.Body.Close()
		head, _ := io.ReadAll(io.LimitReader(res.Body, maxHead)) // the status says enough
		return nil, g.s.judge(theStream, res.StatusCode, res.Header, head)
	}
	body := &stream{ReadCloser: res.Body, ctx: ctx, cancel: cancel, timer: timer}
	l := newLines(body, g.s.o.Promising, g.s.o.Now, func(waiting bool) {
		if timer.Stop(); waiting {
			timer.Reset(g.s.o.Idle)
		}
	})
	g.mu.Lock()
	g.lines = l
	g.mu.Unlock()
	return answerWith(r, l, -1), nil
}

// stream is the body of a stream. Its reading ends with the reason for which its context was ended.
type stream struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

// Read implements [io.Reader].
func (b *stream) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if cause := context.Cause(b.ctx); err != nil && cause != nil {
		return n, cause
	}
	return n, err
}

// Close lets go of all that the stream holds.
func (b *stream) Close() error {
	b.timer.Stop()
	b.cancel(errClosed)
	return b.ReadCloser.Close()
}

// state is how the stream is: whether it is open, what was told, and why it could not be opened.
func (g *gate) state() (open bool, t told, failed error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lines != nil {
		return true, g.lines.seen(), nil
	}
	return false, told{}, g.failed
}

// call sends a request whose answer has an end, and reads it whole before the library does.
func (g *gate) call(what string, r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(g.ctx, g.s.o.Call)
	defer cancel()
	res, err := g.send(ctx, what, r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case len(body) > maxAnswer:
		return nil, &Error{What: what, Why: "the answer is larger than 8 MiB", Status: res.StatusCode, After: g.s.fails.Again(what, false)}
	case err != nil:
		return nil, g.silent(what, "the answer breaks off")
	case res.StatusCode != http.StatusOK || !shaped(what, body):
		return nil, g.s.judge(what, res.StatusCode, res.Header, body)
	}
	g.s.fails.Went(what)
	return answerWith(r, io.NopCloser(bytes.NewReader(body)), int64(len(body))), nil
}

// shaped says whether a body is an answer at all: errors come with a 200 too, and would look like an answer without posts.
func shaped(what string, body []byte) bool {
	if what == theLookup {
		var list []json.RawMessage
		return json.Unmarshal(body, &list) == nil && list != nil
	}
	var got struct {
		Statuses []json.RawMessage `json:"statuses"`
	}
	return json.Unmarshal(body, &got) == nil && got.Statuses != nil
}

func answerWith(r *http.Request, body io.ReadCloser, length int64) *http.Response {
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: body, ContentLength: length, Request: r,
	}
}

// send sends a request of the library to the gateway. The answer's body is the caller's, whatever the status.
func (g *gate) send(ctx context.Context, what string, r *http.Request) (*http.Response, error) {
	out, err := g.rewritten(ctx, what, r)
	if err != nil {
		return nil, err
	}
	res, err := g.s.o.API.Do(out)
	if err != nil {
		return nil, g.silent(what, "no answer")
	}
	return res, nil
}

// silent is the error of a request without an answer.
func (g *gate) silent(what, why string) error {
	if g.ctx.Err() != nil {
		return context.Cause(g.ctx)
	}
	return &Error{What: what, Why: why}
}

// rewritten is a request of the library as it is sent.
func (g *gate) rewritten(ctx context.Context, what string, r *http.Request) (*http.Request, error) {
	u := *g.s.o.Base
	u.Path, u.RawPath, u.RawQuery = strings.TrimRight(u.Path, "/")+r.URL.Path, "", r.URL.RawQuery
	var form io.Reader
	if r.Method == http.MethodPost { // parameters of 400 phrases are too long for an address
		form, u.RawQuery = strings.NewReader(r.URL.RawQuery), ""
	}
	out, err := http.NewRequestWithContext(ctx, r.Method, u.String(), form)
	if err != nil {
		return nil, &Error{What: what, Why: "the address is no good"} // the error would hold it
	}
	if form != nil {
		out.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	out.Header.Set("Accept", "application/json")
	out.Header.Set("User-Agent", g.s.o.Agent)
	if g.s.o.Token == nil {
		return out, nil
	}
	token, err := g.s.o.Token()
	if token = strings.TrimSpace(token); err != nil || token == "" || len(token) > maxToken || !plain(token) {
		return nil, &Error{What: what, Why: "the token cannot be read", After: waits.Refused}
	}
	out.Header.Set("Authorization", "Bearer "+token)
	return out, nil
}

// plain says whether a text may stand in a header.
func plain(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' })
}
