package bluesky

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/bluesky/fakejetstream"
	"meetleaks/scanner/source/sourcetest"
)

// world is one service for the whole suite, and who posted what there.
type world struct {
	fake *fakejetstream.Server
	mu   sync.Mutex
	who  map[string]string // author by URI
}

func (w *world) post(_ *testing.T, p sourcetest.Post) string {
	cut := strings.Replace(p.Text, "https://", "", 1)
	start := strings.Index(cut, "acme.zoom")
	end := start + strings.IndexByte(cut[start:]+" ", ' ')
	target := "https://" + cut[start:end]
	shown := cut[:start] + cut[start:end-1] + "..." + cut[end:] // as the app shows it
	key := w.fake.Post(p.Author, fakejetstream.Record(shown, time.Now(), nil, fakejetstream.Facet{Start: start, End: end + 2, URI: target}))
	uri := uriOf(p.Author, key)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.who[uri] = p.Author
	return uri
}

// at is who posted at a place, and the record's key.
func (w *world) at(uri string) (author, key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.who[uri], uri[strings.LastIndexByte(uri, '/')+1:]
}

func (w *world) breaks(f fakejetstream.Fault) func(*testing.T) func() {
	return func(*testing.T) func() { return w.fake.Break(f) }
}

// TestSuite runs the suite of all sources, once with events as they are and once with packed ones.
func TestSuite(t *testing.T) {
	t.Parallel()
	for name, d := range map[string][]byte{"plain": nil, "packed": dictionary(t)} {
		t.Run(name, func(t *testing.T) { suite(t, d) })
	}
}

func suite(t *testing.T, dictionary []byte) {
	t.Helper()
	fake, err := fakejetstream.New(fakejetstream.Options{Check: checked(t), Dictionary: dictionary})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	w := &world{fake: fake, who: map[string]string{}}
	address := parsed(t, server.URL)
	sourcetest.Run(t, sourcetest.Harness{
		Kind: scanner.Stream, Social: true, Signal: sourcetest.SaysDeleted, Post: w.post,
		Open: func(t *testing.T, taker *sourcetest.Taker, log *slog.Logger) sourcetest.Read {
			client, err := fetch.APIClient(fetch.APIOptions{Base: address, Private: true, FirstByte: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.CloseIdleConnections)
			s, err := NewSource(Options{
				BaseURL: address, Client: client, Taker: taker, Log: log, Dictionary: dictionary, Idle: 2 * time.Second,
				Promising: matchers.Standard().Promising,
			})
			if err != nil {
				t.Fatal(err)
			}
			return s.Read
		},
		Edit: func(_ *testing.T, uri, text string) {
			author, key := w.at(uri)
			fake.Write(author, "update", fakejetstream.Posts, key, fakejetstream.Record(text, time.Now(), nil))
		},
		Delete: func(_ *testing.T, uri string) {
			author, key := w.at(uri)
			fake.Delete(author, fakejetstream.Posts, key)
		},
		Suspend: func(_ *testing.T, author string) { fake.Account(author, false, "suspended") },
		Faults: []sourcetest.Fault{
			{Name: "rate limited", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Refuse, Status: http.StatusTooManyRequests, Number: 5})},
			{Name: "unavailable", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Refuse, Status: http.StatusServiceUnavailable})},
			{Name: "another address", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Redirect})},
			{Name: "a page", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Page})},
			{Name: "no answer", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Hang})},
			{Name: "silence", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Silent})},
			{Name: "garbage alone", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Garbage, Number: maxGarbage})},
			{Name: "a frame without end", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Endless})},
			{Name: "a cut connection", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Drop})},
			{Name: "some garbage", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Garbage, Number: 200}), Goes: true},
			{Name: "a huge frame", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Huge, Number: 5 << 20}), Goes: true},
			{Name: "all there ever was", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Everything}), Goes: true},
			{Name: "closed now and then", Break: w.breaks(fakejetstream.Fault{Kind: fakejetstream.Goodbye, Number: 1}), Goes: true},
		},
	})
	if err := fake.Err(); err != nil {
		t.Errorf("the stand-in sent what is no event: %v", err)
	}
}
