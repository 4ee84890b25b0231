package webhook

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"meetleaks/notify"
)

// Options are what a channel needs. Now and Timeout may be left out.
type Options struct {
	// Name is the configured name: 1 to 64 characters of a-z A-Z 0-9 _ -.
	Name string
	// URL is the endpoint, a secret as a whole: https, or http where it names a loopback or private address.
	URL notify.Secret
	// Keys holds one to four keys ("whsec_" and base64 of 24 to 64 bytes), with white space between them. Each signs.
	Keys notify.Secret
	// Client brings the transport that dials through the guard. It may let requests go to private addresses only where the
	// URL itself names one, see [notify.IsPrivate].
	Client *http.Client
	// Timeout of one request, notify.DefaultTimeout when zero.
	Timeout time.Duration
	Now     func() time.Time
}

// Channel sends to one endpoint. It starts no goroutine.
type Channel struct {
	name      string
	url, keys notify.Secret
	client    *http.Client
	now       func() time.Time
}

var (
	_ notify.Channel = (*Channel)(nil)
	_ notify.Checker = (*Channel)(nil)
)

// New makes a channel. It sends nothing and reads no secret; see [Channel.Check].
func New(o Options) (*Channel, error) {
	switch {
	case !validName(o.Name):
		return nil, &notify.Error{Class: notify.Config, Reason: "bad-name"}
	case !o.URL.IsSet() || !o.Keys.IsSet():
		return nil, &notify.Error{Class: notify.Config, Reason: "secret-not-set"}
	}
	client, err := notify.NewClient(o.Client, o.Timeout)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Channel{name: o.Name, url: o.URL, keys: o.Keys, client: client, now: o.Now}, nil
}

func validName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return name != "" && len(name) <= 64
}

// Name is "webhook:" and the configured name.
func (c *Channel) Name() string { return "webhook:" + c.name }

// Send posts the alert.
func (c *Channel) Send(ctx context.Context, to notify.Recipient, a notify.Alert) (notify.Receipt, error) {
	if err := a.Valid(); err != nil {
		return "", err
	}
	if to.Ref != c.name || to.Email != "" || to.ID != "" {
		return "", &notify.Error{Class: notify.Permanent, Reason: "not-for-webhook"}
	}
	if err := c.post(ctx, a, a.Delivery); err != nil {
		return "", err
	}
	return c.receipt(a.Delivery), nil
}

// Update posts a second event, which names the delivery that it changes.
func (c *Channel) Update(ctx context.Context, r notify.Receipt, a notify.Alert) error {
	if err := a.Valid(); err != nil {
		return err
	}
	first, ok := strings.CutPrefix(string(r), string(c.receipt("")))
	if !ok || !notify.ValidID(first) {
		return &notify.Error{Class: notify.Gone, Reason: "bad-receipt"}
	}
	a.Kind = notify.Update
	return c.post(ctx, a, first)
}

func (c *Channel) receipt(delivery string) notify.Receipt {
	return notify.Receipt("webhook1:" + c.name + ":" + delivery)
}

// Check reads the URL and the keys. It asks the endpoint nothing: a request would be an event.
func (c *Channel) Check(context.Context) error {
	address, err := c.url.Open()
	if err != nil {
		return err
	}
	if _, err := notify.CheckAddress(strings.TrimSpace(address)); err != nil {
		return err
	}
	_, err = c.openKeys()
	return err
}

func (c *Channel) openKeys() ([][]byte, error) {
	text, err := c.keys.Open()
	if err != nil {
		return nil, err
	}
	keys, err := ParseKeys(text)
	if err != nil {
		return nil, &notify.Error{Class: notify.Config, Reason: "bad-key"}
	}
	return keys, nil
}

// post signs and sends one event. Only the status of the answer counts.
func (c *Channel) post(ctx context.Context, a notify.Alert, first string) error {
	if stopped := notify.Stopped(ctx); stopped != nil {
		return stopped
	}
	req, err := c.request(ctx, a, first)
	if err != nil {
		return err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return notify.TransportError(ctx, err)
	}
	resp.Body.Close() // unread: it could be endless
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return nil
	}
	return notify.StatusError(resp.StatusCode, resp.Header, c.now())
}

func (c *Channel) request(ctx context.Context, a notify.Alert, first string) (*http.Request, error) {
	address, err := c.url.Open()
	if err != nil {
		return nil, err
	}
	u, err := notify.CheckAddress(strings.TrimSpace(address))
	if err != nil {
		return nil, err
	}
	keys, err := c.openKeys()
	if err != nil {
		return nil, err
	}
	at := c.now()
	body, err := payload(a.Cleaned(), first, at)
	if err != nil {
		return nil, &notify.Error{Class: notify.Rejected, Reason: "not-encodable"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, &notify.Error{Class: notify.Config, Reason: "bad-address"}
	}
	req.GetBody = nil // one attempt: trying again is the outbox's
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "meetleaks")
	req.Header.Set(headerID, a.Delivery)
	req.Header.Set(headerTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(headerSignature, Sign(keys, a.Delivery, at, body))
	return req, nil
}
