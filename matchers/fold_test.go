package matchers

import (
	"strings"
	"testing"
)

// fold breaks a calendar's line behind 75 octets, or behind 75 characters.
func fold(line, end string, characters bool) string {
	var b strings.Builder
	width := 0
	for _, r := range line {
		size := len(string(r))
		if characters {
			size = 1
		}
		if width+size > 75 {
			b.WriteString(end + " ")
			width = 1
		}
		b.WriteRune(r)
		width += size
	}
	return b.String()
}

// Wherever the fold falls, in the host, the number or the parameters, the link is whole again.
func TestFoldedCalendars(t *testing.T) {
	f := NewFinder([]Platform{zoom()})
	for _, end := range []string{"\r\n", "\n", `\r\n`, `\n`} {
		for _, lead := range []string{"board meeting, ", "Sitzung für Geschäftsführer, ", "理事会の定例会議です、"} {
			for _, characters := range []bool{true, false} {
				for shift := range 75 {
					line := "DESCRIPTION:" + strings.Repeat("x", shift) + " " + strings.Repeat(lead, 3) + "https://acme.zoom.us/j/84930275116?from=calendar"
					text := "BEGIN:VEVENT" + end + "DTSTART:20260304T090000Z" + end + fold(line, end, characters) + end + "END:VEVENT" + end
					if s := one(t, f, text); s.ID != "84930275116" || s.Org != "acme" {
						t.Errorf("id %s, org %q in %q", s.ID, s.Org, text)
					}
				}
			}
		}
	}
}

// Outside of a calendar, and behind a short line, a line that begins with a blank is a line of its own.
func TestIndentedLinesAreNotFolded(t *testing.T) {
	f := NewFinder([]Platform{jitsi()})
	for _, text := range []string{
		" the weekly call of the board and its guests is at https://meet.jit.si/hooliboard\n minutes follow\n",
		"BEGIN:VEVENT\nLOCATION:https://meet.jit.si/hooliboard\n minutes\nEND:VEVENT\n",
		"begin:v\nthe weekly call of the board and its guests is at https://meet.jit.si/hooliboard\n minutes follow\n",
	} {
		if s := one(t, f, text); s.ID != "hooliboard" {
			t.Errorf("room %q in %q", s.ID, text)
		}
	}
}

func FuzzFolded(f *testing.F) {
	f.Add([]byte("DESCRIPTION:" + strings.Repeat("x", 63) + "\n y"))
	f.Add([]byte(`DTSTART:1\nLOCATION:` + strings.Repeat("x", 66) + `\r\n y`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for i := range text {
			for _, n := range []int{folded(text, i), foldedBare(text, i), foldedEscaped(text, i)} {
				if n < 0 || i+n >= len(text) && n > 0 {
					t.Fatalf("a fold of %d bytes at %d in %d", n, i, len(text))
				}
			}
		}
	})
}
