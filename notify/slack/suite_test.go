package slack

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/notify"
	"meetleaks/notify/notifytest"
	"meetleaks/notify/slack/fakeslack"
)

const testToken = "xoxb-hunter2-b7Qx-token"

func jane() notify.Recipient {
	return notify.Recipient{Email: "jane@acme.example", Domains: []string{"acme.example"}}
}

func suite(to notify.Recipient) notifytest.Subject {
	return notifytest.Subject{
		Open: func(t *testing.T, base string, client *http.Client, limit time.Duration) notify.Channel {
			clock := notifytest.NewClock(time.Now())
			c, err := New(Options{
				Token: notify.NewSecret(testToken), URL: base + "api/", Client: client, Timeout: limit, Patience: 10 * time.Hour,
				Now: clock.Now, Wait: clock.Wait,
			})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Service: func(*testing.T) http.Handler { return acme(fakeslack.New(fakeslack.Options{Token: testToken})) },
		To:      to,
		Tells: func(r *http.Request) bool {
			return strings.HasSuffix(r.URL.Path, methodPost) || strings.HasSuffix(r.URL.Path, methodUpdate)
		},
		Payload:      payload,
		AnswerInBody: true,
		Secrets:      []string{testToken, "xoxb"},
	}
}

// acme is a workspace with people of every kind.
func acme(s *fakeslack.Server) *fakeslack.Server {
	for _, u := range []fakeslack.User{
		{ID: "U0JANE", Email: "jane@acme.example"},
		{ID: "U0SECOPS1", Email: "ops@sec.acme.example"},
		{ID: "U0GUEST", Email: "guest@acme.example", Guest: true},
		{ID: "U0SINGLE", Email: "single@acme.example", SingleGuest: true},
		{ID: "U0INVITED", Email: "invited@acme.example", Invited: true},
		{ID: "U0BOT1", Email: "bot@acme.example", Bot: true},
		{ID: "U0GONE", Email: "gone@acme.example", Deleted: true},
		{ID: "U0OTHER", Email: "other@acme.example", Team: "T0OTHER"},
		{ID: "U0STRANGER", Email: "stranger@acme.example", Stranger: true},
		{ID: "U0OUT", Email: "out@globex.example"},
		{ID: "U0EVIL", Email: "jane@evilacme.example"},
	} {
		s.AddUser(u)
	}
	s.AddRoom(fakeslack.Room{ID: "C0SECOPS"})
	s.AddRoom(fakeslack.Room{ID: "C0OUTSIDE", Outside: true})
	s.AddRoom(fakeslack.Room{ID: "C0OLD", Archived: true})
	return s
}

// payload is all that a person can come to see, with Slack's own escaping taken off.
func payload(t *testing.T, _ *http.Request, body []byte) string {
	t.Helper()
	form, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatalf("the form: %v", err)
	}
	var texts []string
	if text := form.Get("text"); text != "" {
		texts = append(texts, text)
	}
	return strings.Join(append(texts, shown(t, form.Get("blocks"))...), "\n")
}

// shown is every text in blocks, each of which must be plain.
func shown(t *testing.T, blocks string) []string {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(blocks), &root); err != nil {
		t.Fatalf("blocks %q: %v", blocks, err)
	}
	var texts []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, entry := range v {
				walk(entry)
			}
		case map[string]any:
			if text, ok := v["text"].(string); ok {
				if v["type"] != "plain_text" || v["emoji"] == true {
					t.Errorf("a text of type %v", v["type"])
				}
				texts = append(texts, text)
			}
			if _, ok := v["url"]; ok {
				t.Errorf("a link: %v", v)
			}
			for _, key := range slices.Sorted(maps.Keys(v)) {
				walk(v[key])
			}
		}
	}
	walk(root)
	return texts
}

func TestAPersonIsToldAsEveryChannelTells(t *testing.T) { notifytest.Run(t, suite(jane())) }

func TestARoomIsToldAsEveryChannelTells(t *testing.T) {
	notifytest.Run(t, suite(notify.Recipient{ID: "C0SECOPS"}))
}
