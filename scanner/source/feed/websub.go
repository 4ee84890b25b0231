package feed

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"meetleaks/scanner/source/polled"
)

// WebSub (W3C Recommendation, 23 January 2018): a hub tells of news at once. What it delivers is handed on as if it had been read; feeds
// are polled all the same, for hubs lose news.

// The times of a subscription.
const (
	leaseWanted = 10 * 24 * time.Hour
	leaseMost   = 30 * 24 * time.Hour // that is believed
	leaseLeast  = time.Minute
	verifiesIn  = time.Hour // a hub may ask so long after we did
	hubBound    = 20 * time.Second
	retryFirst  = time.Hour // after a failure; doubled each time
	retryMost   = 24 * time.Hour
	maxHubBody  = 64 << 10 // bytes that are read of a hub's answer
)

// subscription is what is kept of one. The secret is not: it is derived.
type subscription struct {
	Hub   string    `json:"hub,omitempty"`
	Topic string    `json:"topic,omitempty"`
	Asked time.Time `json:"asked,omitzero"` // when a subscription was asked for last
	Until time.Time `json:"until,omitzero"` // of the lease that was verified last
	Renew time.Time `json:"renew,omitzero"` // when it is asked for again
	Fails int       `json:"fails,omitempty"`
	Why   string    `json:"why,omitempty"` // of the last failure, for people
}

// Addresses are the fields that are kept sealed.
func (s *subscription) Addresses() []*string { return []*string{&s.Hub, &s.Topic} }

// subscriptionOf is under what a feed's subscription is kept.
func subscriptionOf(f polled.Document) string { return f.ID + " websub" }

func (s *Source) loadSubscription(ctx context.Context, f polled.Document) (subscription, error) {
	sub, err := polled.Load[subscription](ctx, s.poller, subscriptionOf(f))
	if err != nil {
		return subscription{}, fmt.Errorf("load a subscription: %w", err)
	}
	return sub, nil
}

func (s *Source) saveSubscription(ctx context.Context, f polled.Document, sub subscription) error {
	if err := polled.Save(ctx, s.poller, subscriptionOf(f), s.o.Now().Add(leaseMost), sub); err != nil {
		return fmt.Errorf("keep a subscription: %w", err)
	}
	return nil
}

// subscribe asks the hub that a listing names for news, when there is no lease or it ends soon. A hub that refuses is no failure of the
// feed: it is polled. The error is the store's or the context's.
func (s *Source) subscribe(ctx context.Context, w *polled.Pass, f polled.Document, l *listing) error {
	if s.o.Callback == nil {
		return nil
	}
	sub, err := s.loadSubscription(ctx, f)
	if err != nil {
		return err
	}
	now := s.o.Now()
	if l != nil && l.hub != "" && (sub.Hub != l.hub || sub.Topic != l.topicOr(f)) && now.Sub(sub.Asked) >= retryFirst {
		sub = subscription{Hub: l.hub, Topic: l.topicOr(f)}
	}
	if sub.Hub == "" || now.Before(sub.Renew) && sub.Renew.Before(now.Add(leaseMost)) {
		s.subscribed(w, f, sub, now)
		return nil
	}
	hub, why := s.admitHub(sub)
	if why == "" {
		sub.Asked, sub.Renew = now, now.Add(retryFirst)
		if err := s.saveSubscription(ctx, f, sub); err != nil {
			return err
		}
		if why, err = s.ask(ctx, hub, f, sub); err != nil {
			return err
		}
		if why == "" {
			return nil // what the hub verified meanwhile is kept already
		}
	}
	sub.Fails++
	sub.Why, sub.Renew = why, now.Add(min(retryFirst<<min(sub.Fails-1, 5), retryMost))
	s.subscribed(w, f, sub, now)
	return s.saveSubscription(ctx, f, sub)
}

// subscribed says how it stands with a subscription that does not hold.
func (s *Source) subscribed(w *polled.Pass, f polled.Document, sub subscription, now time.Time) {
	if sub.Hub == "" || sub.Why == "" || now.Before(sub.Until) {
		return
	}
	w.Note(f, "no news by its hub, it is polled alone: "+sub.Why)
}

// topicOr is the topic a listing names, or the feed's own address.
func (l *listing) topicOr(f polled.Document) string {
	if l.topic == "" {
		return f.URI
	}
	return l.topic
}

// admitHub says what is wrong with a hub, "" when it may be asked. Secrets go by https alone, but on loopback.
func (s *Source) admitHub(sub subscription) (hub *url.URL, why string) {
	hub, err := url.Parse(sub.Hub)
	switch {
	case err != nil || len(sub.Hub) > polled.MaxURL || hub.Host == "" || hub.User != nil || hub.Scheme != "http" && hub.Scheme != "https":
		return nil, "the hub's address cannot be read"
	case hub.Scheme != "https" && !loopbackHTTP(hub):
		return nil, "the hub is not reached by https"
	case s.o.Client.Admit(hub) != nil:
		return nil, "the hub's address is not one that is requested"
	case len(sub.Topic) > polled.MaxURL || !strings.HasPrefix(sub.Topic, "http"):
		return nil, "the topic's address cannot be read"
	}
	return hub, ""
}

