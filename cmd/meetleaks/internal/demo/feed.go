package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"meetleaks/notify/webhook"
)

// post is a document of the stream, as the package of the source hook describes it.
type post struct {
	URI    string    `json:"uri"`
	Text   string    `json:"text,omitempty"`
	SeenAt time.Time `json:"seen_at"`
	Reach  int64     `json:"reach,omitempty"`
	Shown  string    `json:"shown,omitempty"`
	Event  string    `json:"event"`
}

// feedBound is how long the service may take for a document.
const feedBound = 10 * time.Second

// push hands a document to the service, signed, as a feeder does.
func (w *World) push(ctx context.Context, door string, p post) error {
	ctx, cancel := context.WithTimeout(ctx, feedBound)
	defer cancel()
	p.SeenAt = w.clock.Now()
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("push a post: %w", err)
	}
	keys, err := webhook.ParseKeys(w.feedKey)
	if err != nil {
		return fmt.Errorf("push a post: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, door, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("push a post: %w", err)
	}
	id := "post_" + draw(8)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(p.SeenAt.Unix(), 10))
	r.Header.Set("webhook-signature", webhook.Sign(keys, id, p.SeenAt, body))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("push a post: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("push a post: the service answered %s", res.Status)
	}
	return nil
}
