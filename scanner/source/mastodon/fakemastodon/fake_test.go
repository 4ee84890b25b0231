package fakemastodon

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schema compiles a schema of testdata.
func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, tree); err != nil {
		t.Fatal(err)
	}
	made, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func check(t *testing.T, s *jsonschema.Schema, text []byte) {
	t.Helper()
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(tree); err != nil {
		t.Errorf("%s\n%v", text, err)
	}
}

func start(t *testing.T) *Server {
	t.Helper()
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// get asks for a path, as a client does.
func get(t *testing.T, s *Server, path, token string) (int, http.Header, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL().String()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, body
}

// people post one of everything, and return the ids.
func people(s *Server) []string {
	first := s.Post(Post{Author: "ada", Text: "Join https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7b #board tonight", Followers: 31})
	all := []string{first,
		s.Post(Post{Author: "grace@social.globex.example", Text: "plain & <simple>", Spoiler: "meeting", Visibility: "unlisted", At: time.Now().Add(-time.Hour)}),
		s.Post(Post{Author: "ada", Text: "vote", Options: []string{"yes", "no"}, Alt: []string{"a picture"}, Noindex: true}),
		s.Post(Post{Author: "ada", Text: "card", CardURL: "https://globex.example/a", CardTitle: "t", CardText: "d", Quote: first}),
		s.Post(Post{Author: "ada", Text: "gone", Quote: "1"}),
		s.Post(Post{Author: "ada", Text: "secret", Visibility: "private"}),
		s.Boost(first, "grace@social.globex.example", 500),
	}
	s.Edit(first, "changed")
	return all
}

// What the stand-in sends has the fields of the documentation, of the right types, and no others.
func TestWhatIsSentIsByTheDocumentation(t *testing.T) {
	s, statuses, abouts := start(t), schema(t, "status.schema.json"), schema(t, "instance.schema.json")
	l := newListener()
	l.streams = []channel{{[]string{"list", "12"}, func(*post) bool { return true }}}
	s.join(l)
	for _, id := range people(s) {
		code, _, body := get(t, s, "/api/v1/statuses/"+id, Token)
		if code != 200 {
			t.Fatalf("%s: %d", id, code)
		}
		check(t, statuses, body)
	}
	if len(l.messages) != 8 {
		t.Errorf("%d messages", len(l.messages))
	}
	for len(l.messages) > 0 {
		check(t, statuses, (<-l.messages).payload)
	}
	for _, path := range []string{"/api/v2/instance", "/api/v1/instance"} {
		_, _, body := get(t, s, path, "")
		check(t, abouts, body)
	}
	s.Set(Access("live_feeds", "remote", "disabled"), Access("live_feeds", "local", "authenticated"))
	_, _, body := get(t, s, "/api/v2/instance", "")
	check(t, abouts, body)
	if !strings.Contains(string(body), `"remote":"disabled"`) || !strings.Contains(string(body), `"local":"authenticated"`) {
		t.Errorf("%s", body)
	}
}

// A schema that lets everything through proves nothing.
func TestTheSchemasRefuse(t *testing.T) {
	s, statuses := start(t), schema(t, "status.schema.json")
	id := s.Post(Post{Author: "ada", Text: "a"})
	_, _, body := get(t, s, "/api/v1/statuses/"+id, Token)
	for _, change := range [][2]string{
		{`"id":"` + id + `"`, `"id":12`}, {`"spoiler_text"`, `"spoilertext"`}, {`"visibility":"public"`, `"visibility":"open"`},
		{`"acct":"ada"`, `"acct":""`}, {`"reblog":null`, `"reblog":{}`}, {`"edited_at":null`, `"edited_at":"now"`},
	} {
		changed := bytes.Replace(body, []byte(change[0]), []byte(change[1]), 1)
		tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(changed))
		if err != nil || bytes.Equal(changed, body) {
			t.Fatalf("%s: %v", change[1], err)
		}
		if statuses.Validate(tree) == nil {
			t.Errorf("%s is let through", change[1])
		}
	}
}

func TestTimelinesArePaged(t *testing.T) {
	s := start(t)
	var ids []string
	for range 45 {
		ids = append(ids, s.Post(Post{Author: "ada", Text: "x #board"}))
	}
	for name, want := range map[string]struct{ path, first, last string }{
		"newest":  {"public", ids[44], ids[25]},
		"min_id":  {"public?min_id=" + ids[2] + "&limit=40", ids[42], ids[3]},
		"max_id":  {"public?max_id=" + ids[2], ids[1], ids[0]},
		"remote":  {"public?remote=true", "", ""},
		"tag":     {"tag/board?limit=2", ids[44], ids[43]},
		"the end": {"public?min_id=" + ids[44], "", ""},
	} {
		_, h, body := get(t, s, "/api/v1/timelines/"+want.path, Token)
		first, last := strings.Index(string(body), want.first), strings.LastIndex(string(body), want.last)
		if want.first == "" && string(body) != "[]\n" || first < 0 || last < 0 || first > last {
			t.Errorf("%s: %.300s", name, body)
		}
		if want.first != "" && !strings.Contains(h.Get("Link"), "min_id="+want.first+`>; rel="prev"`) {
			t.Errorf("%s: %v", name, h)
		}
	}
	if code, _, _ := get(t, s, "/api/v1/timelines/public", "wrong"); code != 401 {
		t.Errorf("a wrong token: %d", code)
	}
	if code, h, _ := get(t, s, "/api/v1/timelines/nothing", Token); code != 404 || h.Get("X-RateLimit-Remaining") == "" {
		t.Errorf("no such timeline: %d %v", code, h)
	}
}

func TestFaults(t *testing.T) {
	s := start(t)
	for fault, want := range map[Fault]int{
		Unauthorized: 401, Forbidden: 403, RateLimited: 429, Unavailable: 503, Redirect: 302, HTML: 200, ErrorBody: 200, StreamEnds: 200, Fine: 404,
	} {
		s.Break(fault)
		path := "/api/v1/statuses/1"
		if fault == StreamEnds {
			path = "/api/v1/streaming/public"
		}
		if code, _, _ := get(t, s, path, Token); code != want {
			t.Errorf("%q: %d", fault, code)
		}
	}
}
