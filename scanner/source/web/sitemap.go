package web

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"time"
)

// The bounds of sitemaps, see https://www.sitemaps.org/protocol.html.
const (
	maxSitemapURLs  = 50_000
	maxSitemapBytes = 50 << 20 // decompressed
)

// listed is one page, or one sitemap, that a sitemap or a feed names.
type listed struct {
	URL     string    // as it stands there, up to 8 KiB
	At      time.Time // when it changed, by its own word; zero: it does not say
	Sitemap bool      // it leads to another sitemap
}

// listing is what a sitemap or a feed came to.
type listing struct {
	Pages, Sitemaps int
	Unknown         bool   // it is no sitemap and no feed: a page that says "not found", perhaps
	Truncated       string // "" when it was read to its end, and else why not
}

// readSitemap reads a sitemap, an index of sitemaps, a text sitemap, or a feed in place of one, also gzipped, and gives each line to
// yield. Memory is bounded. What it cannot make sense of is passed over. The errors are those of r and of yield; what was cut short is
// told in the listing.
func readSitemap(r io.Reader, yield func(listed) error) (listing, error) {
	return lister{yield: yield, most: maxSitemapURLs}.read(r, maxSitemapBytes, (*lister).readLines)
}

// read reads what has so many bytes at most. What is neither markup nor JSON is left to lines.
func (l lister) read(r io.Reader, bytes int64, lines func(*lister, *bufio.Reader) error) (listing, error) {
	source, err := openList(r, bytes)
	if err != nil {
		return l.listing, err
	}
	switch firstByte(source.text) {
	case '<':
		err = l.readMarkup(source.text)
	case '{':
		err = l.readJSON(source.text)
	default:
		err = lines(&l, source.text)
	}
	return l.end(source, err)
}

// readLines reads a sitemap of one URL a line.
func (l *lister) readLines(r *bufio.Reader) error {
	l.listing.Unknown = true
	for {
		line, err := wholeLine(r)
		if text := string(bytes.TrimSpace(line)); len(text) <= maxWritten && isWebURL(text) {
			l.listing.Unknown = false
			if err := l.give(listed{URL: text}); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// wholeLine reads a line, of one that is too long for the reader's buffer nothing.
func wholeLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = r.ReadSlice('\n')
	}
	return nil, err
}

func isWebURL(text string) bool {
	scheme, _ := cutScheme(text)
	return webScheme(scheme) != "" && !strings.ContainsAny(text, " \t")
}

// day is the layout of a date alone.
const day = "2006-01-02"

// parseWhen reads a date of a sitemap (https://www.w3.org/TR/NOTE-datetime) or a feed (RFC 822, RFC 3339), also without its seconds or
// its zone, which is then UTC. It returns the zero time for what is none, and for years that pages cannot be of.
func parseWhen(text string) time.Time {
	text = strings.TrimSpace(text)
	if len(text) < 4 || len(text) > 64 {
		return time.Time{}
	}
	for _, layout := range layoutsFor(text) {
		if at, err := time.Parse(layout, text); err == nil && at.Year() >= 1990 && at.Year() < 2200 {
			return at.UTC()
		}
	}
	return time.Time{}
}

func layoutsFor(text string) []string {
	switch {
	case !isDigit(text[0]) || !isDigit(text[3]):
		return []string{
			time.RFC1123, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04 -0700",
			"Mon, 2 Jan 2006 15:04 MST", "2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 06 15:04:05 -0700", "2 Jan 2006",
		}
	case len(text) <= len(day):
		return []string{day, "2006-01", "2006"}
	case text[len(day)] == ' ':
		return []string{"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04"}
	}
	return []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04"}
}
