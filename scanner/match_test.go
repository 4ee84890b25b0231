package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"meetleaks/matchers"
)

// words is a finder of words like "room:4711", "room:4711=code:ab" (with an alias), "room:4711?pin" (with a secret). The
// word before the colon is the kind.
type words struct{}

// FindIn looks for the colons in text[from:to], so that what it finds may start before.
func (words) FindIn(text []byte, from, to int) []matchers.Sighting {
	var out []matchers.Sighting
	for i := from; i < to; i++ {
		next := bytes.IndexByte(text[i:to], ':')
		if next < 0 {
			break
		}
		i += next
		start, end := i, i
		for start > 0 && text[start-1] >= 'a' && text[start-1] <= 'z' {
			start--
		}
		for end < len(text) && text[end] > ' ' && text[end] < 0x80 {
			end++
		}
		if start < i {
			out = append(out, matchers.Sighting{Link: wordLink(string(text[start:end])), Start: start, End: end})
		}
		i = end
	}
	return out
}

func wordLink(word string) matchers.Link {
	word, secret, _ := strings.Cut(word, "?")
	word, alias, _ := strings.Cut(word, "=")
	kind, id, _ := strings.Cut(word, ":")
	l := matchers.Link{Platform: "zoom", Kind: matchers.Kind(kind), ID: id, Host: kind + ".example"}
	if kind == "room" {
		l.Kind = matchers.PersonalRoom
	}
	if alias != "" {
		l.AddAlias(matchers.Link{Platform: "zoom", ID: alias}.Key())
	}
	l.AddSecret(secret)
	return l
}

func matchText(t *testing.T, text io.Reader) ([]Finding, []Skip) {
	t.Helper()
	found, _, skips := NewMatcher(words{}, nil).Match(t.Context(), Document{URI: "a.md", MediaType: "text/markdown", Text: text})
	return found, skips
}

func TestLinesAndColumnsCountCharacters(t *testing.T) {
	text := "meeting:1\n\nüü meeting:2 \xff\xfe meeting:3\r\n  meeting:4"
	for name, r := range everyReader(text) {
		t.Run(name, func(t *testing.T) {
			found, skips := matchText(t, r)
			var got []string
			for _, f := range found {
				got = append(got, fmt.Sprintf("%s@%d:%d", f.Link.ID, f.Places[0].Line, f.Places[0].Column))
			}
			want := []string{"1@1:1", "2@3:4", "3@3:17", "4@4:3"}
			if !reflect.DeepEqual(got, want) || len(skips) > 0 {
				t.Errorf("got %v %v, want %v", got, skips, want)
			}
		})
	}
}

// everyReader gives the text in the forms that are read in different ways.
func everyReader(text string) map[string]io.Reader {
	return map[string]io.Reader{
		"held":    bytes.NewBufferString(text),
		"at":      strings.NewReader(text),
		"stream":  io.MultiReader(strings.NewReader(text)),
		"by byte": iotest.OneByteReader(io.MultiReader(strings.NewReader(text))),
		"halves":  iotest.HalfReader(io.MultiReader(strings.NewReader(text))),
	}
}

// TestPiecesAgreeWithTheWhole compares all ways of reading with one call over everything.
func TestPiecesAgreeWithTheWhole(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	for round := range 3 {
		text := randomText(r, chunkSize*(round+1)+r.IntN(chunkSize), round%2 == 0)
		want, _ := matchText(t, bytes.NewBufferString(text))
		if len(want) < 100 {
			t.Fatalf("only %d findings: the test shows nothing", len(want))
		}
		for name, reader := range everyReader(text) {
			if got, skips := matchText(t, reader); !reflect.DeepEqual(got, want) || len(skips) > 0 {
				t.Errorf("round %d, %s: differs from one look at everything (%d and %d findings, %v)", round, name, len(got), len(want), skips)
			}
		}
	}
}

