package scanner

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"meetleaks/matchers"
)

// stuck finds nothing in the piece that begins with "first" before it is let go; in others what words finds.
type stuck struct {
	on   chan struct{}
	done *atomic.Int32 // of the others
}

func (s stuck) FindIn(text []byte, from, to int) []matchers.Sighting {
	if bytes.HasPrefix(text, []byte("first")) {
		<-s.on
		return nil
	}
	s.done.Add(1)
	return words{}.FindIn(text, from, to)
}

func TestPiecesWithoutMuchDoNotWaitForAnOlderOne(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const pieces = 2 * maxEarly
	full := strings.Repeat("m:1 ", maxEarlySightings+2)
	for _, test := range []struct {
		name        string
		each        string // at the start of each piece
		least, most int    // pieces that are done beside the first
	}{
		{"few sightings", "m:1 ", maxEarly, maxEarly + 40},
		{"some sightings", strings.Repeat("m:1 ", maxEarlySightings/10), 9, 45},
		{"many sightings", full, 1, 40},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				finder := stuck{on: make(chan struct{}), done: new(atomic.Int32)}
				piece := test.each + strings.Repeat(".", chunkSize-len(test.each))
				text := strings.NewReader("first" + strings.Repeat(piece, pieces))
				var found []Finding
				ended := make(chan struct{})
				go func() {
					found, _, _ = NewMatcher(finder, nil).Match(t.Context(), Document{Text: text})
					close(ended)
				}()
				synctest.Wait()
				if n := int(finder.done.Load()); n < test.least || n > test.most {
					t.Errorf("%d pieces are done, want %d to %d", n, test.least, test.most)
				}
				close(finder.on)
				<-ended
				places := pieces * strings.Count(test.each, "m:1")
				if len(found) != 1 || len(found[0].Places)+found[0].MorePlaces < places-strings.Count(test.each, "m:1") {
					t.Errorf("%d findings", len(found))
				}
			})
		})
	}
}

// halting is a text of many pieces that cannot be read from the second on.
type halting struct {
	*strings.Reader
	reads atomic.Int32
}

func (h *halting) ReadAt(b []byte, from int64) (int, error) {
	if h.reads.Add(1); from > 0 {
		return 0, errors.New("broken")
	}
	return h.Reader.ReadAt(b, from)
}

func TestNoPieceBeginsAfterAnError(t *testing.T) {
	text := &halting{Reader: strings.NewReader(strings.Repeat(".", 200*chunkSize))}
	_, _, skips := NewMatcher(words{}, nil).Match(t.Context(), Document{Text: text})
	if n := int(text.reads.Load()); len(skips) != 1 || n > 2*maxEarly {
		t.Errorf("%d pieces were read; %v", n, skips)
	}
}

func TestAStreamsWorkersAreWaitedFor(t *testing.T) {
	m, before, left := NewMatcher(words{}, nil), runtime.NumGoroutine(), 0
	const times = 20
	for range times {
		m.Match(t.Context(), Document{Text: io.MultiReader(strings.NewReader(strings.Repeat(".", 3*chunkSize)))})
		if runtime.NumGoroutine() > before {
			left++
		}
	}
	if left > times/2 { // one that has said that it ended may still be there for a moment
		t.Errorf("goroutines were left %d times of %d", left, times)
	}
}
