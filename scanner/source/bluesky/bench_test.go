package bluesky

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// nothing is a taker that reads texts and keeps nothing.
type nothing struct{ taken, deleted int }

func (n *nothing) Take(_ context.Context, r scanner.Reading) (scanner.Taken, error) {
	n.taken++
	_, err := io.Copy(io.Discard, r.Text)
	return scanner.Taken{}, err
}

func (n *nothing) Deleted(context.Context, string) error {
	n.deleted++
	return nil
}

func (n *nothing) Reappeared(context.Context, string) error { return nil }

func (n *nothing) Away(context.Context, string) error { return nil }

func (n *nothing) AwayReferences(context.Context, string, func(scanner.Secret) bool) error {
	return nil
}

func (n *nothing) References(context.Context, string, func(scanner.Secret) bool) error { return nil }

// stream makes so many frames, one in fifty of which holds a link, and one in twenty a deletion.
func stream(n int) [][]byte {
	const post = `{"did":"did:plc:%024d","time_us":%d,"kind":"commit","commit":{"rev":"3lbk2zyxw%04d","operation":"create","collection":"app.bsky.feed.post",` +
		`"rkey":"3lbk2zy%06d","record":{"$type":"app.bsky.feed.post","createdAt":"2026-11-21T10:00:00.000Z","langs":["en"],%s,"reply":{"parent":` +
		`{"cid":"bafyreihkqzv3wmfk7w2vxtzr4nbahl6yc5dq3mfk7w2vxtzr4nbahl6yc5","uri":"at://did:plc:q3mfk7w2vxtzr4nbahl6yc5d/app.bsky.feed.post/3lbk"},"root":` +
		`{"cid":"bafyreihkqzv3wmfk7w2vxtzr4nbahl6yc5dq3mfk7w2vxtzr4nbahl6yc5","uri":"at://did:plc:q3mfk7w2vxtzr4nbahl6yc5d/app.bsky.feed.post/3lbk"}}},` +
		`"cid":"bafyreihkqzv3wmfk7w2vxtzr4nbahl6yc5dq3mfk7w2vxtzr4nbahl6yc5"}}`
	const gone = `{"did":"did:plc:%024d","time_us":%d,"kind":"commit","commit":{"rev":"3lbk2zyxw%04d","operation":"delete","collection":"app.bsky.feed.post","rkey":"3lbk2zy%06d"}}`
	frames := make([][]byte, n)
	begin := time.Now().Add(-time.Hour).UnixMicro()
	digits := strings.NewReplacer("0", "a", "1", "b", "8", "c", "9", "d")
	for i := range frames {
		text := `"text":"What a lovely morning it is on the coast, with the gulls about and nobody else up; we walked to the light and back."`
		if i%50 == 7 {
			text = `"text":"see you at acme.zoom.us/j/8493027511...","facets":[{"index":{"byteStart":11,"byteEnd":39},"features":` +
				`[{"$type":"app.bsky.richtext.facet#link","uri":"https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s"}]}]`
		}
		if i%20 == 3 {
			frames[i] = fmt.Appendf(nil, gone, i, begin+int64(i), i%10_000, i)
		} else {
			frames[i] = fmt.Appendf(nil, post, i, begin+int64(i), i%10_000, i, text)
		}
		did := []byte(digits.Replace(string(frames[i][8:40])))
		copy(frames[i][8:], did)
	}
	return frames
}

// BenchmarkFrames is what one core does with frames that are in memory.
func BenchmarkFrames(b *testing.B) {
	for _, packed := range []bool{false, true} {
		b.Run(fmt.Sprintf("packed=%v", packed), func(b *testing.B) {
			frames := stream(20_000)
			taker := &nothing{}
			o := Options{Client: &http.Client{}, Taker: taker, Promising: matchers.Standard().Promising}
			kind := websocket.MessageText
			if packed {
				o.Dictionary, kind = dictionary(b), websocket.MessageBinary
				frames = pack(b, o.Dictionary, frames)
			}
			s, err := NewSource(o)
			if err != nil {
				b.Fatal(err)
			}
			l := &listening{s: s, savedAt: time.Now(), pass: scanner.Pass{Source: "sky", Save: func(context.Context, string) error { return nil }}}
			if packed {
				if l.unpacker, err = newUnpacker(o.Dictionary); err != nil {
					b.Fatal(err)
				}
			}
			before := held()
			n := 0
			for b.Loop() {
				if n%len(frames) == 0 {
					l.now = position{} // or what comes again would be known
				}
				if err := l.heard(b.Context(), kind, frames[n%len(frames)]); err != nil {
					b.Fatal(err)
				}
				n++
			}
			if taker.taken < n/51 || l.health.Failed > 0 {
				b.Fatalf("%d taken, %+v", taker.taken, l.health)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "frames/s")
			b.ReportMetric(float64(held()-before)/(1<<20), "MiB-grown")
			runtime.KeepAlive(frames)
		})
	}
}

func pack(b *testing.B, dictionary []byte, frames [][]byte) [][]byte {
	b.Helper()
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderDict(dictionary), zstd.WithEncoderConcurrency(1))
	if err != nil {
		b.Fatal(err)
	}
	defer encoder.Close()
	out := make([][]byte, len(frames))
	for i, frame := range frames {
		out[i] = encoder.EncodeAll(frame, nil)
	}
	return out
}

// held is the bytes that are in use.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}

// BenchmarkSocket is the whole way over a websocket on loopback, with its other side in the same process.
func BenchmarkSocket(b *testing.B) {
	for _, packed := range []bool{false, true} {
		b.Run(fmt.Sprintf("packed=%v", packed), func(b *testing.B) {
			frames, kind := stream(20_000), websocket.MessageText
			taker := &nothing{}
			o := Options{Taker: taker, Promising: matchers.Standard().Promising}
			if packed {
				o.Dictionary, kind = dictionary(b), websocket.MessageBinary
				frames = pack(b, o.Dictionary, frames)
			}
			total := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c, err := websocket.Accept(w, r, nil)
				if err != nil {
					return
				}
				for i := range total {
					if c.Write(context.Background(), kind, frames[i%len(frames)]) != nil {
						return
					}
				}
				_ = c.Close(websocket.StatusNormalClosure, "")
			}))
			defer server.Close()
			base, err := url.Parse(server.URL)
			if err != nil {
				b.Fatal(err)
			}
			o.BaseURL = base
			if o.Client, err = fetch.APIClient(fetch.APIOptions{Base: base, Private: true}); err != nil {
				b.Fatal(err)
			}
			s, err := NewSource(o)
			if err != nil {
				b.Fatal(err)
			}
			s.recent = newRecent(1) // or what comes again would be known
			total = b.N
			b.ResetTimer()
			saves := 0
			out, err := s.Read(b.Context(), scanner.Pass{Source: "sky", Kind: scanner.Stream, Save: func(context.Context, string) error {
				saves++
				return nil
			}})
			if err != nil || out.Documents != b.N || taker.taken < b.N/51 {
				b.Fatalf("%d of %d frames, %v", out.Documents, b.N, err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
			b.ReportMetric(float64(held())/(1<<20), "MiB-held")
			b.ReportMetric(float64(saves)/b.Elapsed().Seconds(), "saves/s")
		})
	}
}
