package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify"
	"meetleaks/scanner"
	"meetleaks/scanner/source/web"
)

func (a *app) sourcesCommand() *cobra.Command {
	var file, format string
	var covered bool
	var days int
	cmd := &cobra.Command{
		Use:   "sources",
		Short: "Say what can be watched, what it costs and needs, what nobody can watch, and how the configured sources are doing",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(format, "text", "json"); err != nil {
				return err
			}
			if !cmd.Flags().Changed("config") {
				file = existingDefault()
			}
			if covered {
				return a.covered(cmd.Context(), file, format, days)
			}
			return a.sources(cmd.Context(), file, format)
		},
	}
	cmd.Flags().BoolVar(&covered, "coverage", false, "instead: the daily records of what was looked at for each organisation, and what was not")
	cmd.Flags().IntVar(&days, "days", 7, "with --coverage: how many `DAYS`, at most 90")
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// unwatchable is what nobody may or can watch from outside.
type unwatchable struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

func unwatchables() []unwatchable {
	return []unwatchable{
		{"private Discord servers, Slack workspaces, Matrix rooms", "nobody reads them who was not invited; automated accounts are forbidden"},
		{"Instagram, Facebook, LinkedIn, TikTok", "no interface for this purpose, and reading by machine is forbidden"},
		{"closed groups: WhatsApp, Telegram, Signal", "encrypted or by invitation; what a member reports can be handed in through a hook"},
	}
}

// sourceState is a configured source and how it is doing.
type sourceState struct {
	Name       string                `json:"name"`
	Kind       string                `json:"kind"`
	Off        bool                  `json:"off,omitempty"`
	Start      []string              `json:"start,omitempty"` // masked
	Every      string                `json:"every,omitempty"`
	Known      bool                  `json:"state_known"`
	Unknown    string                `json:"state_unknown_because,omitempty"`
	Next       time.Time             `json:"next,omitzero"`
	Running    time.Time             `json:"running_since,omitzero"`
	Passed     time.Time             `json:"last_passed,omitzero"`
	Blind      string                `json:"blind,omitempty"`
	Since      time.Time             `json:"blind_since,omitzero"`
	Warnings   []string              `json:"warnings,omitempty"`
	Permission string                `json:"permission,omitempty"` // who allowed the reading
	Health     scanner.SourceHealth  `json:"health,omitzero"`
	Volume     scanner.Volume        `json:"volume,omitzero"`
	Days       []scanner.CoverageDay `json:"days,omitempty"` // the last ones, the oldest first
}

// sourcesReport is `sources --format json`.
type sourcesReport struct {
	Kinds      []sourceKind  `json:"kinds"`
	Unwatched  []unwatchable `json:"unwatchable"`
	Configured []sourceState `json:"configured"`
}

func (a *app) sources(ctx context.Context, file, format string) error {
	loaded, err := a.loadConfig(file)
	if err != nil {
		return err
	}
	states, err := a.sourceStates(ctx, loaded.Config)
	if ctx.Err() != nil {
		return outcome(exitInterrupted)
	}
	for _, s := range states {
		for _, warning := range s.Warnings {
			fmt.Fprintf(a.stderr, "meetleaks: source %s: %s\n", plain(s.Name), plain(warning))
		}
	}
	r := sourcesReport{sourceKindList(), unwatchables(), states}
	if format == "json" {
		return errors.Join(a.writeJSON(r), err)
	}
	return errors.Join(a.print("%s", a.sourcesText(r, loaded.File)), err)
}

