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
	const pieces, each, documents = 20, 2 * heavyPiece, 4
	for _, test := range []struct {
		name        string
		each        int
		least, most int32 // reads while the sink takes nothing
	}{
		{"much", each, pieces + documents - 1, pieces + (documents-1)*6},
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
		m := NewMatcher(words{}, nil)
		m.turn <- struct{}{} // another document has it
		ctx, cancel := context.WithCancel(t.Context())
		type result struct {
			findings int
			skips    []Skip
		}
		results := make(chan result, 3)
		for _, text := range []io.Reader{
			strings.NewReader(manyMeetings(20, 2*heavyPiece, 0)),
			io.MultiReader(strings.NewReader(manyMeetings(20, 2*heavyPiece, 0))),
			bytes.NewBufferString(manyMeetings(1, 2*heavyPiece, 0)),
		} {
			go func() {
				findings, _, skips := m.Match(ctx, Document{Text: text})
				results <- result{len(findings), skips}
			}()
		}
		synctest.Wait()
		if len(results) != 0 {
			t.Fatalf("a document that keeps much did not wait")
		}
		cancel()
		for range 3 {
			if r := <-results; r.findings < 2*heavyPiece {
				t.Errorf("%d findings, %v", r.findings, r.skips)
			}
		}
		if len(m.turn) != 1 {
			t.Error("the turn of another document was ended")
		}
	})
}
