package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/scanner"
)

const deskToken = "t0ken-of-the-Console-42"

// served is a running service over a planted store: its URL and the file with its token.
func served(t *testing.T, p *field) (server, tokenFile string) {
	t.Helper()
	c, err := console.New(console.Options{
		Organisations: func() []string { return []string{"acme", "globex"} }, Store: p.opened.store, Do: p.pipeline.Do, HostOf: p.pipeline.HostOf,
		Ready: func(context.Context) []string { return nil }, Token: func() (string, error) { return deskToken, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(c.Private())
	t.Cleanup(s.Close)
	return s.URL, writeFile(t, "token", deskToken+"\n")
}

// TestBothDesksSayTheSame: what a store says is what the service over it says.
func TestBothDesksSayTheSame(t *testing.T) {
	file, p, ids := fieldHere(t, boardPage, staffPage, globexPage)
	server, token := served(t, p)
	for _, args := range [][]string{
		{"leak", "list"}, {"leak", "list", "--format", "json"}, {"leak", "list", "--state", "all", "--format", "csv"},
		{"leak", "list", "--org", "globex", "--format", "jsonl"}, {"leak", "list", "--state", "muted"}, {"leak", "list", "--org", "hooli"},
		{"leak", "show", ids[0], "--format", "json"}, {"leak", "show", ids[1][:12], "--format", "json"}, {"leak", "show", "lk1:00000000000000000000000000000000"},
		{"leak", "mute", ids[0], "--until", "200d", "--reason", "x"}, {"leak", "show", "nothing"},
	} {
		code, out, diagnostics := carryOut(t, "", append(args, "--config", file)...)
		code2, out2, diagnostics2 := carryOut(t, "", append(args, "--server", server, "--token-file", token)...)
		if code != code2 || out != out2 || diagnostics != diagnostics2 {
			t.Errorf("%q: the store says %d\n%s%s\nthe service %d\n%s%s", args, code, out, diagnostics, code2, out2, diagnostics2)
		}
	}
}

func TestBothDesksAct(t *testing.T) {
	file, p, ids := fieldHere(t, boardPage, staffPage)
	server, token := served(t, p)
	for id, at := range map[string][]string{ids[0]: {"--config", file}, ids[1]: {"--server", server, "--token-file", token}} {
		must(t, p.hostSays(t.Context(), id, scanner.NotMine))
		for _, step := range []struct {
			args []string
			code int
			want string
		}{
			{[]string{"confirm", id, "--what", "help"}, exitUsage, "but not-mine"},
			{[]string{"refuse", id, "--what", "not-mine", "--reason", "it is"}, exitFine, ": open"},
			{[]string{"confirm", id}, exitUsage, "nothing waits for a decision"},
			{[]string{"assign", id, "--to", "pa@globex.example"}, exitUsage, "no address under"},
			{[]string{"assign", id, "--to", "pa@acme.example"}, exitFine, ": open"},
			{[]string{"public", id, "--what", "page", "--reason", "for all"}, exitFine, ": public until"},
			{[]string{"public", id, "--what", "series", "--reason", "for all"}, exitUsage, "nothing is changed"},
			{[]string{"list", "--silenced", "--format", "jsonl"}, exitFine, `"by_ref":"`},
			{[]string{"unmute", id}, exitFine, ": open"},
			{[]string{"ack", id, "--for", "1h"}, exitFine, ": open, reminders wait until"},
			{[]string{"mute", id, "--until", "30d", "--reason", "a rehearsal"}, exitFine, ": muted until"},
			{[]string{"ack", id}, exitUsage, "nothing is changed"},
			{[]string{"unmute", id}, exitFine, ": open"},
			{[]string{"close", id, "--as", "not-ours", "--reason", "a sample"}, exitFine, ": not-ours"},
			{[]string{"mute", id, "--until", "30d", "--reason", "x"}, exitUsage, "not allowed"},
			{[]string{"reopen", id, "--reason", "no sample"}, exitFine, ": open"},
			{[]string{"close", id, "--as", "over", "--reason", "it was"}, exitFine, ": over"},
		} {
			code, out, diagnostics := carryOut(t, "", append(append([]string{"leak"}, step.args...), at...)...)
			if code != step.code || !strings.Contains(out+diagnostics, step.want) {
				t.Errorf("%q at %s: exit code %d\n%s%s", step.args, at[0], code, out, diagnostics)
			}
		}
	}
	l, err := p.opened.store.Leak(t.Context(), "acme", ids[0])
	if err != nil || l.State != scanner.StateOver || l.By.Role != scanner.RoleAnalyst || !strings.HasPrefix(l.By.Ref, "cli:") {
		t.Errorf("it is %s by %+v, %v", l.State, l.By, err)
	}
	books, pending, err := p.opened.store.Ledger(t.Context(), "acme")
	if err := errors.Join(err, books.Check(pending)); err != nil {
		t.Error(err)
	}
}

// TestServersAreChecked: the token goes to whom it is meant for, or nowhere.
func TestServersAreChecked(t *testing.T) {
	_, p, _ := fieldHere(t)
	server, token := served(t, p)
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { elsewhere += len(r.Header["Authorization"]) }))
	defer other.Close()
	moved := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer moved.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	wrong, empty := writeFile(t, "wrong", "an0ther-token-of-some-length"), writeFile(t, "empty", "")
	for _, test := range []struct {
		server, token string
		code          int
		want          string
	}{
		{server, token, exitFine, "no open leaks; there are none at all"},
		{server + "/", token, exitFine, ""},
		{server, "", exitUsage, "--server needs --token-file"},
		{"", token, exitUsage, "--token-file is for --server"},
		{server, filepath.Join(t.TempDir(), "none"), exitUsage, "--token-file"},
		{server, empty, exitUsage, "is empty"},
		{server, wrong, exitUsage, "the token is not accepted"},
		{"http://meetleaks.acme.example", token, exitUsage, "would go through the network in clear"},
		{"http://192.0.2.7:8470", token, exitUsage, "would go through the network in clear"},
		{"http://127.0.0.1.acme.example", token, exitUsage, "would go through the network in clear"},
		{"ftp://127.0.0.1", token, exitUsage, "--server wants"},
		{"127.0.0.1:8470", token, exitUsage, "--server wants"},
		{"https://user:word@acme.example", token, exitUsage, "--server wants"},
		{closed.URL, token, exitIncomplete, "nothing listens at"},
		{moved.URL, token, exitIncomplete, "is not the API of meetleaks"},
		{other.URL, token, exitIncomplete, "is not the API of meetleaks"},
	} {
		elsewhere = 0
		args := []string{"leak", "list"}
		if test.server != "" {
			args = append(args, "--server", test.server)
		}
		if test.token != "" {
			args = append(args, "--token-file", test.token)
		}
		code, out, diagnostics := carryOut(t, "", args...)
		if code != test.code || !strings.Contains(diagnostics, test.want) || strings.Contains(out+diagnostics, deskToken) || strings.Contains(diagnostics, "word") {
			t.Errorf("%s: exit code %d, want %d with %q: %s%s", test.server, code, test.code, test.want, out, diagnostics)
		}
		if test.server == moved.URL && elsewhere > 0 {
			t.Error("the token was sent where the service pointed to")
		}
	}
}

// TestInClearOnlyToThisMachine judges the address that is dialled: "localhost" may mean anything.
func TestInClearOnlyToThisMachine(t *testing.T) {
	for address, fine := range map[string]bool{
		"127.0.0.1:8470": true, "[::1]:8470": true, "[::ffff:127.0.0.1]:80": true, "127.9.8.7:1": true,
		"192.0.2.7:8470": false, "10.0.0.1:80": false, "[fe80::1]:80": false, "localhost:80": false, "": false,
	} {
		if err := onlyLoopback("tcp", address, nil); (err == nil) != fine {
			t.Errorf("%s: %v", address, err)
		}
	}
	base := &url.URL{Scheme: "http", Host: "localhost"}
	dial := serverClient(base, nil).Transport.(*http.Transport).DialContext
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if conn, err := dial(ctx, "tcp", "192.0.2.7:80"); err == nil || !strings.Contains(err.Error(), "in clear") {
		t.Errorf("dialled: %v, %v", conn, err)
	}
	if base, err := serverURL("https://192.0.2.7"); err != nil || serverClient(base, nil).Transport.(*http.Transport).Proxy != nil {
		t.Errorf("https: %v", err)
	}
}

// TestAServiceThatDoesNotAnswerIsNotWaitedForLong ends with the context.
func TestAServiceThatDoesNotAnswerIsNotWaitedForLong(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := silent.Accept()
		if err == nil {
			_, _ = conn.Read(make([]byte, 1)) // it was asked
			cancel()
			defer conn.Close()
		}
		<-t.Context().Done()
	}()
	var out, diagnostics bytes.Buffer
	args := []string{"leak", "list", "--server", "http://" + silent.Addr().String(), "--token-file", writeFile(t, "token", deskToken)}
	if code := run(ctx, args, nil, strings.NewReader(""), &out, &diagnostics); code != exitInterrupted {
		t.Errorf("exit code %d, %s", code, diagnostics.String())
	}
}