// sourceStates is the configured sources. The error is that the store did not answer; the states say so too.
func (a *app) sourceStates(ctx context.Context, c config.Config) ([]sourceState, error) {
	states := make([]sourceState, 0, len(c.Sources))
	lists := newViewers(c, &proofs{})
	for _, source := range c.Sources {
		s := sourceState{Name: plain(source.Name), Kind: source.Kind, Off: source.Off, Permission: plain(source.Permission)}
		if address := serviceAddress(source); address != "" {
			s.Start = append(s.Start, plain(address))
		}
		for _, start := range source.Start {
			s.Start = append(s.Start, plain(start))
		}
		if kindNamed(source.Kind).passOf(source) == scanner.Poll {
			s.Every = everyText(cmp.Or(source.Every, config.Duration(defaultEvery)))
			s.Warnings = nobodysStarts(source, c.Organisations, lists)
		}
		s.Unknown = unknownWithoutStore(s)
		states = append(states, s)
	}
	watches := watchesOf(c.Sources)
	if len(watches) == 0 {
		return states, nil
	}
	store, why, err := a.storeToSee(ctx, c)
	var outlooks map[string]scanner.Outlook
	proved, perr := false, error(nil)
	if store != nil {
		defer func() { _ = store.Close() }() // nothing was written
		outlooks, why, err = a.outlooks(ctx, c, store, watches)
		proved, perr = anyProved(ctx, store)
	}
	for i := range states {
		if states[i].Unknown == "" {
			states[i].take(outlooks[c.Sources[i].Name], why)
		}
	}
	for i := range states {
		states[i].Warnings = append(states[i].Warnings, nobodysPosts(c.Sources[i], proved)...)
	}
	return states, errors.Join(err, perr)
}

// storeToSee opens the store that there is. Without one, why says in words why nothing is known; err is set when that is a failure.
func (a *app) storeToSee(ctx context.Context, c config.Config) (store scanner.Store, why string, err error) {
	place, err := a.storePlace(c)
	if err != nil {
		return nil, "", err
	}
	missing, err := place.missing()
	switch {
	case err != nil:
		return nil, "the store does not answer", err
	case missing:
		return nil, "there is no store yet: `meetleaks serve` makes it", nil
	}
	opened, err := openPlace(ctx, place)
	if err != nil {
		return nil, "the store does not answer", err
	}
	return opened.store, "", nil
}

// anyProved says whether a domain of any organisation is proved.
func anyProved(ctx context.Context, store scanner.Store) (bool, error) {
	for q := (scanner.ClaimQuery{Limit: scanner.MaxBatch}); ; {
		page, err := store.ListClaims(ctx, q)
		if err != nil {
			return false, failed("", "look at the proofs: %w", err)
		}
		if slices.ContainsFunc(page.Claims, func(claim scanner.DomainClaim) bool { return claim.State.Watched() }) {
			return true, nil
		}
		if q.After = page.Next; q.After == "" {
			return false, nil
		}
	}
}

// defaultEvery is how often a site is read when the configuration does not say: as in [scanner.Watch].
const defaultEvery = time.Hour

// everyText is a length of time without the units that are zero at its end.
func everyText(d config.Duration) string {
	text := d.String()
	for _, zero := range [][2]string{{"m0s", "m"}, {"h0m", "h"}} {
		if short, ok := strings.CutSuffix(text, zero[0]); ok {
			text = short + zero[1]
		}
	}
	return text
}

func unknownWithoutStore(s sourceState) string {
	switch {
	case s.Off:
		return "it is switched off"
	case s.Kind == config.SourceHook:
		return "it is not read but handed its documents; a running service's /metrics say when the last came"
	}
	return ""
}

// take takes over what the store says of the source; why says why it says nothing.
func (s *sourceState) take(o scanner.Outlook, why string) {
	if s.Unknown = why; why != "" {
		return
	}
	s.Known, s.Blind, s.Since = true, plain(o.Blind), o.Since
	s.Next, s.Running, s.Passed = o.Next, o.Running, o.Passed
	s.Health, s.Volume, s.Days = o.Health, o.Volume, o.Days
}

// watchesOf is the sources that are read again and again, for looking at only.
func watchesOf(sources []config.Source) []scanner.Watch {
	var watches []scanner.Watch
	for _, source := range sources {
		if w, read := lookedAt(source); read {
			watches = append(watches, w)
		}
	}
	return watches
}

