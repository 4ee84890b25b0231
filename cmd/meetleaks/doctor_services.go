package main

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/platforms"
	"meetleaks/scanner/claims"
	"meetleaks/scanner/meetings/zoom"
)

// serviceExaminations look at what is neither a source's site nor a channel: the organisations' own accounts at meeting services, the
// APIs that sources are read through, and who is asked for the records that prove domains.
func (d *doctor) serviceExaminations() []examination {
	clients, err := d.app.apiClients(d.loaded.Fetch)
	if err != nil {
		return nil // told with the way out
	}
	list := d.accountExaminations(clients)
	list = append(list, d.apiExaminations(clients)...)
	return append(list, d.dnsExaminations()...)
}

// accountExaminations look at each Zoom account: first whether it gives a token, and what that may, then whether the API takes it.
func (d *doctor) accountExaminations(clients apiClients) []examination {
	accounts, err := platforms.Open(d.loaded.Organisations, clients, d.app.now)
	var list []examination
	if err != nil {
		list = append(list, examination{{"zoom", "", saying(ailing("zoom", "", err.Error(), "mend platforms.zoom of the organisation in the configuration"))}})
	}
	for _, o := range d.loaded.Organisations {
		client := accounts.Zoom(o.Name)
		if client == nil {
			continue
		}
		account := o.Platforms.Zoom
		oauth := o.Name + " " + addressOf(cmp.Or(account.OAuthURL, zoom.DefaultOAuth))
		api := o.Name + " " + addressOf(cmp.Or(account.APIURL, zoom.DefaultAPI))
		look := &zoomLook{client: client, oauth: oauth, api: api}
		list = append(list, examination{{"zoom token", oauth, look.token}, {"zoom", api, look.asked}})
	}
	return list
}

// zoomLook is what the steps about one account hand on to each other.
type zoomLook struct {
	client     *zoom.Client
	oauth, api string // targets
	granted    bool
}

// token asks for a token and looks at its scopes.
func (l *zoomLook) token(ctx context.Context) []diagnosis {
	const name, scopes = "zoom token", "zoom scopes"
	missing, told, err := l.client.CheckToken(ctx)
	if err != nil {
		return []diagnosis{ailing(name, l.oauth, err.Error(), zoomMend(err))}
	}
	l.granted = true
	list := []diagnosis{healthy(name, l.oauth, "is given")}
	switch {
	case !told:
		return append(list, unexamined(scopes, l.oauth, "the answer does not tell them"))
	case len(missing) > 0:
		return append(list, ailing(scopes, l.oauth, "missing: "+strings.Join(missing, ", "), zoomScopes))
	}
	return append(list, healthy(scopes, l.oauth, "all that are needed"))
}

// asked looks whether the API answers who has the token.
func (l *zoomLook) asked(ctx context.Context) []diagnosis {
	const name = "zoom"
	if !l.granted {
		return []diagnosis{unexamined(name, l.api, "there is no token to ask with")}
	}
	if err := l.client.CheckAPI(ctx); err != nil {
		return []diagnosis{ailing(name, l.api, err.Error(), zoomMend(err))}
	}
	return []diagnosis{healthy(name, l.api, "answers")}
}

const zoomScopes = "add them to the server-to-server app at marketplace.zoom.us, under Scopes; tokens have them within the hour"

// zoomMend is what helps against a refusal of Zoom's.
func zoomMend(err error) string {
	var e *zoom.Error
	if !errors.As(err, &e) {
		return "run doctor again"
	}
	switch e.Class {
	case zoom.Auth:
		return "give account_id, client_id and client_secret_file of the server-to-server app as it is now, and see that it is activated"
	case zoom.Scope:
		return zoomScopes
	case zoom.Policy:
		return "ask who administers the Zoom account: it forbids the app"
	case zoom.Throttled:
		return "wait a while, and run doctor again"
	case zoom.Config, zoom.Broken:
		return "mend api_url and oauth_url of platforms.zoom; without them Zoom's own are asked"
	}
	return "see whether this machine may reach it; https://status.zoom.us tells of outages"
}

// apiExaminations shake hands with the APIs that sources name. No request is sent.
func (d *doctor) apiExaminations(clients apiClients) []examination {
	var list []examination
	for _, source := range d.loaded.Sources {
		u, err := url.Parse(serviceAddress(source))
		if err != nil || u.Host == "" || source.Off {
			continue
		}
		target := source.Name + " " + addressOf(serviceAddress(source))
		list = append(list, examination{{"source API", target, func(ctx context.Context) []diagnosis {
			return []diagnosis{d.sourceAPI(ctx, target, *u, clients)}
		}}})
	}
	return list
}

// sourceAPI shakes hands as the source would: web sockets are spoken over HTTP.
func (d *doctor) sourceAPI(ctx context.Context, target string, u url.URL, clients apiClients) diagnosis {
	const name = "source API"
	switch u.Scheme {
	case "wss":
		u.Scheme = "https"
	case "ws":
		u.Scheme = "http"
	}
	base := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}
	client, err := clients(base)
	if err != nil {
		return ailing(name, target, err.Error(), "give api_url as https://HOST/…, or http:// and a private address")
	}
	return d.handshake(ctx, name, target, base, client)
}

// dnsWait is how long one resolver may take.
const dnsWait = stepBound - time.Second

// dnsExaminations ask each resolver that egress lists for a record as those are that prove domains.
func (d *doctor) dnsExaminations() []examination {
	var list []examination
	if c := d.loaded.DNS; len(c.Resolvers) > 0 {
		if _, err := claims.NewResolvers(claims.ResolverOptions{Addresses: c.Resolvers, Quorum: c.Quorum}); err != nil {
			list = append(list, examination{{"dns", "", saying(ailing("dns", "", err.Error(), "mend dns.resolvers and dns.quorum in the configuration"))}})
		}
	}
	for _, at := range d.app.planEgress(d.loaded.Config).Out {
		if at.Scheme != "dns" {
			continue
		}
		list = append(list, examination{{"dns", at.Address, func(ctx context.Context) []diagnosis {
			return []diagnosis{judgeResolver(ctx, at, proofName(d.loaded.Organisations))}
		}}})
	}
	return list
}

// proofName is a name that is asked for: the record of the first domain, or the root of all names.
func proofName(list []config.Organisation) string {
	for _, o := range list {
		if len(o.Domains) > 0 {
			return claims.RecordLabel + "." + o.Domains[0]
		}
	}
	return "."
}

// judgeResolver asks one resolver. That it knows no such name is an answer. One of the system's that is silent is a worry: others
// may answer in its place, and domains that the configuration vouches for need no proof.
func judgeResolver(ctx context.Context, at egressHost, name string) diagnosis {
	const check = "dns"
	one, err := claims.NewResolvers(claims.ResolverOptions{Addresses: []string{at.Address}, Timeout: dnsWait})
	if err != nil {
		return unexamined(check, at.Address, "no address of a resolver is known")
	}
	answer := one.Texts(ctx, name)[0]
	if answer.Err == nil {
		return healthy(check, at.Address, "answers")
	}
	detail := "does not answer: " + answer.Err.Error()
	for _, purpose := range at.For {
		if strings.HasPrefix(purpose.Key, "dns.") {
			return ailing(check, at.Address, detail, "give resolvers in dns.resolvers that this machine may ask over UDP and TCP, port 53")
		}
	}
	return worry(check, at.Address, detail, "see whether this machine's resolver runs; dns.resolvers names others for the proofs of domains")
}
