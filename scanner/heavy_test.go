package scanner

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// counting counts the reads of a text that can be read anywhere.
type counting struct {
	*strings.Reader
	reads atomic.Int32
}

func (c *counting) ReadAt(b []byte, from int64) (int, error) {
	c.reads.Add(1)
	return c.Reader.ReadAt(b, from)
}

// many is so many meetings that a document that keeps them is heavy.
const many = 2500

// manyMeetings is a text of so many pieces, in each of which many meetings stand that no other names.
func manyMeetings(pieces, each, from int) string {
	var b strings.Builder
	for piece := range pieces {
		for i := range each {
			fmt.Fprintf(&b, "m:%d ", from+piece*each+i)
		}
		b.WriteString(strings.Repeat(".", (piece+1)*chunkSize-b.Len()))
	}
	return b.String()
}

func TestDocumentsThatKeepMuchTakeTurns(t *testing.T) {
	const pieces, documents = 12, 3
	for _, test := range []struct {
		name        string
		each        int
		least, most int32 // reads while the sink takes nothing
	}{
		{"much", many / 5, pieces + (documents-1)*2, pieces + (documents-1)*8},
		{"little", 2, 2 * pieces, documents * pieces},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sink := &gate{open: make(chan struct{})}
				texts := make([]*counting, documents)
				var stats Stats
				done := make(chan error, 1)
				go func() {
					var err error
					stats, err = NewMatcher(words{}, nil).Each(t.Context(), documents, sink, func(yield func(Unit) error, _ func(Skip)) error {
						for i := range texts {
							texts[i] = &counting{Reader: strings.NewReader(manyMeetings(pieces, test.each, i*pieces*test.each))}
							doc := Document{URI: fmt.Sprint(i), Text: texts[i]}
							if err := yield(func(_ context.Context, yield func(Document) error, _ func(Skip)) error { return yield(doc) }); err != nil {
								return err
							}
						}
						return nil
					})
					done <- err
				}()
				synctest.Wait()
				reads := int32(0)
				for _, text := range texts {
					reads += text.reads.Load()
				}
				if reads < test.least || reads > test.most {
					t.Errorf("%d pieces were read while the sink took nothing, want %d to %d", reads, test.least, test.most)
				}
				close(sink.open)
				if err := <-done; err != nil || stats.Findings != int64(documents*pieces*test.each) {
					t.Errorf("%+v, %v", stats, err)
				}
			})
		})
	}
}

func TestWhoWaitsForItsTurnHearsTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := make(turns, 1)
		turn <- struct{}{} // another document has it
		ctx, cancel := context.WithCancel(t.Context())
		read := func(text io.Reader, into chan<- *meetings) {
			go func() { into <- NewMatcher(words{}, nil).read(ctx, Document{Text: text}, turn, nil) }()
		}
		waiting, streams := make(chan *meetings, 2), make(chan *meetings, 2)
		read(strings.NewReader(manyMeetings(20, many, 0)), waiting)
		read(bytes.NewBufferString(manyMeetings(1, many, 0)), waiting)
		read(io.MultiReader(strings.NewReader(manyMeetings(20, many, 0))), streams)
		read(io.MultiReader(strings.NewReader(manyMeetings(1, many, 0))), streams)
		synctest.Wait()
		if len(waiting) != 0 || len(streams) != 2 {
			t.Errorf("%d of those that should wait did not, and %d streams of two", len(waiting), len(streams))
		}
		cancel()
		for range 2 {
			if found := <-waiting; found.live < many || found.hasTurn {
				t.Errorf("%d meetings, has a turn: %t", found.live, found.hasTurn)
			}
		}
		if len(turn) != 1 {
			t.Error("the turn of another document was ended")
		}
	})
}

// A unit may recover when a judge breaks: the turn goes to the next.
func TestADocumentThatBreaksKeepsNoTurn(t *testing.T) { synctest.Test(t, breaksWithItsTurn) }

func breaksWithItsTurn(t *testing.T) {
	broken := false
	judge := func(*Finding, Context) {
		if !broken {
			broken = true
			panic("broken")
		}
	}
	text := manyMeetings(1, many, 0)
	sink := &record{}
	stats, err := NewMatcher(words{}, judge).Each(t.Context(), 1, sink, func(yield func(Unit) error, _ func(Skip)) error {
		for i := range 2 {
			if err := yield(func(_ context.Context, yield func(Document) error, _ func(Skip)) error {
				defer func() { _ = recover() }()
				return yield(Document{URI: fmt.Sprint(i), Text: strings.NewReader(text)})
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || stats.Findings != many || !broken {
		t.Errorf("%+v, %v", stats, err)
	}
}

// The text around places beyond a meeting's first three counts, too: few meetings that are named often keep much of it.
func TestTheTextAroundFurtherPlacesWeighs(t *testing.T) {
	found := &meetings{near: heavyBytes / 2, further: heavyBytes/2 + 1}
	if !found.heavy() {
		t.Error("what it keeps is not all counted")
	}
}

// A document of chapters keeps its turn, also right after one was handed over.
func TestADocumentOfChaptersIsHeavy(t *testing.T) {
	found := &meetings{chapters: chapters{give: func(*meetings) {}}}
	p := piece{sightings: words{}.FindIn([]byte("meeting:1"), 0, 9), places: make([]pieceSpot, 1), near: make([]Window, 1)}
	found.add(p)
	if found.heavy() {
		t.Error("one meeting is heavy")
	}
	found.held = chapterHeld
	found.add(p)
	if found.live > 0 || !found.heavy() {
		t.Errorf("%d meetings are left, heavy: %t", found.live, found.heavy())
	}
}
