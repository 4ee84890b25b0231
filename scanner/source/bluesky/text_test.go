package bluesky

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"meetleaks/matchers"
)

// facetOver is a facet over the first place at which a part stands in a text.
func facetOver(text, part, target string) facet {
	var f facet
	f.Index.Start = strings.Index(text, part)
	f.Index.End = f.Index.Start + len(part)
	f.Features = append(f.Features, struct {
		URI string `json:"uri"`
	}{target})
	return f
}

func at(from, to int, target string) facet {
	f := facetOver("", "", target)
	f.Index.Start, f.Index.End = from, to
	return f
}

func TestInFull(t *testing.T) {
	t.Parallel()
	const cutLink, cutOther = "acme.zoom.us/j/8493027511...", "globex.zoom.us/j/91..."
	for name, test := range map[string]struct {
		text   string
		facets func(text string) []facet
		want   string
		rest   []string
		cut    bool
	}{
		"cut": {"see " + cutLink + " now", func(s string) []facet { return []facet{facetOver(s, cutLink, testLink)} }, "see  " + testLink + "  now", nil, false},
		"in brackets, after runes": {"Ünïcödé 👩‍👩‍👧 (" + cutLink + ")", func(s string) []facet { return []facet{facetOver(s, cutLink, testLink)} },
			"Ünïcödé 👩‍👩‍👧 ( " + testLink + " )", nil, false},
		"cut without a mark": {"see acme.zoom.us/j/8493027511 now", func(s string) []facet { return []facet{facetOver(s, "acme.zoom.us/j/8493027511", testLink)} },
			"see  " + testLink + "  now", nil, false},
		"only a part of what is cut": {"see " + cutLink + " now", func(s string) []facet { return []facet{facetOver(s, "zoom.us/j/8493", testLink)} },
			"see  " + testLink + "  now", nil, false},
		"the mark stands behind": {"see acme.zoom.us/j/8493027511… now", func(s string) []facet { return []facet{facetOver(s, "acme.zoom.us/j/8493027511", testLink)} },
			"see  " + testLink + " … now", nil, false},
		"words": {"click here", func(s string) []facet { return []facet{facetOver(s, "here", testLink)} }, "click here", []string{testLink}, false},
		"another link than is seen": {otherLink + " here", func(s string) []facet { return []facet{facetOver(s, otherLink, "https://acme.example/go")} },
			otherLink + " here", []string{"https://acme.example/go"}, false},
		"a host that is part of another link": {"globex.zoom.us/j/91750382649", func(s string) []facet { return []facet{facetOver(s, "globex.zoom.us", "https://globex.zoom.us/x")} },
			"globex.zoom.us/j/91750382649", []string{"https://globex.zoom.us/x"}, false},
		"two": {cutLink + "," + cutOther, func(s string) []facet {
			return []facet{facetOver(s, cutLink, testLink), facetOver(s, cutOther, otherLink)}
		},
			" " + testLink + " , " + otherLink + " ", nil, false},
		"cut, and leads elsewhere": {"see " + cutLink, func(s string) []facet { return []facet{facetOver(s, cutLink, otherLink)} }, "see …", []string{otherLink}, true},
		"one over the other":       {cutLink, func(s string) []facet { return []facet{facetOver(s, cutLink, testLink), at(3, 9, otherLink)} }, " " + testLink + " ", []string{otherLink}, false},
		"no facet":                 {"see " + cutLink + " now", nil, "see … now", nil, true},
		"beside the text": {cutLink, func(string) []facet {
			return []facet{at(-4, 9, testLink), at(0, 400, testLink), at(9, 9, testLink), at(9, 3, testLink), at(1<<62, 1<<62+5, testLink)}
		}, "…", []string{testLink, testLink, testLink, testLink, testLink}, true},
		"in the middle of a rune": {"ü" + cutLink, func(string) []facet { return []facet{at(1, 20, testLink)} }, "ü…", []string{testLink}, true},
		"a sentence":              {"well... let us see. And so on...", nil, "well... let us see. And so on...", nil, false},
		"empty":                   {"", func(string) []facet { return []facet{at(0, 0, testLink)} }, "", []string{testLink}, false},
	} {
		var facets []facet
		if test.facets != nil {
			facets = test.facets(test.text)
		}
		full, rest, cut := inFull(test.text, facets)
		if full != test.want || strings.Join(rest, " ") != strings.Join(test.rest, " ") || cut != test.cut {
			t.Errorf("%s: %q %q %v, want %q %q %v", name, full, rest, cut, test.want, test.rest, test.cut)
		}
		for _, s := range matchers.Find([]byte(full + "\n" + strings.Join(rest, "\n"))) {
			if id := s.Link.ID; id != "84930275116" && id != "91750382649" {
				t.Errorf("%s: the number %q is nobody's", name, id)
			}
		}
	}
}

