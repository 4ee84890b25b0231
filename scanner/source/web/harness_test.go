package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// readPlainly is a Reader with just enough of HTML for tests: one document for each page, and its outline.
func readPlainly(ctx context.Context, page *Page, yield func(scanner.Document) error, _ func(scanner.Skip)) (scanner.Outline, error) {
	if err := ctx.Err(); err != nil {
		return scanner.Outline{}, err
	}
	r, err := page.Open()
	if err != nil {
		return scanner.Outline{}, err
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return scanner.Outline{}, err
	}
	if err := r.Close(); err != nil {
		return scanner.Outline{}, err
	}
	err = yield(scanner.Document{URI: page.URI(), Host: page.Host(), MediaType: page.ContentType(), Text: bytes.NewBuffer(body)})
	return outlineOf(body), err
}

func outlineOf(body []byte) scanner.Outline {
	var o scanner.Outline
	z := html.NewTokenizer(bytes.NewReader(body))
	for z.Next() != html.ErrorToken {
		t := z.Token()
		attr := map[string]string{}
		for _, a := range t.Attr {
			attr[a.Key] = a.Val
		}
		switch {
		case t.Data == "a" && attr["href"] != "":
			o.Links = append(o.Links, scanner.PageLink{URL: attr["href"], NoFollow: strings.Contains(attr["rel"], "nofollow")})
		case t.Data == "link" && attr["rel"] == "alternate":
			o.Links = append(o.Links, scanner.PageLink{URL: attr["href"], Kind: scanner.LinkFeed})
		case t.Data == "link" && attr["rel"] == "canonical":
			o.Canonical = attr["href"]
		case t.Data == "base":
			o.Base = attr["href"]
		case t.Data == "meta" && attr["name"] == "robots":
			o.Robots = append(o.Robots, attr["content"])
		}
	}
	return o
}

// crawled is what a pass came to.
type crawled struct {
	t     *testing.T
	stats Stats
	err   error

	mu    sync.Mutex
	docs  map[string]string // text by URI
	times map[string]int    // how often each was yielded
	skips []scanner.Skip
}

func (c *crawled) document(d scanner.Document) error {
	text, err := io.ReadAll(d.Text)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.docs[d.URI] = string(text)
	c.times[d.URI]++
	return nil
}

func (c *crawled) skip(s scanner.Skip) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skips = append(c.skips, s)
}

// crawl makes a pass with two readers beside it, as Matcher.Each does.
func crawl(ctx context.Context, t *testing.T, c *Crawler, memory Memory) *crawled {
	t.Helper()
	got := &crawled{t: t, docs: map[string]string{}, times: map[string]int{}}
	units := make(chan scanner.Unit, 4)
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for u := range units {
				if err := u(ctx, got.document, got.skip); err != nil && ctx.Err() == nil {
					t.Errorf("a unit failed: %v", err)
				}
			}
		})
	}
	got.stats, got.err = c.Crawl(ctx, memory, func(u scanner.Unit) error {
		select {
		case units <- u:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}, got.skip)
	close(units)
	readers.Wait()
	return got
}

// newCrawler reads from a server of ours without pauses.
func newCrawler(t *testing.T, addr string, o Options) *Crawler {
	t.Helper()
	return newCrawlerBy(t, testClient(t, addr), addr, o)
}

func newCrawlerBy(t *testing.T, client *fetch.Client, addr string, o Options) *Crawler {
	t.Helper()
	if o.Start == nil {
		o.Start = []string{"http://" + addr + "/"}
	}
	if o.PerHost == 0 {
		o.PerHost = 8
	}
	o.Dir = t.TempDir()
	c, err := New(client, readPlainly, o)
	if err != nil {
		t.Fatal(err)
	}
	c.retryDelay = func(int) time.Duration { return time.Millisecond }
	c.pulse = 10 * time.Millisecond
	return c
}

// read are the paths of the documents, sorted.
func (c *crawled) read() []string {
	c.t.Helper()
	if c.err != nil {
		c.t.Fatalf("the pass failed: %v", c.err)
	}
	var out []string
	for _, uri := range slices.Sorted(maps.Keys(c.docs)) {
		if c.times[uri] != 1 {
			c.t.Errorf("%s was read %d times", uri, c.times[uri])
		}
		out = append(out, pathOf(uri))
	}
	return out
}

// pathOf is a URL without its scheme and host.
func pathOf(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	_, rest, _ = strings.Cut(rest, "/")
	return "/" + rest
}

// told are the skips as "path: cause: reason", sorted.
func (c *crawled) told() []string {
	var out []string
	for _, s := range c.skips {
		out = append(out, fmt.Sprintf("%s: %s: %s", pathOf(s.URI), s.Cause, s.Reason))
	}
	slices.Sort(out)
	return out
}

// tells wants one skip of a page, with a cause and words of its reason.
func (c *crawled) tells(uri string, cause scanner.Cause, words string) {
	c.t.Helper()
	n := 0
	for _, s := range c.skips {
		if pathOf(s.URI) == uri && s.Cause == cause && strings.Contains(s.Reason, words) {
			n++
		}
	}
	if n != 1 {
		c.t.Errorf("%d skips say %q (%s) of %s; told was:\n%s", n, words, cause, uri, strings.Join(c.told(), "\n"))
	}
}

// equal compares lists of paths.
func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\ninstead of\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// noMeetings fails for addresses that are meeting links.
func noMeetings(t *testing.T, what string, texts []string) {
	t.Helper()
	for _, text := range texts {
		if len(matchers.Standard().FindIn([]byte(text), 0, len(text))) > 0 {
			t.Errorf("%s: a meeting link", what)
		}
	}
}

// links is a page with links.
func links(to ...string) []byte {
	var b bytes.Buffer
	b.WriteString("<!doctype html><title>A page of Acme</title><body>")
	for _, ref := range to {
		fmt.Fprintf(&b, "<p><a href=\"%s\">%s</a>\n", html.EscapeString(ref), html.EscapeString(ref))
	}
	return b.Bytes()
}
