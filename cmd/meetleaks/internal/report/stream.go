package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"meetleaks/scanner"
)

// reportSchema names the shape of the json format.
const reportSchema = "meetleaks.report.v1"

// jsonlWriter writes one object a line, each with one Write, as soon as it comes. The summary is not part of it.
type jsonlWriter struct {
	w io.Writer
	*recorder
}

func (j *jsonlWriter) Finding(f scanner.Finding) error {
	line, err := encode(j.record(f))
	if err != nil {
		return err
	}
	return write(j.w, "finding", line)
}

func (j *jsonlWriter) Close(Summary) error { return nil }

// jsonWriter writes one object: {"schema", "findings": […], "summary": {…}}. Findings are written as they come.
type jsonWriter struct {
	w io.Writer
	*recorder
	open bool
}

func (j *jsonWriter) Finding(f scanner.Finding) error {
	line, err := encode(j.record(f))
	if err != nil {
		return err
	}
	return write(j.w, "finding", append(j.before(), bytes.TrimSuffix(line, []byte("\n"))...))
}

// before is what stands in front of the next finding.
func (j *jsonWriter) before() []byte {
	if j.open {
		return []byte(",\n")
	}
	j.open = true
	return []byte(`{"schema":"` + reportSchema + `","findings":[` + "\n")
}

func (j *jsonWriter) Close(s Summary) error {
	summary, err := encode(s.shown())
	if err != nil {
		return err
	}
	var out []byte
	if !j.open {
		out = j.before()
	}
	out = append(out, "\n],\"summary\":"...)
	out = append(out, bytes.TrimSuffix(summary, []byte("\n"))...)
	return write(j.w, "summary", append(out, "}\n"...))
}

// encode returns v as one line of JSON with its line end, with "&" and "<" as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode report: %w", err)
	}
	return b.Bytes(), nil
}

// write writes all of text, and names what it was when that fails.
func write(w io.Writer, what string, text []byte) error {
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	return nil
}
