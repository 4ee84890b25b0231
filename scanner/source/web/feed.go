package web

import (
	"bufio"
	"io"
)

const (
	maxFeedItems = 10_000   // of one feed
	maxFeedBytes = 16 << 20 // decompressed
	maxItemLinks = 8        // of one item
)

// readFeed reads the links and dates of the items of an RSS, Atom or JSON feed, also gzipped, and gives each to yield: the item's own page
// and what is attached to it. Memory is bounded. What it cannot make sense of is passed over. The errors are those of r and of
// yield; what was cut short is told in the listing.
func readFeed(r io.Reader, yield func(listed) error) (listing, error) {
	return lister{yield: yield, most: maxFeedItems}.read(r, maxFeedBytes, func(l *lister, _ *bufio.Reader) error {
		l.listing.Unknown = true
		return nil
	})
}

// firstByte is the first that is no white space, 0 at the end. It is not taken.
func firstByte(r *bufio.Reader) byte {
	for {
		head, err := r.Peek(1)
		if err != nil {
			return 0
		}
		if head[0] > ' ' {
			return head[0]
		}
		if _, err := r.Discard(1); err != nil {
			return 0
		}
	}
}
