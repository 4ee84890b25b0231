package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// check judges values that could be read, and writes hosts and domains in one form. It opens nothing.
func check(c *Config, origins map[string]Origin, problems *Problems) {
	v := &validator{origins, problems}
	v.store(c)
	v.console(c)
	v.fetch(&c.Fetch)
	v.dns(&c.DNS)
	v.alerts(c)
	for i := range c.Organisations {
		v.organisation(entry("organisations", i), &c.Organisations[i])
	}
	v.distinct("organisations", len(c.Organisations), func(i int) string { return c.Organisations[i].Name })
	for i := range c.Sources {
		v.source(entry("sources", i), &c.Sources[i], c.Fetch.Allow)
	}
	v.distinct("sources", len(c.Sources), func(i int) string { return c.Sources[i].Name })
	v.canaries(c)
	v.channels(&c.Channels)
	v.routes(c)
	v.retention(&c.Retention)
	v.optional("privacy.contact", c.Privacy.Contact, checkEmail)
	v.broad(c)
}

// entry is the path of one entry of a list.
func entry(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// validator notes mistakes with the line their value came from.
type validator struct {
	origins  map[string]Origin
	problems *Problems
}

// note reports a mistake at path. Without a line of its own the entry around it gives the line.
func (v *validator) note(path, format string, args ...any) {
	where, line := path, 0
	for at := path; ; {
		if origin, ok := v.origins[at]; ok {
			line = origin.Line
			if origin.Env != "" {
				where = origin.Env
			}
			break
		}
		cut := strings.LastIndexAny(at, ".[")
		if cut < 0 {
			break
		}
		at = at[:cut]
	}
	v.problems.add(line, where, format, args...)
}

// given reports whether the operator set path, be it to an empty value.
func (v *validator) given(path string) bool {
	_, ok := v.origins[path]
	return ok
}

// optional checks text unless it is empty.
func (v *validator) optional(path, text string, check func(string) error) {
	if text == "" {
		return
	}
	if err := check(text); err != nil {
		v.note(path, "%v", err)
	}
}

// required checks text and does not accept that it is missing.
func (v *validator) required(path, text string, check func(string) error) {
	if text == "" {
		v.missing(path, "is missing")
		return
	}
	v.optional(path, text, check)
}

// missing notes that nothing was given at path, unless its key was misspelt, which is noted already.
func (v *validator) missing(path, what string) {
	if !v.problems.misspelt(path) {
		v.note(path, "%s", what)
	}
}

// normal is required for values that are kept in one form.
func (v *validator) normal(path string, text *string, form func(string) (string, error)) {
	normal, err := form(*text)
	if err != nil {
		v.note(path, "%v", err)
		return
	}
	*text = normal
}

func (v *validator) each(path string, list []string, check func(string) error) {
	for i, text := range list {
		v.required(entry(path, i), text, check)
	}
}

// distinct notes names that are given twice.
func (v *validator) distinct(path string, n int, name func(int) string) {
	first := map[string]int{}
	for i := range n {
		text := name(i)
		if at, twice := first[text]; twice && text != "" {
			v.note(entry(path, i)+".name", "is the name of %s[%d] too", path, at)
			continue
		}
		first[text] = i
	}
}

func oneOf(choices ...string) func(string) error {
	return func(text string) error {
		if slices.Contains(choices, text) {
			return nil
		}
		return fmt.Errorf("want one of %s", strings.Join(choices, ", "))
	}
}

func anyText(string) error { return nil }

// secretForm checks a secret that was given in place; one in a file is not opened.
func (v *validator) secretForm(path string, s Secret, check func(string) error) {
	if s.IsSet() && s.File() == "" {
		v.optional(path, s.held().value, check)
	}
}

func (v *validator) store(c *Config) {
	v.secretForm("store", c.Store, checkStore)
	if c.Store.IsSet() && strings.HasPrefix(c.Store.held().value, "redis") && !c.Keys.Master.IsSet() {
		v.note("store", "with Redis keys.master_file must be given, the same for every process")
	}
	long := func(text string) error {
		if len(text) < minKeyBytes {
			return fmt.Errorf("want at least %d characters, as `openssl rand -base64 32` prints", minKeyBytes)
		}
		return nil
	}
	v.secretForm("keys.master", c.Keys.Master, long)
	v.secretForm("keys.index", c.Keys.Index, long)
}

func (v *validator) console(c *Config) {
	listen := func(text string) error { return checkHostPort(text, true) }
	web := func(text string) error { return checkURL(text, "https", "http") }
	v.required("console.listen", c.Console.Listen, listen)
	v.optional("console.public_url", c.Console.PublicURL, web)
	v.secretForm("console.token", c.Console.Token, func(text string) error {
		if len(text) < minKeyBytes {
			return fmt.Errorf("want at least %d characters, as `openssl rand -base64 32` prints", minKeyBytes)
		}
		return nil
	})
	v.optional("public.listen", c.Public.Listen, listen)
	if c.Public.Listen != "" && c.Public.Listen == c.Console.Listen {
		v.note("public.listen", "is the address of the console too; leave it out to share")
	}
}

func (v *validator) fetch(f *Fetch) {
	v.each("fetch.allow", f.Allow, func(text string) error { return checkHostPort(text, false) })
	v.each("fetch.deny", f.Deny, func(text string) error {
		if _, err := netip.ParsePrefix(text); err != nil {
			return errors.New("want a range of addresses, as in 203.0.113.0/24")
		}
		return nil
	})
	v.optional("fetch.contact", f.Contact, func(text string) error {
		if mailbox, ok := strings.CutPrefix(text, "mailto:"); ok {
			return checkEmail(mailbox)
		}
		return checkURL(text, "https", "http")
	})
	v.required("fetch.pace", f.Pace, oneOf("polite", "none"))
	v.secretForm("fetch.proxy.url", f.Proxy.URL, urlWithPassword("http", "https"))
	if f.MaxBody != 0 && (f.MaxBody < 64<<10 || f.MaxBody > 1<<30) {
		v.note("fetch.max_body", "want a size from 64KiB to 1GiB")
	}
}

// maxResolvers bounds the resolvers: each is asked for each record.
const maxResolvers = 16

func (v *validator) dns(d *DNS) {
	most := maxResolvers
	if len(d.Resolvers) > 0 {
		most = min(most, len(d.Resolvers))
	}
	if len(d.Resolvers) > maxResolvers {
		v.note("dns.resolvers", "are %d; at most %d", len(d.Resolvers), maxResolvers)
	}
	v.each("dns.resolvers", d.Resolvers, func(text string) error { return checkHostPort(text, false) })
	v.distinctTexts("dns.resolvers", d.Resolvers)
	if d.Quorum < 0 || d.Quorum > most {
		v.note("dns.quorum", "want a number from 0 (more than half) to %d, that of the resolvers", most)
	}
}

// distinctTexts notes texts that stand in a list twice.
func (v *validator) distinctTexts(path string, list []string) {
	for i, text := range list {
		if at := slices.Index(list, text); at < i {
			v.note(entry(path, i), "is %s[%d] too: it would count twice", path, at)
		}
	}
}

// urlWithPassword checks a URL that may hold a password; its error repeats nothing.
func urlWithPassword(schemes ...string) func(string) error {
	return func(text string) error {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
			return fmt.Errorf("want a URL that begins with %s://", strings.Join(schemes, ":// or "))
		}
		return nil
	}
}

