package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"meetleaks/notify"
)

// maxAnswer bounds an answer of the API, in bytes. Those of the methods used here have a few kilobytes.
const maxAnswer = 1 << 20

// gate stands between slack-go and the network. It reads each answer to its end under a bound, and lets through only JSON of
// status 200 that says ok; everything else becomes a [notify.Error]. Nothing of an answer's text gets past it in an error.
type gate struct {
	next http.RoundTripper
	base string // of the API
	now  func() time.Time
}

type methodKey struct{}

// withMethod notes the API method in the context, because codes mean different things in different methods.
func withMethod(ctx context.Context, method string) context.Context {
	return context.WithValue(ctx, methodKey{}, method)
}

// RoundTrip implements [http.RoundTripper].
func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, notify.StatusError(resp.StatusCode, resp.Header, g.now())
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	method, _ := req.Context().Value(methodKey{}).(string)
	if e := judge(method, resp.Header, body, g.now()); e != nil {
		return nil, e
	}
	if method == methodConnect && !g.leadsHome(body) {
		return nil, &notify.Error{Class: notify.Config, Reason: "address-refused", Status: http.StatusOK}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// leadsHome says whether the web socket that an answer names is one that may be dialled.
func (g *gate) leadsHome(body []byte) bool {
	var answer struct {
		URL string `json:"url"`
	}
	return json.Unmarshal(body, &answer) == nil && isOurSocket(answer.URL, g.base)
}

// judge reads the two fields that say whether Slack did it; nil when it did.
func judge(method string, header http.Header, body []byte, now time.Time) *notify.Error {
	unread := &notify.Error{Class: notify.Retry, Reason: "unreadable-answer", Status: http.StatusOK, Unsure: true}
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || kind != "application/json" || len(body) > maxAnswer {
		return unread
	}
	var answer struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	switch err := json.Unmarshal(body, &answer); {
	case err != nil, !answer.OK && answer.Error == "":
		return unread
	case answer.OK:
		return nil
	}
	e := codeError(method, answer.Error)
	if e.Class == notify.Retry {
		e.After = notify.RetryAfter(header.Get("Retry-After"), now)
	}
	return e
}

// unreadable says whether slack-go failed to decode an answer that the gate let through.
func unreadable(err error) bool {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
		own    *notify.Error
	)
	return !errors.As(err, &own) && (errors.As(err, &syntax) || errors.As(err, &kind))
}
