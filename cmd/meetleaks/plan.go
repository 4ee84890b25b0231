package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/platforms"
	"meetleaks/notify/webhook"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/web"
)

// mistakes are what is wrong with a configuration that is right by itself, but cannot be served. They are told all at once.
type mistakes struct {
	loaded *config.Loaded
	lines  []string
}

// add notes a mistake at a path of the configuration, with the line that it, or what is around it, stands in.
func (m *mistakes) add(path, format string, args ...any) {
	origin := config.Origin{}
	for at := path; at != "" && origin == (config.Origin{}); at = at[:max(strings.LastIndexAny(at, ".["), 0)] {
		origin = m.loaded.Origin(at)
	}
	where := path
	switch {
	case origin.Env != "":
		where = origin.Env
	case origin.Line > 0:
		where = fmt.Sprintf("%s:%d: %s", m.loaded.File, origin.Line, path)
	}
	m.lines = append(m.lines, where+": "+fmt.Sprintf(format, args...))
}

// tell notes a mistake that says itself where it is, and what mends it.
func (m *mistakes) tell(err error) {
	line := err.Error()
	if f := (*fault)(nil); errors.As(err, &f) && f.hint != "" {
		line += ": " + f.hint
	}
	m.lines = append(m.lines, line)
}

func (m *mistakes) err() error {
	if len(m.lines) == 0 {
		return nil
	}
	return usage("`meetleaks sources` lists what can be watched; `meetleaks doctor` looks at all of it", "%s", strings.Join(m.lines, "\n"))
}

// checkPlan says all that keeps a configuration from being served, before anything is made or opened. It reads the files of secrets,
// and asks nobody.
func (s *service) checkPlan() error {
	m := &mistakes{loaded: s.loaded}
	s.plan(m)
	return m.err()
}

func (s *service) plan(m *mistakes) {
	s.checkRoles(m)
	s.checkSources(m)
	s.checkChannels(m)
	if token := s.loaded.Console.Token; token.IsSet() {
		readable(m, "console.token", token)
	}
}

// unserved says all that would keep a configuration from being served on this machine, by a process with all roles: a line each. It
// makes nothing, and asks nobody. Where the store or the way out are wrong, plan has told it, and what depends on them is not looked at.
// What serve comes to open at its start belongs here too: TestCheckAndServeAgree compares them.
func (a *app) unserved(loaded *config.Loaded) []string {
	m := &mistakes{loaded: loaded}
	s := &service{app: a, loaded: loaded, roles: allRoles(), log: slog.New(slog.DiscardHandler)}
	s.plan(m)
	if place, err := a.storePlace(loaded.Config); err == nil {
		if err := checkKeys(loaded.Keys, place); err != nil {
			m.tell(err)
		}
	}
	if clients, err := a.apiClients(loaded.Fetch); err == nil {
		if _, err := platforms.Open(loaded.Organisations, clients, a.now); err != nil {
			m.tell(err)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(m.lines)))
}

// checkRoles: with an embedded store hints do not leave the process. One that reads and is told nothing would be blind for ever.
func (s *service) checkRoles(m *mistakes) {
	place, err := s.app.storePlace(s.loaded.Config)
	if err != nil {
		m.add("store", "%v", errors.Unwrap(err))
		return
	}
	if place.file() != "" && s.roles.has(roleSchedule) != s.roles.has(roleRead) {
		m.add("store", "with an embedded store one process has both roles, %s and %s, or none of them: only Redis divides them", roleSchedule, roleRead)
	}
}

// readable notes a secret that cannot be read. No error of one repeats it.
func readable(m *mistakes, path string, secret config.Secret) (text string, ok bool) {
	text, err := secret.Read()
	if err != nil {
		m.add(path, "%v", err)
	}
	return text, err == nil
}

func (s *service) checkSources(m *mistakes) {
	c := s.loaded.Config
	client, err := s.app.fetchClient(c.Fetch, c.Organisations, nil)
	if err != nil {
		m.add("fetch", "%v", err)
		return
	}
	defer client.Close()
	for i, source := range c.Sources {
		path := fmt.Sprintf("sources[%d]", i)
		s.checkSource(m, path, client, i, source)
	}
}