// randomText has links everywhere, also over the borders of pieces, broken bytes, and either lines or none.
func randomText(r *rand.Rand, size int, lines bool) string {
	var b strings.Builder
	for b.Len() < size {
		switch r.IntN(6) {
		case 0:
			fmt.Fprintf(&b, "meeting:%d ", r.IntN(1500))
		case 1:
			b.WriteString("日本語 üñí ")
		case 2:
			b.WriteString("\xe6\x97 \xff")
		case 3:
			if lines {
				b.WriteByte('\n')
			}
		case 4:
			fmt.Fprintf(&b, "room:%d?pin ", r.IntN(300))
		default:
			b.WriteString(strings.Repeat("word ", r.IntN(20)))
		}
	}
	return b.String()
}

// The workers of a document end with it: synctest fails when one is left.
func TestNoWorkerOutlivesItsDocument(t *testing.T) {
	words := chunkSize / 8 // two pieces and a half
	if long {
		words = chunkSize / 4
	}
	text := strings.Repeat("meeting:7 and words ", words)
	for name, reader := range everyReader(text) {
		synctest.Test(t, func(t *testing.T) {
			if got, skips := matchText(t, reader); len(got) != 1 || len(skips) > 0 {
				t.Errorf("%s: %d findings, %v", name, len(got), skips)
			}
		})
	}
}

func TestALinkOverEachBorderIsFoundOnce(t *testing.T) {
	for shift := -14; shift <= 2; shift++ {
		text := []byte(strings.Repeat(".", 3*chunkSize))
		for border := chunkSize; border < len(text); border += chunkSize {
			copy(text[border+shift-1:], " meeting:77 ")
		}
		for name, r := range everyReader(string(text)) {
			if name == "by byte" {
				continue
			}
			found, _ := matchText(t, r)
			if len(found) != 1 || len(found[0].Places) != 2 || found[0].Places[1].Column != 2*chunkSize+shift+1 {
				t.Fatalf("%s, shift %d: %+v", name, shift, found)
			}
		}
	}
}

func TestOneMeetingIsOneFinding(t *testing.T) {
	found, _ := matchText(t, strings.NewReader(
		"event:9 meeting:5 registration:code1 room:5?pin\nmeeting:6=other:x meeting:7=other:x start:1"))
	if len(found) != 5 {
		t.Fatalf("%d findings: %+v", len(found), found)
	}
	five := found[1].Link
	if five.Kind != matchers.PersonalRoom || five.ID != "5" || five.Host != "room.example" || !reflect.DeepEqual(five.Secrets, []string{"pin"}) {
		t.Errorf("the strongest kind must name the meeting and keep the secret: %+v", five)
	}
	if len(found[1].Places) != 2 || found[1].Places[1].Column != 38 {
		t.Errorf("places %+v", found[1].Places)
	}
	joined := found[3]
	if joined.Link.ID != "6" || len(joined.Places) != 2 || len(joined.Link.Aliases) != 2 {
		t.Errorf("joined through their common alias: %+v", joined)
	}
}

func TestJoiningLaterKeepsTheOrder(t *testing.T) {
	found, _ := matchText(t, strings.NewReader("meeting:2 event:1 event:1 meeting:3=3 meeting:1=2"))
	if len(found) != 2 || found[0].Link.ID != "2" || len(found[0].Places) != 4 || found[1].Link.ID != "3" {
		t.Fatalf("%+v", found)
	}
	for i, column := range []int{1, 11, 19, 39} {
		if found[0].Places[i].Column != column {
			t.Errorf("places %+v", found[0].Places)
		}
	}
}

func TestPlacesAreBounded(t *testing.T) {
	found, _ := matchText(t, strings.NewReader(strings.Repeat("meeting:1\n", MaxPlaces+70)))
	if len(found) != 1 || len(found[0].Places) != MaxPlaces || found[0].MorePlaces != 70 {
		t.Fatalf("%d places and %d more", len(found[0].Places), found[0].MorePlaces)
	}
}

