package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gocolly/colly/v2"

	"meetleaks/scanner/fetch"
)

// This file is the only one that knows colly. Each worker has a Collector of its own, used for one request after the other
// in the worker's goroutine, so that nothing is shared between requests, workers or passes. Of colly's abilities those
// stay off that are not safe against hostile pages; what it would do is done by package fetch and by this one:
//
//	robots.txt, pace, limits, addresses    the transport, fetch.Client; also for each redirect
//	cookies, environment, user agent       none: colly's settings from COLLY_* are not asked for
//	what was visited, how deep, the queue  visited.go, frontier.go
//	decompression, character sets          off; see visitor.hide
//	the size of bodies, cut bodies         the transport cuts and tells by its Trace
//	its parser's idea of the URL           undone, see visitor.restore

// transport is what a visitor needs of a *fetch.Client.
type transport interface {
	http.RoundTripper
	CheckRedirect(req *http.Request, via []*http.Request) error
}

// errand is one page to ask for.
type errand struct {
	url        *url.URL
	validators fetch.Validators
	// enter is asked about each redirect's target before it is requested. Its error ends the errand.
	enter func(*url.URL) error
	// wants is asked about the type that a successful answer claims, before its body is read. With an error the body is left.
	wants func(contentType string) error
}

// answer is what came of an errand.
type answer struct {
	err    error // nothing came, and why; the rest is then unset, but for redirects
	url    *url.URL
	status int
	header http.Header
	body   []byte // belongs to whoever has the answer

	truncated string // why body is not whole, "" when it is
	unwanted  error  // of errand.wants: body is empty
	wire      int64  // bytes received

	temporary bool     // one of the redirects on the way was for the time being
	redirects []string // the Location fields on the way, as they were sent, at most maxLocations of at most maxLocation bytes
}

const (
	maxLocations = 8
	maxLocation  = 8 << 10
)

// visitor is one worker's way to the web. It is used by one goroutine.
type visitor struct {
	transport transport
	collector *colly.Collector

	// of the errand under way
	errand errand
	answer answer
	hops   int
}

func newVisitor(t transport) *visitor {
	v := &visitor{transport: t, collector: &colly.Collector{}}
	c := v.collector
	c.Init() // not NewCollector: that one asks the environment
	c.UserAgent = "meetleaks"
	c.MaxBodySize = 0 // the transport's limits hold, and are told
	c.AllowURLRevisit = true
	c.IgnoreRobotsTxt = true // the transport asks, also for redirects
	c.ParseHTTPErrorResponse = true
	c.CheckHead = false
	c.DetectCharset = false
	c.Async = false
	c.SetClient(&http.Client{Transport: v, CheckRedirect: t.CheckRedirect}) // no jar, and no time limit: see package fetch
	c.OnRequest(v.restore)
	c.OnResponse(v.arrived)
	return v
}

// visit does one errand. The body lies in memory when it returns.
func (v *visitor) visit(ctx context.Context, e errand) (a answer) {
	ctx, trace := fetch.WithTrace(ctx, fetch.Request{Kind: fetch.KindPage, Validators: e.validators})
	v.errand, v.answer, v.hops = e, answer{}, 0
	defer func() {
		if broken := recover(); broken != nil {
			// The value may quote the page, so only its type is told.
			v.answer = answer{redirects: v.answer.redirects, err: fmt.Errorf("internal error while fetching (%T); please report it", broken)}
		}
		a = v.answer
		a.wire = trace.Wire()
		v.errand, v.answer, v.collector.Context = errand{}, answer{}, context.Background()
	}()
	v.collector.Context = ctx
	err := v.collector.Request(http.MethodGet, e.url.String(), nil, nil, http.Header{})
	switch {
	case err != nil:
		v.answer = answer{redirects: v.answer.redirects, temporary: v.answer.temporary, err: fetchError(err, e.url)}
	case v.answer.url == nil:
		v.answer.err = errors.New("the URL is read differently by the crawler's library, so it is not requested")
	}
	_, v.answer.truncated = trace.Truncated()
	return v.answer
}

// fetchError keeps errors of this package as they are, and makes fetch.Errors of the others.
func fetchError(err error, u *url.URL) error {
	if own, ok := errors.AsType[refusal](err); ok {
		return own
	}
	return fetch.AsError(err, u.String())
}

// restore undoes what colly's parser made of the URL: queries, above all, are requested as the page wrote them.
func (v *visitor) restore(r *colly.Request) {
	if !strings.EqualFold(r.URL.Host, v.errand.url.Host) || r.URL.Scheme != v.errand.url.Scheme {
		r.Abort()
		return
	}
	*r.URL = *v.errand.url
}

// arrived takes the body over from colly.
func (v *visitor) arrived(r *colly.Response) {
	v.answer.url, v.answer.status, v.answer.body = r.Request.URL, r.StatusCode, r.Body
}

// RoundTrip stands between colly's HTTP client and the transport, for each hop.
func (v *visitor) RoundTrip(req *http.Request) (*http.Response, error) {
	if v.hops++; v.hops > 1 {
		if err := v.errand.enter(req.URL); err != nil {
			return nil, err
		}
	}
	resp, err := v.transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	v.note(resp)
	v.hide(resp)
	return resp, nil
}

// note keeps what is wanted of an answer's headers, and leaves a body of a kind that is not read.
func (v *visitor) note(resp *http.Response) {
	a := &v.answer
	a.header = resp.Header.Clone()
	a.temporary = a.temporary || isRedirect(resp.StatusCode) && resp.StatusCode != http.StatusMovedPermanently && resp.StatusCode != http.StatusPermanentRedirect
	if to := resp.Header.Get("Location"); to != "" && isRedirect(resp.StatusCode) && len(a.redirects) < maxLocations {
		a.redirects = append(a.redirects, to[:min(len(to), maxLocation)])
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return
	}
	if a.unwanted = v.errand.wants(resp.Header.Get("Content-Type")); a.unwanted != nil {
		resp.Body.Close()
		resp.Body = http.NoBody
	}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// hide takes away what would make colly change the body: it inflates what claims to be gzip (without limit), and recodes what
// names a character set (which the extractor does, knowing more).
func (v *visitor) hide(resp *http.Response) {
	resp.Uncompressed = true
	resp.Header.Del("Content-Type")
	resp.Header.Del("Content-Encoding")
}