// outlooks looks once how sources are doing. why says in words why nothing is known; err is set when that is a failure.
func (a *app) outlooks(
	ctx context.Context, c config.Config, store scanner.Store, watches []scanner.Watch,
) (by map[string]scanner.Outlook, why string, err error) {
	look, stop := context.WithCancel(ctx)
	defer stop()
	once := &oneLook{ScheduleStore: store, left: len(watches), stop: stop}
	s, err := scanner.NewScheduler(scanner.SchedulePlan{Watches: watches, Store: once, Queue: noQueue{}, Holder: "sources"})
	if err != nil {
		return nil, "the configuration cannot be watched", usage("", "sources: %w", err)
	}
	err = s.Schedule(look)
	if err = errors.Join(err, once.err); err != nil {
		return nil, "the store does not answer", failed("", "look at the sources: %w", err)
	}
	by = make(map[string]scanner.Outlook, len(watches))
	list, err := a.withCanaries(ctx, c, store, s.Outlooks())
	if err != nil {
		return nil, "the store does not answer", err
	}
	for _, o := range list {
		by[o.Source] = o
	}
	return by, "", nil
}

// withCanaries lays what is known of canaries over outlooks, as the service does.
func (a *app) withCanaries(ctx context.Context, c config.Config, store scanner.Visits, list []scanner.Outlook) ([]scanner.Outlook, error) {
	canaries, err := newCanaries(c.Canaries, make([]byte, 32), store) // the key tells findings apart, of which there are none here
	if err != nil || canaries == nil {
		return list, err
	}
	known, err := canaries.Known(ctx)
	if err != nil {
		return nil, failed("", "look for canaries: %w", err)
	}
	var birds aviary
	birds.look(canaries, known, list, a.now())
	return birds.over(list), nil
}

// oneLook ends a scheduler after its first look at all cursors. It offers nothing and takes no lease.
type oneLook struct {
	scanner.ScheduleStore
	left int // cursors that were not asked for
	stop func()
	err  error
}

// Cursors implements [scanner.Cursors].
func (l *oneLook) Cursors(ctx context.Context, names []string) (map[string]scanner.Cursor, error) {
	got, err := l.ScheduleStore.Cursors(ctx, names)
	if l.left -= len(names); l.left <= 0 || err != nil {
		l.err = err
		l.stop()
	}
	return got, err
}

// nobodysStarts are warnings of starts under no organisation's domain that the operator did not allow either: organisations see
// their meetings on their own pages only.
func nobodysStarts(source config.Source, organisations []config.Organisation, lists *viewers) []string {
	var warnings []string
	for _, start := range source.Start {
		u, err := url.Parse(start)
		if err != nil || slices.Contains(lists.allow, hostPort(u)) {
			continue
		}
		host := strings.ToLower(u.Hostname())
		theirs := slices.ContainsFunc(organisations, func(o config.Organisation) bool {
			return slices.ContainsFunc(o.Domains, func(domain string) bool { return web.IsBelow(host, strings.ToLower(domain)) })
		})
		if !theirs {
			warnings = append(warnings, fmt.Sprintf("%s is under no organisation's domain and not in fetch.allow: what is found there belongs to nobody until a domain is proved", u.Host))
		}
	}
	return warnings
}

// sourcesText is the report for people.
func (a *app) sourcesText(r sourcesReport, file string) string {
	s := a.newSheet()
	s.head("What can be watched")
	for _, k := range r.Kinds {
		s.item(k.Kind, fmt.Sprintf("%s. Costs: %s. Needs: %s.", k.Reads, k.Costs, k.Needs))
	}
	s.head("What nobody can watch from outside")
	for _, u := range r.Unwatched {
		s.line("%s: %s", u.What, u.Why)
	}
	s.head("What is configured in " + cmp.Or(plain(file), "no file"))
	for _, state := range r.Configured {
		s.item(state.Name, state.words(s.now))
	}
	if len(r.Configured) == 0 {
		s.line("nothing: nothing is watched. `meetleaks config init` prints an example")
	}
	return strings.TrimPrefix(s.String(), "\n")
}

// newSheet is an empty one, as wide as the terminal.
func (a *app) newSheet() *sheet {
	return &sheet{ink: a.ink(), now: a.now(), width: min(max(cmp.Or(width(a.stdout), sheetWidth), minSheet), maxSheet)}
}

// item is a name and a text beside it.
func (s *sheet) item(name, text string) {
	name = plain(name)
	const least = 10
	for i, line := range wrapped(plain(text), s.width-least-4) {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(s, "  %s  %s\n", s.bold(fmt.Sprintf("%-*s", least, name)), line)
	}
}

