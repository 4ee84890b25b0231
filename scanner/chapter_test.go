package scanner

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// eachOf reads one document.
func eachOf(t *testing.T, m *Matcher, sink Sink, text io.Reader) (Stats, error) {
	return m.Each(t.Context(), 1, sink, func(yield func(Unit) error, _ func(Skip)) error {
		return yield(func(_ context.Context, yield func(Document) error, _ func(Skip)) error {
			return yield(Document{URI: "a.md", Text: text})
		})
	})
}

func TestADocumentWithVeryManyMeetingsComesInChapters(t *testing.T) {
	const count = 2*chapterMeetings + chapterMeetings/2
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, "meeting:%d and more words to make it long\n", i)
	}
	b.WriteString("meeting:1 again, meeting:1 and room:x=2 by another name, which room:x is, too\n")
	for name, text := range map[string]io.Reader{
		"in memory":      bytes.NewBufferString(b.String()),
		"from any place": strings.NewReader(b.String()),
		"a stream":       io.MultiReader(strings.NewReader(b.String())),
	} {
		t.Run(name, func(t *testing.T) {
			sink := &record{}
			stats, err := eachOf(t, NewMatcher(words{}, nil), sink, text)
			if err != nil || stats.Findings != count || len(sink.findings) != count || len(sink.done) != 1 {
				t.Fatalf("%+v, %v, %d findings", stats, err, len(sink.findings))
			}
			for i, f := range sink.findings {
				if f.Link.ID != fmt.Sprint(i) || len(f.Places) != 1 || f.Places[0].Line != i+1 || f.Places[0].Column != 1 {
					t.Fatalf("finding %d: %s at %+v", i, f.Link.ID, f.Places)
				}
			}
			if further := sink.skips[0]; !further.Judged || further.Cause != Policy || !strings.Contains(further.Reason, "4 further places") {
				t.Errorf("%+v", sink.skips)
			}
		})
	}
}

func TestVeryLongIdsMakeShorterChapters(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "room:%d%s ", i, strings.Repeat("x", 8000))
	}
	sink := &record{}
	if _, err := eachOf(t, NewMatcher(words{}, nil), sink, strings.NewReader(b.String())); err != nil || len(sink.findings) != 3000 {
		t.Errorf("%d findings, %v, %+v", len(sink.findings), err, sink.skips)
	}
}

func TestNoMoreChaptersThanAreRemembered(t *testing.T) {
	keys := NewHashSet(maxChapterKeys + maxKeys)
	keys.Add(wordLink("meeting:1").Key())
	for i := range maxChapterKeys - 1 {
		keys.Add(strconv.Itoa(i))
	}
	found := &meetings{chapters: chapters{give: func(*meetings) {}, keys: keys, meetings: 1}}
	found.add(piece{
		sightings: words{}.FindIn([]byte("meeting:1 meeting:2 meeting:3"), 0, 29),
		places:    make([]pieceSpot, 3),
		near:      make([]Window, 3),
	})
	skips := found.skips("a.md")
	if found.live != 0 || len(skips) != 2 || skips[0].Cause != Failure || !strings.Contains(skips[0].Reason, "more than 1 meetings: the rest (2 sightings)") ||
		!strings.Contains(skips[1].Reason, "1 further places") {
		t.Errorf("%d meetings, %+v", found.live, skips)
	}
}

// Nothing more is taken in of a document while the sink has not taken its chapter, whoever gives it: what was found would be kept meanwhile.
func TestADocumentWaitsForItsChapterToBeTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pieces, each = 12, chapterMeetings / 2
		m, taken := NewMatcher(words{}, nil), 0
		m.Watch(func(bytes int64) { taken += int(bytes) })
		sink := &record{}
		r := newRun(m, sink, func(error) {})
		open := make(chan struct{})
		go r.hand(1, func() error { <-open; return nil }) // another document's: its goroutine gives what comes, too
		synctest.Wait()
		done := make(chan error, 1)
		go func() {
			done <- r.document(t.Context(), Document{Text: bytes.NewBufferString(manyMeetings(pieces, each, 0))})
		}()
		synctest.Wait()
		if taken != 2*chunkSize {
			t.Errorf("%d bytes were taken in, want %d", taken, 2*chunkSize)
		}
		close(open)
		if err := <-done; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if len(sink.findings) != pieces*each {
			t.Errorf("%d findings", len(sink.findings))
		}
	})
}

