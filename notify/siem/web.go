package siem

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"meetleaks/notify"
)

// web posts events.
type web struct {
	url    string
	token  notify.Secret
	client *http.Client
	now    func() time.Time
}

// put posts one event as an object, several as a list. Only the status of the answer counts.
func (w *web) put(ctx context.Context, lines [][]byte) error {
	body := lines[0]
	if len(lines) > 1 {
		body = append(append([]byte{'['}, bytes.Join(lines, []byte{','})...), ']')
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return &notify.Error{Class: notify.Config, Reason: "bad-address"}
	}
	req.GetBody = nil // one attempt: trying again is the outbox's
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "meetleaks")
	if err := w.sign(req); err != nil {
		return err
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return notify.TransportError(context.WithoutCancel(ctx), err)
	}
	resp.Body.Close() // unread: it could be endless
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return nil
	}
	return notify.StatusError(resp.StatusCode, resp.Header, w.now())
}

// sign adds the token.
func (w *web) sign(req *http.Request) error {
	if !w.token.IsSet() {
		return nil
	}
	token, err := w.token.Open()
	if err != nil {
		return err
	}
	token = strings.TrimSpace(token)
	if token == "" || len(token) > 4096 || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return &notify.Error{Class: notify.Config, Reason: "bad-token"}
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return nil
}

// check reads the token. It asks the endpoint nothing: a request would be an event.
func (w *web) check(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, nil)
	if err != nil {
		return &notify.Error{Class: notify.Config, Reason: "bad-address"}
	}
	return w.sign(req)
}
