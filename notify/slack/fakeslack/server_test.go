package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

// call does one call of the API and gives the status and the answer.
func call(t *testing.T, s *Server, method string, form url.Values) (int, map[string]any) {
	t.Helper()
	form.Set("token", "xoxb-stand-in")
	resp, err := client().PostForm(s.URL()+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil && resp.StatusCode == http.StatusOK {
		t.Fatal(err)
	}
	return resp.StatusCode, body
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start("", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func post(channel, text string) url.Values { return url.Values{"channel": {channel}, "text": {text}} }

func TestItRefusesWhatSlackRefuses(t *testing.T) {
	s := start(t, Options{Token: "xoxb-stand-in"})
	s.AddRoom(Room{ID: "C0A"})
	s.AddUser(User{ID: "U0A", Email: "a@acme.example"})
	for _, test := range []struct {
		method string
		form   url.Values
		want   string // the error, "" when it is done
	}{
		{"auth.test", url.Values{}, ""},
		{"users.lookupByEmail", url.Values{"email": {"A@acme.example"}}, ""},
		{"users.lookupByEmail", url.Values{"email": {"b@acme.example"}}, "users_not_found"},
		{"users.info", url.Values{"user": {"U0B"}}, "user_not_found"},
		{"conversations.open", url.Values{"users": {"U0A"}}, ""},
		{"conversations.open", url.Values{}, "users_list_not_supplied"},
		{"chat.postMessage", post("D0A", "hello"), ""},
		{"chat.postMessage", post("U0A", "hello"), "channel_not_found"},
		{"chat.postMessage", post("C0A", ""), "no_text"},
		{"chat.postMessage", url.Values{"channel": {"C0A"}, "blocks": {"{"}}, "invalid_blocks_format"},
		{"chat.postMessage", url.Values{"channel": {"C0A"}, "blocks": {`[{"type":"section"}]`}}, "invalid_blocks"},
		{"chat.postMessage", url.Values{"channel": {"C0A"}, "blocks": {"[" + strings.Repeat("{},", 50) + "{}]"}}, "msg_blocks_too_long"},
		{"chat.update", url.Values{"channel": {"C0A"}, "ts": {"1.1"}, "text": {"x"}}, "message_not_found"},
		{"chat.update", url.Values{"channel": {"C0A"}, "ts": {"1.1"}, "text": {strings.Repeat("x", 4001)}}, "msg_too_long"},
		{"chat.delete", url.Values{}, "unknown_method"},
	} {
		_, body := call(t, s, test.method, test.form)
		if got, _ := body["error"].(string); got != test.want || body["ok"] != (test.want == "") {
			t.Errorf("%s %v: %v, want %q", test.method, test.form, body, test.want)
		}
	}
	s.options.Token = "xoxb-another"
	if _, body := call(t, s, "auth.test", url.Values{}); body["error"] != "invalid_auth" {
		t.Errorf("a wrong token: %v", body)
	}
}

func TestFaultsComeInTheirOrderAndEnd(t *testing.T) {
	s := start(t, Options{})
	s.AddRoom(Room{ID: "C0A"})
	s.Fail("chat.postMessage", Fault{Status: 503, RetryAfter: 3 * time.Second}, 1)
	s.Fail("chat.postMessage", Fault{Code: "fatal_error", Taken: true}, 1)
	s.Fail("", Fault{Code: "internal_error", Delay: time.Millisecond}, 1)
	var got []string
	for range 4 {
		status, body := call(t, s, "chat.postMessage", post("C0A", "x"))
		got = append(got, fmt.Sprintf("%d %v %d", status, body["error"], len(s.Messages())))
	}
	want := []string{"503 <nil> 0", "200 fatal_error 1", "200 internal_error 1", "200 <nil> 2"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	s.Fail("", Fault{Drop: true}, 0)
	if resp, err := client().PostForm(s.URL()+"auth.test", nil); err == nil {
		resp.Body.Close()
		t.Error("a dropped connection gave an answer")
	}
	s.Mend()
	if _, body := call(t, s, "auth.test", url.Values{}); body["ok"] != true {
		t.Errorf("mended: %v", body)
	}
}

func TestTheLimitIsAMessageASecondInARoom(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	s := New(Options{Limited: true, Now: func() time.Time { return now }})
	for room, want := range map[string]bool{"C0A": true, "C0B": true} {
		if first, second := s.limited(room) == nil, s.limited(room) != nil; !first || second != want {
			t.Errorf("%s: %v %v", room, first, second)
		}
	}
	now = now.Add(time.Second)
	if fail := s.limited("C0A"); fail != nil {
		t.Errorf("a second later: %v", fail)
	}
}