// A document may wait for its chapter to be given, by a goroutine in which another document's judge breaks.
func TestWhatWaitsIsGivenWhenASinkBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(NewMatcher(words{}, nil), &record{}, func(error) {})
		given, breaks := 0, make(chan struct{})
		go func() {
			defer func() { _ = recover() }()
			r.hand(1, func() error { <-breaks; panic("broken") })
		}()
		synctest.Wait()
		for range 3 {
			r.hand(1, func() error { given++; return nil })
		}
		close(breaks)
		synctest.Wait()
		if given != 3 || r.giving || r.weight != 0 {
			t.Errorf("%d of 3 were given, giving: %t, weight %d", given, r.giving, r.weight)
		}
	})
}

// What is forgotten with a chapter makes room for the next, and a part that was named in one is known in the next.
func TestTheNextChapterHasAllRoom(t *testing.T) {
	var parts []string
	give := func(chapter *meetings) {
		for _, g := range chapter.order() {
			parts = append(parts, g.finding(Document{URI: "a.zip"}, chapter.parts).Places[0].URI)
		}
	}
	found := &meetings{where: inPart{}, chapters: chapters{give: give}}
	for i, text := range []string{"meeting:1", "meeting:2"} {
		found.held, found.places, found.near, found.further = chapterHeld, maxPlaces, maxNear/4, maxFurther
		found.sated.Store(wordLink("meeting:3").Key(), true)
		found.add(piece{sightings: words{}.FindIn([]byte(text), 0, len(text)), places: make([]pieceSpot, 1), near: []Window{{Text: text}}})
		if kept := found.live + found.places + found.near + found.further + found.held + len(found.names) + len(found.byKey); kept > 0 || !found.wantsNear(wordLink("meeting:3")) {
			t.Errorf("%s: %d are kept", text, kept)
		}
		if found.chapters.meetings != i+1 {
			t.Errorf("%d meetings in %d chapters", found.chapters.meetings, i+1)
		}
	}
	if !slices.Equal(parts, []string{"a.zip!b.eml", "a.zip!b.eml"}) {
		t.Errorf("they stand in %q", parts)
	}
}

type inPart struct{}

func (inPart) Locate(int64) Spot { return Spot{Part: "b.eml", Line: 1, Column: 1} }

// Files are named after the meetings they are about, wherever in them these stand.
func TestNamesOfDocumentsAreMaskedInAllChapters(t *testing.T) {
	many := manyMeetings(3, chapterMeetings, 0)
	for name, test := range map[string]struct{ uri, text, want string }{
		"a word of the first chapter":      {"larkspur.md", "room:larkspur\n" + many, "la•••••.md"},
		"a number of the last":             {"of 2026-11-23 84930275116.md", many + "meeting:84930275116\n", "of 2026-11-23 849•••••116.md"},
		"the same, in groups":              {"849-3027-5116/a.md", many, "849•••••116/a.md"},
		"encoded":                          {"https://h/a%20849%203027%205116", many, "https://h/a%20849•••••116"},
		"a short document's other numbers": {"84930275117.md", "meeting:84930275116\n", "84930275117.md"},
	} {
		sink := &record{}
		_, err := NewMatcher(words{}, nil).Each(t.Context(), 1, sink, func(yield func(Unit) error, _ func(Skip)) error {
			return yield(func(_ context.Context, yield func(Document) error, _ func(Skip)) error {
				return yield(Document{URI: test.uri, Text: strings.NewReader(test.text)})
			})
		})
		if err != nil || len(sink.findings) == 0 {
			t.Fatalf("%s: %d findings, %v", name, len(sink.findings), err)
		}
		for i, f := range sink.findings {
			if shown := f.Hide(f.Places[0].URI); shown != test.want {
				t.Fatalf("%s: finding %d of %d stands in %q, want %q", name, i, len(sink.findings), shown, test.want)
			}
		}
	}
}

// A chapter is heavier than all that may wait beside it: documents that come after it do not go first for ever.
func TestAChapterIsNotKeptWaitingByShortDocuments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(NewMatcher(words{}, nil), &record{}, func(error) {})
		var before atomic.Int32
		var given atomic.Bool
		var short func() error
		short = func() error {
			if !given.Load() && before.Load() < 100 {
				before.Add(1)
				go r.hand(1, short)
				<-time.After(time.Second) // the next waits already
			}
			return nil
		}
		hold := make(chan struct{})
		go r.hand(1, func() error { <-hold; return nil })
		synctest.Wait()
		r.hand(1, short)
		r.hand(1, short)
		go r.hand(chapterMeetings, func() error { given.Store(true); return nil })
		synctest.Wait()
		close(hold)
		<-time.After(time.Hour)
		if !given.Load() || before.Load() > 2 {
			t.Errorf("given: %t, behind %d that came later", given.Load(), before.Load())
		}
	})
}
