package v1

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/source/x/v1/fakegateway"
)

func unwinding() fakegateway.Post {
	return fakegateway.Post{Text: "sign up at https://acme.zoom.us.example/q", Unwound: map[string]string{"https://acme.zoom.us.example/q": linkA}}
}

// nothing is a taker that reads texts and keeps nothing.
type nothing struct{ taken, deleted int }

func (n *nothing) Take(_ context.Context, r scanner.Reading) (scanner.Taken, error) {
	n.taken++
	_, err := io.Copy(io.Discard, r.Text)
	return scanner.Taken{}, err
}

func (n *nothing) Deleted(context.Context, string) error         { n.deleted++; return nil }
func (n *nothing) Reposted(context.Context, string, int64) error { return nil }
func (n *nothing) Gone(context.Context, string) error            { return nil }
func (n *nothing) Back(context.Context, string) error            { return nil }
func (n *nothing) References(context.Context, string, func(reference scanner.Secret) bool) error {
	return nil
}

// answering is a transport that answers a stream from memory.
type answering []byte

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	return answerWith(r, io.NopCloser(bytes.NewReader(a)), -1), nil
}

// readAll makes a pass over a stream in memory.
func readAll(tb testing.TB, stream []byte, taker *nothing) (scanner.SourceHealth, error) {
	tb.Helper()
	s, err := NewSource(Options{
		API: &http.Client{Transport: answering(stream)}, Base: &url.URL{Scheme: "http", Host: "gateway.acme.example"}, Taker: taker, Keeper: taker,
		Terms: func(context.Context) ([]Terms, error) {
			return []Terms{{Tag: "o1", URLs: []string{"acme.zoom.us"}}}, nil
		}, NoLookup: true,
		Promising: matchers.Standard().Promising,
	})
	if err != nil {
		tb.Fatal(err)
	}
	var last scanner.SourceHealth
	_, err = s.Read(tb.Context(), scanner.Pass{Source: "x", Kind: scanner.Stream, Tell: func(h scanner.SourceHealth) { last = h }})
	return last, err
}

// frames makes so many frames of the usual size, one in fifty with a link.
func frames(n int) []byte {
	var out bytes.Buffer
	begin := idAt(time.Now().Add(-time.Hour))
	author := `"user":{"id":1194,"id_str":"1194","name":"Somebody","screen_name":"somebody","description":"` + strings.Repeat("gulls and boats ", 9) +
		`","followers_count":40,"profile_image_url":"http:\/\/pbs.twimg.example\/p.png","created_at":"Sun Mar 11 17:51:24 +0000 2007"}`
	for i := range n {
		text, urls := "What a lovely morning it is on the coast, with the gulls about and nobody else up", ""
		if i%50 == 7 {
			text = `join us at https:\/\/t.co\/a1b2c3d4e5`
			urls = fmt.Sprintf(`{"url":"https:\/\/t.co\/a1b2c3d4e5","expanded_url":"https:\/\/acme.zoom.us\/j\/%d","display_url":"acme.zoom.us\/j\/8493\u2026","indices":[11,34]}`, 84930275116+i)
		}
		fmt.Fprintf(&out, `{"created_at":"Sun Nov 22 05:00:00 +0000 2026","id":%d,"id_str":"%d","text":"%s","truncated":false,%s,"geo":null,`+
			`"retweet_count":0,"favorite_count":0,"entities":{"hashtags":[],"urls":[%s],"user_mentions":[],"symbols":[]},"lang":"en","timestamp_ms":"1"}`+"\r\n",
			begin+int64(i), begin+int64(i), text, author, urls)
	}
	return out.Bytes()
}

func TestAMillionPostsLeaveNothingBehind(t *testing.T) {
	stream := frames(20_000)
	used := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := used()
	for range 5 {
		taker := &nothing{}
		h, err := readAll(t, stream, taker)
		if err != nil || h.Heard != 20_000 || h.Read != 400 || taker.taken != 400 || h.Failed != 0 {
			t.Fatalf("%+v, %v, %d", h, err, taker.taken)
		}
	}
	if after := used(); after > before+4<<20 {
		t.Errorf("%d bytes are held after it, %d before", after, before)
	}
	runtime.KeepAlive(stream)
}

// FuzzStream is the whole way of a stream, the library's part included.
func FuzzStream(f *testing.F) {
	f.Add(frames(8))
	for _, seed := range []string{
		`{"delete":{"status":null}}`, `{"limit":null}`, `{"disconnect":{"code":2}}`, `{"status_withheld":{"id":4,"withheld_in_countries":["XX"]}}`, `{"warning":null}`,
		`{"user_withheld":{"id":4,"withheld_in_countries":["XY"]}}`, `{"errors":[{"code":88},7]}`, `{"direct_message":{}}`, `{"event":"x"}`, `null`, `{"scrub_geo":null}`,
		`{"retweet_count":1,"id":5,"text":"RT","retweeted_status":{"id":4,"text":"zoom.us/j/84930275116","retweeted_status":{}}}`,
		`{"retweet_count":1,"id":5,"full_text":"zoom.us","entities":{"urls":null,"polls":[{"options":null}]},"quoted_status":{},"extended_tweet":{}}`,
		`{"id_str":"17","text":"https://t.co/","entities":{"urls":[{"url":"","display_url":"…","expanded_url":"://"}]},"truncated":true}`,
	} {
		f.Add([]byte(seed + "\r\n"))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		h, err := readAll(t, stream, &nothing{})
		if h.Heard < 0 || h.Read > 2*h.Heard+int64(bytes.Count(stream, []byte("\n")))+1 {
			t.Errorf("%+v, %v", h, err)
		}
	})
}

// BenchmarkFrames is what one core does with frames that are in memory.
func BenchmarkFrames(b *testing.B) {
	stream := frames(20_000)
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		taker := &nothing{}
		if _, err := readAll(b, stream, taker); err != nil || taker.taken != 400 {
			b.Fatal(err, taker.taken)
		}
		n += 20_000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "frames/s")
}
