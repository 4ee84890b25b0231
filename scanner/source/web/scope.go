package web

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Reach is how far from its starts a crawl may go.
type Reach string

// The reaches.
const (
	SameSite Reach = "site" // the registrable domain of a start and all below it; the default
	SameHost Reach = "host" // the host of a start, by http or https
	SamePath Reach = "path" // the folder of a start and all below it
)

const (
	maxGlobs = 1_000
	maxDepth = 255
)

// Glob is a pattern over slash-separated paths, as the globs for files are. It is asked for the path of a page without its first
// slash and without escapes ("docs/town agenda.html"), for the whole URL without its query, and for the folders above either.
type Glob interface {
	Match(relative string, folder bool) bool
}

// scopeOptions say what belongs to a crawl.
type scopeOptions struct {
	Starts  []Address // at least one
	Reach   Reach     // "": SameSite
	Depth   int       // links away from a start that are followed, 0 to 255
	Include []Glob    // when there are any, only what one of them matches is read
	Exclude []Glob    // what one of them matches is not read; starts are read whatever Include and Exclude say
	Images  bool      // PNG, JPEG, GIF, WebP are read too
}

// scope says what belongs to a crawl. It never changes, and is safe for concurrent use.
type scope struct {
	options scopeOptions
	areas   []area
	starts  map[Address]bool
}

// area is what one start opens. Unset fields open everything of their kind.
type area struct {
	domain string // a registrable domain
	host   string // see authority
	folder string
}

// newScope checks the options.
func newScope(o scopeOptions) (*scope, error) {
	if o.Reach == "" {
		o.Reach = SameSite
	}
	if err := o.validate(); err != nil {
		return nil, fmt.Errorf("scope: %w", err)
	}
	s := &scope{options: o, starts: make(map[Address]bool, len(o.Starts))}
	known := map[area]bool{}
	for _, start := range o.Starts {
		s.starts[start] = true
		if a := areaOf(start, o.Reach); !known[a] {
			known[a] = true
			s.areas = append(s.areas, a)
		}
	}
	return s, nil
}

func (o scopeOptions) validate() error {
	switch {
	case len(o.Starts) == 0 || len(o.Starts) > MaxStarts:
		return fmt.Errorf("%d starts: must be 1 to %d", len(o.Starts), MaxStarts)
	case o.Reach != SameSite && o.Reach != SameHost && o.Reach != SamePath:
		return fmt.Errorf("reach %q: must be %q, %q or %q", o.Reach, SameSite, SameHost, SamePath)
	case o.Depth < 0 || o.Depth > maxDepth:
		return fmt.Errorf("depth %d: must be 0 to %d", o.Depth, maxDepth)
	case len(o.Include)+len(o.Exclude) > maxGlobs:
		return fmt.Errorf("more than %d globs", maxGlobs)
	}
	for _, start := range o.Starts {
		if start == (Address{}) {
			return errors.New("a start without an address")
		}
	}
	return nil
}

func areaOf(start Address, reach Reach) area {
	switch reach {
	case SamePath:
		return area{host: authority(start), folder: start.folder()}
	case SameSite:
		if domain := registrable(start.Hostname()); domain != "" {
			return area{domain: domain}
		}
	}
	return area{host: authority(start)}
}

// authority is the host, with its port when that is neither 80 nor 443: http and https are one.
func authority(a Address) string {
	host := a.Host()
	if a.Scheme() == "https" {
		return strings.TrimSuffix(host, ":80")
	}
	return strings.TrimSuffix(host, ":443")
}

