package scanner

import "io"

// Document is something public that was read: where, and its text. Text and Where are used only until the yield that takes the document
// returns; what they were made in may be used again then.
type Document struct {
	// URI is the place: a path, or a URL. Parts inside containers are joined with "!": "a.zip!b.eml!body".
	URI string
	// MediaType is the type decided by content, "text/markdown"; "" when unknown.
	MediaType string
	// Host is the lower-case host of the page the text came from, "" for local files. It decides `page` patterns.
	Host string
	// Text is the document as UTF-8. It is read once, in order, by one goroutine. A reader that fails half way makes the
	// document incomplete, never clean.
	Text io.Reader
	// Where says where each byte of Text stood in what was read. Nil means that Text is what was read.
	Where Locator
	// Events are the stretches of Text that belong to a dated event, in order, none inside another.
	Events []Event
}

// Locator says where a byte of a document's text stood in what was read: a text made of a page, a calendar or a mail has
// other lines than its source. Offsets are asked for in rising order, beside the reading of the text, by one goroutine at a time.
type Locator interface {
	Locate(offset int64) Spot
}

// Spot is a place inside a document. Numbers are 1-based; 0 is for kinds that have no such thing.
type Spot struct {
	Part         string // of the document, as its URI is continued behind "!"; "" for the document itself
	MediaType    string // of the part; "" when it is the document's
	Page         int
	Line, Column int // Column in characters
}

// Event is a stretch of a text, the bytes [From,To), that belongs to something dated.
type Event struct {
	From, To int64
	Start    Start
	// Word is what else the event says. Nil: nothing, or it stands in what is no calendar by itself.
	Word *EventWord
}

// Outline is what a page says of itself and where it leads. It is found on the way of making text of the page.
type Outline struct {
	Base      string   // the URL that links are relative to, "" when the page names none
	Canonical string   // the URL that the page gives itself, a hint only
	Robots    []string // what the page says to robots (`meta name=robots`, or by our own name), a comma-separated list each
	Links     []PageLink
	More      int // links beyond MaxPageLinks
}

// MaxPageLinks bounds the links of one outline.
const MaxPageLinks = 10_000

// PageLink is a link of a page to another, as it is written there: relative, unchecked, up to 8 KiB long.
type PageLink struct {
	URL      string
	Kind     LinkKind
	NoFollow bool
}

// LinkKind is what a page's link leads to, by the page's own word.
type LinkKind int

// The kinds of links.
const (
	LinkPage LinkKind = iota // a, area, iframe, frame
	LinkFeed                 // link rel=alternate to RSS, Atom, JSON Feed or a calendar
	LinkNext                 // link rel=next or prev
)

// Cause says whether something unread was our choice or a failure.
type Cause string

// The causes. Only Failure makes a run incomplete.
const (
	Policy  Cause = "policy"  // exclusion, robots, depth, budget, kinds not supported, links that lead outside; too many meetings to weigh
	Failure Cause = "failure" // unreadable, truncated, broken, bomb, unreachable
)

// Skip is one thing that was not read, or not to its end; or, where it is Judged, one that was read and weighed by less than all of it.
type Skip struct {
	URI    string `json:"uri"`
	Reason string `json:"reason"`
	Cause  Cause  `json:"cause"`
	// Judged: it was read to its end, and what was found in it is listed; not all of it went into the judgement.
	// Its Cause is Policy. The summary as JSON tells it by its reason alone.
	Judged bool `json:"-"`
}
