package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

var began = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

// full is options in which everything can be asked.
func full() Options {
	return Options{
		Version: "v1.2.3",
		Counts: func() scanner.PipelineCounts {
			return scanner.PipelineCounts{
				Documents: 11, Unchanged: 2, Findings: 7, Nobodys: 5, Sightings: 6, Opened: 4, Merged: 1, Conflicts: 3,
				Sent: 8, Unsure: 9, Failures: 10, Withheld: 12, GivenUp: 13, Ticks: 14, Gone: 15,
			}
		},
		Imbalances: func() []scanner.Imbalance { return []scanner.Imbalance{{Org: "acme", What: "found 9"}} },
		Ledger: func(context.Context) (scanner.Ledger, error) {
			return scanner.Ledger{Found: 9, Alerted: 4, Pending: 2, Suppressed: map[scanner.Withheld]int64{scanner.WithheldMuted: 3}}, nil
		},
		Health: func(context.Context) (scanner.Health, error) {
			return scanner.Health{Now: began, Due: 3, OldestDue: began.Add(-90 * time.Second), Bytes: 4096}, nil
		},
		Outlooks: func() []scanner.Outlook {
			return []scanner.Outlook{{Source: "own-site", Passed: began}, {Source: "partner", Blind: "rate limited", Running: began}}
		},
		Fetch: func() fetch.Stats {
			return fetch.Stats{
				Requests: 21, Wire: 22, NotModified: 23, Truncated: 24, Refusals: map[fetch.Class]int64{fetch.Robots: 25},
				Hosts: map[string]fetch.HostStats{"secret-host.example": {Requests: 21}},
			}
		},
		Now: func() time.Time { return began },
	}
}

func made(t *testing.T, o Options) *Metrics {
	t.Helper()
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if rec.Code != http.StatusOK {
		t.Fatalf("status %d: %s", rec.Code, rec.Body)
	}
	return rec.Body.String()
}

// own is the lines of our own metrics, without those about them.
func own(text string) map[string]bool {
	lines := map[string]bool{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "meetleaks_") {
			lines[strings.TrimSpace(line)] = true
		}
	}
	return lines
}

func TestEveryFigure(t *testing.T) {
	m := made(t, full())
	m.SeenToAlert(700 * time.Millisecond)
	m.SeenToAlert(-time.Hour)
	m.Expired(scanner.Removed{Leaks: 1, Sightings: 2, Deliveries: 3, Audits: 4, Visits: 5, Items: 6})
	m.ChannelCall("", nil)
	m.ChannelCall("soc", &scanner.TellError{Class: scanner.TellRetry, Reason: "rate-limited"})
	got := own(scrape(t, m))
	for _, want := range []string{
		"meetleaks_documents_total 11", "meetleaks_documents_unchanged_total 2", "meetleaks_findings_total 7", "meetleaks_unregistered_total 5",
		"meetleaks_sightings_total 6", "meetleaks_leaks_opened_total 4", "meetleaks_leaks_merged_total 1", "meetleaks_conflicts_total 3",
		"meetleaks_alerts_sent_total 8", "meetleaks_alerts_unsure_total 9", "meetleaks_alerts_failed_total 10", "meetleaks_alerts_withheld_total 12",
		"meetleaks_alerts_given_up_total 13", "meetleaks_ticks_total 14", "meetleaks_places_gone_total 15",
		"meetleaks_ledger_found 9", `meetleaks_ledger{account="alerted"} 4`, `meetleaks_ledger{account="pending"} 2`,
		`meetleaks_ledger{account="suppressed"} 3`, `meetleaks_ledger_suppressed{reason="muted"} 3`, `meetleaks_ledger_suppressed{reason="over"} 0`,
		"meetleaks_ledger_imbalances 1", "meetleaks_store_up 1", "meetleaks_store_history_lost 0", "meetleaks_store_bytes 4096",
		"meetleaks_outbox_due 3", "meetleaks_outbox_oldest_due_seconds 90",
		`meetleaks_source_blind{source="own-site"} 0`, `meetleaks_source_blind{source="partner"} 1`, "meetleaks_sources_blind 1", "meetleaks_sources_watched 2",
		`meetleaks_source_last_pass_timestamp_seconds{source="own-site"} 1.7952534e+09`,
		`meetleaks_source_pass_running{source="own-site"} 0`, `meetleaks_source_pass_running{source="partner"} 1`,
		"meetleaks_fetch_requests_total 21", "meetleaks_fetch_received_bytes_total 22", "meetleaks_fetch_not_modified_total 23",
		"meetleaks_fetch_truncated_total 24", `meetleaks_fetch_refusals_total{class="robots"} 25`,
		`meetleaks_seen_to_alert_seconds_bucket{le="0.01"} 1`, `meetleaks_seen_to_alert_seconds_bucket{le="1"} 2`, "meetleaks_seen_to_alert_seconds_count 2",
		`meetleaks_expired_total{kind="leak"} 1`, `meetleaks_expired_total{kind="item"} 6`,
		`meetleaks_channel_calls_total{channel="default",outcome="accepted"} 1`, `meetleaks_channel_calls_total{channel="soc",outcome="retry"} 1`,
	} {
		if !got[want] {
			t.Errorf("no line %q", want)
		}
	}
	if got[`meetleaks_source_last_pass_timestamp_seconds{source="partner"} 0`] {
		t.Error("a source that was never read has a time")
	}
}

