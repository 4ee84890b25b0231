package metrics

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/scanner"
)

// asked gathers, at each scrape, what others count.
type asked struct {
	o      Options
	counts []counted
	notes  notes

	ledger, found, suppressed, imbalances      *prometheus.Desc
	up, lost, bytes, due, oldest               *prometheus.Desc
	blind, passed, running                     *prometheus.Desc
	sourcesBlind, sourcesWatched               *prometheus.Desc
	requests, received, notModified, truncated *prometheus.Desc
	refusals                                   *prometheus.Desc
	lag, usual, heard, used, limit             *prometheus.Desc
	canary                                     *prometheus.Desc
}

func newAsked(o Options) *asked {
	return &asked{
		o: o, counts: countedAll(),
		ledger:         desc("ledger", "Rounds of leaks of all organisations by account; their sum is meetleaks_ledger_found.", "account"),
		found:          desc("ledger_found", "Rounds of leaks of all organisations that were found."),
		suppressed:     desc("ledger_suppressed", "Rounds of leaks of all organisations that were not alerted on purpose.", "reason"),
		imbalances:     desc("ledger_imbalances", "Organisations whose ledger did not add up when it was last checked."),
		up:             desc("store_up", "1 when the store answers, 0 when it does not."),
		lost:           desc("store_history_lost", "1 when the history that the process began with is gone."),
		bytes:          desc("store_bytes", "Bytes that the store takes; left out when it cannot tell."),
		due:            desc("outbox_due", "Deliveries that are due and in nobody's hands."),
		oldest:         desc("outbox_oldest_due_seconds", "For how long the first of them has been waiting."),
		blind:          desc("source_blind", "1 when nothing is known of a source at present.", "source"),
		passed:         desc("source_last_pass_timestamp_seconds", "When the last pass that did not fail ended.", "source"),
		running:        desc("source_pass_running", "1 while a pass over a source is under way.", "source"),
		sourcesBlind:   desc("sources_blind", "Sources of which nothing is known at present."),
		sourcesWatched: desc("sources_watched", "Sources that are watched."),
		requests:       desc("fetch_requests_total", "Requests for public pages, robots.txt and redirects included."),
		received:       desc("fetch_received_bytes_total", "Bytes that were received for them."),
		notModified:    desc("fetch_not_modified_total", "Answers that said that nothing has changed."),
		truncated:      desc("fetch_truncated_total", "Bodies that were cut at their bound."),
		lag:            desc("source_lag_seconds", "How long after it was posted the latest item of a source was read; of sources that tell.", "source"),
		usual:          desc("source_usual_items_per_hour", "Items that a stream usually gives in an hour.", "source"),
		heard:          desc("source_items_last_hour", "Items that it gave in the last full hour.", "source"),
		used:           desc("source_budget_used", "What of a source's budget is used up.", "source", "what", "unit"),
		limit:          desc("source_budget_limit", "What it may use up; left out when there is no bound.", "source", "what", "unit"),
		canary:         desc("canary_found_timestamp_seconds", "When a source found a canary last; 0: never.", "canary", "source"),
		refusals:       desc("fetch_refusals_total", "Pages that were not read, by class.", "class"),
	}
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("meetleaks_"+name, help, labels, nil)
}

// counted is one of the pipeline's counts.
type counted struct {
	desc  *prometheus.Desc
	value func(scanner.PipelineCounts) int64
}