// words is a configured source in a sentence.
func (s sourceState) words(now time.Time) string {
	text := s.Kind
	if len(s.Start) > 0 {
		text += " from " + s.Start[0]
	}
	if n := len(s.Start) - 1; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	if s.Every != "" {
		text += ", every " + s.Every
	}
	if s.Off {
		return text + ". Off: the configuration says so"
	}
	if !s.Known {
		return text + ". State unknown: " + s.Unknown
	}
	switch {
	case s.Blind != "" && !s.Since.IsZero():
		text += fmt.Sprintf(". BLIND since %s: %s", agoWords(s.Since, now), s.Blind)
	case s.Blind != "":
		text += ". BLIND: " + s.Blind
	default:
		text += ". Sees"
	}
	if !s.Passed.IsZero() {
		text += "; last pass " + agoWords(s.Passed, now)
	}
	switch {
	case !s.Running.IsZero():
		text += "; reading since " + agoWords(s.Running, now)
	case s.Next.After(now):
		text += "; next " + agoWords(s.Next, now)
	default:
		text += "; next: due now"
	}
	return text + s.healthWords(now)
}

// healthWords is what a source tells of itself.
func (s sourceState) healthWords(now time.Time) string {
	text := ""
	if h := s.Health; h.Heard > 0 {
		text += fmt.Sprintf("; %d heard, %d read in the last pass", h.Heard, h.Read)
	}
	if s.Volume.Hours > 0 {
		text += fmt.Sprintf("; %d in the last hour, usually %.0f", s.Volume.Last, s.Volume.Usual)
	}
	if s.Health.Lag >= time.Second {
		text += fmt.Sprintf("; %s behind", s.Health.Lag.Round(time.Second))
	}
	for _, u := range s.Health.Used {
		text += "; " + plain(u.What) + ": "
		if u.Limit > 0 {
			text += quantity(u.Used, "") + " of " + quantity(u.Limit, u.Unit)
		} else {
			text += quantity(u.Used, u.Unit)
		}
		if u.Until.After(now) {
			text += " until " + u.Until.UTC().Format("2 Jan 15:04 MST")
		}
	}
	for _, note := range s.Health.Notes {
		text += ". Note: " + plain(note)
	}
	return text
}

// quantity is a number with its unit, without digits that say nothing.
func quantity(n float64, unit string) string {
	text := strconv.FormatFloat(n, 'f', -1, 64)
	if n != math.Trunc(n) {
		text = strconv.FormatFloat(n, 'f', 2, 64)
	}
	return strings.TrimSpace(text + " " + plain(unit))
}

// nobodysPosts is a warning of a service on the public internet that is read for nobody.
func nobodysPosts(source config.Source, proved bool) []string {
	u, err := url.Parse(serviceAddress(source))
	if err != nil || !kindNamed(source.Kind).isService() || source.Off || proved || notify.IsPrivate(u) {
		return nil
	}
	return []string{"no organisation has proved a domain by DNS, so nobody's meetings are looked for there: `meetleaks domain add`"}
}

// covered prints the daily records.
func (a *app) covered(ctx context.Context, file, format string, days int) error {
	if days < 1 || days > mostCoverage {
		return usage("", "--days %d: want 1 to %d", days, mostCoverage)
	}
	loaded, err := a.loadConfig(file)
	if err != nil {
		return err
	}
	place, err := a.storePlace(loaded.Config)
	if err != nil {
		return err
	}
	missing, err := place.missing()
	if err != nil {
		return err
	}
	list := []scanner.Coverage{}
	if !missing {
		opened, err := openPlace(ctx, place)
		if err != nil {
			return err
		}
		defer func() { _ = opened.store.Close() }() // nothing was written
		organisations, err := opened.store.Organisations(ctx)
		if err != nil {
			return failed("", "read coverage: %w", err)
		}
		if list, err = loadCoverage(ctx, opened.store, organisations, days, a.now()); err != nil {
			return failed("", "read coverage: %w", err)
		}
	}
	if format == "json" {
		return a.writeJSON(list)
	}
	return a.print("%s", a.coverageText(list))
}
