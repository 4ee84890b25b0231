package report

import "strings"

// What commands that print leaks say in the same words, and write in the same way, as reports of findings.

// ClassWords is what a class ("A" to "H") gives away, in two words.
func ClassWords(class string) string { return classWords(class) }

// CSVLine is a row as the CSV reports write it, with its line end: quoted where it must be, and no field can be read as a formula.
// The fields are cleaned before, see [MaskText].
func CSVLine(fields ...string) string {
	quoted := make([]string, 0, len(fields))
	for _, field := range fields {
		quoted = append(quoted, csvQuoted(csvSafe(field)))
	}
	return strings.Join(quoted, ",") + "\n"
}
