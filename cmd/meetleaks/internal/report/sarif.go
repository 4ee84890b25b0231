package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"meetleaks/scanner"
)

// sarifSchema is the address by which SARIF 2.1.0 (OASIS, errata 01) names its schema.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// The bounds of what SARIF keeps in memory or lists: the rules, the fingerprints in use, and what could not be read.
const (
	maxFingerprints  = 100_000
	maxNotifications = 1000
)

// sarifWriter writes one SARIF 2.1.0 log with one run. Results are written as they come; the rules they point to follow
// at the end, which the order of JSON properties allows.
type sarifWriter struct {
	w io.Writer
	*recorder
	open  bool
	rules []sarifRule
	index map[string]int // rule by id
	same  map[string]int // fingerprints in use: the second finding with the same one gets a number
}

func newSARIFWriter(w io.Writer, r *recorder) *sarifWriter {
	return &sarifWriter{w: w, recorder: r, index: make(map[string]int), same: make(map[string]int)}
}

type (
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID               string         `json:"id"`
		Name             string         `json:"name"`
		ShortDescription sarifText      `json:"shortDescription"`
		FullDescription  sarifText      `json:"fullDescription"`
		Help             sarifText      `json:"help"`
		Default          sarifLevel     `json:"defaultConfiguration"`
		Properties       map[string]any `json:"properties"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Rank         float64           `json:"rank"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Properties   map[string]any    `json:"properties"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		EndTime       string              `json:"endTimeUtc,omitempty"`
		Notifications []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifDriver struct {
		Name       string      `json:"name"`
		Version    string      `json:"version,omitempty"`
		Rules      []sarifRule `json:"rules"`
		Properties any         `json:"properties"`
	}
)

func (s *sarifWriter) Finding(f scanner.Finding) error {
	rec := s.record(f)
	rule := s.rule(rec)
	line, err := encode(s.result(rec, rule))
	if err != nil {
		return err
	}
	return write(s.w, "finding", append(s.before(), bytes.TrimSuffix(line, []byte("\n"))...))
}

// before is what stands in front of the next result.
func (s *sarifWriter) before() []byte {
	if s.open {
		return []byte(",\n")
	}
	s.open = true
	return []byte(`{"$schema":"` + sarifSchema + `","version":"2.1.0","runs":[{"columnKind":"unicodeCodePoints","results":[` + "\n")
}

func (s *sarifWriter) Close(sum Summary) error {
	sum = sum.shown()
	driver := sarifDriver{Name: "meetleaks", Version: clean(s.Version), Rules: s.rules, Properties: map[string]any{"risk words": scanner.WordsVersion}}
	if driver.Rules == nil {
		driver.Rules = []sarifRule{}
	}
	tail, err := json.Marshal(map[string]any{
		"tool":        map[string]any{"driver": driver},
		"invocations": []sarifInvocation{s.invocation(sum)},
		"properties":  map[string]any{"documents": sum.Documents, "bytes": sum.Bytes, "unregistered": sum.Unregistered, "ignored": sum.Ignored, "skipped": len(sum.Skipped)},
	})
	if err != nil {
		return fmt.Errorf("encode sarif: %w", err)
	}
	var out []byte
	if !s.open {
		out = s.before()
	}
	out = append(out, "\n],"...)
	out = append(out, tail[1:]...) // its properties go on in the run
	return write(s.w, "report", append(out, "]}\n"...))
}

// rule returns the index of the rule for a record, which is one for each platform, kind and class: "zoom/meeting/B".
func (s *sarifWriter) rule(rec record) int {
	id := rec.Platform + "/" + rec.Kind + "/" + rec.Class
	if i, known := s.index[id]; known {
		return i
	}
	title := s.title(rec.Platform) + " " + kindWords(rec.Kind)
	s.rules = append(s.rules, sarifRule{
		ID:               id,
		Name:             camel(rec.Platform + "-" + rec.Kind + "-" + classWords(rec.Class)),
		ShortDescription: sarifText{title + " in public (" + classWords(rec.Class) + ")"},
		FullDescription:  sarifText{"A link or number of a " + title + " stands where others can read it. Class " + rec.Class + ": " + classWords(rec.Class) + "."},
		Help:             sarifText{advice(rec.Class)},
		Default:          sarifLevel{classLevel(rec.Class)},
		Properties:       map[string]any{"tags": []string{"security", "meeting-link"}, "security-severity": classSeverity(rec.Class), "precision": "high"},
	})
	s.index[id] = len(s.rules) - 1
	return len(s.rules) - 1
}

func (s *sarifWriter) result(rec record, rule int) sarifResult {
	result := sarifResult{
		RuleID: s.rules[rule].ID, RuleIndex: rule, Level: riskSARIF(rec.Risk.Level), Rank: float64(rec.Risk.Score),
		Message:      sarifText{sarifMessage(s.title(rec.Platform), rec)},
		Locations:    []sarifLocation{},
		Fingerprints: s.fingerprints(rec),
		Properties:   map[string]any{"key": rec.Key, "url": rec.URL, "class": rec.Class, "secrets": rec.Secrets, "org": rec.Org, "org_hint": rec.OrgHint, "reasons": rec.Risk.Reasons, "more_places": rec.MorePlaces},
	}
	for i, place := range rec.Places {
		location := sarifPlace(place)
		if i == 0 {
			result.Locations = append(result.Locations, location)
			continue
		}
		location.ID = i
		result.Related = append(result.Related, location)
	}
	return result
}

func sarifMessage(title string, rec record) string {
	text := fmt.Sprintf("%s %s %s is readable here", title, kindWords(rec.Kind), rec.ID)
	if len(rec.Secrets) > 0 {
		text += " together with its secret (" + strings.Join(rec.Secrets, ", ") + ")"
	}
	// Brackets would start a link in a SARIF message.
	text = strings.NewReplacer("[", "(", "]", ")").Replace(text)
	return fmt.Sprintf("%s. Risk %d of 100 (%s). %s", text, rec.Risk.Score, rec.Risk.Level, advice(rec.Class))
}

// fingerprints let viewers recognise a finding in the next run. The one of the place is made of what the report shows
// anyhow. The one of the meeting is given only when its key outlives the run; else every run would look new.
func (s *sarifWriter) fingerprints(rec record) map[string]string {
	uri := ""
	if len(rec.Places) > 0 {
		uri = rec.Places[0].URI
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{uri, rec.Platform, rec.Kind, rec.ID}, "\n")))
	place := hex.EncodeToString(sum[:16])
	if len(s.same) < maxFingerprints || s.same[place] > 0 {
		s.same[place]++
	}
	prints := map[string]string{"meetleaksPlace/v1": fmt.Sprintf("%s:%d", place, max(s.same[place], 1))}
	if s.StableKey {
		prints["meetleaksKey/v1"] = rec.Key
	}
	return prints
}

func sarifPlace(p placeRecord) sarifLocation {
	location := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{artifactURI(p.URI)}}}
	if p.Page > 0 {
		location.Physical.Artifact.URI += fmt.Sprintf("#page=%d", p.Page) // RFC 8118 section 3; SARIF knows no pages
	}
	if p.Line > 0 {
		location.Physical.Region = &sarifRegion{StartLine: p.Line, StartColumn: p.Column}
	}
	return location
}

// artifactURI makes a URI reference of a place: web addresses stay, absolute paths become file URIs, relative ones stay
// relative to where the scan was started, with all that a URI cannot hold escaped.
func artifactURI(place string) string {
	if strings.HasPrefix(place, "http://") || strings.HasPrefix(place, "https://") {
		// url.Parse believes hosts that no URI may have, and writes them as they are.
		if u, err := url.Parse(place); err == nil && !strings.ContainsAny(u.Host, " \"<>\\^`{|}") {
			return u.String()
		}
	}
	u := url.URL{Path: place}
	if strings.HasPrefix(place, "/") {
		u.Scheme = "file"
	}
	if place == "" || place == "-" {
		u.Path = "stdin"
	}
	return u.String()
}

func (s *sarifWriter) invocation(sum Summary) sarifInvocation {
	invocation := sarifInvocation{Successful: !sum.Incomplete, Notifications: []sarifNotification{}}
	if !s.Now.IsZero() {
		invocation.EndTime = s.Now.UTC().Format(time.RFC3339)
	}
	for _, skip := range sum.Skipped[:min(len(sum.Skipped), maxNotifications)] {
		level := "note"
		if skip.Cause == scanner.Failure {
			level = "error"
		}
		invocation.Notifications = append(invocation.Notifications, sarifNotification{
			Level: level, Message: sarifText{"not read: " + skip.Reason},
			Locations: []sarifLocation{sarifPlace(placeRecord{URI: skip.URI})},
		})
	}
	if n := len(sum.Skipped) - maxNotifications; n > 0 {
		invocation.Notifications = append(invocation.Notifications, sarifNotification{
			Level: "warning", Message: sarifText{fmt.Sprintf("not read: %d more", n)}, Locations: []sarifLocation{},
		})
	}
	return invocation
}

// riskSARIF is the level of a result.
func riskSARIF(level string) string {
	switch level {
	case "critical", "high":
		return "error"
	case "medium":
		return "warning"
	}
	return "note"
}

func classLevel(class string) string {
	switch class {
	case "A", "B", "C", "D":
		return "error"
	case "F", "G":
		return "warning"
	}
	return "note"
}

// classSeverity is on the scale of CVSS, which code hosts read to sort rules.
func classSeverity(class string) string {
	switch class {
	case "A":
		return "9.0"
	case "B":
		return "7.5"
	case "C":
		return "8.0"
	case "D":
		return "7.0"
	case "F", "G":
		return "5.5"
	case "H":
		return "3.5"
	}
	return "2.0"
}

// camel turns "google-meet-join link" into "GoogleMeetJoinLink".
func camel(s string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == ' ' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
