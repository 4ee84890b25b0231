package main

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify"
	"meetleaks/notify/mail"
	"meetleaks/notify/slack"
	"meetleaks/notify/webhook"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// The names of channels: those of Slack and mail, and the beginning of those of webhooks and of SIEMs, which are rooms by themselves.
const (
	channelSlack   = "slack"
	channelMail    = mail.Name
	channelWebhook = "webhook:"
	channelSIEM    = "siem:"
)

// apiClients makes the client of a service with a configured address.
type apiClients func(base *url.URL) (*http.Client, error)

// apiClients go out as the configuration wants it: past its proxy, believing its certificates, and to the public internet only, unless
// the address itself names a private one.
func (a *app) apiClients(c config.Fetch) (apiClients, error) {
	var o fetch.APIOptions
	for _, text := range c.Deny {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, usage("", "fetch.deny: %w", err)
		}
		o.Deny = append(o.Deny, prefix)
	}
	var err error
	if o.Proxy, err = proxyURL(c.Proxy); err != nil {
		return nil, err
	}
	if o.CA, err = certificates(string(c.CAFile)); err != nil {
		return nil, err
	}
	return func(base *url.URL) (*http.Client, error) {
		one := o
		one.Base, one.Private = base, notify.IsPrivate(base)
		return fetch.APIClient(one)
	}, nil
}

// openChannels makes the configured channels, by name. It sends nothing. Secrets are read anew for each message; but whether a
// webhook may be a private address is decided by its URL as it is now.
func (a *app) openChannels(c config.Channels, client apiClients) (map[string]notify.Channel, error) {
	channels := make(map[string]notify.Channel)
	if c.Slack.Token.IsSet() {
		channel, err := openSlack(c.Slack, client)
		if err != nil {
			return nil, usage("", "channels.slack: %w", err)
		}
		channels[channel.Name()] = channel
	}
	for i, w := range c.Webhook {
		channel, err := openWebhook(w, client)
		if err != nil {
			return nil, usage("", "channels.webhook[%d] (%s): %w", i, w.Name, err)
		}
		if channels[channel.Name()] != nil {
			return nil, usage("", "channels.webhook[%d]: a second one of the name %s", i, w.Name)
		}
		channels[channel.Name()] = channel
	}
	return channels, nil
}

func openSlack(c config.Slack, client apiClients) (*slack.Channel, error) {
	address := c.APIURL
	if address == "" {
		address = slack.DefaultURL
	}
	out, err := clientFor(address, client)
	if err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	return slack.New(slack.Options{Token: notify.SecretFrom(c.Token.Read), URL: address, Client: out})
}

func openWebhook(c config.Webhook, client apiClients) (*webhook.Channel, error) {
	if !c.URL.IsSet() || !c.Secret.IsSet() {
		return nil, fmt.Errorf("url and secret are needed: %w", &notify.Error{Class: notify.Config, Reason: "secret-not-set"})
	}
	address, err := c.URL.Read()
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	out, err := clientFor(strings.TrimSpace(address), client)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	channel, err := webhook.New(webhook.Options{
		Name: c.Name, URL: notify.SecretFrom(c.URL.Read), Keys: notify.SecretFrom(c.Secret.Read), Client: out,
	})
	if err != nil {
		return nil, err
	}
	return channel, channel.Check(context.Background()) // reads url and keys, asks nobody
}

// clientFor makes the client for an address. No error repeats it: it may hold a password.
func clientFor(address string, client apiClients) (*http.Client, error) {
	base, err := notify.CheckAddress(address)
	if err != nil {
		return nil, fmt.Errorf("want https://, or http:// of a private address: %w", err)
	}
	return client(base)
}

// roomsOf are the rooms of an organisation, as far as their channels are configured: its fallback channel in Slack, its
// fallback mailbox, then every webhook and every SIEM, in the order of the file. Routes may name others, see newRouter.
func roomsOf(o config.Organisation, c config.Channels) []scanner.Room {
	var rooms []scanner.Room
	if o.Fallback.SlackChannel != "" && c.Slack.Token.IsSet() {
		rooms = append(rooms, scanner.Room{Channel: channelSlack, ID: o.Fallback.SlackChannel})
	}
	if o.Fallback.Email != "" && c.Mail.URL.IsSet() {
		rooms = append(rooms, scanner.Room{Channel: channelMail, ID: o.Fallback.Email})
	}
	for _, w := range c.Webhook {
		rooms = append(rooms, scanner.Room{Channel: channelWebhook + w.Name})
	}
	for i := range c.SIEM {
		rooms = append(rooms, scanner.Room{Channel: fmt.Sprint(channelSIEM, i)})
	}
	return rooms
}

// roomless says whether there is a leak of the organisation that no room is told of: it has none, and no route that fits every leak.
func roomless(o config.Organisation, c config.Channels) bool {
	return len(roomsOf(o, c)) == 0 && !slices.ContainsFunc(o.Routes, func(r config.Route) bool {
		return !r.Pattern.IsSet() && r.Page == "" && r.Platform == "" && r.Class == "" && len(r.To) > 0
	})
}

// anyChannel says whether somebody can be told of anything.
func anyChannel(c config.Channels) bool {
	return c.Slack.Token.IsSet() || c.Mail.URL.IsSet() || len(c.Webhook)+len(c.SIEM) > 0
}
