package main

import (
	"slices"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/hosts"
	"meetleaks/cmd/meetleaks/internal/platforms"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

// meetings is what a process knows of meetings by the services themselves.
type meetings struct {
	accounts *platforms.Accounts // who is asked
	resolver *platforms.Resolver // the inventory first, then the accounts
	told     *platforms.Told     // what services say without being asked
	hooks    []zoomAccount       // who may say so
}

// openMeetings makes the clients of the organisations' own accounts. It asks nobody.
func openMeetings(c config.Config, book *hosts.Book, indexKey []byte, client apiClients, now func() time.Time) (*meetings, error) {
	accounts, err := platforms.Open(c.Organisations, client, now)
	if err != nil {
		return nil, usage("", "%w", err)
	}
	m := &meetings{accounts: accounts, resolver: platforms.NewResolver(book, accounts, indexKey), told: platforms.NewTold(indexKey, now)}
	for _, o := range c.Organisations {
		account := o.Platforms.Zoom
		if !account.WebhookSecret.IsSet() {
			continue
		}
		m.hooks = append(m.hooks, zoomAccount{
			Org: o.Name, AccountID: account.AccountID, Secret: account.WebhookSecret.Read, Host: zoomLinkHost(account.APIURL),
		})
	}
	return m, nil
}

// zoomLinkHost is the host of links to meetings of the cloud that an API belongs to.
func zoomLinkHost(api string) string {
	switch {
	case strings.Contains(api, ".zoomgov.com"):
		return "zoomgov.com"
	case strings.Contains(api, ".zoom.com.cn"):
		return "zoom.com.cn"
	}
	return "zoom.us"
}

// owners names those to whom a meeting belongs by the inventory, or by what a service said of it.
func (m *meetings) owners(book *hosts.Book) func(matchers.Link) []string {
	return func(l matchers.Link) []string {
		list := book.Owners(l)
		for _, org := range m.told.Owners(l) {
			if !slices.Contains(list, org) {
				list = append(list, org)
			}
		}
		return list
	}
}

// blindAccounts says of which accounts nothing is known at present, for the notes of readiness.
func blindAccounts(list []scanner.BlindAccount) []string {
	var out []string
	for _, b := range list {
		out = append(out, "the "+b.Platform+" account of "+b.Org+" is blind since "+b.Since.UTC().Format(time.RFC3339)+": "+b.Reason)
	}
	return out
}