func (s *service) checkSource(m *mistakes, path string, client *fetch.Client, i int, source config.Source) {
	switch {
	case source.Off:
	case source.Kind == config.SourceWeb:
		s.checkSite(m, path, client, i, source)
	case kindNamed(source.Kind).pass == scanner.Poll:
		starts, err := startURLs(source)
		if err != nil {
			m.add(path+".start", "%v", err)
			return
		}
		checkStarts(m, path, client.From(starts), starts)
		if _, err := s.hubCallback(source); err != nil {
			m.add(path+".websub", "%v", err)
		}
	case source.Kind == config.SourceHook:
		text, ok := readable(m, path+".secret", source.Secret)
		if _, err := webhook.ParseKeys(text); ok && err != nil {
			m.add(path+".secret", "%v", err)
		}
	default:
		s.checkService(m, path, source)
	}
}

// checkService makes the reader of a service, as joinService does. The key is any: nothing is read, and nothing kept under it.
func (s *service) checkService(m *mistakes, path string, source config.Source) {
	if source.Token.IsSet() {
		readable(m, path+".token", source.Token)
	}
	if _, err := readDictionary(string(source.Dictionary)); err != nil {
		m.add(path+".dictionary", "%v", err)
		return
	}
	clients, err := s.app.apiClients(s.loaded.Fetch)
	if err != nil {
		m.add("fetch", "%v", err)
		return
	}
	ring, err := passingKeys()
	if err != nil {
		m.tell(err)
		return
	}
	apart := &service{app: s.app, loaded: s.loaded, log: slog.New(slog.DiscardHandler), clients: clients, keys: deploymentKeys{ring: ring}}
	if _, err := apart.openService(source); err != nil {
		m.add(path, "%v", err)
	}
}

// passingKeys are keys that are drawn and forgotten.
func passingKeys() (*scanner.Keyring, error) {
	var key [scanner.MasterBytes]byte
	_, _ = rand.Read(key[:]) // never fails
	master, err := scanner.NewMaster(key[:])
	if err != nil {
		return nil, err
	}
	return scanner.NewKeyring(key[:], master)
}

// checkStarts says of addresses that are not read why, and whether all are.
func checkStarts(m *mistakes, path string, client *fetch.Client, starts []*url.URL) bool {
	for j, start := range starts {
		if err := client.Admit(start); err != nil {
			m.add(fmt.Sprintf("%s.start[%d]", path, j), "is not read: %v; a service of your own is read when fetch.allow names its host:port",
				fetch.AsError(err, start.String()).Err)
			return false
		}
	}
	return true
}

// checkSite makes the crawler of a site, as joinWeb does.
func (s *service) checkSite(m *mistakes, path string, client *fetch.Client, i int, source config.Source) {
	starts, err := startURLs(source)
	if err != nil {
		m.add(path+".start", "%v", err)
		return
	}
	from := client.From(starts)
	if !checkStarts(m, path, from, starts) {
		return
	}
	options, err := s.siteOptions(i, source)
	if err == nil {
		_, err = web.New(from, s.readPage, options)
	}
	if err != nil {
		m.add(path, "%v", err)
	}
}

func (s *service) checkChannels(m *mistakes) {
	c := s.loaded.Channels
	checkRooms(m, s.loaded.Organisations, c)
	if c.Slack.Token.IsSet() {
		readable(m, "channels.slack.token", c.Slack.Token)
	}
	clients, err := s.app.apiClients(s.loaded.Fetch)
	if err != nil {
		m.add("fetch", "%v", err)
		return
	}
	if c.Slack.Token.IsSet() {
		if _, err := openSlack(c.Slack, clients); err != nil {
			m.add("channels.slack", "%v", err)
		}
	}
	for i, w := range c.Webhook {
		if _, err := openWebhook(w, clients); err != nil {
			m.add(fmt.Sprintf("channels.webhook[%d]", i), "%v", err)
		}
	}
	s.checkMore(m, clients)
}

// checkMore makes mail and SIEM channels, as joinMore does. The key is any: no message is sent under it.
func (s *service) checkMore(m *mistakes, clients apiClients) {
	c := s.loaded.Channels
	dials, err := s.app.apiDials(s.loaded.Fetch)
	if err != nil {
		m.add("fetch", "%v", err)
		return
	}
	o := moreOptions{clients: clients, dials: dials, index: make([]byte, 32), from: mailFrom(s.loaded.Organisations)}
	if c.Mail.URL.IsSet() {
		if _, err := openMail(c.Mail, o); err != nil {
			m.add("channels.mail", "%v", err)
		}
	}
	for i, siem := range c.SIEM {
		if _, err := s.app.openSIEM(i, siem, o); err != nil {
			m.add(fmt.Sprintf("channels.siem[%d]", i), "%v", err)
		}
	}
}