func (v *validator) alerts(c *Config) {
	v.required("alerts.mode", c.Alerts.Mode, oneOf("hosts", "channel", "observe"))
	v.each("alerts.pilot", c.Alerts.Pilot, func(text string) error {
		for _, o := range c.Organisations {
			if o.Name == text {
				return nil
			}
		}
		if checkEmail(text) != nil {
			return fmt.Errorf("want a host's e-mail address or the name of an organisation in this file")
		}
		return nil
	})
}

// sourceKinds are the places that can be read.
func (v *validator) channels(c *Channels) {
	v.required("channels.slack.api_url", c.Slack.APIURL, func(text string) error { return checkURL(text, "https", "http") })
	v.slackTokens(&c.Slack)
	v.mail(&c.Mail)
	for i := range c.Webhook {
		path, w := entry("channels.webhook", i), &c.Webhook[i]
		v.required(path+".name", w.Name, anyText)
		v.secretForm(path+".url", w.URL, urlWithPassword("https", "http"))
		if !w.URL.IsSet() {
			v.missing(path+".url", "is missing: give url_file or url")
		}
	}
	v.distinct("channels.webhook", len(c.Webhook), func(i int) string { return c.Webhook[i].Name })
	for i := range c.SIEM {
		v.siem(entry("channels.siem", i), &c.SIEM[i])
	}
}

// slackTokens finds tokens that were exchanged: the most common mistake of all.
func (v *validator) slackTokens(s *Slack) {
	begins := func(prefix string) func(string) error {
		return func(text string) error {
			if !strings.HasPrefix(text, prefix) {
				return fmt.Errorf("want the token that begins with %s", prefix)
			}
			return nil
		}
	}
	v.secretForm("channels.slack.token", s.Token, begins("xoxb-"))
	v.secretForm("channels.slack.app_token", s.AppToken, begins("xapp-"))
}

func (v *validator) retention(r *Retention) {
	for _, entry := range []struct {
		name   string
		length Duration
	}{{"sighting", r.Sighting}, {"leak", r.Leak}, {"answer", r.Answer}, {"audit", r.Audit}} {
		if length := time.Duration(entry.length); length < time.Hour || length > 3653*24*time.Hour {
			v.note("retention."+entry.name, "want a length of time from 1h to 3653d")
		}
	}
}
