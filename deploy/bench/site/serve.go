package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// synthetic is a site whose pages are made when they are asked for: /p/0 to /p/N-1. It holds nothing.
type synthetic struct {
	pages, links int
}

// serve serves the site until ctx is done.
func serve(ctx context.Context, address string, s synthetic) error {
	if err := onLoopback(address); err != nil {
		return err
	}
	server := &http.Server{Addr: address, Handler: s, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.ListenAndServe(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// ServeHTTP implements [http.Handler].
func (s synthetic) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, ok := s.number(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(s.page(n)) // who asked may have gone
}

func (s synthetic) number(path string) (int, bool) {
	if path == "/" {
		return 0, true
	}
	rest, ok := strings.CutPrefix(path, "/p/")
	n, err := strconv.Atoi(rest)
	return n, ok && err == nil && n >= 0 && n < s.pages && rest == strconv.Itoa(n)
}

// page makes a page: half its links lead down the tree, half to pages that a fixed rule picks.
func (s synthetic) page(n int) []byte {
	b := make([]byte, 0, 2048)
	b = fmt.Appendf(b, "<!DOCTYPE html><html><head><title>Page %d</title></head><body>\n<h1>Page %d of the archive</h1>\n<ul>\n", n, n)
	down := s.links / 2
	for i := range s.links {
		to := n*down + i + 1
		if i >= down {
			to = (n*7919 + i*104_729) % s.pages
		}
		if to < s.pages {
			b = fmt.Appendf(b, "<li><a href=\"/p/%d\">Minutes of meeting %d</a></li>\n", to, to)
		}
	}
	b = append(b, "</ul>\n<p>The board met in the hall and by video. Minutes are read aloud and agreed at the next meeting.</p>\n"...)
	if n%1000 == 7 {
		b = fmt.Appendf(b, "<p>Join: <a href=\"https://acme.zoom.us/j/%s\">by video</a></p>\n", meetingNumber(n))
	}
	return append(b, "</body></html>\n"...)
}

// meetingNumber invents a meeting's number of eleven digits. Each digit differs from the one before by two or more, so that
// none is a run or a repetition.
func meetingNumber(n int) string {
	out := make([]byte, 11)
	last := 8 + n%2
	rest := n*2_654_435 + 40_503
	for i := range out {
		out[i] = byte('0' + last)
		last = (last + 2 + rest%7) % 10
		rest = rest/7 + n + i
	}
	return string(out)
}
