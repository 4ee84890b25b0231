package scanner

import (
	"strings"
	"sync"

	"meetleaks/matchers"
)

// MaxPlaces bounds the places kept for one meeting in one document; the rest is counted.
const MaxPlaces = 1000

// Finding is one meeting in one document, however often the document names it.
type Finding struct {
	Link      matchers.Link
	Org       string // registered organisation, "" when none is registered or it is nobody's
	MatchedBy string // the pattern that made it theirs, masked
	Public    bool   // marked public on purpose by a `public` pattern
	// Owners are those whom Org names, with what made it theirs; set by [NewJudge] only.
	Owners     []matchers.Owner
	Raid       bool  // words beside it clearly call for a raid; set by [NewJudge] only
	Start      Start // the most urgent start that the page claims, zero when none; set by [NewJudge] only
	Risk       Risk
	Places     []Place
	MorePlaces int // places beyond MaxPlaces

	heard  *heard  // what events say of it, nil when none does
	beside *beside // the meetings of the same document, nil when it was made by hand
}

// Hide hides in a text about the finding (the name of its document, above all) the ids of all meetings of the document.
// Callers mask the text first, see [matchers.Mask]: that takes out what can be recognised without knowing any id.
func (f Finding) Hide(text string) string {
	if f.beside == nil {
		return f.Link.HideIn(text)
	}
	return f.beside.hide(text)
}

// beside is the meetings of one document, or of a chapter of it.
type beside struct {
	all       []*meeting
	namesakes []matchers.Link // of the chapters before
	chapter   bool            // meetings after which the document is called may be in chapters that are still to come

	mu    sync.Mutex
	asked bool
	text  string // the last that was asked for: it is the document's name, again and again
	shown string
}

func (b *beside) hide(text string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.asked && b.text == text {
		return b.shown
	}
	b.asked, b.text = true, text
	for _, g := range b.all {
		text = g.link.HideIn(text)
	}
	for _, link := range b.namesakes {
		text = link.HideIn(text)
	}
	if b.chapter {
		text = hideNumbers(text)
	}
	b.shown = text
	return text
}

// maxNumbers bounds the numbers that are hidden in one name; what stands behind them is left out.
const maxNumbers = 64

// hideNumbers hides in a document's name all that may be numbers of meetings.
func hideNumbers(text string) string {
	hidden := 0
	for i := 0; i < len(text); i++ {
		if i > 0 && isDigit(text[i-1]) && (i < 3 || text[i-3] != '%') {
			continue
		}
		digits := numberIn(text[i:])
		if digits == "" {
			continue
		}
		if hidden++; hidden > maxNumbers {
			return text[:i] + "…"
		}
		text = text[:i] + matchers.Link{Platform: "zoom", ID: digits}.HideIn(text[i:])
	}
	return text
}

// numberIn reads what may be a meeting's number at the start of text: nine digits or more, in one or in groups of three or four, as no date
// is written.
func numberIn(text string) string {
	var digits []byte
	for {
		n := 0
		for n < len(text) && isDigit(text[n]) {
			n++
		}
		if len(digits) == 0 && n >= 9 {
			return text[:n]
		}
		if n != 3 && n != 4 {
			break
		}
		digits = append(digits, text[:n]...)
		text = text[n:]
		switch {
		case strings.HasPrefix(text, "%20"):
			text = text[3:]
		case text != "" && strings.IndexByte(" ._-", text[0]) >= 0:
			text = text[1:]
		}
	}
	if len(digits) < 9 {
		return ""
	}
	return string(digits)
}

// Place is where in a document a link stands.
type Place struct {
	URI       string
	Page      int // 1-based, 0 for kinds that have no pages
	Line      int // 1-based, 0 for kinds that have no lines
	Column    int // 1-based, in characters
	MediaType string
	Via       []string // wrappers taken off, outermost first
}

// Risk orders findings; it never filters them.
type Risk struct {
	Score   int      // 0 to 100
	Level   string   // "low", "medium", "high", "critical"
	Reasons []string // every factor in plain words
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
