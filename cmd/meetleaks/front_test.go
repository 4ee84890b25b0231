package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/hosts"
	"meetleaks/cmd/meetleaks/internal/metrics"
	"meetleaks/scanner"
	"meetleaks/scanner/source/hook"
)

// Each pushing source is under its name, whatever stands in it; the only one is also there without.
func TestFeedsAreFoundByName(t *testing.T) {
	one, two := &hook.Hook{}, &hook.Hook{}
	for _, test := range []struct {
		feeds feeds
		path  string
		want  int
	}{
		{feeds{"a": one}, "/hooks/feed", 405}, {feeds{"a": one}, "/hooks/feed/a", 405}, {feeds{"a": one}, "/hooks/feed/b", 404},
		{feeds{"a": one}, "/hooks/feed/", 404}, {feeds{"a": one, "b": two}, "/hooks/feed", 404}, {feeds{"a": one, "b": two}, "/hooks/feed/b", 405},
		{feeds{"{x": one, "b /c": two}, "/hooks/feed/%7Bx", 405}, {feeds{"{x": one, "b /c": two}, "/hooks/feed/b%20/c", 405},
	} {
		answer := httptest.NewRecorder()
		test.feeds.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, test.path, nil))
		if answer.Code != test.want {
			t.Errorf("%s of %d: %d", test.path, len(test.feeds), answer.Code)
		}
	}
}

// wellService is one that has nothing to say against itself but that it has not looked at its sources yet.
func wellService(t *testing.T, store scanner.Store, now time.Time) *service {
	t.Helper()
	a := testApp()
	a.now = func() time.Time { return now }
	book, _ := hosts.New(nil, make([]byte, 32))
	s := &service{app: a, loaded: &config.Loaded{Config: config.Default()}, log: slog.New(slog.DiscardHandler), book: book,
		pulled: &scanner.Pipeline{}, history: &history{store: store, holder: "a", log: slog.New(slog.DiscardHandler)}}
	var err error
	if s.outlook, err = scanner.NewScheduler(scanner.SchedulePlan{Store: store, Queue: noQueue{}, Holder: "a"}); err != nil {
		t.Fatal(err)
	}
	if s.figures, err = metrics.New(metrics.Options{}); err != nil {
		t.Fatal(err)
	}
	return s
}

// Whatever keeps alerts from people is a reason not to be ready, and holds no secret.
func TestReadinessIsTruthful(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		health scanner.Health
		err    error
		harm   func(s *service)
		want   string
	}{
		"no answer":     {err: scanner.ErrUnavailable, want: "the store does not answer"},
		"history lost":  {health: scanner.Health{Lost: true}, want: "history is gone"},
		"lost before":   {harm: func(s *service) { s.history.lost = true }, want: "history is gone"},
		"nobody sends":  {health: scanner.Health{Now: now, Due: 1, OldestDue: now.Add(-time.Hour)}, want: "nobody sends them"},
		"a wrong token": {harm: func(s *service) { s.called(channelSlack, string(scanner.TellConfig), 0) }, want: "nobody can be told by slack"},
		"a silent channel": {harm: func(s *service) {
			s.called(channelSlack, string(scanner.TellRetry), 0)
			s.app.now = func() time.Time { return now.Add(2 * stuckAfter) }
		}, want: "slack has accepted no message"},
	} {
		store := &failingOver{Store: testStore(t), servers: "one", health: func(scanner.Health, error) (scanner.Health, error) {
			return test.health, test.err
		}}
		s := wellService(t, store, now)
		if test.harm != nil {
			test.harm(s)
		}
		if got := strings.Join(s.notReady(t.Context()), "\n"); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
