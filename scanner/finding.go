package scanner

import "meetleaks/matchers"

// MaxPlaces bounds the places kept for one meeting in one document; the rest is counted.
const MaxPlaces = 1000

// Finding is one meeting in one document, however often the document names it.
type Finding struct {
	Link       matchers.Link
	Org        string // registered organisation, "" when none is registered or it is nobody's
	MatchedBy  string // the pattern that made it theirs, masked
	Public     bool   // marked public on purpose by a `public` pattern
	Risk       Risk
	Places     []Place
	MorePlaces int // places beyond MaxPlaces
}

// Place is where in a document a link stands.
type Place struct {
	URI       string
	Line      int // 1-based
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
