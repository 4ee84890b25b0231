package matchers

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// naive finds literals the slow way.
func naive(text []byte, literals []string, from, to int) []literalHit {
	var hits []literalHit
	lower := []byte(lowerASCII(string(text)))
	for tag, literal := range literals {
		for i := from; i < to && i <= len(lower); i++ {
			if bytes.HasPrefix(lower[i:], []byte(literal)) {
				hits = append(hits, literalHit{i, i + len(literal), tag})
			}
		}
	}
	return hits
}

func sortHits(hits []literalHit) {
	slices.SortFunc(hits, func(a, b literalHit) int {
		return 4*(a.start-b.start) + 2*sign(b.end-a.end) + sign(a.tag-b.tag)
	})
}

func sign(n int) int { return min(1, max(-1, n)) }

func TestLiteralsFindWhatASlowSearchFinds(t *testing.T) {
	literals := []string{"zoom.us", "meet.google.com", "t.me/", "会议号", "meeting id", "aaaaa", "ababa", "%2c%2c", "/call/", "msteams:"}
	tags := make([]int, len(literals))
	for i := range tags {
		tags[i] = i
	}
	set := newLiteralSet(literals, tags)
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := append([]string{"a", "b", "zoom.", "us", "ZOOM.US", "T.me/", " ", "\n", "/", "Call", "/CALL/", "Meeting ID", "%2C", "会", "議"}, literals...)
	for range 3000 {
		var text []byte
		for range rng.IntN(12) {
			text = append(text, pieces[rng.IntN(len(pieces))]...)
		}
		from := rng.IntN(len(text) + 1)
		to := from + rng.IntN(len(text)-from+1)
		got, want := set.find(nil, text, from, to), naive(text, literals, from, to)
		sortHits(got)
		sortHits(want)
		if !slices.Equal(got, want) {
			t.Fatalf("find(%q, %d, %d) = %v, want %v", text, from, to, got, want)
		}
	}
}

func TestLiteralsOfThreeBytes(t *testing.T) {
	set := newLiteralSet([]string{"/b/"}, []int{0})
	for pad := range 9 {
		text := []byte(strings.Repeat("-", pad) + "https://bbb.acme.example/b/ann-x1y-z2w")
		if hits := set.find(nil, text, 0, len(text)); len(hits) != 1 || hits[0].start != pad+24 {
			t.Errorf("after %d bytes: %v", pad, hits)
		}
	}
}

func TestLiteralsEndOfText(t *testing.T) {
	set := newLiteralSet([]string{"zoom.us"}, []int{7})
	for pad := range 40 {
		text := []byte(strings.Repeat("x", pad) + "zoom.us")
		if hits := set.find(nil, text, 0, len(text)); len(hits) != 1 || hits[0].start != pad || hits[0].tag != 7 {
			t.Errorf("after %d bytes: %v", pad, hits)
		}
	}
}

func TestTheSweepSeldomStopsInCommonWords(t *testing.T) {
	words := strings.TrimSpace(commonWords)
	words += strings.Repeat(" ", 1+(stride-len(words)%stride)) // one byte more than blocks: each word comes at each place of a block
	text := []byte(strings.Repeat(words, 4*stride))
	set := Standard().set
	kept, blocks := 0, 0
	for i := 2; i+maxStops*stride+4 < len(text); i += maxStops * stride {
		var stops [maxStops]uint16
		known := stops[:set.stops(&stops, text[i:i+maxStops*stride])]
		kept += set.narrow(known, text[i-2:])
		blocks += maxStops
	}
	if blocks == 0 || kept*40 > blocks {
		t.Errorf("%d of %d blocks are compared with literals", kept, blocks)
	}
}