// loopbackHTTP says whether an address is of this machine, by its own word.
func loopbackHTTP(u *url.URL) bool {
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && err == nil && addr.IsLoopback()
}

// secret is what a hub signs the deliveries for a feed with: derived, never stored.
func (s *Source) secret(f polled.Document, sub subscription) string {
	return hex.EncodeToString(s.mac("websub secret", f.ID, sub.Hub, sub.Topic))
}

// callback is where a hub tells of a feed.
func (s *Source) callback(f polled.Document) string { return s.o.Callback.JoinPath(f.ID).String() }

// ask sends a subscription request. why is what is wrong, for people; the error is the context's.
func (s *Source) ask(ctx context.Context, hub *url.URL, f polled.Document, sub subscription) (why string, err error) {
	client, err := s.o.HubClient(hub)
	if err != nil {
		return "the hub's address is not one that is requested", nil
	}
	defer client.CloseIdleConnections()
	bounded, cancel := context.WithTimeout(ctx, hubBound)
	defer cancel()
	form := url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {sub.Topic}, "hub.callback": {s.callback(f)}, "hub.secret": {s.secret(f, sub)},
		"hub.lease_seconds": {strconv.Itoa(int(leaseWanted / time.Second))},
	}
	req, err := http.NewRequestWithContext(bounded, http.MethodPost, hub.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return "the hub's address cannot be read", nil
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
	if ctx.Err() != nil {
		return "", fmt.Errorf("ask a hub: %w", context.Cause(ctx))
	}
	if err != nil {
		return "the hub was not reached", nil
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxHubBody)) // what it says is of no use
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Sprintf("the hub answered %d", resp.StatusCode), nil
	}
	return "", nil
}

// verified keeps what a hub said of a subscription of ours, or says why it is not believed.
func (s *Source) verified(ctx context.Context, f polled.Document, query url.Values) error {
	sub, err := s.loadSubscription(ctx, f)
	if err != nil {
		return err
	}
	now := s.o.Now()
	mode, topic := query.Get("hub.mode"), query.Get("hub.topic")
	pending := !sub.Asked.IsZero() && now.Sub(sub.Asked) < verifiesIn
	if sub.Hub == "" || topic != sub.Topic || !pending && now.After(sub.Until) {
		return errNotOurs
	}
	switch mode {
	case "denied":
		sub.Fails++
		sub.Until, sub.Why, sub.Renew = time.Time{}, "the hub refused", now.Add(retryMost)
	case "subscribe":
		lease, err := strconv.ParseUint(query.Get("hub.lease_seconds"), 10, 32)
		granted := min(time.Duration(lease)*time.Second, leaseMost)
		if err != nil || granted < leaseLeast {
			return errNotOurs
		}
		sub.Until, sub.Renew, sub.Fails, sub.Why = now.Add(granted), now.Add(granted-granted/5), 0, ""
	default: // we never ask to be taken off
		return errNotOurs
	}
	return s.saveSubscription(ctx, f, sub)
}

// errNotOurs says that we did not ask for that.
var errNotOurs = errors.New("not asked for")

// linkField is one link of a Link field.
type linkField struct{ href, rel string }

const maxLinkFields = 100

// linkFields reads Link fields (RFC 8288) as far as hubs need: each relation of a link for itself.
func linkFields(values []string) []linkField {
	var out []linkField
	rest := strings.Join(values, ",")
	for len(out) < maxLinkFields {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			break
		}
		href, params, ok := strings.Cut(after, ">")
		if !ok {
			break
		}
		params, rest = linkParams(params)
		for _, rel := range strings.Fields(params) {
			out = append(out, linkField{strings.TrimSpace(href), strings.ToLower(rel)})
		}
	}
	return out
}

// linkParams reads the parameters of a link: the value of rel, and what is behind the link.
func linkParams(text string) (rel, rest string) {
	for {
		text = strings.TrimLeft(text, " \t;")
		if text == "" || text[0] == ',' {
			return rel, strings.TrimPrefix(text, ",")
		}
		end := strings.IndexAny(text, "=;,")
		if end < 0 {
			return rel, ""
		}
		name := strings.TrimSpace(text[:end])
		if text[end] != '=' {
			text = text[end:]
			continue
		}
		var value string
		value, text = linkValue(strings.TrimLeft(text[end+1:], " \t"))
		if strings.EqualFold(name, "rel") && rel == "" {
			rel = value
		}
	}
}

func linkValue(text string) (value, rest string) {
	if strings.HasPrefix(text, `"`) {
		value, rest, _ = strings.Cut(text[1:], `"`)
		return value, rest
	}
	if end := strings.IndexAny(text, ";,"); end >= 0 {
		return strings.TrimSpace(text[:end]), text[end:]
	}
	return strings.TrimSpace(text), ""
}
