package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify/webhook"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// maxStartsChecked bounds how many starts are asked for their robots.txt.
const maxStartsChecked = 200

// siteLook is what is needed to look at sites as serve would.
type siteLook struct {
	*doctor
	web      *fetch.Client
	services apiClients
}

// sourceExaminations look at each start of each source, side by side.
func (d *doctor) sourceExaminations() []examination {
	c := d.loaded.Config
	list := []examination{{{"way out", "", d.wayOut}}}
	quiet := *d.app
	quiet.stderr = io.Discard // its warnings are told by wayOut
	web, err := quiet.fetchClient(c.Fetch, c.Organisations, nil)
	if err != nil {
		return append(list, examination{{"sources", "", saying(ailing("way out", "", err.Error(), "mend fetch in the configuration"))}})
	}
	d.atEnd(web.Close)
	look := &siteLook{doctor: d, web: web}
	if look.services, err = d.app.apiClients(c.Fetch); err != nil {
		return append(list, examination{{"sources", "", saying(ailing("way out", "", err.Error(), "mend fetch in the configuration"))}})
	}
	starts := 0
	for i, source := range c.Sources {
		switch kind := kindNamed(source.Kind); {
		case source.Off:
			list = append(list, examination{{"source", source.Name, saying(unexamined("source", source.Name, "it is switched off"))}})
		case kind.pass == scanner.Poll:
			list = append(list, look.site(source, maxStartsChecked-starts)...)
			starts += len(source.Start)
		case kind.isService():
			list = append(list, examination{{"source", source.Name, saying(judgeService(i, source))}})
		default:
			list = append(list, examination{{"source", source.Name, saying(judgeFeeder(i, source))}})
		}
	}
	return list
}

// saying is a step whose answer is known.
func saying(seen diagnosis) func(context.Context) []diagnosis {
	return func(context.Context) []diagnosis { return []diagnosis{seen} }
}

// site has an examination for each start, at most left of them.
func (l *siteLook) site(source config.Source, left int) []examination {
	var list []examination
	starts, err := startURLs(source)
	if err != nil {
		return []examination{{{"source", source.Name, saying(ailing("source", source.Name, err.Error(), "mend its start"))}}}
	}
	client := l.web.From(starts)
	for _, u := range starts[:min(len(starts), max(left, 0))] {
		target := source.Name + " " + u.Scheme + "://" + u.Host
		list = append(list, examination{{"source", target, func(ctx context.Context) []diagnosis {
			return []diagnosis{l.start(ctx, client, target, u)}
		}}})
	}
	if n := len(starts) - max(left, 0); n > 0 {
		list = append(list, examination{{"source", source.Name, saying(unexamined("source", source.Name, "%s more", count(n, "start")))}})
	}
	return list
}

// start looks whether a page may be asked for, and how long its certificate holds.
func (l *siteLook) start(ctx context.Context, client *fetch.Client, target string, u *url.URL) diagnosis {
	const name = "source"
	if err := client.Admit(u); err != nil {
		return ailing(name, target, "is not read: "+fetch.AsError(err, u.String()).Err.Error(),
			"name a public page; a service of your own is read when fetch.allow names its host:port")
	}
	if err := resolves(ctx, u.Hostname()); err != nil {
		return ailing(name, target, err.Error(), "see whether the name is right, and whether this machine's resolver knows it")
	}
	if err := client.Allowed(ctx, u); err != nil {
		return judgeRobots(target, fetch.AsError(err, u.String()))
	}
	if u.Scheme != "https" {
		return healthy(name, target, "robots.txt allows it")
	}
	service, err := l.services(u)
	if err != nil {
		return healthy(name, target, "robots.txt allows it")
	}
	defer service.CloseIdleConnections()
	seen := l.handshake(ctx, name, target, u, service)
	if seen.Status == statusFailure { // it was reached a moment ago: the way is another one
		return healthy(name, target, "robots.txt allows it; the end of its certificate was not looked at")
	}
	seen.Detail = "robots.txt allows it; " + seen.Detail
	return seen
}

