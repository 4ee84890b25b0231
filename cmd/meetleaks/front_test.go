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

// Whatever keeps alerts from people is a reason not to be ready, and holds no secret.
func TestReadinessIsTruthful(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	well := func() *service {
		a := testApp()
		a.now = func() time.Time { return now }
		book, _ := hosts.New(nil, make([]byte, 32))
		s := &service{app: a, loaded: &config.Loaded{Config: config.Default()}, log: slog.New(slog.DiscardHandler), book: book,
			pulled: &scanner.Pipeline{}, history: &history{looked: time.Now(), health: scanner.Health{Now: now, Due: 1, OldestDue: now.Add(-time.Minute)}}}
		plan := scanner.SchedulePlan{Store: testStore(t), Queue: noQueue{}, Holder: "a"}
		var err error
		if s.outlook, err = scanner.NewScheduler(plan); err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, test := range map[string]struct {
		harm func(s *service)
		want string
	}{
		"not asked":        {func(s *service) { s.history.looked = time.Time{} }, "the store does not answer"},
		"no answer":        {func(s *service) { s.history.err = scanner.ErrUnavailable }, "the store does not answer"},
		"no answer lately": {func(s *service) { s.history.looked = time.Now().Add(-time.Hour) }, "the store does not answer"},
		"history lost":     {func(s *service) { s.history.health.Lost = true }, "history is gone"},
		"nobody sends":     {func(s *service) { s.history.health.OldestDue = now.Add(-time.Hour) }, "nobody sends them"},
		"a wrong token":    {func(s *service) { s.called(channelSlack, string(scanner.TellConfig), 0) }, "nobody can be told by slack"},
		"a silent channel": {func(s *service) {
			s.called(channelSlack, string(scanner.TellRetry), 0)
			now = now.Add(2 * stuckAfter)
			s.history.health.Now, s.history.health.Due = now, 0
		}, "slack has accepted no message"},
	} {
		s := well()
		var err error
		if s.figures, err = metrics.New(metrics.Options{}); err != nil {
			t.Fatal(err)
		}
		test.harm(s)
		if got := strings.Join(s.notReady(t.Context()), "\n"); !strings.Contains(got, test.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