func TestMoreMeetingsThanTheBoundAreReported(t *testing.T) {
	var b bytes.Buffer
	for i := range MaxMeetings + 5 {
		fmt.Fprintf(&b, "meeting:%d ", i)
	}
	found, skips := matchText(t, io.MultiReader(&b))
	if len(found) != MaxMeetings {
		t.Errorf("%d findings", len(found))
	}
	if len(skips) != 2 || skips[0].Cause != Failure || !strings.Contains(skips[0].Reason, "5 sightings") {
		t.Errorf("%+v", skips)
	}
}

func TestVeryLongIdsAreBoundedToo(t *testing.T) {
	var b bytes.Buffer
	for i := range 3000 {
		fmt.Fprintf(&b, "room:%d%s ", i, strings.Repeat("x", 8000))
	}
	found, skips := matchText(t, io.MultiReader(&b))
	held := 0
	for _, f := range found {
		held += len(f.Link.ID)
	}
	if held > maxHeld || len(found) < 500 || len(skips) == 0 || skips[0].Cause != Failure {
		t.Errorf("%d findings with %d bytes, %+v", len(found), held, skips)
	}
}

// TestWhoWatchesIsToldWhileALongDocumentIsRead: all bytes are told, in pieces, whichever way the text is read.
func TestWhoWatchesIsToldWhileALongDocumentIsRead(t *testing.T) {
	text := strings.Repeat("x", 5*chunkSize+3)
	for name, test := range map[string]struct {
		text   io.Reader
		pieces int
	}{
		"in memory":      {bytes.NewBufferString(text), 1},
		"from any place": {strings.NewReader(text), 6},
		"a stream":       {io.MultiReader(strings.NewReader(text)), 5},
	} {
		var told, times atomic.Int64
		m := NewMatcher(words{}, nil)
		m.Watch(func(bytes int64) { told.Add(bytes); times.Add(1) })
		_, read, _ := m.Match(t.Context(), Document{URI: "a.md", Text: test.text})
		if told.Load() != read || read != int64(len(text)) || times.Load() < int64(test.pieces) {
			t.Errorf("%s: told of %d bytes of %d, %d times", name, told.Load(), read, times.Load())
		}
	}
}

// TestADenseDocumentIsReadAndSaysThatItWasJudgedByLess: it is not among what was left out.
func TestADenseDocumentIsReadAndSaysThatItWasJudgedByLess(t *testing.T) {
	var text strings.Builder
	for i := range MaxMeetings - 1 {
		fmt.Fprintf(&text, "meeting:%d %s\n", i, strings.Repeat(".", 2*nearSide/10))
	}
	found, skips := matchText(t, strings.NewReader(text.String()))
	if len(found) != MaxMeetings-1 || len(skips) != 1 || skips[0].Cause != Policy || !skips[0].Judged {
		t.Errorf("%d findings, %+v", len(found), skips)
	}
}

func TestAFailingReaderKeepsWhatWasFound(t *testing.T) {
	for _, size := range []int{0, 3 * chunkSize} {
		text := "meeting:1 " + strings.Repeat(".", size)
		found, skips := matchText(t, io.MultiReader(strings.NewReader(text), iotest.ErrReader(io.ErrUnexpectedEOF)))
		if len(found) != 1 || !reflect.DeepEqual(skips, []Skip{{URI: "a.md", Reason: "truncated: it ends too early", Cause: Failure}}) {
			t.Errorf("size %d: %+v %+v", size, found, skips)
		}
	}
}