func countedAll() []counted {
	type counts = scanner.PipelineCounts
	return []counted{
		{desc("documents_total", "Documents that were taken."), func(c counts) int64 { return c.Documents }},
		{desc("documents_unchanged_total", "Of these, not matched as they were read before."), func(c counts) int64 { return c.Unchanged }},
		{desc("findings_total", "Meetings in documents."), func(c counts) int64 { return c.Findings }},
		{desc("unregistered_total", "Of these, of no registered organisation: forgotten."), func(c counts) int64 { return c.Nobodys }},
		{desc("sightings_total", "Sightings of leaks that were written."), func(c counts) int64 { return c.Sightings }},
		{desc("leaks_opened_total", "Leaks that were new."), func(c counts) int64 { return c.Opened }},
		{desc("leaks_merged_total", "Leaks that turned out to be another."), func(c counts) int64 { return c.Merged }},
		{desc("conflicts_total", "Steps that were begun again because somebody else was faster."), func(c counts) int64 { return c.Conflicts }},
		{desc("alerts_sent_total", "Messages that were accepted, also those changed in place."), func(c counts) int64 { return c.Sent }},
		{desc("alerts_unsure_total", "Messages that may have been accepted, and are sent again."), func(c counts) int64 { return c.Unsure }},
		{desc("alerts_failed_total", "Attempts that failed."), func(c counts) int64 { return c.Failures }},
		{desc("alerts_withheld_total", "Deliveries that were not sent on purpose."), func(c counts) int64 { return c.Withheld }},
		{desc("alerts_given_up_total", "Deliveries that cannot be delivered."), func(c counts) int64 { return c.GivenUp }},
		{desc("ticks_total", "Leaks that were looked at as their time had come."), func(c counts) int64 { return c.Ticks }},
		{desc("places_gone_total", "Looks that found a place gone."), func(c counts) int64 { return c.Gone }},
	}
}

// Describe tells the names.
func (a *asked) Describe(to chan<- *prometheus.Desc) {
	for _, c := range a.counts {
		to <- c.desc
	}
	for _, d := range []*prometheus.Desc{
		a.ledger, a.found, a.suppressed, a.imbalances, a.up, a.lost, a.bytes, a.due, a.oldest, a.blind, a.passed, a.running, a.sourcesBlind,
		a.sourcesWatched, a.requests, a.received, a.notModified, a.truncated, a.refusals, a.lag, a.usual, a.heard, a.used, a.limit, a.canary,
	} {
		to <- d
	}
}

// Collect asks.
func (a *asked) Collect(to chan<- prometheus.Metric) {
	a.collectCounts(to)
	a.collectStore(to)
	a.collectSources(to)
	a.collectCanaries(to)
	a.collectFetch(to)
}

func (a *asked) collectCounts(to chan<- prometheus.Metric) {
	if a.o.Counts != nil {
		now := a.o.Counts()
		for _, c := range a.counts {
			to <- count(c.desc, c.value(now))
		}
	}
	if a.o.Imbalances != nil {
		to <- gauge(a.imbalances, float64(len(a.o.Imbalances())))
	}
}

// collectStore asks the store twice, and leaves out what it does not say.
func (a *asked) collectStore(to chan<- prometheus.Metric) {
	up, asked := true, false
	if a.o.Health != nil {
		health, err := ask(a.o.Health)
		asked, up = true, err == nil
		a.note("ask the store how it is", err)
		if err == nil {
			a.collectHealth(to, health)
		}
	}
	if a.o.Ledger != nil {
		ledger, err := ask(a.o.Ledger)
		asked, up = true, up && err == nil
		a.note("read the ledgers", err)
		if err == nil {
			a.collectLedger(to, ledger)
		}
	}
	if asked {
		to <- gauge(a.up, oneIf(up))
	}
}

// ask bounds the time of a question.
func ask[T any](question func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(context.Background(), askBound)
	defer cancel()
	return question(ctx)
}

// noteEvery is how often one complaint is logged: anyone may ask, and as often as they like.
const noteEvery = 10 * time.Second

func (a *asked) note(what string, err error) {
	if err != nil && a.notes.first(what) {
		a.o.Log.LogAttrs(context.Background(), slog.LevelError, "gather metrics: "+what, slog.String("error", report.MaskText(err.Error())))
	}
}

// notes remembers when complaints were logged last; there are as many as there are questions.
type notes struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// first says whether a complaint was not logged lately.
func (n *notes) first(what string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if at, known := n.last[what]; known && time.Since(at) < noteEvery {
		return false
	}
	if n.last == nil {
		n.last = make(map[string]time.Time)
	}
	n.last[what] = time.Now()
	return true
}

