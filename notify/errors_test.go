package notify

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestStatusCodesHaveClasses(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for status, want := range map[int]string{
		100: "retry: unreadable-answer", 301: "config: redirected", 307: "config: redirected", 400: "rejected: not-accepted",
		401: "config: refused", 403: "config: refused", 404: "config: wrong-address", 408: "retry: server-busy", 410: "permanent: gone",
		413: "rejected: not-accepted", 422: "rejected: not-accepted", 423: "retry: server-busy", 429: "retry: rate-limited, not before 7s",
		500: "retry: server-error, not before 7s", 503: "retry: server-error, not before 7s", 599: "retry: server-error, not before 7s",
		999: "retry: unreadable-answer",
	} {
		header := http.Header{"Retry-After": {"7"}}
		if class, _ := statusClass(status); class == Retry && status != 429 && status < 500 || status == 999 {
			header = nil
		}
		if got := StatusError(status, header, now); got.Error() != want || got.Status != status {
			t.Errorf("%d: got %q, want %q", status, got, want)
		}
	}
}

func TestRetryAfterIsBounded(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "30": 30 * time.Second, " 5 ": 5 * time.Second, "-3": 0, "soon": 0, "1e3": 0,
		"999999999999999999999999": MaxRetryAfter, "7200": MaxRetryAfter, strings.Repeat("9", 100): 0,
		"Sat, 21 Nov 2026 09:01:00 GMT": time.Minute, "Sat, 21 Nov 2026 08:00:00 GMT": 0, "Sun, 21 Nov 2027 09:00:00 GMT": MaxRetryAfter,
	} {
		if got := RetryAfter(value, now); got != want {
			t.Errorf("%q: got %v, want %v", value, got, want)
		}
	}
}

func TestBrokenConnectionsHaveClasses(t *testing.T) {
	secret := errors.New("Post https://user:hunter2-b7Qx@hooks.example/T0KEN: boom")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		want string
		sure bool
	}{
		"anything":    {context.Background(), secret, "retry: connection-broken", false},
		"dns":         {context.Background(), &net.DNSError{Name: "hunter2-b7Qx.example"}, "retry: name-not-found", true},
		"dial":        {context.Background(), &net.OpError{Op: "dial", Err: secret}, "retry: unreachable", true},
		"deadline":    {context.Background(), fmt.Errorf("%w: %w", secret, context.DeadlineExceeded), "retry: timeout", false},
		"cancelled":   {ended, secret, "retry: cancelled", false},
		"certificate": {context.Background(), &tls.CertificateVerificationError{Err: secret}, "config: certificate", true},
		"own":         {context.Background(), fmt.Errorf("x: %w", &Error{Class: Gone, Reason: "gone"}), "gone: gone", true},
	} {
		got := TransportError(test.ctx, test.err)
		if got.Error() != test.want || got.Unsure == test.sure {
			t.Errorf("%s: got %q, unsure %v", name, got, got.Unsure)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", got, got, got), "hunter2") {
			t.Errorf("%s: the secret is in the error", name)
		}
	}
	if !errors.Is(TransportError(ended, secret), context.Canceled) {
		t.Error("a cancelled call does not say so")
	}
}

func TestErrorsOfOthersPass(t *testing.T) {
	if AsError(nil) != nil {
		t.Error("no error became one")
	}
	if got := AsError(errors.New("hunter2-b7Qx")); got.Error() != "retry: unknown" {
		t.Errorf("got %q", got)
	}
}

func TestSecretsCannotBePrinted(t *testing.T) {
	const value = "hunter2-b7Qx"
	type around struct{ S, s Secret }
	all := around{NewSecret(value), SecretFrom(func() (string, error) { return value, nil })}
	text := ""
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		text += fmt.Sprintf(verb, all) + fmt.Sprintf(verb, &all) + fmt.Sprintf(verb, all.S)
	}
	marshalled, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "all", all, "one", all.s)
	text += string(marshalled) + log.String()
	if strings.Contains(text, value) || strings.Contains(text, fmt.Sprintf("%x", value)) {
		t.Errorf("the secret was printed: %s", text)
	}
	if got, err := all.S.Open(); got != value || err != nil {
		t.Errorf("opened: %q, %v", got, err)
	}
}

func TestASecretThatCannotBeReadSaysNothingOfIt(t *testing.T) {
	failing := SecretFrom(func() (string, error) { return "", errors.New("hunter2-b7Qx") })
	for _, s := range []Secret{{}, NewSecret(""), failing} {
		_, err := s.Open()
		if e := AsError(err); e == nil || e.Class != Config || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	}
}

func TestAddressesAreHTTPSUnlessPrivate(t *testing.T) {
	for text, want := range map[string]string{
		"https://hooks.example/x":       "",
		"http://127.0.0.1:8080/x":       "",
		"http://[::1]/x":                "",
		"http://10.2.3.4/x":             "",
		"http://localhost:1/":           "",
		"http://hooks.example/x":        "config: not-https",
		"http://169.254.169.254/":       "config: not-https",
		"http://localhost.evil.example": "config: not-https",
		"ftp://127.0.0.1/":              "config: bad-address",
		"https://":                      "config: bad-address",
		"https://h.example/#x":          "config: bad-address",
		"https:h.example":               "config: bad-address",
		"://hunter2-b7Qx":               "config: bad-address",
		"":                              "config: bad-address",
	} {
		got := ""
		if _, err := CheckAddress(text); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestAClientWithoutAGuardIsRefused(t *testing.T) {
	for name, given := range map[string]*http.Client{"nil": nil, "no transport": {}, "default transport": {Transport: http.DefaultTransport}} {
		if _, err := NewClient(given, 0); AsError(err) == nil || AsError(err).Reason != "no-guarded-client" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClientsFollowNoRedirect(t *testing.T) {
	followed := false
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer target.Close()
	server := httptest.NewServer(http.RedirectHandler(target.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	client, err := NewClient(&http.Client{Transport: &http.Transport{}}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	resp, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if followed || resp.StatusCode != http.StatusTemporaryRedirect || client.Timeout != maxTimeout {
		t.Errorf("followed %v, status %d, timeout %v", followed, resp.StatusCode, client.Timeout)
	}
}
