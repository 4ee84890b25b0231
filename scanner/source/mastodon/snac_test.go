//go:build long

package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/sourcetest"
)

// snac is a real server of the Fediverse on a loopback port (Debian: snac2, of bookworm-backports), with a folder of its own.
type snac struct {
	t     *testing.T
	base  *url.URL
	token string

	password string
}

// startSnac starts one with the account alice. It ends with the test, and has no peers.
func startSnac(t *testing.T) *snac {
	t.Helper()
	program, err := exec.LookPath("snac")
	if err != nil {
		t.Fatalf("this test needs snac (Debian: snac2, of bookworm-backports): %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	dir := filepath.Join(t.TempDir(), "snac")
	run := func(input string, args ...string) string {
		cmd := exec.CommandContext(within(t), program, args...)
		cmd.Stdin = strings.NewReader(input)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("snac %v: %v: %s", args, err, out)
		}
		return string(out)
	}
	run(fmt.Sprintf("127.0.0.1\n%d\n127.0.0.1:%d\n\n\n", port, port), "init", dir)
	_, said, _ := strings.Cut(run("\n", "adduser", dir, "alice"), "password is ")
	password, _, _ := strings.Cut(said, "\n")
	s := &snac{t: t, base: &url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", port)}}
	cmd := exec.Command(program, "httpd", dir)
	var log lockedBuffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		stuck := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		stuck.Stop()
	})
	s.up(&log)
	s.password = strings.TrimSpace(password)
	s.login(s.password)
	return s
}

// up waits until the server answers.
func (s *snac) up(log *lockedBuffer) {
	s.t.Helper()
	ctx := within(s.t)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	var dialer net.Dialer
	for {
		c, err := dialer.DialContext(ctx, "tcp", s.base.Host)
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			s.t.Fatalf("snac does not come up: %s", log)
		}
	}
}

func (s *snac) ask(method, path string, form url.Values) (int, []byte) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(within(s.t), method, s.base.String()+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, body
}

// login gets a token.
func (s *snac) login(password string) {
	s.t.Helper()
	const outOfBand = "urn:ietf:wg:oauth:2.0:oob"
	var app struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	_, body := s.ask(http.MethodPost, "/api/v1/apps", url.Values{"client_name": {"test"}, "redirect_uris": {outOfBand}, "scopes": {"read write"}})
	if err := json.Unmarshal(body, &app); err != nil {
		s.t.Fatalf("%s: %v", body, err)
	}
	_, code := s.ask(http.MethodPost, "/oauth/x-snac-login", url.Values{
		"login": {"alice"}, "passwd": {password}, "redir": {outOfBand}, "cid": {app.ID}, "state": {""},
	})
	var granted struct {
		Token string `json:"access_token"`
	}
	_, answer := s.ask(http.MethodPost, "/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {strings.TrimSpace(string(code))}, "client_id": {app.ID}, "client_secret": {app.Secret},
		"redirect_uri": {outOfBand},
	})
	if err := json.Unmarshal(answer, &granted); err != nil || granted.Token == "" {
		s.t.Fatalf("snac gives no token: %v", err)
	}
	s.token = granted.Token
}

func (s *snac) post(text string) (id string) {
	s.t.Helper()
	code, body := s.ask(http.MethodPost, "/api/v1/statuses", url.Values{"status": {text}, "visibility": {"public"}})
	var st struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(body, &st); err != nil || code != http.StatusOK || st.ID == "" {
		s.t.Fatalf("%d %s: %v", code, body, err)
	}
	return st.ID
}

// remove deletes a post as the server's own pages do.
func (s *snac) remove(id string) {
	s.t.Helper()
	var st struct {
		URI string `json:"uri"`
	}
	_, body := s.ask(http.MethodGet, "/api/v1/statuses/"+id, nil)
	if err := json.Unmarshal(body, &st); err != nil {
		s.t.Fatalf("%s: %v", body, err)
	}
	form := url.Values{"action": {"Delete"}, "id": {st.URI}}
	req, err := http.NewRequestWithContext(within(s.t), http.MethodPost, s.base.String()+"/alice/admin/action", strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("alice", s.password)
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	resp.Body.Close()
	if code, body := s.ask(http.MethodGet, "/api/v1/statuses/"+id, nil); code != http.StatusNotFound {
		s.t.Fatalf("deleted with %d, but there: %d %s", resp.StatusCode, code, body)
	}
}

// A real server that has no streams: its timeline is polled, its posts are looked at again.
func TestRealServer(t *testing.T) {
	server := startSnac(t)
	taker, now := sourcetest.NewTaker(), sourcetest.ClockAt(time.Now())
	client, err := fetch.APIClient(fetch.APIOptions{Base: server.base, Private: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSource(Options{
		Server: server.base, Client: client, Token: func() (string, error) { return server.token, nil }, Taker: taker, Read: readPlainly,
		Promising: matchers.Standard().Promising, Now: now.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	cursor := ""
	pass := func(kind scanner.PassKind) (scanner.Outcome, scanner.SourceHealth, error) {
		var health scanner.SourceHealth
		got, err := s.Read(within(t), scanner.Pass{
			Source: "town", Kind: kind, Cursor: cursor, Tell: func(h scanner.SourceHealth) { health = h },
			Save: func(_ context.Context, text string) error { cursor = text; return nil },
		})
		return got, health, err
	}
	if _, _, err := pass(scanner.Stream); err == nil || !strings.Contains(err.Error(), "polled") {
		t.Errorf("streams: %v", err)
	}
	first := server.post("Join " + testLink + " & bring tea")
	got, health, err := pass(scanner.Poll)
	if err != nil || got.News != 1 || health.Failed != 0 {
		t.Fatalf("%+v %+v %v", got, health, err)
	}
	took := taker.All()[0]
	if took.URI != server.base.String()+"/statuses/"+first || !strings.Contains(took.Text, testLink) || !strings.Contains(took.Text, "& bring tea") ||
		took.Reading.Host != "127.0.0.1" || took.Reading.Posted.IsZero() || idOf(took.Reading.Reference) != first {
		t.Errorf("%+v", took)
	}
	now.Move(time.Minute)
	second := server.post("nothing of interest")
	third := server.post("again " + testLink)
	if got, _, err = pass(scanner.Poll); err != nil || got.Documents != 2 || got.News != 1 || decodeCursor(cursor).Streams["public"].ID == first {
		t.Errorf("%+v %v; %s, %s, %s", got, err, first, second, third)
	}
	server.remove(first)
	now.Move(lookAgain)
	if _, health, err = pass(scanner.Poll); err != nil {
		t.Errorf("%+v %v", health, err)
	}
	if _, ok := taker.Await(within(t), func(c sourcetest.Took) bool { return c.What == sourcetest.WasGone && strings.HasSuffix(c.URI, first) }); !ok {
		t.Errorf("the deletion is not seen: %+v", taker.All())
	}
	for _, c := range taker.All() {
		if c.What == sourcetest.WasGone && strings.HasSuffix(c.URI, third) {
			t.Error("what stands is told gone")
		}
	}
}