// registrable is the registrable domain of a name by https://publicsuffix.org; "" for addresses, for names of one label and for
// names under which others register theirs.
func registrable(hostname string) string {
	if _, err := netip.ParseAddr(hostname); err == nil {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(hostname)
	if err != nil {
		return ""
	}
	return domain
}

// admit returns nil for an address that belongs to the crawl, and else a refusal. depth is 0 for starts.
func (s *scope) admit(a Address, depth int) error {
	switch {
	case !s.within(a):
		return outside
	case s.starts[a]:
		return nil
	case matchesAny(s.options.Exclude, a):
		return excluded
	case len(s.options.Include) > 0 && !matchesAny(s.options.Include, a):
		return notIncluded
	case depth > s.options.Depth:
		return tooDeep
	}
	return s.readable(a)
}

// within says whether a is in reach, whatever the globs and its suffix: for where a redirect led.
func (s *scope) within(a Address) bool {
	for i := range s.areas {
		if s.areas[i].holds(a) {
			return true
		}
	}
	return false
}

func (r *area) holds(a Address) bool {
	if r.domain != "" {
		return IsBelow(a.Hostname(), r.domain)
	}
	return r.host == authority(a) && strings.HasPrefix(a.Path(), r.folder)
}

// IsBelow reports whether the host belongs to a domain: it is that domain or lies below it. A name under a public suffix below
// the domain, where others register theirs, does not. Both are in lower case.
func IsBelow(host, domain string) bool {
	if host == domain {
		return true
	}
	above, ok := strings.CutSuffix(host, domain)
	return ok && strings.HasSuffix(above, ".") && len(registrable(host)) <= len(domain)
}

// matchesAny asks the globs for the page and for each folder on the way to it, as it is done for files.
func matchesAny(globs []Glob, a Address) bool {
	if len(globs) == 0 {
		return false
	}
	path := strings.TrimPrefix(a.Path(), "/")
	if plain, err := url.PathUnescape(path); err == nil { // always: see canonical
		path = plain
	}
	return matchesWay(globs, path, 0) || matchesWay(globs, a.text[:a.query], int(a.host))
}

// matchesWay looks at the folders of way that end at from or behind it.
func matchesWay(globs []Glob, way string, from int) bool {
	for i := from; i < len(way); i++ {
		if way[i] == '/' && i > 0 && matches(globs, way[:i], true) {
			return true
		}
	}
	return way != "" && !strings.HasSuffix(way, "/") && matches(globs, way, false)
}

func matches(globs []Glob, way string, folder bool) bool {
	for _, g := range globs {
		if g.Match(way, folder) {
			return true
		}
	}
	return false
}

// readable refuses what is no document by its suffix.
func (s *scope) readable(a Address) error {
	kind := suffixKind(a)
	if kind == suffixOther || kind == suffixImage && s.options.Images || saysMore(a.Query()) {
		return nil
	}
	if kind == suffixImage {
		return imageUnread
	}
	return notRead
}

// suffix is what the end of a path says of what it leads to.
type suffix int

const (
	suffixOther suffix = iota // a page, a document, or unknown
	suffixImage               // can hold a QR code
	suffixNever               // holds no text, or none that is for people
)

func suffixKind(a Address) suffix {
	path := a.Path()
	name := path[strings.LastIndexByte(path, '/')+1:]
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || strings.Contains(name, ":") { // "File:Map.png" is a wiki's page about a picture
		return suffixOther
	}
	switch strings.ToLower(name[dot+1:]) {
	case "png", "jpg", "jpeg", "gif", "webp":
		return suffixImage
	case "css", "js", "mjs", "cjs", "map", "wasm", "scss", "less", // what pages are made with
		"woff", "woff2", "ttf", "otf", "eot", "ico", "cur", "bmp", "tif", "tiff", "avif", "heic", "psd", "ai", "eps",
		"mp3", "m4a", "ogg", "oga", "opus", "wav", "flac", "aac", "wma", "mid",
		"mp4", "m4v", "webm", "ogv", "mov", "avi", "mkv", "wmv", "flv", "mpg", "mpeg", "ts", "m3u8", "mpd",
		"exe", "dll", "msi", "dmg", "pkg", "deb", "rpm", "apk", "ipa", "iso", "img", "bin", "so", "jar", "war", "class", "swf",
		"7z", "rar", "torrent", "sqlite", "db", "parquet", "onnx":
		return suffixNever
	}
	return suffixOther
}

// saysMore reports whether a query may make a page of what a suffix says is none ("photo.jpg?action=discuss"). A version number
// against caches does not.
func saysMore(query string) bool {
	for parameter := range strings.SplitSeq(query, "&") {
		name, value, assigned := strings.Cut(parameter, "=")
		if !assigned {
			continue
		}
		switch strings.ToLower(name) {
		case "v", "ver", "version", "rev", "r", "t", "ts", "time", "hash", "cb", "_", "w", "h", "width", "height", "size", "quality", "q",
			"fit", "crop", "format", "auto", "itok", "resize":
		default:
			return value != ""
		}
	}
	return false
}
