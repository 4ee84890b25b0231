package fakejetstream

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// dial opens a stream.
func dial(t *testing.T, address, query string) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), address+"/subscribe?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

func next(t *testing.T, c *websocket.Conn) message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, frame, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var m message
	if err := json.Unmarshal(frame, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func open(t *testing.T, o Options) (*Server, string) {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

// TestEventsAreAsDescribed holds each kind of event against the schema, and shows that the schema refuses others.
func TestEventsAreAsDescribed(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile("testdata/event.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("testdata/events.json") // real ones in shape, with made-up names
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	value, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	samples := value.(map[string]any)
	for _, sample := range samples["good"].([]any) {
		if err := schema.Validate(sample); err != nil {
			t.Errorf("good: %v", err)
		}
	}
	for i, sample := range samples["bad"].([]any) {
		if schema.Validate(sample) == nil {
			t.Errorf("bad %d: is taken for an event", i)
		}
	}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s, address := open(t, Options{Window: time.Hour, Sequence: true, Now: func() time.Time { return now }})
	now = now.Add(-2 * time.Hour)
	s.Post("a.example", Record("old", now, nil))
	now = now.Add(110 * time.Minute)
	s.Post("a.example", Record("young", now, nil))
	s.Identity("a.example", "b.example")
	now = now.Add(10 * time.Minute)

	old := now.Add(-3 * time.Hour).UnixMicro()
	c := dial(t, address, "wantedCollections=app.bsky.feed.*&cursor="+strconv.FormatInt(old, 10))
	if m := next(t, c); m.Commit == nil || m.Cursor != 2 || m.TimeUS < now.Add(-time.Hour).UnixMicro() {
		t.Errorf("behind the window: %+v", m)
	}
	if m := next(t, c); m.Kind != "identity" {
		t.Errorf("then %+v", m)
	}
	for _, query := range []string{"", "cursor=" + strconv.FormatInt(now.Add(time.Hour).UnixMicro(), 10), "wantedCollections=app.bsky.feed.like"} {
		c := dial(t, address, query)
		if err := c.Write(t.Context(), websocket.MessageText, []byte(`{"type":"options_update","payload":{}}`)); err != nil {
			t.Fatal(err)
		}
		s.Post("a.example", Record("new", now, nil))
		s.Account("a.example", false, "deleted")
		m := next(t, c)
		if query != "wantedCollections=app.bsky.feed.like" {
			if m.Commit == nil {
				t.Errorf("%s: first %+v", query, m)
			}
			m = next(t, c)
		}
		if m.Account == nil || m.Account.Active || m.Account.Status != "deleted" {
			t.Errorf("%s: then %+v", query, m)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s, address := open(t, Options{})
	for path, want := range map[string]int{
		"/subscribe?cursor=soon": http.StatusBadRequest, "/subscribe?compress=true": http.StatusBadRequest, "/": http.StatusNotFound,
		"/subscribe": http.StatusUpgradeRequired,
	} {
		if got := get(t, address+path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	mend := s.Break(Fault{Kind: Refuse, Status: http.StatusTeapot})
	if got := get(t, address+"/subscribe"); got != http.StatusTeapot {
		t.Errorf("a fault: %d", got)
	}
	mend()
	if got := get(t, address+"/subscribe"); got != http.StatusUpgradeRequired {
		t.Errorf("a fault that was mended: %d", got)
	}
}

func get(t *testing.T, address string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}
