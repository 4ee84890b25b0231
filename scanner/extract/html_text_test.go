package extract

import (
	"math/rand/v2"
	"testing"
)

func TestSkipWordsLeavesOutNothingButWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const usual, unusual = "abz!%'\x7f\x80\xff", "& \t\n\r\x00\x1f"
	skipped := 0
	for range 20_000 {
		page := make([]byte, rng.IntN(60))
		for i := range page {
			switch rng.IntN(40) {
			case 0:
				page[i] = unusual[rng.IntN(len(unusual))]
			case 1, 2, 3, 4:
				page[i] = ' '
			default:
				page[i] = usual[rng.IntN(len(usual))]
			}
		}
		from := rng.IntN(len(page) + 1)
		end := skipWords(page, from)
		skipped += end - from
		for i := from; i < end; i++ {
			if page[i] < ' ' || page[i] == '&' || page[i] == ' ' && page[i+1] <= ' ' {
				t.Fatalf("%q: %d to %d skips %q at %d", page, from, end, page[i], i)
			}
		}
	}
	if skipped == 0 {
		t.Error("nothing was skipped")
	}
}
