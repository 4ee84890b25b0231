package matchers

import (
	"bytes"
	"encoding/json"
	"testing"
)

// What is kept from search to search holds nothing of a text, also when a platform's file panicked, and does not grow with the texts.
func TestARoomForgetsWhatWasSearched(t *testing.T) {
	const secret = "GeheimXyz123abcQ"
	broken := Platform{Name: "broken", Hosts: []string{"broken.example.net"}, Parse: func(*URL) (Link, error) { panic("broken") }}
	f := NewFinder(append(All(), broken))
	link := "Join =\r\nhttps://us02web.zoom=\r\n.us/j/84512367891?pwd=" + secret + "\r\nPasscode: " + secret + "\r\n Meeting ID: 845 1236 7891 "
	for _, text := range []string{link, link + link, link + "https://broken.example.net/a", string(bytes.Repeat([]byte("a quoted =\r\nline "), 1<<17)) + link} {
		func() {
			defer func() { _ = recover() }()
			f.FindIn([]byte(text), 0, len(text))
		}()
		var rooms []*room
		for r, ok := f.rooms.Get().(*room); ok; r, ok = f.rooms.Get().(*room) {
			rooms = append(rooms, r)
		}
		for _, r := range rooms {
			view, links, items := r.view.text[:cap(r.view.text)], r.links[:cap(r.links)], r.joiner.items[:cap(r.joiner.items)]
			for _, it := range items {
				links = append(links, it.sighting)
			}
			sightings, err := json.Marshal(links)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(view, []byte(secret)) || bytes.Contains(r.text[:], []byte(secret)) || bytes.Contains(sightings, []byte("84512367891")) || r.url.Host != "" {
				t.Errorf("%.20q is remembered", text)
			}
			if len(view) > mostViewed {
				t.Errorf("%d bytes are kept", len(view))
			}
			f.rooms.Put(r)
		}
	}
}