func TestCutLinksAreNeverMeetings(t *testing.T) {
	t.Parallel()
	for _, full := range []string{"acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s", "meet.google.com/kqz-wvtr-hxm", "zoom.us/j/84930275116", "whereby.com/acme-board-room"} {
		for _, mark := range []string{"...", "…", "...."} {
			for n := strings.Index(full, "/") + 1; n < len(full); n++ {
				for _, after := range []string{"", " ", "\n", "!", "ü", "5116"} {
					text := "join " + full[:n] + mark + after
					got, _, _ := inFull(text, nil)
					if found := matchers.Find([]byte(got)); len(found) > 0 && found[0].Link.ID != "84930275116" { // which is whole
						t.Errorf("%q became %q, a meeting: %s", text, got, found[0].Link.ID)
					}
				}
			}
		}
	}
}

func TestTextOf(t *testing.T) {
	t.Parallel()
	external := `{"$type":"app.bsky.embed.external","external":{"uri":"` + testLink + `","title":"Board","description":"at nine"}}`
	for name, test := range map[string]struct{ collection, record, want string }{
		"text":      {"", `{"text":"hello"}`, "hello"},
		"external":  {"", `{"text":"hello","embed":` + external + `}`, "hello\n\n" + testLink + "\n\nBoard\n\nat nine"},
		"a quote":   {"", `{"text":"hello","embed":{"$type":"app.bsky.embed.recordWithMedia","record":{"record":{"uri":"at://x","cid":"y"}},"media":` + external + `}}`, "hello\n\n" + testLink + "\n\nBoard\n\nat nine"},
		"images":    {"", `{"text":"","embed":{"$type":"app.bsky.embed.images","images":[{"alt":"one"},{"alt":""},{"alt":"two"}]}}`, "one\n\ntwo"},
		"a video":   {"", `{"text":"","embed":{"$type":"app.bsky.embed.video","alt":"seen","captions":[{"lang":"en"}]}}`, "seen"},
		"tags":      {"", `{"text":"","tags":["acme","board"],"langs":["en"]}`, "acme\n\nboard"},
		"a mention": {"", `{"text":"@wanda","facets":[{"index":{"byteStart":0,"byteEnd":6},"features":[{"$type":"app.bsky.richtext.facet#mention","did":"` + testDID + `"}]}]}`, "@wanda"},
		"wrong types": {"", `{"text":"hello","facets":7,"embed":{"external":["` + testLink + `"]},"tags":{"a":"b"}}`,
			"hello\n\n" + testLink + "\n\nb"},
		"text is a list": {"", `{"text":["see ` + testLink + `"]}`, "see " + testLink},
		"a profile": {"app.bsky.actor.profile", `{"$type":"app.bsky.actor.profile","description":"office hours: ` + testLink + `","avatar":{"$type":"blob","ref":{"$link":"bafk"}},"pinnedPost":{"uri":"at://did:plc:q3mfk7w2vxtzr4nbahl6yc5d/app.bsky.feed.post/3lbk","cid":"bafy"}}`,
			"office hours: " + testLink},
		"a text alone": {"com.whtwnd.blog.entry", `"` + testLink + `"`, testLink},
		"long": {"pub.leaflet.document", `{"pages":[{"blocks":[{"block":{"plaintext":"see acme.zoom.us/j/8493027511...","facets":[{"features":[{"uri":"` + testLink + `"}]}]}}]}],"author":"` + testDID + `"}`,
			"see …\n\n" + testLink},
	} {
		collection := test.collection
		if collection == "" {
			collection = PostCollection
		}
		w, err := textOf(collection, []byte(test.record))
		if err != nil || w.text.String() != test.want {
			t.Errorf("%s: %q %v, want %q", name, w.text.String(), err, test.want)
		}
	}
	for _, record := range []string{"", "{", `{"text":"x"`, "nul", "7 8"} {
		for _, collection := range []string{PostCollection, "com.whtwnd.blog.entry"} {
			if w, err := textOf(collection, []byte(record)); err == nil && w.text.Len() > 0 {
				t.Errorf("%q: %q", record, w.text.String())
			}
		}
	}
}

