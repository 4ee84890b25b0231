package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"meetleaks/matchers"
)

// The bounds of routes.
const (
	maxRoutes  = 100
	maxRouteTo = 4 // rooms: a leak is told in that many
)

func (v *validator) mail(m *Mail) {
	v.secretForm("channels.mail.url", m.URL, urlWithPassword("smtp", "smtps"))
	v.optional("channels.mail.from", m.From, checkEmail)
}

func (v *validator) siem(path string, s *SIEM) {
	v.required(path+".format", s.Format, oneOf("ocsf"))
	v.required(path+".to", s.To, checkSIEMTarget)
	if s.Token.IsSet() && !strings.HasPrefix(s.To, "http") {
		v.note(path+".token", "is of no use: only https:// takes a token")
	}
}

func checkSIEMTarget(text string) error {
	if path, ok := strings.CutPrefix(text, "file:"); ok && path != "" && !strings.HasSuffix(path, "/") {
		return nil
	}
	if checkURL(text, "https", "http", "syslog+tls") != nil {
		return errors.New("want file:PATH, syslog+tls://HOST:PORT, or an https:// URL without a password (give token_file)")
	}
	return nil
}

// routes checks the routes of all organisations against the channels that there are.
func (v *validator) routes(c *Config) {
	for i := range c.Organisations {
		o := &c.Organisations[i]
		path := entry("organisations", i) + ".routes"
		if len(o.Routes) > maxRoutes {
			v.note(path, "are %d; at most %d", len(o.Routes), maxRoutes)
		}
		for j := range o.Routes {
			v.route(entry(path, j), &o.Routes[j], o, &c.Channels)
		}
		v.unreached(path, o.Routes)
	}
}

func (v *validator) route(path string, r *Route, o *Organisation, c *Channels) {
	v.clearID(path+".pattern", r.Pattern)
	v.optional(path+".page", r.Page, checkPageGlob)
	v.optional(path+".platform", r.Platform, checkPlatform)
	v.optional(path+".class", r.Class, oneOf("A", "B", "C", "D", "E", "F", "G", "H"))
	switch {
	case len(r.To) == 0:
		v.missing(path+".to", "is missing: who is told?")
	case len(r.To) > maxRouteTo:
		v.note(path+".to", "are %d rooms; at most %d", len(r.To), maxRouteTo)
	}
	v.each(path+".to", r.To, func(text string) error { return checkRoom(text, o, c) })
	v.distinctTexts(path+".to", r.To)
}

// unreached notes routes behind one that fits everything.
func (v *validator) unreached(path string, routes []Route) {
	for i, r := range routes {
		if !r.Pattern.IsSet() && r.Page == "" && r.Platform == "" && r.Class == "" && i < len(routes)-1 {
			v.note(entry(path, i), "fits every leak, so that those behind it never come into play: let it be the last")
			return
		}
	}
}

func checkPlatform(text string) error {
	if !slices.ContainsFunc(matchers.All(), func(p matchers.Platform) bool { return p.Name == text }) {
		return errors.New("is no platform that is known; `meetleaks platforms` lists them")
	}
	return nil
}

// checkRoom checks the name of a room, and that its channel is there.
func checkRoom(text string, o *Organisation, c *Channels) error {
	kind, id, named := strings.Cut(text, ":")
	switch {
	case kind == "slack" && named:
		if !c.Slack.Token.IsSet() {
			return errors.New("needs channels.slack")
		}
		return slackID("C", "G")(id)
	case kind == "webhook" && named:
		if !slices.ContainsFunc(c.Webhook, func(w Webhook) bool { return w.Name == id }) {
			return errors.New("is no name in channels.webhook")
		}
		return nil
	case kind == "mail" && named:
		return checkMailRoom(id, o, c)
	case kind == "siem":
		return checkSIEMRoom(id, named, len(c.SIEM))
	}
	return errors.New("want slack:CHANNEL, webhook:NAME, mail:ADDRESS, siem or siem:NUMBER")
}

func checkMailRoom(address string, o *Organisation, c *Channels) error {
	if !c.Mail.URL.IsSet() {
		return errors.New("needs channels.mail")
	}
	if err := checkEmail(address); err != nil {
		return err
	}
	domain := strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
	for _, d := range o.Domains {
		if domain == d || strings.HasSuffix(domain, "."+d) {
			return nil
		}
	}
	return errors.New("lies under none of the organisation's domains: nobody else is told by mail")
}

func checkSIEMRoom(number string, named bool, channels int) error {
	if !named && channels > 0 {
		return nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= channels || strconv.Itoa(n) != number {
		return fmt.Errorf("is none of the %d entries in channels.siem, which count from 0", channels)
	}
	return nil
}

// URL gives the target as a URL, nil where it is a file.
func (s SIEM) URL() *url.URL {
	if strings.HasPrefix(s.To, "file:") {
		return nil
	}
	u, err := url.Parse(s.To)
	if err != nil {
		return nil
	}
	return u
}
