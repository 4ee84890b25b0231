package mastodon

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"meetleaks/matchers"
)

// framesOfAMinute are 1,000 events as a busy server sends them, of which 20 hold a meeting link.
func framesOfAMinute() []byte {
	var out bytes.Buffer
	for i := range 1000 {
		link := "https://news.globex.example/2026/11/an-article-about-nothing-in-particular"
		if i%50 == 7 {
			link = testLink
		}
		fmt.Fprintf(&out, "event: update\ndata: "+`{"id":"1155891278400%05d","created_at":"2026-11-22T05:05:46.839Z","in_reply_to_id":null,"sensitive":false,`+
			`"spoiler_text":"","visibility":"public","language":"en","uri":"https://globex.example/objects/e9cebb0c","url":"https://globex.example/@ada/9",`+
			`"replies_count":0,"reblogs_count":0,"favourites_count":0,"edited_at":null,"content":"<p>%s <a href=\"%s\" rel=\"nofollow noopener\">`+
			`<span class=\"invisible\">https://</span><span class=\"ellipsis\">%s</span></a></p>","reblog":null,"account":{"id":"464472","username":"ada",`+
			`"acct":"ada@globex.example","display_name":"ada","locked":false,"bot":false,"discoverable":true,"note":"<p>%s</p>","followers_count":37,`+
			`"emojis":[],"fields":[{"name":"pronouns","value":"they","verified_at":null}]},"media_attachments":[],"mentions":[],"tags":[],"card":null}`+
			"\n\n", i, strings.Repeat("a few words of no interest ", 12), link, link[8:30], strings.Repeat("about me ", 60))
		if i%5 == 0 {
			fmt.Fprintf(&out, "event: delete\ndata: 1155891278300%05d\n\n:thump\n", i)
		}
	}
	return out.Bytes()
}

// BenchmarkFrames reads, filters and decodes a stream: frames a second on one core, and what is held afterwards.
func BenchmarkFrames(b *testing.B) {
	stream := framesOfAMinute()
	taker := &quiet{}
	p := inMemory(b, taker, matchers.Standard().Promising)
	read := func() int {
		e := &eventStream{lines: lines{from: bytes.NewReader(stream)}, of: "public", cause: func(err error) error { return err }}
		frames := 0
		for {
			f, err := e.next(b.Context())
			if errors.Is(err, io.EOF) {
				return frames
			}
			if err == nil {
				err = p.frame(b.Context(), f)
			}
			if err != nil {
				b.Fatal(err)
			}
			frames++
		}
	}
	read()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	frames := 0
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		frames += read()
	}
	b.ReportMetric(float64(frames)/b.Elapsed().Seconds(), "frames/s")
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)), "held-B")
	if taker.taken == 0 || taker.taken%20 != 0 {
		b.Errorf("%d posts were taken", taker.taken)
	}
}

// BenchmarkMessages is the same for messages of a WebSocket, whose payload is JSON in JSON.
func BenchmarkMessages(b *testing.B) {
	var messages [][]byte
	for _, f := range eventsOf(string(framesOfAMinute())) {
		if f.kind == posted {
			quoted := strings.ReplaceAll(strings.ReplaceAll(string(f.data), `\`, `\\`), `"`, `\"`)
			messages = append(messages, []byte(`{"stream":["public"],"event":"update","payload":"`+quoted+`"}`))
		}
	}
	taker := &quiet{}
	p := inMemory(b, taker, matchers.Standard().Promising)
	streams, err := streamsOf([]string{"public"})
	if err != nil {
		b.Fatal(err)
	}
	w := &socket{streams: streams}
	frames := 0
	for b.Loop() {
		for _, m := range messages {
			f, err := w.frame(m)
			if err == nil {
				err = p.frame(b.Context(), f)
			}
			if err != nil {
				b.Fatal(err)
			}
			frames++
		}
	}
	b.ReportMetric(float64(frames)/b.Elapsed().Seconds(), "frames/s")
	if taker.taken == 0 || taker.taken%20 != 0 {
		b.Errorf("%d posts were taken", taker.taken)
	}
}