func TestErrorsOfDesksBecomeExitCodes(t *testing.T) {
	for _, test := range []struct {
		err  error
		code int
	}{
		{nil, exitFine},
		{fmt.Errorf("close: %w", scanner.ErrNotAllowed), exitUsage},
		{fmt.Errorf("show: %w", scanner.ErrNotFound), exitUsage},
		{fmt.Errorf("mute: %w", scanner.ErrBadValue), exitUsage},
		{fmt.Errorf("list: %w", scanner.ErrUnavailable), exitIncomplete},
		{errors.New("anything"), exitIncomplete},
		{&console.APIError{Status: http.StatusUnauthorized}, exitUsage},
		{&console.APIError{Status: http.StatusForbidden}, exitUsage},
		{&console.APIError{Status: http.StatusTooManyRequests, After: time.Second}, exitIncomplete},
		{&console.APIError{Status: http.StatusConflict}, exitUsage},
		{&console.APIError{Status: http.StatusConflict, After: time.Second}, exitIncomplete}, // others were faster, again and again
		{&console.APIError{Status: http.StatusServiceUnavailable}, exitIncomplete},
		{&console.APIError{Status: http.StatusInternalServerError}, exitIncomplete},
		{usage("", "wrong"), exitUsage},
		{outcome(exitInterrupted), exitInterrupted},
	} {
		if got := conclude(deskFault(t.Context(), test.err), &bytes.Buffer{}); got != test.code {
			t.Errorf("%v: exit code %d, want %d", test.err, got, test.code)
		}
	}
}

// TestAStoreThatFailsIsNotEmpty takes the file away under an open store.
func TestAStoreThatFailsIsNotEmpty(t *testing.T) {
	_, p, _ := fieldHere(t, boardPage)
	d := &storeDesk{opened: p.opened}
	a := &app{stderr: &bytes.Buffer{}, now: time.Now}
	if err := a.joinDesk(t.Context(), d, p.loaded, true); err != nil {
		t.Fatal(err)
	}
	if err := p.opened.store.Close(); err != nil {
		t.Fatal(err)
	}
	q := &queue{desk: d, names: []string{"acme"}}
	if list, _, err := q.gather(t.Context(), nil, time.Time{}); err == nil || conclude(deskFault(t.Context(), err), &bytes.Buffer{}) != exitIncomplete {
		t.Errorf("%d leaks, %v", len(list), err)
	}
}

func TestNoTokenIsLeftInFiles(t *testing.T) {
	file, _, _ := fieldHere(t, boardPage)
	before, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	carryOut(t, "", "leak", "list", "--config", file)
	after, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(after) > len(before) {
		t.Errorf("files before %v, after %v, %v", before, after, err)
	}
}