func TestAReaderThatGivesNothingEnds(t *testing.T) {
	_, skips := matchText(t, idle{})
	if len(skips) != 1 || skips[0].Cause != Failure {
		t.Errorf("%+v", skips)
	}
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestAShrunkenFileIsAFailure(t *testing.T) {
	found, skips := matchText(t, shrunk{strings.NewReader("meeting:1")})
	if len(found) != 1 || len(skips) != 1 || skips[0].Cause != Failure {
		t.Errorf("%+v %+v", found, skips)
	}
}

type shrunk struct{ *strings.Reader }

func (shrunk) Size() int64 { return 100 }

func TestAMatcherThatPanicsIsAFailureOfThatDocument(t *testing.T) {
	_, _, skips := NewMatcher(panics{}, nil).Match(t.Context(), Document{Text: strings.NewReader("secret")})
	if len(skips) != 1 || skips[0].Cause != Failure || strings.Contains(skips[0].Reason, "secret") {
		t.Errorf("%+v", skips)
	}
}

type panics struct{}

func (panics) FindIn(text []byte, _, _ int) []matchers.Sighting { panic(string(text)) }

// A reader that panics is caught by whoever called; its document leaves no worker behind, or synctest would fail.
func TestAReaderThatPanicsLeavesNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if recover() == nil {
				t.Error("the reader did not panic")
			}
		}()
		broken := callback(func() { panic("broken") })
		NewMatcher(words{}, nil).Match(t.Context(), Document{Text: io.MultiReader(strings.NewReader(strings.Repeat(".", 3*chunkSize)), broken)})
	})
}

// Neither a reader that waits nor one that panics keeps other documents waiting, although more of it was read than may be in flight.
func TestAReaderKeepsNoSlots(t *testing.T) {
	stalled := func(stop callback) Document {
		long := strings.NewReader(strings.Repeat(".", (3+runtime.GOMAXPROCS(0))*chunkSize))
		return Document{Text: io.MultiReader(long, stop)}
	}
	other := func(t *testing.T, m *Matcher) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, _, skips := m.Match(ctx, Document{Text: strings.NewReader(strings.Repeat(".", 3*chunkSize))}); len(skips) > 0 {
			t.Errorf("another document: %+v", skips)
		}
	}
	t.Run("waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m, on := NewMatcher(words{}, nil), make(chan struct{})
			go m.Match(t.Context(), stalled(func() { <-on }))
			synctest.Wait()
			other(t, m)
			close(on)
		})
	})
	t.Run("panics", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := NewMatcher(words{}, nil)
			func() {
				defer func() { _ = recover() }()
				m.Match(t.Context(), stalled(func() { panic("broken") }))
			}()
			other(t, m)
		})
	})
	t.Run("its locator panics", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := NewMatcher(words{}, nil)
			for range 2 + cap(m.slots) {
				func() {
					defer func() { _ = recover() }()
					m.Match(t.Context(), Document{Text: strings.NewReader("meeting:1" + strings.Repeat(".", 3*chunkSize)), Where: brokenLocator{}})
				}()
			}
			other(t, m)
		})
	})
}

type brokenLocator struct{}

func (brokenLocator) Locate(int64) Spot { panic("broken") }

func TestACancelledDocumentSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	text := io.MultiReader(strings.NewReader("meeting:1 "+strings.Repeat(".", 2*chunkSize)), callback(cancel), strings.NewReader(strings.Repeat(".", 3*chunkSize)))
	found, _, skips := NewMatcher(words{}, nil).Match(ctx, Document{Text: text})
	if len(found) != 1 || len(skips) != 1 || skips[0].Reason != "interrupted before its end" {
		t.Errorf("%d findings, %+v", len(found), skips)
	}
}

type callback func()

func (c callback) Read([]byte) (int, error) { c(); return 0, io.EOF }

func TestTheJudgeSeesTheTextAround(t *testing.T) {
	text := strings.Repeat("会", 1000) + " meeting:1 " + strings.Repeat("z", 1000) + strings.Repeat(" meeting:1", 25) + " room:" + strings.Repeat("9", 5000)
	var near []Window
	judge := func(f *Finding, c Context) {
		f.Org = "acme"
		if c.URI != "u" || c.Host != "www.acme.example" {
			t.Errorf("context %+v", c)
		}
		near = append(near, c.Near...)
	}
	found, _, _ := NewMatcher(words{}, judge).Match(t.Context(), Document{URI: "u", Host: "www.acme.example", Text: strings.NewReader(text)})
	if found[0].Org != "acme" || len(near) != maxNearPlaces+1 {
		t.Fatalf("%d windows", len(near))
	}
	first, last := near[0], near[maxNearPlaces]
	if len(first.Before()) != nearSide || len(first.After()) != judgedSide || first.Text[first.Start:first.End] != "meeting:1" {
		t.Errorf("window %+v", first)
	}
	if len(last.Text) != judgedSide+nearLink+judgedSide || !utf8.ValidString(last.After()) {
		t.Errorf("the window of a long link has %d bytes", len(last.Text))
	}
}

