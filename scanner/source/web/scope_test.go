package web

import (
	"errors"
	"path"
	"strings"
	"testing"
)

// wildcard is a simple Glob: path.Match over the whole way.
type wildcard string

func (w wildcard) Match(relative string, folder bool) bool {
	pattern, onlyFolder := strings.CutSuffix(string(w), "/")
	ok, _ := path.Match(pattern, relative)
	return ok && (folder || !onlyFolder)
}

func mustScope(t *testing.T, o scopeOptions) *scope {
	t.Helper()
	s, err := newScope(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReachSaysWhereACrawlMayGo(t *testing.T) {
	for _, c := range []struct {
		reach       Reach
		start, page string
		want        bool
	}{
		{SameSite, "https://www.acme.example/", "https://acme.example/", true},
		{SameSite, "https://www.acme.example/", "http://docs.eu.acme.example/a", true},
		{SameSite, "https://www.acme.example/", "https://notacme.example/", false},
		{SameSite, "https://www.acme.example/", "https://acme.example.globex.example/", false},
		{SameSite, "https://www.acme.example/", "https://globex.example/", false},
		{SameSite, "https://acme.co.uk/", "https://globex.co.uk/", false},
		{SameSite, "https://acme.github.io/", "https://globex.github.io/", false},
		{SameSite, "https://acme.github.io/", "https://a.acme.github.io/", true},
		{SameSite, "https://github.io/", "https://acme.github.io/", false},
		{SameSite, "https://www.amazonaws.com/", "https://docs.amazonaws.com/", true},
		{SameSite, "https://www.amazonaws.com/", "https://acme.s3.amazonaws.com/", false},
		{SameSite, "http://127.0.0.1:8088/", "http://127.0.0.1:8088/a", true},
		{SameSite, "http://127.0.0.1:8088/", "http://127.0.0.1:8089/", false},
		{SameSite, "http://127.0.0.1:8088/", "http://127.0.0.2:8088/", false},
		{SameSite, "http://[::1]:8088/", "http://[::1]:8088/a", true},
		{SameSite, "http://localhost:8088/", "http://a.localhost:8088/", false},
		{SameHost, "https://www.acme.example/", "http://www.acme.example/a", true},
		{SameHost, "https://www.acme.example/", "https://acme.example/", false},
		{SameHost, "https://www.acme.example/", "https://www.acme.example:8443/", false},
		{SamePath, "https://acme.example/docs/index.html", "https://acme.example/docs/a/b", true},
		{SamePath, "https://acme.example/docs/index.html", "https://acme.example/docs-old/", false},
		{SamePath, "https://acme.example/docs/index.html", "https://acme.example/", false},
		{SamePath, "https://acme.example/docs/", "https://acme.example/docs/../x", false},
	} {
		s := mustScope(t, scopeOptions{Starts: []Address{mustAddress(t, c.start)}, Reach: c.reach})
		if got := s.within(mustAddress(t, c.page)); got != c.want {
			t.Errorf("%s from %s: %s within = %t, want %t", c.reach, c.start, c.page, got, c.want)
		}
	}
}

func TestEachStartOpensItsOwnSite(t *testing.T) {
	s := mustScope(t, scopeOptions{Starts: []Address{mustAddress(t, "https://acme.example/"), mustAddress(t, "https://globex.example/")}})
	for page, want := range map[string]bool{"https://a.acme.example/": true, "https://b.globex.example/": true, "https://hooli.example/": false} {
		if got := s.within(mustAddress(t, page)); got != want {
			t.Errorf("within(%s) = %t, want %t", page, got, want)
		}
	}
}

func TestScopeSaysWhyAPageDoesNotBelong(t *testing.T) {
	start := mustAddress(t, "https://acme.example/start.html")
	s := mustScope(t, scopeOptions{
		Starts: []Address{start}, Depth: 2,
		Include: []Glob{wildcard("docs"), wildcard("*.pdf"), wildcard("https://www.acme.example/team")},
		Exclude: []Glob{wildcard("docs/old/"), wildcard("docs/*.zip"), wildcard("https://intra.acme.example"), wildcard("docs/b\u00e4 *"), wildcard("start.html")},
	})
	for _, c := range []struct {
		page  string
		depth int
		want  error
	}{
		{"https://acme.example/start.html", 0, nil},
		{"https://acme.example/docs/a/b", 2, nil},
		{"https://acme.example/docs/", 1, nil},
		{"https://acme.example/plan.pdf", 1, nil},
		{"https://acme.example/a/plan.pdf", 1, notIncluded},
		{"https://www.acme.example/team/jo", 1, nil},
		{"https://acme.example/team/jo", 1, notIncluded},
		{"https://acme.example/docs/old/x", 1, excluded},
		{"https://acme.example/docs/old", 1, nil},
		{"https://acme.example/docs/a.zip", 1, excluded},
		{"https://intra.acme.example/docs/a", 1, excluded},
		{"https://acme.example/docs/b%C3%A4%20r", 1, excluded},
		{"https://acme.example/", 1, notIncluded},
		{"https://acme.example/docs/a", 3, tooDeep},
		{"https://globex.example/docs/a", 1, outside},
		{"https://acme.example/docs/site.css", 1, notRead},
	} {
		if got := s.admit(mustAddress(t, c.page), c.depth); !errors.Is(got, c.want) {
			t.Errorf("admit(%s, %d) = %v, want %v", c.page, c.depth, got, c.want)
		}
	}
}

func TestSuffixesThatAreNeverPagesAreNotRead(t *testing.T) {
	start := mustAddress(t, "https://acme.example/")
	plain := mustScope(t, scopeOptions{Starts: []Address{start}, Depth: 1})
	images := mustScope(t, scopeOptions{Starts: []Address{start}, Depth: 1, Images: true})
	for _, c := range []struct {
		page        string
		want, asked error
	}{
		{"/a.css", notRead, notRead},
		{"/a.CSS?v=1.2", notRead, notRead},
		{"/a.js?20260101", notRead, notRead},
		{"/a.mp4", notRead, notRead},
		{"/poster.png", imageUnread, nil},
		{"/poster.jpg?width=200&h=3", imageUnread, nil},
		{"/poster.jpg?action=discuss", nil, nil},
		{"/wiki/File:Poster.png", nil, nil},
		{"/download.exe?page=2", nil, nil},
		{"/agenda.pdf", nil, nil},
		{"/agenda.php", nil, nil},
		{"/minutes.zip", nil, nil},
		{"/v1.2", nil, nil},
		{"/css", nil, nil},
		{"/js/", nil, nil},
	} {
		a := mustAddress(t, "https://acme.example"+c.page)
		if got := plain.admit(a, 1); !errors.Is(got, c.want) {
			t.Errorf("admit(%s) = %v, want %v", c.page, got, c.want)
		}
		if got := images.admit(a, 1); !errors.Is(got, c.asked) {
			t.Errorf("with images asked for, admit(%s) = %v, want %v", c.page, got, c.asked)
		}
	}
}

func TestOddScopesAreRefused(t *testing.T) {
	start := mustAddress(t, "https://acme.example/")
	for name, o := range map[string]scopeOptions{
		"no start":       {},
		"empty start":    {Starts: []Address{{}}},
		"unknown reach":  {Starts: []Address{start}, Reach: "planet"},
		"negative depth": {Starts: []Address{start}, Depth: -1},
		"endless depth":  {Starts: []Address{start}, Depth: maxDepth + 1},
		"many starts":    {Starts: make([]Address, MaxStarts+1)},
		"many globs":     {Starts: []Address{start}, Include: make([]Glob, maxGlobs+1)},
	} {
		if _, err := newScope(o); err == nil || !strings.HasPrefix(err.Error(), "scope: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
