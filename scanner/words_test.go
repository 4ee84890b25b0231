package scanner

import (
	"strings"
	"testing"
)

func TestWordListIsWellFormed(t *testing.T) {
	languages := map[sense]map[string]bool{senseRaid: {}, sensePublic: {}}
	seen := map[string]bool{}
	for _, row := range wordList() {
		if set := languages[row.sense]; set != nil {
			set[row.language] = true
		}
		for _, word := range row.words {
			text := strings.TrimSuffix(word, "*")
			if normaliseText(text) != text || strings.TrimSpace(text) != text || strings.Contains(text, "*") {
				t.Errorf("%q is not in the form in which it is looked for", word)
			}
			key := row.language + string(rune('0'+row.sense)) + text
			if seen[key] {
				t.Errorf("%q stands twice", word)
			}
			seen[key] = true
		}
	}
	for sense, set := range languages {
		if len(set) < 10 {
			t.Errorf("sense %d has %d languages, ten are wanted", sense, len(set))
		}
	}
	if WordsVersion == "" {
		t.Error("the list has no version")
	}
}

// Every word must be found where it stands alone, in a sentence, in capitals and over a line break.
func TestEveryWordIsFound(t *testing.T) {
	index := newWordIndex(wordList())
	for _, row := range wordList() {
		for _, word := range row.words {
			text := strings.TrimSuffix(word, "*")
			broken := strings.ReplaceAll(text, " ", " \r\n\t")
			for _, page := range []string{text, "(" + broken + ")", "x, " + text + "."} {
				found := index.find(normaliseTexts([]string{page}))
				if !holds(found, row.sense, text) {
					t.Errorf("%s: %q is not found in %q", row.language, word, page)
				}
			}
		}
	}
}

func holds(found foundWords, s sense, text string) bool {
	list := map[sense][]string{senseRaid: found.raid, senseMaybe: found.maybe, sensePublic: found.public}[s]
	for _, word := range list {
		if word == text {
			return true
		}
	}
	return false
}

func TestWordBoundaries(t *testing.T) {
	tests := []struct {
		text  string
		raid  string
		maybe string
		open  string
	}{
		{"ZoomBombing tonight", "zoombomb", "", ""},
		{"braid, trolley, bombastic, afraid", "", "", ""},
		{"Raid!", "", "raid", ""},
		{"raid_night", "", "raid", ""},
		{"ré-raid", "", "raid", ""},
		{"éraid", "", "", ""},
		{"veröffentlichen", "", "", ""},
		{"Öffentliche Sitzung", "", "", "öffentlich"},
		{"明日の授業荒らしたのむ", "授業荒らし", "", ""},
		{"Don’t use your real name", "don't use your real name", "", ""},
		{"troll troll TROLL", "", "troll", ""},
		{"raideenlo ya", "raideen", "", ""},
	}
	index := newWordIndex(wordList())
	for _, test := range tests {
		found := index.find(normaliseTexts([]string{test.text}))
		if strings.Join(found.raid, ",") != test.raid || strings.Join(found.maybe, ",") != test.maybe || strings.Join(found.public, ",") != test.open {
			t.Errorf("%q: %+v", test.text, found)
		}
	}
}
