package console

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
)

// served is a client of a real server with the rig's handler, or another.
func served(t *testing.T, h http.Handler, token string) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return clientOf(t, server.URL, token)
}

func clientOf(t *testing.T, address, token string) *Client {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := NewClient(base, token, &http.Client{Transport: transport, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClientWorksTheQueue(t *testing.T) {
	r := newRig(t)
	c, ctx := served(t, r.Private(), rigToken), t.Context()
	list, err := c.List(ctx, rigOrg, Query{States: []scanner.State{scanner.StateOpen, scanner.StateMuted}, Since: r.now.Add(-time.Hour), After: "16.lk1", Limit: 5})
	if err != nil || len(list.Leaks) != 1 || list.Next != "17.lk1" {
		t.Fatalf("list %+v, %v", list, err)
	}
	if len(r.query.States) != 2 || !r.query.Since.Equal(r.now.Add(-time.Hour)) || r.query.After != "16.lk1" || r.query.Limit != 5 {
		t.Errorf("query %+v", r.query)
	}
	for _, step := range []struct {
		action Action
		state  string
	}{
		{Ack(time.Time{}, "on it"), "open"}, {Ack(r.now.Add(time.Hour), ""), "open"}, {Mute(r.now.Add(48*time.Hour), "open lecture"), "muted"},
		{Unmute("it was not"), "open"}, {Close(scanner.StateByWord, "locked"), "safe-by-word"}, {Reopen(""), "open"},
		{Close(scanner.StateOver, ""), "over"},
	} {
		out, err := c.Act(ctx, rigOrg, rigLeak, step.action)
		if err != nil || !out.TookEffect || out.Leak.State != step.state {
			t.Fatalf("%s: %+v, %v", step.action.verb, out, err)
		}
	}
	details, err := c.Show(ctx, rigOrg, rigLeak)
	if err != nil || details.Leak.State != "over" || len(details.Audit) < 5 {
		t.Errorf("details %+v, %v", details, err)
	}
	if orgs, err := c.Organisations(ctx); err != nil || len(orgs.Organisations) != 2 {
		t.Errorf("organisations %+v, %v", orgs, err)
	}
	if ledger, err := c.Ledger(ctx); err != nil || ledger.Found != 1 {
		t.Errorf("ledger %+v, %v", ledger, err)
	}
	if sources, err := c.Sources(ctx); err != nil || len(sources.Sources) != 2 {
		t.Errorf("sources %+v, %v", sources, err)
	}
}

func TestClientErrors(t *testing.T) {
	r := newRig(t)
	c, ctx := served(t, r.Private(), rigToken), t.Context()
	tests := []struct {
		name, words string
		is          error
		call        func() error
	}{
		{"no such leak", "show a leak: there is no such leak", scanner.ErrNotFound, func() error {
			_, err := c.Show(ctx, rigOrg, "lk1:none")
			return err
		}},
		{"no such organisation", "there is no such organisation", scanner.ErrNotFound, func() error {
			_, err := c.List(ctx, "initech/../acme", Query{})
			return err
		}},
		{"refused", "mute a leak: the end has passed: not allowed", scanner.ErrNotAllowed, func() error {
			_, err := c.Act(ctx, rigOrg, rigLeak, Mute(r.now.Add(-time.Hour), "x"))
			return err
		}},
		{"bad value", "validation failed: body.as", scanner.ErrBadValue, func() error {
			_, err := c.Act(ctx, rigOrg, rigLeak, Close(scanner.StateSafe, ""))
			return err
		}},
		{"bad page", "query.limit", scanner.ErrBadValue, func() error {
			_, err := c.List(ctx, rigOrg, Query{Limit: 500})
			return err
		}},
		{"no id", `"" cannot be in a path`, scanner.ErrBadValue, func() error {
			_, err := c.Show(ctx, rigOrg, "")
			return err
		}},
		{"dots", `".." cannot be in a path`, scanner.ErrBadValue, func() error {
			_, err := c.Show(ctx, "..", rigLeak)
			return err
		}},
	}
	for _, tc := range tests {
		if err := tc.call(); err == nil || !strings.Contains(err.Error(), tc.words) || !errors.Is(err, tc.is) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.words)
		}
	}
	r.doFail = scanner.ErrUnavailable
	_, err := c.Act(ctx, rigOrg, rigLeak, Reopen(""))
	var api *APIError
	if !errors.As(err, &api) || api.After != retryUnavailable || !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
}

func TestClientWithAnotherToken(t *testing.T) {
	r := newRig(t)
	const token = "mlk_0123b76e5d2f91aa"
	c := served(t, r.Private(), token)
	_, err := c.Ledger(t.Context())
	if err == nil || err.Error() != "read the ledger: the token is not accepted" {
		t.Errorf("error %v", err)
	}
	r.token = ""
	if _, err = c.Ledger(t.Context()); err == nil || !strings.Contains(err.Error(), "switched off") {
		t.Errorf("error %v", err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if shown := fmt.Sprintf(format, c) + fmt.Sprintf(format, *c); strings.Contains(shown, token) {
			t.Errorf("%s prints the token", format)
		}
	}
}

// What answers may be something else, and may be hostile.
func TestClientOfOtherServers(t *testing.T) {
	stolen := make(chan string, 1)
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { stolen <- r.Header.Get("Authorization") }))
	defer thief.Close()
	tests := []struct {
		name, words string
		answer      http.HandlerFunc
	}{
		{"a page", "is not the API of meetleaks: it said 200", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>welcome") }},
		{"nothing", "is not the API of meetleaks: it said 204", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }},
		{"a redirect", "is not the API of meetleaks: it said 302", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief.URL, http.StatusFound) }},
		{"other JSON", "read the answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"found":"many"}`)
		}},
		{"half", "read the answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"found":`)
		}},
		{"endless", "longer than", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}},
		{"a problem that acts on terminals", "read the ledger: b[31mad", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(418)
			fmt.Fprint(w, `{"detail":"b\u0000[31mad"}`)
		}},
		{"a problem without words", "418 I'm a teapot", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(418)
			fmt.Fprint(w, `[]`)
		}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			_, err := served(t, c.answer, rigToken).Ledger(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.words) || strings.Contains(err.Error(), rigToken) {
				t.Errorf("error %v, want %q", err, c.words)
			}
		})
	}
	select {
	case got := <-stolen:
		t.Errorf("the redirect was followed with %q", got)
	default:
	}
}

