// Package report writes findings for people and for programs: text, jsonl, json, csv, sarif and html.
//
// What it promises, in every format: ids are masked unless the caller asks to reveal them; secrets are named and never
// shown; text from outside (places, organisations) is masked and stripped of control sequences before it is written;
// what could not be read is shown and never counted as clean.
//
// A finding goes through record.go, where all of that happens once; the formats only lay records out. text.go and
// html.go group records by meeting (collect.go); the other formats stream.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// Options say how a report is made.
type Options struct {
	Reveal    bool      // show ids; the caller allows it for local targets only. Secrets stay hidden.
	Color     bool      // text: ANSI colours
	Width     int       // text: columns of the terminal, 80 when 0
	Key       []byte    // key of the HMAC that makes the `key` of a meeting
	StableKey bool      // Key comes from the configuration, so that keys may be compared between runs
	Version   string    // of meetleaks
	Now       time.Time // of the report

	// Hide hides in a place, which is masked already, the ids that other documents of the run have named; may be nil.
	Hide func(string) string

	Titles map[string]string // of platforms by name; those of matchers.All when nil
}

// Writer writes one report. Its methods are called by one goroutine.
type Writer interface {
	// Finding adds one meeting in one document. jsonl, csv, json and sarif write it at once.
	Finding(f scanner.Finding) error
	// Close ends the report. It must be called once, also after an interruption and after an error of Finding, so that
	// what was found is shown. It does not close the underlying writer.
	Close(s Summary) error
}

// Formats lists the formats, the default first.
func Formats() []string { return []string{"text", "jsonl", "json", "csv", "sarif", "html"} }

// New returns a Writer of a format. Nothing is written before the first call of its methods. Writers to files should be
// buffered by the caller; jsonl makes one Write a finding.
func New(format string, w io.Writer, o Options) (Writer, error) {
	r := newRecorder(o)
	switch format {
	case "text":
		return newTextWriter(w, r), nil
	case "jsonl":
		return &jsonlWriter{w: w, recorder: r}, nil
	case "json":
		return &jsonWriter{w: w, recorder: r}, nil
	case "csv":
		return newCSVWriter(w, r), nil
	case "sarif":
		return newSARIFWriter(w, r), nil
	case "html":
		return newHTMLWriter(w, r), nil
	}
	return nil, fmt.Errorf("unknown format %q: use one of %s", format, strings.Join(Formats(), ", "))
}

// Summary says what was read and what was not. Its JSON is the file of `scan --summary`.
type Summary struct {
	Documents    int64          `json:"documents"`
	Bytes        int64          `json:"bytes"`
	Seconds      float64        `json:"seconds"`
	Findings     int            `json:"findings"`     // meetings, counted in each document
	Meetings     int            `json:"meetings"`     // distinct over all documents
	Unregistered int            `json:"unregistered"` // of nobody who is registered: counted, never listed
	Ignored      int            `json:"ignored"`      // hidden by an ignore file
	Possible     int64          `json:"possible"`     // wrapped links that name a meeting service and cannot be decoded offline
	Skipped      []scanner.Skip `json:"skipped"`
	Incomplete   bool           `json:"incomplete"`
	Requests     map[string]int `json:"requests"`  // by host
	Platforms    map[string]int `json:"platforms"` // findings by platform
}

// JSON returns the summary for `--summary`, with the places and reasons of what was skipped masked and cleaned.
func (s Summary) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(s.shown(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode summary: %w", err)
	}
	return append(text, '\n'), nil
}

// shown returns a copy that may be printed: masked, cleaned, with empty lists instead of null. A skip by failure makes
// it incomplete, whatever the caller thought.
func (s Summary) shown() Summary {
	skipped := make([]scanner.Skip, 0, len(s.Skipped))
	for _, skip := range s.Skipped {
		s.Incomplete = s.Incomplete || skip.Cause == scanner.Failure
		skip.URI, skip.Reason = maskPlace(skip.URI), maskPlace(skip.Reason)
		skipped = append(skipped, skip)
	}
	s.Skipped = skipped
	s.Requests = shownCounts(s.Requests)
	s.Platforms = shownCounts(s.Platforms)
	return s
}

func shownCounts(counts map[string]int) map[string]int {
	shown := make(map[string]int, len(counts))
	for name, n := range counts {
		shown[clean(name)] += n
	}
	return shown
}

// Divided divides what was skipped: what could not be read, what was left out on purpose, and what was read to its end but judged by less
// than all of it. The order is kept.
func Divided(skipped []scanner.Skip) (failures, left, judged []scanner.Skip) {
	for _, skip := range skipped {
		switch {
		case skip.Cause == scanner.Failure:
			failures = append(failures, skip)
		case skip.Judged:
			judged = append(judged, skip)
		default:
			left = append(left, skip)
		}
	}
	return failures, left, judged
}

// platformTitles maps the names of platforms to their titles.
func platformTitles() map[string]string {
	titles := make(map[string]string)
	for _, platform := range matchers.All() {
		titles[platform.Name] = platform.Title
	}
	return titles
}