func (a *asked) collectHealth(to chan<- prometheus.Metric, h scanner.Health) {
	to <- gauge(a.lost, oneIf(h.Lost))
	to <- gauge(a.due, float64(h.Due))
	if h.Bytes > 0 {
		to <- gauge(a.bytes, float64(h.Bytes))
	}
	waits := time.Duration(0)
	if h.Due > 0 && !h.OldestDue.IsZero() {
		waits = max(a.storeNow(h).Sub(h.OldestDue), 0)
	}
	to <- gauge(a.oldest, waits.Seconds())
}

// storeNow is the store's clock: what is due is measured by it.
func (a *asked) storeNow(h scanner.Health) time.Time {
	if h.Now.IsZero() {
		return a.o.Now()
	}
	return h.Now
}

func (a *asked) collectLedger(to chan<- prometheus.Metric, b scanner.Ledger) {
	suppressed := int64(0)
	for _, reason := range scanner.WithheldReasons() {
		n := b.Suppressed[reason]
		suppressed += n
		to <- gauge(a.suppressed, float64(n), string(reason))
	}
	to <- gauge(a.found, float64(b.Found))
	to <- gauge(a.ledger, float64(b.Alerted), "alerted")
	to <- gauge(a.ledger, float64(b.Pending), "pending")
	to <- gauge(a.ledger, float64(suppressed), "suppressed")
}

func (a *asked) collectSources(to chan<- prometheus.Metric) {
	if a.o.Outlooks == nil {
		return
	}
	all, blind, told := a.o.Outlooks(), 0, map[string]bool{}
	for _, o := range all {
		if o.Blind != "" {
			blind++
		}
		name := strings.ToValidUTF8(o.Source, "\uFFFD")
		if told[name] || len(told) == maxNames {
			continue // the same twice would make the whole scrape fail
		}
		told[name] = true
		to <- gauge(a.blind, oneIf(o.Blind != ""), name)
		to <- gauge(a.running, oneIf(!o.Running.IsZero()), name)
		if !o.Passed.IsZero() {
			to <- gauge(a.passed, float64(o.Passed.UnixMilli())/1000, name)
		}
		a.collectTold(to, name, o)
	}
	to <- gauge(a.sourcesBlind, float64(blind))
	to <- gauge(a.sourcesWatched, float64(len(all)))
}

// collectTold is what a source tells of itself.
func (a *asked) collectTold(to chan<- prometheus.Metric, name string, o scanner.Outlook) {
	if !o.Health.Posted.IsZero() {
		to <- gauge(a.lag, o.Health.Lag.Seconds(), name)
	}
	if o.Volume.Hours > 0 {
		to <- gauge(a.usual, o.Volume.Usual, name)
		to <- gauge(a.heard, float64(o.Volume.Last), name)
	}
	told := map[[2]string]bool{}
	for _, u := range o.Health.Used {
		key := [2]string{u.What, u.Unit}
		if told[key] {
			continue
		}
		told[key] = true
		to <- gauge(a.used, u.Used, name, u.What, u.Unit)
		if u.Limit > 0 {
			to <- gauge(a.limit, u.Limit, name, u.What, u.Unit)
		}
	}
}

func (a *asked) collectCanaries(to chan<- prometheus.Metric) {
	if a.o.Canaries == nil {
		return
	}
	for _, s := range a.o.Canaries() {
		at := 0.
		if !s.Found.IsZero() {
			at = float64(s.Found.UnixMilli()) / 1000
		}
		to <- gauge(a.canary, at, strings.ToValidUTF8(s.Canary, "\uFFFD"), strings.ToValidUTF8(s.Source, "\uFFFD"))
	}
}

// collectFetch tells no hosts.
func (a *asked) collectFetch(to chan<- prometheus.Metric) {
	if a.o.Fetch == nil {
		return
	}
	s := a.o.Fetch()
	to <- count(a.requests, s.Requests)
	to <- count(a.received, s.Wire)
	to <- count(a.notModified, s.NotModified)
	to <- count(a.truncated, s.Truncated)
	for class, n := range s.Refusals {
		to <- count(a.refusals, n, string(class))
	}
}

func gauge(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func count(d *prometheus.Desc, n int64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