func TestAnEventOfACalendar(t *testing.T) {
	t.Parallel()
	w, err := textOf("community.lexicon.calendar.event", []byte(`{"$type":"community.lexicon.calendar.event","name":"Board",
		"description":"the quarter","createdAt":"2026-11-01T10:00:00Z","startsAt":"2026-11-24T09:00:00+01:00","uris":[{"uri":"`+testLink+`","name":"join"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	text := w.text.String()
	if !strings.Contains(text, "Board\n\nthe quarter") || !strings.Contains(text, testLink+"\n\njoin") {
		t.Errorf("text %q", text)
	}
	start := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	if len(w.events) != 1 || w.events[0].To != int64(len(text)) || !w.events[0].Start.Time.Equal(start) {
		t.Errorf("events %+v", w.events)
	}
}

func TestTextsAreBounded(t *testing.T) {
	t.Parallel()
	long, err := json.Marshal(map[string]any{"text": strings.Repeat("day after day ", 10_000), "tags": []string{testLink}})
	if err != nil {
		t.Fatal(err)
	}
	for _, collection := range []string{PostCollection, "com.whtwnd.blog.entry"} {
		w, err := textOf(collection, long)
		if err != nil || !w.cut || w.text.Len() > MaxText || !utf8.ValidString(w.text.String()) {
			t.Errorf("%s: %d bytes, cut %v, %v", collection, w.text.Len(), w.cut, err)
		}
	}
	w := &written{}
	w.add(strings.Repeat("x", MaxText-40))
	w.add("see " + testLink)
	if text := w.text.String(); !w.cut || strings.Contains(text, "zoom") {
		t.Errorf("a link was cut: %q", text[MaxText-60:])
	}
	many := "[" + strings.Repeat(`"a",`, maxStrings+5) + `"b"]`
	if w, err := textOf("com.whtwnd.blog.entry", []byte(many)); err != nil || !w.cut {
		t.Errorf("many texts: %v", err)
	}
	deep := strings.Repeat("[", maxDepth+2) + strings.Repeat("]", maxDepth+2)
	if _, err := textOf("com.whtwnd.blog.entry", []byte(deep)); err == nil {
		t.Error("a deep record was read")
	}
}

func FuzzTextOf(f *testing.F) {
	f.Add(true, []byte(`{"text":"see acme.zoom.us/j/8493027511... ü","facets":[{"index":{"byteStart":4,"byteEnd":32},"features":[{"uri":"https://acme.zoom.us/j/84930275116"}]}]}`))
	f.Add(true, []byte(`{"text":"ü…","facets":[{"index":{"byteStart":1,"byteEnd":3},"features":[{"uri":"x"}]}],"embed":{"media":{"images":[{"alt":"a/..."}]}}}`))
	f.Add(false, []byte(`{"name":"Board","startsAt":"2026-11-24T09:00:00Z","uris":[{"uri":"https://acme.example/a"}],"x":[1,null,{"$type":"y"}]}`))
	f.Fuzz(func(t *testing.T, post bool, record []byte) {
		collection := "com.whtwnd.blog.entry"
		if post {
			collection = PostCollection
		}
		w, err := textOf(collection, record)
		if err != nil {
			return
		}
		if text := w.text.String(); len(text) > MaxText || !utf8.ValidString(text) {
			t.Errorf("%q became %d bytes: %q", record, len(text), text)
		}
	})
}

func FuzzUnpack(f *testing.F) {
	d := dictionary(f)
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00, 0x01, 0x00, 0x00})
	f.Fuzz(func(t *testing.T, packed []byte) {
		u, err := newUnpacker(d)
		if err != nil {
			t.Fatal(err)
		}
		defer u.close()
		for range 2 {
			if out, err := u.unpack(packed); err == nil && len(out) > MaxFrame {
				t.Errorf("%d bytes were unpacked", len(out))
			}
		}
	})
}

func TestNoFacetAndNoDotsHideALinkThatPeopleSee(t *testing.T) {
	t.Parallel()
	facetOver := func(visible, target string) []facet {
		var f facet
		f.Index.Start, f.Index.End = len("raid "), len("raid ")+len(visible)
		f.Features = append(f.Features, struct {
			URI string `json:"uri"`
		}{target})
		return []facet{f}
	}
	for visible, target := range map[string]string{
		"acme.zoom.us/j/84930275116...":          "https://globex.example/blog",
		"acme.zoom.us/j/84930275116…":            "https://globex.example/blog",
		"acme.zoom.us/j/84930275116?pwd=Zk3m...": "https://globex.example/blog",
		"https://acme.zoom.us/j/84930275116":     "https://acme.zoom.us/j/849302751163",
		"acme.zoom.us/j/84930275116..":           "https://acme.zoom.us/j/849302751163",
	} {
		var cut bool
		text, rest, cut := inFull("raid "+visible+" now", facetOver(visible, target))
		if !strings.Contains(text+" ", "acme.zoom.us/j/84930275116") || strings.Join(rest, " ") != target {
			t.Errorf("%s over %s: %q, %q, %v", visible, target, text, rest, cut)
		}
		if text := unshortened("raid "+visible, &cut); !strings.Contains(text, "acme.zoom.us/j/84930275116") {
			t.Errorf("%s alone: %q", visible, text)
		}
	}
	var cut bool
	for _, stump := range []string{"acme.zoom.us/j/8493027511...", "acme.webex.com/acme/j.php?MTID=m83f0...", "acme.zoom.us/j/849…"} {
		cut = false
		if text := unshortened("at "+stump, &cut); strings.Contains(text, "8493027511") || strings.Contains(text, "m83f0") || !cut {
			t.Errorf("%s: what may be cut stays: %q", stump, text)
		}
	}
}

func TestATextThatBeginsLikeANameIsRead(t *testing.T) {
	t.Parallel()
	record := `{"$type":"community.lexicon.calendar.event","a":"did: come to https://acme.zoom.us/j/84930275116",` +
		`"b":"at://acme.zoom.us/j/86420719385","c":"did:plc:q3mfk7w2vxtzr4nbahl6yc5d","d":"at://did:plc:q3mfk7w2vxtzr4nbahl6yc5d/app.bsky.feed.post/3lbk"}`
	w, err := textOf("community.lexicon.calendar.event", []byte(record))
	if err != nil {
		t.Fatal(err)
	}
	got := w.text.String()
	if !strings.Contains(got, "84930275116") || !strings.Contains(got, "86420719385") || strings.Contains(got, "q3mfk7w2") {
		t.Errorf("read is %q", got)
	}
}
