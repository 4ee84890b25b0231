package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // the page, its style and its script
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"meetleaks/scanner"
)

//go:embed report.html
var pageSource string

//go:embed report.css
var pageStyle string

//go:embed report.js
var pageScript string

// maxListed bounds the entries of a choice and the list of what was not read.
const maxListed = 200

// htmlWriter writes one page that needs nothing from outside: its policy forbids the browser every request. The page
// is made at Close; memory is bounded by collector and tree.
type htmlWriter struct {
	w io.Writer
	*recorder
	found   *collector
	folders *tree
}

func newHTMLWriter(w io.Writer, r *recorder) *htmlWriter {
	return &htmlWriter{w: w, recorder: r, found: newCollector(), folders: newTree()}
}

func (h *htmlWriter) Finding(f scanner.Finding) error {
	rec := h.record(f)
	uri := ""
	if len(rec.Places) > 0 {
		uri = rec.Places[0].URI
	}
	if m := h.found.add(f, rec); m != nil {
		m.remember(h.folders.ancestors(h.folders.add(uri)))
	}
	return nil
}

// remember notes folders, so that the page can show what lies in one.
func (m *meeting) remember(folders []int) {
	for _, id := range folders {
		if len(m.folders) < maxOfMeeting && !slices.Contains(m.folders, id) {
			m.folders = append(m.folders, id)
		}
	}
}

func (h *htmlWriter) Close(s Summary) error {
	page, err := template.New("report").Funcs(h.functions()).Parse(pageSource)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	out := bufio.NewWriter(h.w)
	if err := page.Execute(out, h.view(s.shown())); err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

func (h *htmlWriter) functions() template.FuncMap {
	return template.FuncMap{
		"title": h.title, "kind": kindWords, "class": classWords, "advice": advice, "place": placeText, "count": count, "number": grouped,
		"owner": ownerText,
	}
}

// view is what the page shows.
type view struct {
	Policy   template.HTMLAttr
	Style    template.CSS
	Script   template.JS
	Version  string
	Made     string
	Meetings []row
	Beyond   int
	Limit    int
	Counts   []tile
	Bars     []bar
	BarsLeft int
	Classes  []string

	Platforms, Levels, Orgs []string

	Summary   Summary
	Read      string
	Headline  string
	Failures  []scanner.Skip
	MoreFails int
	Asides    []string
	Revealed  bool
}

// row is a meeting in the table.
type row struct {
	*meeting
	FolderIDs string // " 1 4 9 "
}

// Orgs, Total and More open the meeting's fields to the template.
func (r row) Orgs() string { return strings.Join(r.orgs, "\n") }

// Total is the number of places.
func (r row) Total() int { return r.total }

// More is the number of places not listed.
func (r row) More() int { return r.more() }

// Meeting is the meeting itself.
func (r row) Meeting() *meeting { return r.meeting }

// tile is a class with its number of meetings.
type tile struct {
	Class string
	Count int
}

func (h *htmlWriter) view(s Summary) view {
	v := view{
		Policy: policy(), Style: template.CSS(pageStyle), Script: template.JS(pageScript), // our own files
		Version: clean(h.Version), Beyond: h.found.beyond, Limit: h.found.limit, Revealed: h.Reveal,
		Summary: s, Read: fmt.Sprintf("%s (%s)", count(int(s.Documents), "document"), byteCount(s.Bytes)), Asides: asides(s),
	}
	if !h.Now.IsZero() {
		v.Made = h.Now.UTC().Format("2006-01-02 15:04 UTC")
	}
	h.rows(&v)
	v.Bars, v.BarsLeft = h.folders.bars()
	failures, _, _ := Divided(s.Skipped)
	v.Failures = failures[:min(len(failures), maxListed)]
	v.MoreFails = len(failures) - len(v.Failures)
	v.Headline = headline(len(h.found.meetings)+h.found.beyond, max(s.Meetings, len(h.found.meetings)), s)
	return v
}

// rows fills the table and the choices above it.
func (h *htmlWriter) rows(v *view) {
	counts := make(map[string]int)
	for _, m := range h.found.sorted() {
		v.Meetings = append(v.Meetings, row{meeting: m, FolderIDs: idList(m.folders)})
		v.Platforms = append(v.Platforms, m.Platform)
		v.Orgs = append(v.Orgs, m.orgs...)
		counts[m.Class]++
		h.folders.count(m.Class, m.folders)
	}
	for _, class := range classes() {
		if counts[class] > 0 {
			v.Counts = append(v.Counts, tile{class, counts[class]})
			v.Classes = append(v.Classes, class)
		}
	}
	v.Platforms, v.Orgs = choices(v.Platforms), choices(v.Orgs)
	v.Levels = []string{"critical", "high", "medium", "low"}
}

// headline never says that all is well when something could not be read.
func headline(found, meetings int, s Summary) string {
	switch {
	case found > 0:
		return strings.Replace(count(meetings, "meeting"), strconv.Itoa(meetings), grouped(meetings), 1) + " in public"
	case s.Incomplete:
		return "No meeting links in what could be read"
	case s.Documents == 0:
		return "Nothing was read"
	}
	return "No meeting links found"
}

func choices(all []string) []string {
	set := union(all, nil)
	return set[:min(len(set), maxListed)]
}

func idList(ids []int) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, id := range ids {
		b.WriteString(strconv.Itoa(id))
		b.WriteByte(' ')
	}
	return b.String()
}

// grouped writes 12345 as "12,345".
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// policy is the Content-Security-Policy: nothing but this style and this script, by their hashes.
func policy() template.HTMLAttr {
	return template.HTMLAttr(fmt.Sprintf(`content="default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; img-src data:; base-uri 'none'; form-action 'none'"`,
		hash(pageStyle), hash(pageScript)))
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}
