package matchers

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// The instructions of one processor must come to what plain Go comes to, at every length and place.

func TestVectorsFindThePlacesOfPlainGo(t *testing.T) {
	set := newLiteralSet([]string{"zoom.us", "meet.google.com", "t.me/", "会议号", "meeting id", "/b/", "/c/"}, make([]int, 7))
	rng := rand.New(rand.NewPCG(3, 5))
	pieces := []string{"zoom.us", "/b/", "xx/b/yy", "meet.goo", "gle.com", "T.ME/", "会议号", "Meeting ID", " ", "a", "\x00", "\xff", "://", "oom."}
	for range 500 {
		text := shuffled(rng, pieces, rng.IntN(maxStops*stride+50))
		text = text[:min(len(text), maxStops*stride)]
		var got, want [maxStops]uint16
		n, m := set.stops(&got, text), set.plainStops(&want, 0, text, 0)
		if !slices.Equal(got[:n], want[:m]) {
			t.Fatalf("of %d bytes %q: stops %v, want %v", len(text), text, got[:n], want[:m])
		}
		around := append(append([]byte("?!"), text...), "/b"...)
		n, m = set.narrow(got[:n], around), set.plainNarrow(want[:m], 0, around, 0)
		if !slices.Equal(got[:n], want[:m]) {
			t.Fatalf("of %d bytes %q: narrowed to %v, want %v", len(text), text, got[:n], want[:m])
		}
	}
}

func TestPairsAreFoundAtEveryPlace(t *testing.T) {
	f := Standard()
	rng := rand.New(rand.NewPCG(13, 17))
	pieces := []string{"1,,2", "3##4", ",", "#", ",,", "##", ",#", "5", "a", "plain words, and a # or two, "}
	found := 0
	for range 2000 {
		text := shuffled(rng, pieces, rng.IntN(300))
		from := rng.IntN(len(text) + 1)
		to := from + rng.IntN(len(text)-from+1)
		got, want := f.appendShort(nil, text, from, to), f.appendShortIn(nil, text, max(from, 1), to)
		slices.SortFunc(got, byStart)
		slices.SortFunc(want, byStart)
		if !slices.Equal(got, want) {
			t.Fatalf("%q from %d to %d: %v, want %v", text, from, to, got, want)
		}
		found += len(got)
	}
	if found == 0 {
		t.Error("nothing was found")
	}
}

func TestMarksMissNoSign(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	pieces := []string{"=\n", "=\r\n", "=", "\r\n ", "\r\n\t", "\r\n", "\n", "x", "y z", "\u00ad", "\u00a0", "\u200b", "\u2019", "\u202e", "\u2060", "\u2010", "\u2024",
		"\u2026", "\u3000", "\u3042", "\ufeff", "\uff0e", "\uff5e", "\uffe5", "é", "会", "\xc2", "\xe2", "\xe2\x80", "\xef", "\x80", "==="}
	filler := []string{"plain words, and no sign of anything hidden behind them; "}
	for turn := range 2000 {
		text := shuffled(rng, pieces, rng.IntN(200))
		text = append(shuffled(rng, filler, rng.IntN(100)), text...)
		if turn%50 == 0 { // over the end of what is marked in one go
			text = append(shuffled(rng, filler, markedBytes-rng.IntN(100)), text...)
		}
		for name, mark := range map[string]func(*signMarks, []byte) int{"as this machine can": markSigns, "in plain Go": plainMarks} {
			checkMarks(t, name, mark, text)
		}
	}
}

func checkMarks(t *testing.T, name string, mark func(*signMarks, []byte) int, text []byte) {
	t.Helper()
	var marks signMarks
	for from := 0; from < len(text); {
		done := mark(&marks, text[from:])
		if done <= 0 || done > len(text)-from {
			t.Fatalf("%s: went through %d bytes of %d", name, done, len(text)-from)
		}
		for i := range done {
			if at := from + i; hidesAt(text, at) && marks[i/64]>>(i%64)&1 == 0 {
				t.Fatalf("%s: of %q, %d bytes, the sign at %d is not marked", name, text[max(0, at-4):min(len(text), at+8)], len(text), at)
			}
		}
		from += done
	}
}

// shuffled joins pieces at random, until the text has so many bytes.
func shuffled(rng *rand.Rand, pieces []string, length int) []byte {
	var text bytes.Buffer
	for text.Len() < length {
		text.WriteString(pieces[rng.IntN(len(pieces))])
	}
	return text.Bytes()
}