func TestManyMeetingsHaveLessTextAroundAndThenNone(t *testing.T) {
	var b bytes.Buffer
	for i := range 20_000 {
		fmt.Fprintf(&b, "%600dmeeting:%d%600d", 0, i, 0)
	}
	kept, sizes := 0, map[bool]int{}
	judge := func(_ *Finding, c Context) {
		for _, w := range c.Near {
			kept += len(w.Text)
			sizes[len(w.Text) > 2*judgedSide]++
			if !strings.HasPrefix(w.Text[w.Start:w.End], "meeting:") {
				t.Fatalf("the link is not where it should be: %+v", w)
			}
		}
	}
	_, _, skips := NewMatcher(words{}, judge).Match(t.Context(), Document{Text: &b})
	if kept > maxNear || sizes[true] < 1500 || sizes[false] < 1500 || len(skips) != 1 || skips[0].Cause != Policy {
		t.Errorf("%d bytes kept in %v, %+v", kept, sizes, skips)
	}
}

func TestReasonsLeaveOutThePath(t *testing.T) {
	_, err := os.Open("/nowhere/zoom.us-j-98123456210")
	for _, e := range []error{err, &os.PathError{Op: "read", Path: "98123456210", Err: errors.New("input/output error")}} {
		if got := Reason(e); strings.Contains(got, "98123456210") || got == "" {
			t.Errorf("got %q", got)
		}
	}
}

// sweep is as quick as a finder can be; the benchmark shows that reading is not what takes the time.
type sweep struct{}

func (sweep) FindIn(text []byte, from, to int) []matchers.Sighting {
	if bytes.IndexByte(text[from:to], 0) >= 0 {
		panic("the benchmark's text has no zero bytes")
	}
	return nil
}

func BenchmarkMatch(b *testing.B) {
	text := bytes.Repeat([]byte("All notes of the meeting are kept in the folder of the group, please read on.\n"), 1<<20)
	m := NewMatcher(sweep{}, nil)
	for name, reader := range map[string]func() io.Reader{
		"at":     func() io.Reader { return bytes.NewReader(text) },
		"stream": func() io.Reader { return io.MultiReader(bytes.NewReader(text)) },
		"held":   func() io.Reader { return bytes.NewBuffer(text) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, n, skips := m.Match(b.Context(), Document{Text: reader()}); n != int64(len(text)) || len(skips) > 0 {
					b.Fatal(n, skips)
				}
			}
		})
	}
}

// Characters of one and of three bytes, mixed so that 600 bytes hold nearly as many as are wanted, and cut one.
func TestWindowsHoldEnoughCharacters(t *testing.T) {
	for wide := range matchers.NearDistance {
		side := strings.Repeat("会", wide) + strings.Repeat("x", matchers.NearDistance-wide)
		far := strings.Repeat("界", matchers.NearDistance)
		text := []byte(far + side + "link" + side + far)
		start := len(far) + len(side)
		w := windowsOf(text, 1)(start, start+len("link"))
		if !strings.HasSuffix(w.Before(), side) || !strings.HasPrefix(w.After(), side) {
			t.Fatalf("%d wide characters: a side of %d bytes", wide, len(w.Before()))
		}
	}
}

// A run that is stopped does not read a long text in memory to its end, and says so.
func TestALongTextInMemoryIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	text := "meeting:1 " + strings.Repeat(".", 2*chunkSize) + " meeting:2"
	found, _, skips := NewMatcher(words{}, nil).Match(ctx, Document{URI: "a.md", Text: bytes.NewBufferString(text)})
	if len(found) != 1 || len(skips) != 1 || skips[0].Reason != "interrupted before its end" {
		t.Errorf("%d findings, %+v", len(found), skips)
	}
}
