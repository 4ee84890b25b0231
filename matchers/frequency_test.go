package matchers

import (
	"bytes"
	"cmp"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestCommonText counts anew what frequency.go lists, and prints it as it stands there:
//
//	MEETLEAKS_PAGES=<folder of public pages> go test -v -run TestCommonText ./matchers
func TestCommonText(t *testing.T) {
	folder := os.Getenv("MEETLEAKS_PAGES")
	if folder == "" {
		return // it prints, and judges nothing
	}
	blocks, words := make(map[string]int), make(map[string]int)
	letters := lettersOfLiterals()
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := fs.ReadFile(os.DirFS(folder), name)
		countBlocks(blocks, text)
		countWords(words, bytes.ToLower(text), letters)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("common:\n%q", strings.Join(mostOf(blocks, len(common)/stride), ""))
	t.Logf("commonWords:\n%q", " "+strings.Join(mostOf(words, 100), "  ")+" ")
}

func countBlocks(counts map[string]int, text []byte) {
	folded := bytes.Clone(text)
	for i := range folded {
		folded[i] |= caseless & 0xff
	}
	for i := 0; i+stride <= len(folded); i++ {
		counts[string(folded[i:i+stride])]++
	}
}

// countWords counts those that have six letters, blanks around them included, in common with a literal.
func countWords(counts map[string]int, lower []byte, letters map[uint64]bool) {
	for word := range bytes.FieldsFuncSeq(lower, func(r rune) bool { return r != '.' && (r < 'a' || r > 'z') }) {
		padded := " " + string(bytes.Trim(word, ".")) + " "
		for i := 0; i+besideBytes <= len(padded); i++ {
			if letters[foldedBeside(padded[i:])] {
				counts[padded[1:len(padded)-1]]++
				break
			}
		}
	}
}

// lettersOfLiterals are all six letters in a row of all literals, folded.
func lettersOfLiterals() map[uint64]bool {
	letters := make(map[uint64]bool)
	for _, item := range Standard().set.items {
		for i := 0; i+besideBytes <= len(item.text); i++ {
			letters[foldedBeside(item.text[i:])] = true
		}
	}
	return letters
}

func mostOf(counts map[string]int, n int) []string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	return names[:min(n, len(names))]
}
