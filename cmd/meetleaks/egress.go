package main

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/net/publicsuffix"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify"
	"meetleaks/scanner/meetings/zoom"
)

func (a *app) egressCommand() *cobra.Command {
	var file, format string
	cmd := &cobra.Command{
		Use:   "egress",
		Short: "List every host that this configuration would contact, and why",
		Long: `egress lists every host and port that serve would contact with this configuration, with the key that each comes from, and the
addresses where it listens. It contacts nobody. Of files that hold URLs it shows the scheme, the host and the port only.

Exit codes: 0 all is known · 2 wrong usage or configuration · 3 a file that names a host cannot be read, so one is missing.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return usage("", "--format %q is not known: want text or json", format)
			}
			if !cmd.Flags().Changed("config") {
				file = existingDefault()
			}
			return a.egress(file, format)
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func (a *app) egress(file, format string) error {
	loaded, err := a.loadConfig(file)
	if err != nil {
		return err
	}
	plan := a.planEgress(loaded.Config)
	if format == "json" {
		err = a.writeJSON(plan)
	} else {
		err = a.print("%s", plan.text())
	}
	if err == nil && len(plan.Unknown) > 0 {
		return outcome(exitIncomplete)
	}
	return err
}

// egressPlan is everything that a configuration has to do with the network.
type egressPlan struct {
	Out     []egressHost    `json:"out"`     // sorted by address
	In      []egressHost    `json:"in"`      // what is listened on
	Unknown []egressPurpose `json:"unknown"` // what names a host that cannot be told
}

// egressHost is one host:port and all that it is for. A host that begins with "*." is a domain with all below it.
type egressHost struct {
	Address string          `json:"address"`
	Scheme  string          `json:"scheme,omitempty"`
	Proxied bool            `json:"proxied,omitempty"` // by way of the configured proxy
	For     []egressPurpose `json:"for"`
}

// egressPurpose is why, and which key of the configuration says so.
type egressPurpose struct {
	Key string `json:"key"`
	Why string `json:"why"`
}

// egressPlanner gathers a plan.
type egressPlanner struct {
	app     *app
	proxied bool
	ports   []string // of fetch.allow: pages may lead to them too
	out, in map[string]*egressHost
	unknown []egressPurpose
}

// planEgress reads the configuration, and of the files that it names those that hold a URL.
func (a *app) planEgress(c config.Config) egressPlan {
	p := &egressPlanner{app: a, proxied: c.Fetch.Proxy.URL.IsSet(), out: map[string]*egressHost{}, in: map[string]*egressHost{}}
	for _, allowed := range c.Fetch.Allow {
		if _, port, err := net.SplitHostPort(allowed); err == nil && !slices.Contains(p.ports, port) {
			p.ports = append(p.ports, port)
		}
	}
	p.store(c)
	for i, source := range c.Sources {
		p.source(fmt.Sprintf("sources[%d]", i), source)
	}
	p.channels(c.Channels)
	for i, o := range c.Organisations {
		p.accounts(fmt.Sprintf("organisations[%d].platforms.zoom", i), o)
	}
	p.secretURL("fetch.proxy.url", c.Fetch.Proxy.URL, "all requests to the web and to services go through this proxy", false)
	p.listeners(c)
	for _, server := range c.DNS.Resolvers {
		p.goesOut("dns", server, "dns.resolvers", "the records by which organisations prove their domains", false)
	}
	p.resolvers()
	return egressPlan{Out: sortedHosts(p.out), In: sortedHosts(p.in), Unknown: sortedPurposes(p.unknown)}
}

// goesOut adds one host:port.
func (p *egressPlanner) goesOut(scheme, address, key, why string, proxied bool) {
	at := p.out[scheme+" "+address]
	if at == nil {
		at = &egressHost{Address: address, Scheme: scheme, Proxied: proxied}
		p.out[scheme+" "+address] = at
	}
	at.Proxied = at.Proxied && proxied
	addPurpose(at, key, why)
}

func addPurpose(at *egressHost, key, why string) {
	if purpose := (egressPurpose{key, why}); !slices.Contains(at.For, purpose) {
		at.For = append(at.For, purpose)
	}
}

func (p *egressPlanner) store(c config.Config) {
	place, err := p.app.storePlace(c)
	if err != nil {
		p.unknowable("store", c.Store)
		return
	}
	if place.file() != "" {
		return
	}
	scheme, rest, _ := strings.Cut(place.String(), "://")
	hosts, _, _ := strings.Cut(rest, "/")
	scheme, kind, _ := strings.Cut(scheme, "+")
	why := "the store, and the queue in it"
	switch kind {
	case "sentinel":
		why = "a sentinel of the store; and the master and the replicas that it names"
	case "cluster":
		why = "a node of the store; and all nodes that it names"
	}
	for host := range strings.SplitSeq(hosts, ",") {
		p.goesOut(scheme, host, "store", why, false)
	}
}

// source adds what reading a source contacts.
func (p *egressPlanner) source(path string, s config.Source) {
	name := plain(s.Name)
	if s.Off {
		return
	}
	for i, start := range s.Start {
		u, err := url.Parse(start)
		if err != nil || u.Host == "" {
			continue
		}
		key := fmt.Sprintf("%s.start[%d]", path, i)
		if u.Scheme == "webcal" { // which is https by another name
			u.Scheme = "https"
		}
		if asks := kindNamed(s.Kind).asks; asks != "" {
			p.visit(u, key, name+": "+asks+hubWords(s), true)
		}
		if s.Kind == config.SourceWeb {
			p.site(u, key, name)
		}
	}
	if u, err := url.Parse(serviceAddress(s)); err == nil && u.Host != "" && kindNamed(s.Kind).isService() {
		key := path + ".api_url"
		if s.APIURL == "" {
			key += " (its own)"
		}
		p.visit(u, key, name+": "+kindNamed(s.Kind).Reads, !notify.IsPrivate(u))
	}
}

// hubWords says where a feed that is pushed leads besides.
func hubWords(s config.Source) string {
	if s.WebSub {
		return "; and the hub that it names"
	}
	return ""
}

// visit adds the host of a URL.
func (p *egressPlanner) visit(u *url.URL, key, why string, proxied bool) {
	p.goesOut(u.Scheme, hostAndPort(u), key, why, proxied && p.proxied)
}

// site adds where links lead that stay in reach of a start: what lies under its registrable domain; where it has none, the host by
// its other scheme.
func (p *egressPlanner) site(start *url.URL, key, name string) {
	host := strings.TrimSuffix(strings.ToLower(start.Hostname()), ".")
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if _, notIP := netip.ParseAddr(host); err != nil || notIP == nil {
		if port := start.Port(); port == "" || port == "80" || port == "443" {
			p.bothSchemes(host, key, name+": where its pages lead to the other scheme")
		}
		return
	}
	why := name + ": hosts of the same registrable domain that its pages lead to"
	p.bothSchemes("*."+domain, key, why)
	for _, port := range p.ports {
		p.goesOut("http", net.JoinHostPort("*."+domain, port), key, why+" (a port of fetch.allow)", p.proxied)
	}
}

func (p *egressPlanner) bothSchemes(host, key, why string) {
	p.goesOut("https", net.JoinHostPort(host, "443"), key, why, p.proxied)
	p.goesOut("http", net.JoinHostPort(host, "80"), key, why, p.proxied)
}

func (p *egressPlanner) channels(c config.Channels) {
	if u, err := url.Parse(c.Slack.APIURL); err == nil && c.Slack.Token.IsSet() {
		p.visit(u, "channels.slack.api_url", "Slack's API: alerts, and who a host is", !notify.IsPrivate(u))
		if c.Slack.AppToken.IsSet() {
			p.goesOut("wss", "*."+u.Hostname()+":443", "channels.slack.app_token", "Socket Mode: the host that Slack's API names, under its own domain",
				p.proxied && !notify.IsPrivate(u))
		}
	}
	for i, w := range c.Webhook {
		p.secretURL(fmt.Sprintf("channels.webhook[%d].url", i), w.URL, "webhook "+plain(w.Name)+": signed alerts", true)
	}
	p.secretURL("channels.mail.url", c.Mail.URL, "mail: alerts to hosts whom Slack does not know", false)
	for i, s := range c.SIEM {
		if u, err := url.Parse(s.To); err == nil && u.Host != "" {
			p.visit(u, fmt.Sprintf("channels.siem[%d].to", i), "siem: alerts and changes as OCSF events", strings.HasPrefix(u.Scheme, "http") && !notify.IsPrivate(u))
		}
	}
}

// accounts adds where an organisation's own account at a meeting service is asked.
func (p *egressPlanner) accounts(path string, o config.Organisation) {
	account := o.Platforms.Zoom
	if !account.Asks() {
		return
	}
	for _, at := range []struct{ key, given, usual, why string }{
		{"api_url", account.APIURL, zoom.DefaultAPI, "who hosts a meeting of " + plain(o.Name) + ", and whether it is safe"},
		{"oauth_url", account.OAuthURL, zoom.DefaultOAuth, "the token for that"},
	} {
		if u, err := url.Parse(cmp.Or(at.given, at.usual)); err == nil && u.Host != "" {
			p.visit(u, path+"."+at.key, at.why, !notify.IsPrivate(u))
		}
	}
}

// secretURL adds the host of a URL of which nothing else may be shown.
func (p *egressPlanner) secretURL(key string, s config.Secret, why string, proxied bool) {
	if !s.IsSet() {
		return
	}
	u, ok := readSecretURL(s)
	if !ok {
		p.unknowable(key, s)
		return
	}
	p.visit(u, key, why, proxied && !notify.IsPrivate(u))
}

// readSecretURL reads a URL; ok is false when there is none. What is there instead is not told: it may be any secret.
func readSecretURL(s config.Secret) (u *url.URL, ok bool) {
	text, err := s.Read()
	if err != nil {
		return nil, false
	}
	u, err = url.Parse(strings.TrimSpace(text))
	known := []string{"http", "https", "smtp", "smtps"}
	if err != nil || u.Hostname() == "" || !slices.Contains(known, u.Scheme) || strings.ContainsFunc(u.Host, badInHost) {
		return nil, false
	}
	return u, true
}

// badInHost finds what no host holds: then the text is no URL but something else that happens to look like one.
func badInHost(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("/?#@%\\<>\"'", r) }

// unknowable notes that a setting names a host that cannot be told.
func (p *egressPlanner) unknowable(key string, s config.Secret) {
	why := "what is given there is no address"
	if file := s.File(); file != "" {
		why = plain(file) + " holds no address"
		if _, err := s.Read(); err != nil {
			why = plain(file) + " cannot be read"
		}
	}
	p.unknown = append(p.unknown, egressPurpose{key, why})
}

func (p *egressPlanner) listeners(c config.Config) {
	console := "the API, /healthz, /readyz and /metrics"
	hooks := "what Slack and feeders send: /slack/interactions, /hooks/feed"
	if slices.ContainsFunc(c.Sources, func(s config.Source) bool { return s.WebSub && !s.Off }) {
		hooks += "; what hubs tell of feeds: /hooks/websub/"
	}
	if c.Public.Listen == "" {
		p.comesIn(c.Console.Listen, "console.listen", console+"; "+hooks)
		return
	}
	p.comesIn(c.Console.Listen, "console.listen", console)
	p.comesIn(c.Public.Listen, "public.listen", hooks)
}

func (p *egressPlanner) comesIn(address, key, why string) {
	at := &egressHost{Address: address, Scheme: "http"}
	addPurpose(at, key, why)
	p.in[key] = at
}

// resolvers adds those of the system when there are names to be asked for.
func (p *egressPlanner) resolvers() {
	named := func(at *egressHost) bool {
		host, _, err := net.SplitHostPort(at.Address)
		_, bad := netip.ParseAddr(host)
		return err == nil && bad != nil && host != "localhost"
	}
	hosts := sortedHosts(p.out)
	if !slices.ContainsFunc(hosts, func(at egressHost) bool { return named(&at) }) {
		return
	}
	servers := nameservers()
	if len(servers) == 0 {
		p.goesOut("dns", "the system's resolvers", "the system", "addresses of the names in this list", false)
	}
	for _, server := range servers {
		p.goesOut("dns", net.JoinHostPort(server, "53"), resolvConf, "addresses of the names in this list", false)
	}
}

// The system's list of resolvers, and the most that is read of it.
const (
	resolvConf    = "/etc/resolv.conf"
	maxResolvConf = 64 << 10
	maxResolvers  = 8
)

// nameservers are the system's resolvers as far as a file names them; none where there is no such file.
func nameservers() []string {
	content, err := config.ReadFile(resolvConf, maxResolvConf)
	if err != nil {
		return nil
	}
	var servers []string
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "nameserver" || len(servers) == maxResolvers {
			continue
		}
		if _, err := netip.ParseAddr(fields[1]); err == nil {
			servers = append(servers, fields[1])
		}
	}
	return servers
}

// hostAndPort is where a URL leads.
func hostAndPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "smtp": "587", "smtps": "465", "syslog+tls": "6514"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), cmp.Or(port, "443"))
}

func sortedHosts(all map[string]*egressHost) []egressHost {
	list := make([]egressHost, 0, len(all))
	for _, at := range all {
		at.For = sortedPurposes(at.For)
		list = append(list, *at)
	}
	slices.SortFunc(list, func(a, b egressHost) int {
		return cmp.Or(cmp.Compare(a.Address, b.Address), cmp.Compare(a.Scheme, b.Scheme))
	})
	return list
}

func sortedPurposes(list []egressPurpose) []egressPurpose {
	list = append([]egressPurpose{}, list...)
	slices.SortFunc(list, func(a, b egressPurpose) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Why, b.Why)) })
	return list
}

// text is the plan for people.
func (p egressPlan) text() string {
	var out strings.Builder
	out.WriteString("goes out\n")
	writeHosts(&out, p.Out)
	out.WriteString("comes in\n")
	writeHosts(&out, p.In)
	if len(p.Unknown) > 0 {
		out.WriteString("unknown\n")
	}
	for _, u := range p.Unknown {
		fmt.Fprintf(&out, "  %s\n      %s\n", stripped(u.Key), stripped(u.Why))
	}
	return out.String()
}

func writeHosts(out *strings.Builder, list []egressHost) {
	if len(list) == 0 {
		out.WriteString("  nothing\n")
	}
	for _, at := range list {
		through := ""
		if at.Proxied {
			through = ", through the proxy"
		}
		fmt.Fprintf(out, "  %s  (%s%s)\n", plain(at.Address), at.Scheme, through)
		for _, purpose := range at.For {
			fmt.Fprintf(out, "      %s: %s\n", stripped(purpose.Key), stripped(purpose.Why))
		}
	}
}