func TestClientWithoutAService(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = clientOf(t, "http://"+address, rigToken).Ledger(t.Context())
	if err == nil || !strings.Contains(err.Error(), "nothing listens at "+address) || !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
}

func TestClientThatIsStopped(t *testing.T) {
	r := newRig(t)
	r.block = make(chan struct{})
	c := served(t, r.Private(), rigToken)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := c.Ledger(ctx)
		done <- err
	}()
	<-r.entered
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Ledger(ctx); err == nil || !strings.Contains(err.Error(), "took too long") {
		t.Errorf("error %v", err)
	}
}

func TestNewClientNeedsAnAddress(t *testing.T) {
	for _, c := range []struct{ address, token string }{
		{"", rigToken}, {"ftp://127.0.0.1:1", rigToken}, {"127.0.0.1:8470", rigToken}, {"http://", rigToken}, {"http://u:p@127.0.0.1:8470", rigToken},
		{"http://127.0.0.1:8470/?a=b", rigToken}, {"http://127.0.0.1:8470", ""}, {"http://127.0.0.1:8470", "two words\r\nX: y"},
	} {
		base, _ := url.Parse(c.address)
		if _, err := NewClient(base, c.token, &http.Client{}); err == nil {
			t.Errorf("%q with token %q: a client was made", c.address, c.token)
		} else if c.token != "" && strings.Contains(err.Error(), c.token) {
			t.Errorf("%v holds the token", err)
		}
	}
	base, _ := url.Parse("http://127.0.0.1:8470")
	if _, err := NewClient(base, rigToken, nil); err == nil {
		t.Error("a client without an HTTP client was made")
	}
}

// FuzzAnswer: whatever answers, the client ends with a value or an error.
func FuzzAnswer(f *testing.F) {
	f.Add(200, "application/json", `{"leaks":[],"next":"x"}`)
	f.Add(404, "application/problem+json", `{"detail":"there is no such leak","errors":[null,{"message":"m","location":"l"}]}`)
	f.Add(404, "application/problem+json", `{"errors":[null]}`)
	f.Add(302, "text/html; charset=\"", `<html>`)
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		c := &Client{base: &url.URL{Scheme: "http", Host: "127.0.0.1:8470"}}
		res := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}, "Retry-After": {body}}}
		var out LeakList
		if err := c.decode(res, []byte(body), &out); err != nil && strings.ContainsAny(err.Error(), "\x1b\x00\u202e") {
			t.Errorf("the error acts on terminals: %q", err)
		}
	})
}