// resolves asks for a name's addresses. What they are is not told.
func resolves(ctx context.Context, host string) error {
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	_, err := new(net.Resolver).LookupNetIP(ctx, "ip", host)
	var lookup *net.DNSError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return errors.New("the name is not known in DNS")
	case errors.As(err, &lookup) && lookup.IsTimeout, ctx.Err() != nil:
		return errors.New("DNS does not answer in time")
	}
	return errors.New("DNS does not answer")
}

// judgeRobots says why a start would not be read.
func judgeRobots(target string, err *fetch.Error) diagnosis {
	const name = "source"
	var robots *fetch.RobotsError
	detail := err.Err.Error()
	if errors.As(err, &robots) {
		detail = robots.Error()
	}
	trust := certificateMend(err)
	switch {
	case err.Class == fetch.Cancelled:
		return ailing(name, target, "its robots.txt does not come in "+stepBound.String()+", so nothing is read", "see whether the site is up, and this machine may reach it")
	case err.Class == fetch.Blocked:
		return ailing(name, target, detail, "a service of your own is read when fetch.allow names its host:port")
	case isTrust(err):
		return ailing(name, target, detail, trust)
	case err.Class == fetch.Robots && err.Policy():
		return ailing(name, target, detail, "ask whoever runs the site to allow meetleaks in robots.txt, or take the start out")
	}
	return ailing(name, target, detail, "see whether the site is up, and this machine may reach it")
}

// judgeFeeder looks at the key with which documents are signed that a feeder hands in.
func judgeFeeder(i int, source config.Source) diagnosis {
	text, err := source.Secret.Read()
	if err == nil {
		_, err = webhook.ParseKeys(text)
	}
	if err != nil {
		return ailing("source", source.Name, fmt.Sprintf("sources[%d].secret: %v", i, err), "make a key: echo whsec_$(openssl rand -base64 32)")
	}
	return healthy("source", source.Name, "its key is well formed")
}

// judgeService looks at what a service is asked with; that it answers is looked at with the other services.
func judgeService(i int, source config.Source) diagnosis {
	if source.Token.IsSet() {
		if _, err := source.Token.Read(); err != nil {
			return ailing("source", source.Name, fmt.Sprintf("sources[%d].token: %v", i, err), "put the service's token into the file")
		}
	}
	if _, err := readDictionary(string(source.Dictionary)); err != nil {
		return ailing("source", source.Name, fmt.Sprintf("sources[%d].%v", i, err), "name the file, or take dictionary out: then the stream is read uncompressed")
	}
	return healthy("source", source.Name, "is complete")
}

// wayOut looks at what all requests to the web share.
func (d *doctor) wayOut(ctx context.Context) []diagnosis {
	const name = "way out"
	c := d.loaded.Config.Fetch
	var list []diagnosis
	if c.Contact == "" && len(d.loaded.Sources) > 0 {
		list = append(list, worry(name, "", "fetch.contact is not set: owners of sites cannot reach you, and may block you", "set fetch.contact to a page or an address"))
	}
	if _, err := certificates(string(c.CAFile)); err != nil {
		list = append(list, ailing(name, string(c.CAFile), err.Error(), "name a file with certificates in PEM, or take fetch.ca_file out"))
	}
	proxy, err := proxyURL(c.Proxy)
	switch {
	case err != nil:
		return append(list, ailing(name, "", err.Error(), "give the proxy as http://user:password@host:port"))
	case proxy == nil:
		return list
	}
	address := net.JoinHostPort(proxy.Hostname(), portOfProxy(proxy))
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return append(list, ailing("proxy", address, connectComplaint(err), connectMend(err)))
	}
	_ = conn.Close()
	return append(list, healthy("proxy", address, "takes connections"))
}

func portOfProxy(u *url.URL) string {
	_, port, _ := net.SplitHostPort(hostAndPort(u))
	return port
}
