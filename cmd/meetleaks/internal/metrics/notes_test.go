package metrics

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"meetleaks/scanner"
)

// Whoever reaches the figures cannot fill the log while the store does not answer.
func TestComplaintsAreNotRepeated(t *testing.T) {
	var log bytes.Buffer
	m, err := New(Options{
		Log:    slog.New(slog.NewJSONHandler(&log, nil)),
		Health: func(context.Context) (scanner.Health, error) { return scanner.Health{}, scanner.ErrUnavailable },
		Ledger: func(context.Context) (scanner.Ledger, error) { return scanner.Ledger{}, scanner.ErrUnavailable },
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		m.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	}
	if n := strings.Count(log.String(), "\n"); n != 2 {
		t.Errorf("%d lines: %s", n, log.String())
	}
}
