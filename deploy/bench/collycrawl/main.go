// Command collycrawl crawls a site on loopback with colly alone, as its documentation shows it: its queue with eight
// consumers, its in-memory storage, and a callback for each link. It is what `meetleaks scan http://…` is measured beside.
//
//	collycrawl URL
//
// It follows every link that stays on the host, prints the number of pages that it read and the bytes of their bodies, and
// looks for nothing in them. It refuses hosts that are not 127.0.0.1.
//
// Exit codes: 0 crawled, 1 could not, 2 wrong usage.
package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync/atomic"

	"github.com/gocolly/colly/v2"
	"github.com/gocolly/colly/v2/queue"
)

// consumers is how many requests are under way at the same time.
const consumers = 8

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) != 1 {
		fmt.Fprintln(stderr, "usage: collycrawl http://127.0.0.1:PORT/")
		return 2
	}
	start, err := url.Parse(args[0])
	if err != nil || start.Hostname() != "127.0.0.1" {
		fmt.Fprintln(stderr, "collycrawl: want a URL on 127.0.0.1: this is a benchmark, not a crawler")
		return 2
	}
	pages, bytes, err := crawl(start)
	if err != nil {
		fmt.Fprintln(stderr, "collycrawl:", err)
		return 1
	}
	fmt.Fprintf(stdout, "%d pages, %d bytes\n", pages, bytes)
	return 0
}

func crawl(start *url.URL) (pages, bytes int64, err error) {
	q, err := queue.New(consumers, &queue.InMemoryQueueStorage{MaxSize: 20_000_000})
	if err != nil {
		return 0, 0, fmt.Errorf("make colly's queue: %w", err)
	}
	var seen, read atomic.Int64
	c := colly.NewCollector(colly.AllowedDomains(start.Host, start.Hostname()), colly.MaxBodySize(16<<20))
	c.OnResponse(func(r *colly.Response) {
		seen.Add(1)
		read.Add(int64(len(r.Body)))
	})
	c.OnHTML("a[href]", func(e *colly.HTMLElement) {
		link, _, _ := strings.Cut(e.Request.AbsoluteURL(e.Attr("href")), "#") // else each fragment is a page to colly
		_ = q.AddURL(link)                                                    // what is no address is not followed; colly knows what it visited
	})
	if err := q.AddURL(start.String()); err != nil {
		return 0, 0, fmt.Errorf("queue %s: %w", start, err)
	}
	if err := q.Run(c); err != nil {
		return 0, 0, fmt.Errorf("run colly's queue: %w", err)
	}
	return seen.Load(), read.Load(), nil
}
