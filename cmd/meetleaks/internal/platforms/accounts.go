// Package platforms joins the clients of meeting services: each organisation's own accounts, as its configuration names them. It asks
// them who hosts a meeting when the inventory does not know, and whether a leaked link is dead or guarded. A meeting's id goes to
// the account of the organisation whose leak it is, and to nobody else.
package platforms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/notify"
	"meetleaks/scanner"
	"meetleaks/scanner/claims"
	"meetleaks/scanner/meetings/zoom"
)

// Account is the client of one organisation's account at one platform.
type Account interface {
	scanner.MeetingReader
	scanner.Prover
}

// Accounts are those of all organisations. It implements [scanner.MeetingReader] and [scanner.Prover], and is safe for concurrent use.
type Accounts struct {
	clients map[string]map[string]Account // by organisation and platform
}

// Open makes the clients of a configuration; client makes the way out to one address. It asks nobody and reads no secret: secrets are
// read when they are needed, so that a changed file counts.
func Open(list []config.Organisation, client func(base *url.URL) (*http.Client, error), now func() time.Time) (*Accounts, error) {
	a := &Accounts{clients: map[string]map[string]Account{}}
	everybodys := claims.Everybodys()
	var mistakes []error
	for i, o := range list {
		if !o.Platforms.Zoom.Asks() {
			continue
		}
		c, err := openZoom(o, client, everybodys, now)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("organisations[%d].platforms.zoom: %w", i, err))
			continue
		}
		a.clients[o.Name] = map[string]Account{"zoom": c}
	}
	return a, errors.Join(mistakes...)
}

func openZoom(
	o config.Organisation, client func(base *url.URL) (*http.Client, error), everybodys func(string) bool, now func() time.Time,
) (*zoom.Client, error) {
	account := o.Platforms.Zoom
	options := zoom.Options{
		Org: o.Name, AccountID: account.AccountID, Everybodys: everybodys, Now: now,
		Credentials: func() (string, string, error) {
			secret, err := account.ClientSecret.Read()
			return account.ClientID, secret, err
		},
	}
	for _, way := range []struct {
		name, text, otherwise string
		base                  **url.URL
		client                **http.Client
	}{
		{"api_url", account.APIURL, zoom.DefaultAPI, &options.API, &options.APIClient},
		{"oauth_url", account.OAuthURL, zoom.DefaultOAuth, &options.OAuth, &options.OAuthClient},
	} {
		if way.text == "" {
			way.text = way.otherwise
		}
		base, err := notify.CheckAddress(way.text)
		if err != nil {
			return nil, fmt.Errorf("%s: want https://, or http:// of a private address: %w", way.name, err)
		}
		*way.base = base
		if *way.client, err = client(base); err != nil {
			return nil, fmt.Errorf("%s: %w", way.name, err)
		}
	}
	return zoom.New(options)
}

// Organisations names those that have an account, sorted.
func (a *Accounts) Organisations() []string {
	var names []string
	for name := range a.clients {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Meeting implements [scanner.MeetingReader].
func (a *Accounts) Meeting(ctx context.Context, org string, l matchers.Link, now time.Time) (scanner.MeetingFacts, bool, error) {
	c, ok := a.clients[org][l.Platform]
	if !ok {
		return scanner.MeetingFacts{}, false, nil
	}
	return c.Meeting(ctx, org, l, now)
}

// Provable implements [scanner.Prover].
func (a *Accounts) Provable(org, platform string) bool {
	c, ok := a.clients[org][platform]
	return ok && c.Provable(org, platform)
}

// Prove implements [scanner.Prover].
func (a *Accounts) Prove(ctx context.Context, way scanner.LeakedWay, now time.Time) (scanner.Proof, error) {
	c, ok := a.clients[way.Org][way.Link.Platform]
	if !ok {
		return scanner.Proof{Verdict: scanner.WayUnknown, Words: "there is no account to ask"}, nil
	}
	return c.Prove(ctx, way, now)
}