func TestNamesFollowTheRules(t *testing.T) {
	m := made(t, full())
	m.SeenToAlert(time.Second)
	m.ChannelCall("soc", nil)
	problems, err := promlint.New(strings.NewReader(scrape(t, m))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestNobodyIsNamed(t *testing.T) {
	text := scrape(t, made(t, full()))
	for _, name := range []string{"acme", "secret-host"} {
		if strings.Contains(text, name) {
			t.Errorf("%q is told", name)
		}
	}
	if !strings.Contains(text, `meetleaks_build_info{goversion="go`) || !strings.Contains(text, "go_goroutines ") || !strings.Contains(text, "process_") {
		t.Error("the build, Go or the process tell nothing")
	}
}

// A store that does not answer is down; its figures are not zero, they are not known.
func TestAStoreThatIsDown(t *testing.T) {
	down := fmt.Errorf("read https://acme.zoom.us/j/84930275116?pwd=Qx7Lm2: %w", scanner.ErrUnavailable)
	tests := []struct {
		name           string
		health, ledger error
		missing, there []string
	}{
		{"all of it", down, down, []string{"meetleaks_ledger", "meetleaks_outbox", "meetleaks_store_bytes", "meetleaks_store_history"}, []string{"meetleaks_store_up 0"}},
		{"its health", down, nil, []string{"meetleaks_outbox", "meetleaks_store_bytes"}, []string{"meetleaks_store_up 0", "meetleaks_ledger_found 9"}},
		{"a ledger", nil, down, []string{"meetleaks_ledger{", "meetleaks_ledger_found", "meetleaks_ledger_suppressed"}, []string{"meetleaks_store_up 0", "meetleaks_outbox_due 3"}},
		{"nothing", nil, nil, nil, []string{"meetleaks_store_up 1", "meetleaks_ledger_found 9", "meetleaks_outbox_due 3"}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			var log strings.Builder
			o := full()
			o.Imbalances = nil
			o.Log = slog.New(slog.NewTextHandler(&log, nil))
			health, ledger := o.Health, o.Ledger
			o.Health = func(ctx context.Context) (scanner.Health, error) {
				h, _ := health(ctx)
				return h, c.health
			}
			o.Ledger = func(ctx context.Context) (scanner.Ledger, error) {
				l, _ := ledger(ctx)
				return l, c.ledger
			}
			text := scrape(t, made(t, o))
			for _, begin := range c.missing {
				if strings.Contains(text, "\n"+begin) {
					t.Errorf("%s is told", begin)
				}
			}
			for _, line := range c.there {
				if !own(text)[line] {
					t.Errorf("no line %q", line)
				}
			}
			if strings.Contains(log.String(), "84930275116") || strings.Contains(log.String(), "Qx7Lm2") {
				t.Errorf("log %s", log.String())
			}
		})
	}
}

// A question to the store has an end, whatever the store does.
func TestQuestionsAreBounded(t *testing.T) {
	o := full()
	o.Health = func(ctx context.Context) (scanner.Health, error) {
		until, bounded := ctx.Deadline()
		if !bounded || time.Until(until) > askBound {
			return scanner.Health{}, nil
		}
		return scanner.Health{}, context.DeadlineExceeded
	}
	if !own(scrape(t, made(t, o)))["meetleaks_store_up 0"] {
		t.Error("the store is asked without a bound")
	}
}

// Scrapes do not pile up on a store that hangs.
func TestScrapesAtOnceAreBounded(t *testing.T) {
	entered, free := make(chan struct{}, 8), make(chan struct{})
	o := full()
	o.Ledger = nil
	o.Health = func(context.Context) (scanner.Health, error) {
		entered <- struct{}{}
		<-free
		return scanner.Health{}, nil
	}
	m := made(t, o)
	done := make(chan int, atOnce)
	ask := func() int {
		rec := httptest.NewRecorder()
		m.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		return rec.Code
	}
	for range atOnce {
		go func() { done <- ask() }()
	}
	for range atOnce {
		<-entered
	}
	if code := ask(); code != http.StatusServiceUnavailable {
		t.Errorf("one scrape too many: %d, want 503", code)
	}
	close(free)
	for range atOnce {
		if code := <-done; code != http.StatusOK {
			t.Errorf("status %d", code)
		}
	}
}

func TestWithoutPartsTheirFiguresAreMissing(t *testing.T) {
	text := scrape(t, made(t, Options{}))
	for _, begin := range []string{
		"meetleaks_documents", "meetleaks_ledger", "meetleaks_store", "meetleaks_outbox", "meetleaks_source", "meetleaks_fetch",
	} {
		if strings.Contains(text, begin) {
			t.Errorf("%s is told", begin)
		}
	}
	if !strings.Contains(text, `meetleaks_expired_total{kind="audit"} 0`) {
		t.Error("what retention takes away is not told from the beginning")
	}
}

// Names of sources that cannot be told apart, or are no text, do not break the scrape.
func TestOddSources(t *testing.T) {
	o := full()
	o.Outlooks = func() []scanner.Outlook {
		all := []scanner.Outlook{{Source: "twice"}, {Source: "twice", Blind: "failed"}, {Source: "\xff\xfe"}, {Source: "a\nb\"c"}}
		for n := range 3 * maxNames {
			all = append(all, scanner.Outlook{Source: fmt.Sprint("s", n)})
		}
		return all
	}
	text := scrape(t, made(t, o))
	if n := strings.Count(text, "\nmeetleaks_source_blind{"); n != maxNames {
		t.Errorf("%d sources told apart, want %d", n, maxNames)
	}
	if !own(text)["meetleaks_sources_watched 3004"] || !own(text)["meetleaks_sources_blind 1"] {
		t.Error("not all sources are counted")
	}
}

func TestChannelsAndOutcomes(t *testing.T) {
	m := made(t, Options{Version: "v\xff"})
	m.ChannelCall("\xff\xfe", nil)
	for n := range 3 * maxLabels {
		m.ChannelCall(fmt.Sprint("channel-", n), nil)
	}
	if n := strings.Count(scrape(t, m), "\nmeetleaks_channel_calls_total{"); n != maxLabels+1 {
		t.Errorf("%d channels told apart, want %d and the others", n, maxLabels)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, "accepted"}, {errors.New("https://hooks.example/secret"), "unknown"}, {&scanner.TellError{Class: "made-up"}, "unknown"},
		{&scanner.TellError{Class: scanner.TellRetry}, "retry"}, {&scanner.TellError{Class: scanner.TellRetry, Unsure: true}, "unsure"},
		{fmt.Errorf("tell: %w", &scanner.TellError{Class: scanner.TellPermanent}), "permanent"}, {&scanner.TellError{Class: scanner.TellConfig}, "config"},
		{&scanner.TellError{Class: scanner.TellRejected}, "rejected"}, {&scanner.TellError{Class: scanner.TellGone}, "gone"},
	} {
		if got := outcome(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
