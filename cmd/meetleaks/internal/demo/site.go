package demo

import (
	"fmt"
	"html"
	"net/http"
	"sync"
)

// site is a school's web site: a home page with news, and two more pages.
type site struct {
	mu    sync.Mutex
	post  string // on the home page, "" for none
	reads int    // of the home page
}

const sitePage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Acme School</title></head>
<body>
<h1>Acme School</h1>
<p><a href="/">News</a> · <a href="/term.html">Term dates</a> · <a href="/contact.html">Contact</a></p>
%s
</body></html>
`

// set puts a post on the home page, "" takes it away.
func (s *site) set(post string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.post = post
}

// read says whether the home page was ever read.
func (s *site) read() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads > 0
}

// ServeHTTP implements [http.Handler].
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text := ""
	switch r.URL.Path {
	case "/":
		text = "<p>The summer fair was a success. Thank you all!</p>\n<p>The library is open until five on Tuesdays.</p>"
		s.mu.Lock()
		s.reads++
		if s.post != "" {
			text += "\n<article><p>" + html.EscapeString(s.post) + "</p></article>"
		}
		s.mu.Unlock()
	case "/term.html":
		text = "<p>The spring term begins on the first Monday after the holidays.</p>"
	case "/contact.html":
		text = "<p>Write to office@acme.example.</p>"
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, sitePage, text)
}
