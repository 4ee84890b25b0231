package scanner

import "io"

// Document is something public that was read: where, and its text.
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
}

// Cause says whether something unread was our choice or a failure.
type Cause string

// The causes. Only Failure makes a run incomplete.
const (
	Policy  Cause = "policy"  // exclusion, robots, depth, budget, kinds not supported, links that lead outside
	Failure Cause = "failure" // unreadable, truncated, broken, bomb, unreachable
)

// Skip is one thing that was not read, or not to its end.
type Skip struct {
	URI    string `json:"uri"`
	Reason string `json:"reason"`
	Cause  Cause  `json:"cause"`
}
