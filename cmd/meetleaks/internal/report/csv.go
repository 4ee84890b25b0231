package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"meetleaks/scanner"
)

// csvWriter writes RFC 4180 with a header and one row for each place, so that no place is lost: `key` brings the rows
// of one meeting together. Lists are joined with "; ". Unlike encoding/csv it quotes fields that hold what some
// spreadsheets take for the end of a field: a semicolon or a tab.
type csvWriter struct {
	w *bufio.Writer
	*recorder
	open bool
}

func newCSVWriter(w io.Writer, r *recorder) *csvWriter {
	return &csvWriter{w: bufio.NewWriter(w), recorder: r}
}

func csvHeader() []string {
	return []string{
		"risk_score", "risk_level", "class", "platform", "kind", "id", "masked", "url", "key", "secrets", "org_hint", "org", "matched_by",
		"uri", "line", "column", "media_type", "via", "place", "places", "reasons", "page",
	}
}

func (c *csvWriter) Finding(f scanner.Finding) error {
	rec := c.record(f)
	c.header()
	if len(rec.Places) == 0 {
		rec.Places = []placeRecord{{}}
	}
	for i, place := range rec.Places {
		c.row(csvRow(rec, place, i+1))
	}
	return c.flush("finding")
}

func (c *csvWriter) Close(Summary) error {
	c.header()
	return c.flush("header")
}

func (c *csvWriter) header() {
	if !c.open {
		c.open = true
		c.row(csvHeader())
	}
}

// row writes one row; its error stays in the writer until flush.
func (c *csvWriter) row(fields []string) {
	for i, field := range fields {
		if i > 0 {
			_ = c.w.WriteByte(',')
		}
		_, _ = c.w.WriteString(csvQuoted(field))
	}
	_ = c.w.WriteByte('\n')
}

// csvQuoted puts a field into quotes unless it is plain. A space at either end, which some readers cut off, and a single
// quote count as well.
func csvQuoted(field string) string {
	if strings.ContainsAny(field, ",;\t|\"'\r\n") || strings.TrimSpace(field) != field {
		return `"` + strings.ReplaceAll(field, `"`, `""`) + `"`
	}
	return field
}

func (c *csvWriter) flush(what string) error {
	if err := c.w.Flush(); err != nil {
		return fmt.Errorf("write %s as csv: %w", what, err)
	}
	return nil
}

func csvRow(rec record, place placeRecord, n int) []string {
	fields := []string{
		strconv.Itoa(rec.Risk.Score), rec.Risk.Level, rec.Class, rec.Platform, rec.Kind, rec.ID, strconv.FormatBool(rec.Masked), rec.URL, rec.Key,
		strings.Join(rec.Secrets, "; "), rec.OrgHint, rec.Org, rec.MatchedBy,
		place.URI, position(place.Line), position(place.Column), place.MediaType, strings.Join(place.Via, "; "),
		strconv.Itoa(n), strconv.Itoa(rec.places()), strings.Join(rec.Risk.Reasons, "; "), position(place.Page),
	}
	for i, field := range fields {
		fields[i] = csvSafe(field)
	}
	return fields
}

// position is a line, column or page; places without one leave the field empty.
func position(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// csvSafe keeps a spreadsheet from reading a field as a formula: a field that begins with one of = + - @, their
// full-width twins, or one of those behind white space or quotes, gets an apostrophe in front, which spreadsheets do not
// show. The place "-", standard input, is no formula by itself.
func csvSafe(field string) string {
	if field == "-" {
		return field
	}
	start := strings.TrimLeftFunc(field, func(r rune) bool { return unicode.IsSpace(r) || r == '"' || r == '\'' })
	r, _ := utf8.DecodeRuneInString(start)
	if start != "" && strings.ContainsRune("=+-@|%＝＋－＠", r) {
		return "'" + field
	}
	return field
}
