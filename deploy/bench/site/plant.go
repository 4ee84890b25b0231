package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A planting is one way to leave a meeting link in a file.
type planting struct {
	kind string
	name string // of the file that is added, "" when a page is changed
	make func(number string) ([]byte, error)
}

// inPages are the ways to leave a link in a page of HTML; they take turns.
func inPages() []planting {
	text := func(format string) func(string) ([]byte, error) {
		return func(number string) ([]byte, error) { return fmt.Appendf(nil, format, number), nil }
	}
	return []planting{
		{"html href", "", text(`<p><a href="https://acme.zoom.us/j/%s?pwd=bm90aGluZw">Join us</a></p>`)},
		{"html text", "", text(`<p>Join at https://acme.zoom.us/j/%s today</p>`)},
		{"html split by tags", "", text(`<p>acme.<b>zoom</b>.us<wbr>/j/<i>%s</i></p>`)},
		{"html script", "", text(`<script>var go = "https:\/\/acme.zoom.us\/j\/%s";</script>`)},
		{"html JSON-LD", "", text(`<script type="application/ld+json">{"@type":"Event","name":"Board","startDate":"2026-12-01T10:00:00Z","location":{"@type":"VirtualLocation","url":"https://acme.zoom.us/j/%s"}}</script>`)},
		{"html comment", "", text(`<!-- old: https://acme.zoom.us/j/%s -->`)},
		{"html data attribute", "", text(`<button data-join="https://acme.zoom.us/j/%s">Join</button>`)},
		{"html entities", "", text(`<p>https&#58;&#47;&#47;acme&#46;zoom&#46;us&#47;j&#47;%s</p>`)},
	}
}

// asFiles are the kinds of files that are added.
func asFiles() []planting {
	return []planting{
		{"calendar", "board.ics", calendarFile},
		{"mail", "invitation.eml", mailFile},
		{"word", "agenda.docx", wordFile},
		{"pdf", "agenda.pdf", pdfFile},
		{"gzip", "minutes.txt.gz", gzipFile},
		{"zip", "minutes.zip", zipFile},
		{"csv", "rooms.csv", csvFile},
		{"json", "rooms.json", jsonFile},
		{"rtf", "notice.rtf", rtfFile},
	}
}

// plant changes every every-th page below folder and adds files, and prints what it did.
func plant(folder string, every int, out io.Writer) error {
	pages, err := pagesBelow(folder)
	if err != nil {
		return err
	}
	ways := inPages()
	n := 0
	for i := every / 2; i < len(pages); i += every {
		way, number := ways[n%len(ways)], meetingNumber(n)
		if err := intoPage(pages[i], way, number); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\t%s\t%s\n", way.kind, pages[i], number)
		n++
	}
	var links bytes.Buffer
	for _, way := range asFiles() {
		number := meetingNumber(n)
		body, err := way.make(number)
		if err != nil {
			return fmt.Errorf("make %s: %w", way.name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, way.name), body, 0o644); err != nil {
			return fmt.Errorf("plant: %w", err)
		}
		fmt.Fprintf(&links, "<p><a href=\"/%s\">%s</a></p>\n", way.name, way.kind)
		fmt.Fprintf(out, "%s\t%s\t%s\n", way.kind, way.name, number)
		n++
	}
	return intoIndex(filepath.Join(folder, "index.html"), links.Bytes())
}

// pagesBelow lists the pages in order.
func pagesBelow(folder string) ([]string, error) {
	var pages []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && strings.HasSuffix(path, ".html") && len(pages) < maxPages {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	return pages, nil
}

func intoPage(page string, way planting, number string) error {
	piece, err := way.make(number)
	if err != nil {
		return fmt.Errorf("make %s: %w", way.kind, err)
	}
	return intoIndex(page, piece)
}

// intoIndex puts a piece in front of a page's end.
func intoIndex(page string, piece []byte) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("plant: %w", err)
	}
	at := bytes.LastIndex(text, []byte("</body>"))
	if at < 0 {
		at = len(text)
	}
	// The file is replaced, not written over: in a copy made of hard links the original must stay as it is.
	if err := os.Remove(page); err != nil {
		return fmt.Errorf("plant: %w", err)
	}
	text = bytes.Join([][]byte{text[:at], piece, text[at:]}, []byte("\n"))
	if err := os.WriteFile(page, text, 0o644); err != nil {
		return fmt.Errorf("plant: %w", err)
	}
	return nil
}

func calendarFile(number string) ([]byte, error) {
	link := "https://acme.zoom.us/j/" + number
	lines := []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//acme//board//EN", "BEGIN:VEVENT", "UID:board@acme.example",
		"DTSTAMP:20261101T090000Z", "DTSTART;TZID=Europe/Berlin:20261201T100000", "RRULE:FREQ=WEEKLY;COUNT=20",
		"SUMMARY:Board", "DESCRIPTION:The agenda is on the table\\, as always. Join by video at " + link[:9], " " + link[9:], "END:VEVENT", "END:VCALENDAR", "",
	}
	return []byte(strings.Join(lines, "\r\n")), nil
}

func mailFile(number string) ([]byte, error) {
	body := base64.StdEncoding.EncodeToString([]byte("Dear all,\r\n\r\njoin at https://acme.zoom.us/j/" + number + "\r\n"))
	return []byte("From: pa@acme.example\r\nTo: board@acme.example\r\nSubject: Board\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body + "\r\n"), nil
}

func wordFile(number string) ([]byte, error) {
	half := len(number) / 2
	return zipped(
		[2]string{"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		[2]string{"word/document.xml", `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Join: https://acme.zoom.us/j/` +
			number[:half] + `</w:t></w:r><w:r><w:t>` + number[half:] + `</w:t></w:r></w:p></w:body></w:document>`},
	)
}

func zipFile(number string) ([]byte, error) {
	return zipped([2]string{"minutes.md", "# Minutes\n\nNext time: https://acme.zoom.us/j/" + number + "\n"})
}

func zipped(files ...[2]string) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, file := range files {
		f, err := w.Create(file[0])
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(f, file[1]); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

func gzipFile(number string) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, "Minutes\n\nNext time: https://acme.zoom.us/j/"+number+"\n")
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

// pdfFile writes a page with a line of text and a link over it.
func pdfFile(number string) ([]byte, error) {
	link := "https://acme.zoom.us/j/" + number
	content := "BT /F1 12 Tf 72 720 Td (Join the board by video) Tj ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [6 0 R] >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		"<< /Type /Annot /Subtype /Link /Rect [72 710 300 735] /A << /S /URI /URI (" + link + ") >> >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	offsets := make([]int, 0, len(objects))
	for i, object := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes(), nil
}

func csvFile(number string) ([]byte, error) {
	return []byte("room,link\nboard,https://acme.zoom.us/j/" + number + "\n"), nil
}

func jsonFile(number string) ([]byte, error) {
	return []byte(`{"rooms":[{"name":"board","link":"https:\/\/acme.zoom.us\/j\/` + number + `"}]}` + "\n"), nil
}

func rtfFile(number string) ([]byte, error) {
	return []byte(`{\rtf1\ansi Join {\field{\*\fldinst HYPERLINK "https://acme.zoom.us/j/` + number + `"}{\fldrslt here}}\par}`), nil
}
