package metrics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// The bounds of a scrape.
const (
	askBound  = 3 * time.Second  // to ask the store, each time
	allBound  = 10 * time.Second // for all of it
	atOnce    = 2                // scrapes at the same time; further ones are answered with 503
	maxNames  = 1000             // sources that are told apart
	maxLabels = 64               // channels that are told apart; the others are counted as "other"
)

// Options is where values come from; each is asked at every scrape. All may be nil: then their metrics are not there. They must be
// safe for concurrent use, and end when their context is done.
type Options struct {
	Version    string // of the program
	Counts     func() scanner.PipelineCounts
	Imbalances func() []scanner.Imbalance
	// Ledger is the sum over all organisations. An error of one is an error of all.
	Ledger   func(ctx context.Context) (scanner.Ledger, error)
	Health   func(ctx context.Context) (scanner.Health, error) // of the store
	Outlooks func() []scanner.Outlook
	Canaries func() []scanner.CanarySighting // each pair of canary and source once
	Fetch    func() fetch.Stats
	Log      *slog.Logger
	Now      func() time.Time // of ages; nil: time.Now
}

// Metrics is safe for concurrent use, and starts no goroutine.
type Metrics struct {
	registry *prometheus.Registry
	handler  http.Handler
	seen     prometheus.Histogram
	posted   *prometheus.SummaryVec
	calls    *prometheus.CounterVec
	expired  *prometheus.CounterVec

	mu       sync.Mutex
	channels map[string]bool // told apart, at most maxLabels
	sources  map[string]bool // as channels, at most maxNames
}

// New makes metrics with a registry of their own.
func New(o Options) (*Metrics, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Metrics{registry: prometheus.NewRegistry(), channels: make(map[string]bool), sources: make(map[string]bool)}
	m.makeOwn()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "meetleaks_build_info", Help: "1, with the version of the program and of Go.",
		ConstLabels: prometheus.Labels{"version": strings.ToValidUTF8(o.Version, "\uFFFD"), "goversion": runtime.Version()},
	})
	build.Set(1)
	var failed []error
	for _, c := range []prometheus.Collector{
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		build, m.seen, m.posted, m.calls, m.expired, newAsked(o),
	} {
		failed = append(failed, m.registry.Register(c))
	}
	if err := errors.Join(failed...); err != nil {
		return nil, fmt.Errorf("make metrics: %w", err)
	}
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: atOnce, Timeout: allBound, ErrorLog: complaints{o.Log}, ErrorHandling: promhttp.ContinueOnError,
	})
	return m, nil
}

func (m *Metrics) makeOwn() {
	m.seen = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "meetleaks_seen_to_alert_seconds",
		Help:    "From a document being read to its first alert being accepted.",
		Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600},
	})
	m.posted = prometheus.NewSummaryVec(prometheus.SummaryOpts{
		Name:       "meetleaks_post_to_find_seconds",
		Help:       "From a link being posted, by the place's own word, to its being found; canaries included.",
		Objectives: map[float64]float64{.5: .05, .9: .01, .99: .001}, MaxAge: 24 * time.Hour, AgeBuckets: 6,
	}, []string{"source"})
	m.calls = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "meetleaks_channel_calls_total",
		Help: "Messages handed to a channel, by what became of them.",
	}, []string{"channel", "outcome"})
	m.expired = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "meetleaks_expired_total",
		Help: "What retention took away, by kind.",
	}, []string{"kind"})
	for kind := range removed(scanner.Removed{}) {
		m.expired.WithLabelValues(kind)
	}
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler { return m.handler }

// SeenToAlert observes the time from a document being read to its alert being accepted. Clocks that jumped count as none.
func (m *Metrics) SeenToAlert(d time.Duration) { m.seen.Observe(max(d, 0).Seconds()) }

// PostToFind observes how long after it was posted a source of the operator's file found something.
func (m *Metrics) PostToFind(source string, d time.Duration) {
	source = strings.ToValidUTF8(source, "\uFFFD")
	m.mu.Lock()
	if !m.sources[source] && len(m.sources) >= maxNames {
		source = "other"
	}
	m.sources[source] = true
	m.mu.Unlock()
	m.posted.WithLabelValues(source).Observe(max(d, 0).Seconds())
}

// Expired counts what retention took away.
func (m *Metrics) Expired(r scanner.Removed) {
	for kind, n := range removed(r) {
		m.expired.WithLabelValues(kind).Add(float64(max(n, 0)))
	}
}

func removed(r scanner.Removed) map[string]int64 {
	return map[string]int64{
		"leak": r.Leaks, "sighting": r.Sightings, "delivery": r.Deliveries, "audit": r.Audits, "visit": r.Visits, "item": r.Items,
	}
}

// ChannelCall counts what became of a message that was handed to a channel of the operator's file, "" for the default.
func (m *Metrics) ChannelCall(channel string, err error) {
	m.calls.WithLabelValues(m.channel(channel), outcome(err)).Inc()
}

// channel bounds how many are told apart.
func (m *Metrics) channel(name string) string {
	name = cmp.Or(strings.ToValidUTF8(name, "\uFFFD"), "default")
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.channels[name]:
		return name
	case len(m.channels) >= maxLabels:
		return "other"
	}
	m.channels[name] = true
	return name
}

// outcome names a result by its class; nothing of its text.
func outcome(err error) string {
	var told *scanner.TellError
	switch {
	case err == nil:
		return "accepted"
	case !errors.As(err, &told):
		return "unknown"
	case told.Unsure:
		return "unsure"
	}
	switch told.Class {
	case scanner.TellRetry, scanner.TellPermanent, scanner.TellConfig, scanner.TellRejected, scanner.TellGone:
		return string(told.Class)
	}
	return "unknown"
}

// complaints logs that a scrape went wrong.
type complaints struct{ log *slog.Logger }

// Println is for promhttp.
func (c complaints) Println(...any) { c.log.Error("gather metrics: some could not be gathered") }
