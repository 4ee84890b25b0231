package feed

import (
	"errors"
	"net/http"
	"net/url"

	"meetleaks/scanner/source/polled"
)

// The bounds of a feed.
const (
	MaxBody     = 5 << 20 // bytes, decompressed; what is beyond is cut, and told
	MaxItems    = 1000    // that are read, the first it lists; what is beyond is told
	MaxItemText = 1 << 20 // bytes of one item's text; what is beyond is cut, and told
)

// Options are what a source needs: those of any that polls, and its own, which may be left out. All must be safe for concurrent use.
//
// Feeds stand at http or https. Key hides what items are known by, too, and the secrets of subscriptions are derived from it: with another
// one all items are new places. MaxRest bounds max-age, ttl, skipHours and skipDays.
type Options struct {
	polled.Options

	// Read takes the HTML of items apart; nil: it is read as it is written.
	Read polled.Reader
	// Callback is the public address below which [Source.ServeHTTP] is served, for hubs (WebSub) to tell of news at once; https, but
	// for loopback. Nil: feeds are polled alone. They are polled in any case.
	Callback *url.URL
	// HubClient makes the client of a hub, as fetch.APIClient does: guarded, without redirects. Needed with Callback.
	HubClient func(hub *url.URL) (*http.Client, error)
	// AllowSHA1 believes deliveries that are signed by SHA-1 alone, as old hubs do.
	AllowSHA1 bool
}

func (o Options) checkCallback() error {
	switch c := o.Callback; {
	case c == nil:
		return nil
	case o.HubClient == nil:
		return errors.New("a callback without a client for hubs")
	case c.Hostname() == "" || c.User != nil || c.RawQuery != "" || c.Fragment != "" || c.Scheme != "https" && !loopbackHTTP(c):
		return errors.New("callback: want an https address without user name and query")
	}
	return nil
}
