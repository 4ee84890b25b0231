package main

import (
	"slices"
	"strings"

	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

// The bounds of a hider. Beyond maxHiddenIDs further ids are only hidden in the places of their own documents.
const (
	maxHiddenIDs  = 100_000
	minHiddenSize = 6   // bytes of an id: shorter ones are ordinary words and numbers
	maxHiddenSize = 128 // longer ones do not fit a file's name
	maxDigits     = 20  // of a number with separators
)

// hider takes the ids of all findings of a run out of texts that name files: a folder, an archive or a file that was not
// read may be called after a meeting that another file names. It keeps hashes, no ids. It is used by one goroutine.
type hider struct {
	ids     *scanner.HashSet // in lower case
	lengths []int            // of the ids, the longest first
}

func newHider() *hider { return &hider{ids: scanner.NewHashSet(maxHiddenIDs)} }

// learn notes the ids of a link: its own and those of its aliases.
func (h *hider) learn(link matchers.Link) {
	h.note(link.ID)
	for _, alias := range link.Aliases {
		if part := strings.SplitN(alias, ":", 4); len(part) == 4 {
			h.note(part[3])
		}
	}
}

// note remembers an id, unless it is a word: a room called "archive" must not hide the name of every such folder.
func (h *hider) note(id string) {
	if len(id) < minHiddenSize || len(id) > maxHiddenSize || h.ids.Full() || !strings.ContainsAny(id, "0123456789-") {
		return
	}
	h.ids.Add(strings.ToLower(id))
	if i, known := slices.BinarySearchFunc(h.lengths, len(id), func(a, b int) int { return b - a }); !known {
		h.lengths = slices.Insert(h.lengths, i, len(id))
	}
}

func (h *hider) knows(id string) bool { return h.ids.Has(strings.ToLower(id)) }

// hide masks the ids that stand in text by themselves. Where there are any, links in text are masked first: they could not
// be recognised afterwards.
func (h *hider) hide(text string) string {
	if h.ids.Len() == 0 || !h.holds(text) {
		return text
	}
	text = report.MaskWhole(text)
	var out strings.Builder
	for i := 0; i < len(text); {
		if end, id := h.at(text, i); end > 0 {
			out.WriteString(matchers.Link{ID: id}.MaskedID())
			i = end
			continue
		}
		out.WriteByte(text[i])
		i++
	}
	return out.String()
}

func (h *hider) holds(text string) bool {
	for i := range len(text) {
		if end, _ := h.at(text, i); end > 0 {
			return true
		}
	}
	return false
}

// at reads an id that begins at text[i:] and returns where it ends, 0 when none does.
func (h *hider) at(text string, i int) (end int, id string) {
	if !edge(text, i) {
		return 0, ""
	}
	for _, n := range h.lengths {
		if i+n <= len(text) && edge(text, i+n) && h.knows(text[i:i+n]) {
			return i + n, text[i : i+n]
		}
	}
	return h.spaced(text, i)
}

// spaced reads a number whose digits are set apart by single separators: "849 3027 5116".
func (h *hider) spaced(text string, i int) (end int, id string) {
	var digits []byte
	for at := i; at < len(text) && len(digits) < maxDigits; at++ {
		switch c := text[at]; {
		case sortOf(c) == 'd':
			digits = append(digits, c)
		case len(digits) == 0 || !strings.ContainsRune(" -._", rune(c)) || sortOf(text[at-1]) != 'd':
			return 0, ""
		}
		if len(digits) >= minHiddenSize && sortOf(text[at]) == 'd' && edge(text, at+1) && h.knows(string(digits)) {
			return at + 1, string(digits)
		}
	}
	return 0, ""
}

// edge says whether something by itself can begin or end at text[i].
func edge(text string, i int) bool {
	return i == 0 || i == len(text) || sortOf(text[i-1]) != sortOf(text[i]) || sortOf(text[i]) == 'o'
}

// sortOf is the sort of a character: a digit, a letter, or other.
func sortOf(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return 'd'
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		return 'l'
	}
	return 'o'
}
