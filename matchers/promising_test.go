package matchers

import (
	"strings"
	"testing"
)

func TestWhatIsNotPromisingHoldsNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"nice weather today, isn't it? 🌞":                  false,
		`{"text":"a family 👨‍👩‍👧 on the beach"}`:           false,
		"join https://acme.zoom.us/j/84930275116":          true,
		`{"uri":"https:\/\/acme.zoom.us\/j\/84930275116"}`: true,
		"zo\u200bom.us/j/84930275116":                      true,
		"Meeting ID: 849 3027 5116":                        true,
		"meet.google.com/kqz-wvtr-hxm":                     true,
	} {
		if got := Standard().Promising([]byte(text)); got != want {
			t.Errorf("%q: promising %v, want %v", text, got, want)
		}
	}
}

func FuzzPromising(f *testing.F) {
	for _, seed := range []string{"see https://acme.zoom.us/j/84930275116", "zo\u200bom.us/j/8493", "m\u00ade\u00adet.google.com/kqz-wvtr-hxm"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 4<<10 || Standard().Promising(text) {
			return
		}
		if found := Standard().FindIn(text, 0, len(text)); len(found) > 0 {
			t.Errorf("%q is not promising, and holds %d links", text, len(found))
		}
	})
}

func BenchmarkPromising(b *testing.B) {
	text := []byte(strings.Repeat("they met for the zoo, teams of two; the minutes were read out and nobody objected to a thing. ", 5))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if Standard().Promising(text) {
			b.Fatal("promising")
		}
	}
}
