package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"meetleaks/scanner/source/web/webtest"
)

// plantedNumber is the meeting that the n-th document of a test site names, n up to 400. Each digit differs from the one before
// by two or more, so that none is a run or a repetition.
func plantedNumber(n int) string {
	number, last := []byte("849302"), 2
	for rest := n*31 + 4000; len(number) < 11; rest /= 7 {
		last = (last + 2 + rest%7) % 10
		number = append(number, byte('0'+last))
	}
	return string(number)
}

// plantedLink is in that document.
func plantedLink(n int) string { return "https://acme.zoom.us/j/" + plantedNumber(n) }

type plantedDocument struct {
	kind, name string
	make       func(t *testing.T, link string) []byte
}

// plantedDocuments are all kinds of documents that a crawl reads, each with one link.
func plantedDocuments() []plantedDocument {
	text := func(format string) func(*testing.T, string) []byte {
		return func(_ *testing.T, link string) []byte { return []byte(strings.ReplaceAll(format, "LINK", link)) }
	}
	packed := func(name, format string) func(*testing.T, string) []byte {
		return func(t *testing.T, link string) []byte {
			return packageOf(t, map[string]string{name: strings.ReplaceAll(format, "LINK", link)})
		}
	}
	return []plantedDocument{
		{"html", "agenda.html", text(`<!DOCTYPE html><p><a href="LINK">Join</a></p>`)},
		{"html split by tags", "split.html", func(_ *testing.T, link string) []byte {
			return []byte("<!DOCTYPE html><p>" + strings.Replace(link, "zoom", "<b>zoom</b><wbr>", 1) + "</p>")
		}},
		{"html script", "script.html", func(_ *testing.T, link string) []byte {
			return []byte(`<!DOCTYPE html><script>go("` + strings.ReplaceAll(link, "/", `\/`) + `")</script>`)
		}},
		{"html JSON-LD", "event.html", text(`<!DOCTYPE html><script type="application/ld+json">{"@type":"Event","startDate":"2031-05-06T10:00:00Z","location":{"@type":"VirtualLocation","url":"LINK"}}</script>`)},
		{"html windows-1251", "kyrill.html", func(_ *testing.T, link string) []byte {
			return []byte("<!DOCTYPE html><meta charset=windows-1251><p>\xc2\xf1\xf2\xf0\xe5\xf7\xe0: " + link + "</p>")
		}},
		{"calendar", "board.ics", func(_ *testing.T, link string) []byte {
			return []byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20310506T100000Z\r\nDESCRIPTION:Join " + link[:12] + "\r\n " + link[12:] + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
		}},
		{"contact", "office.vcf", text("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Office\r\nURL:LINK\r\nEND:VCARD\r\n")},
		{"mail", "invitation.eml", func(_ *testing.T, link string) []byte {
			return []byte("From: pa@acme.example\r\nTo: board@acme.example\r\nSubject: Board\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n" +
				"Content-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("Join: "+link+"\r\n")) + "\r\n")
		}},
		{"mailbox", "list.mbox", text("From pa@acme.example Tue May  6 10:00:00 2031\nFrom: pa@acme.example\nSubject: Board\n\nJoin: LINK\n")},
		{"docx", "agenda.docx", func(t *testing.T, link string) []byte {
			half := len(link) - 4
			return packageOf(t, map[string]string{
				"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
				"word/document.xml":   `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>` + link[:half] + `</w:t></w:r><w:r><w:t>` + link[half:] + `</w:t></w:r></w:p></w:body></w:document>`,
			})
		}},
		{"zip", "minutes.zip", packed("minutes.md", "Next: LINK\n")},
		{"gzip", "minutes.txt.gz", func(t *testing.T, link string) []byte { return gzipOf(t, "Next: "+link+"\n") }},
		{"warc", "archive.warc.gz", func(t *testing.T, link string) []byte {
			page := "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<!DOCTYPE html><a href=" + link + ">x</a>"
			return gzipOf(t, fmt.Sprintf("WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://acme.example/old\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n", len(page), page))
		}},
		{"csv", "rooms.csv", text("room,link\nboard,LINK\n")},
		{"json", "rooms.json", func(_ *testing.T, link string) []byte {
			return []byte(`{"link":"` + strings.ReplaceAll(link, "/", `\/`) + `"}`)
		}},
		{"yaml", "rooms.yaml", text("board:\n  link: LINK\n")},
		{"rtf", "notice.rtf", text(`{\rtf1\ansi {\field{\*\fldinst HYPERLINK "LINK"}{\fldrslt here}}\par}`)},
		{"feed", "news.xml", text(`<?xml version="1.0"?><rss version="2.0"><channel><item><title>Board</title><description>&lt;a href=&quot;LINK&quot;&gt;join&lt;/a&gt;</description></item></channel></rss>`)},
		{"pdf", "agenda.pdf", text("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n" +
			"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>\nendobj\n" +
			"4 0 obj\n<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (LINK) >> >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n")},
		{"image", "poster.png", func(t *testing.T, link string) []byte {
			code, err := qrcode.NewQRCodeWriter().Encode(link, gozxing.BarcodeFormat_QR_CODE, 200, 200, nil)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := png.Encode(&b, code); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}},
	}
}

// A crawl of a site that a real nginx serves finds the link in each kind of document, requests none of them, and stays where
// robots.txt lets it.
func TestACrawlFindsLinksInEveryKindOfDocument(t *testing.T) {
	files := map[string][]byte{"robots.txt": []byte("User-agent: *\nDisallow: /closed/\n"), "closed/a.html": []byte("<!DOCTYPE html>" + plantedLink(80))}
	index := "<!DOCTYPE html><a href=/closed/a.html>closed</a> <a href=/moved>moved</a>\n"
	for i, document := range plantedDocuments() {
		files[document.name] = document.make(t, plantedLink(i))
		index += fmt.Sprintf("<p><a href=%q>%s</a>\n", "/"+document.name, document.kind)
	}
	files["index.html"] = []byte(index)
	server := webtest.Start(t, files, "", "location = /moved { return 302 "+plantedLink(81)+"; }")

	folder := t.TempDir()
	config := filepath.Join(folder, "meetleaks.yaml")
	text := fmt.Sprintf("organisations: [{name: acme, patterns: [{vanity: acme.zoom.us}]}]\nfetch: {allow: [%q], contact: \"https://acme.example/bot\", pace: none}\n", server.Addr)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, diagnostics bytes.Buffer
	// As another process, so that it can start itself again to read PDFs and images.
	program, err := exec.LookPath("meetleaks")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "scan", "--config", config, "--images", "--format", "jsonl", "http://"+server.Addr+"/")
	cmd.Stdout, cmd.Stderr = &out, &diagnostics
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != exitFindings {
		t.Errorf("%v, want exit code %d; standard error:\n%s", err, exitFindings, diagnostics.String())
	}
	found := map[string]bool{}
	for line := range strings.Lines(out.String()) {
		var finding struct{ Places []struct{ URI string } }
		if err := json.Unmarshal([]byte(line), &finding); err != nil {
			t.Fatal(err)
		}
		path, _, _ := strings.Cut(strings.TrimPrefix(finding.Places[0].URI, "http://"+server.Addr), "!")
		found[path] = true
	}
	for i, document := range plantedDocuments() {
		if !found["/"+document.name] {
			t.Errorf("%s: the link in %s was not found", document.kind, document.name)
		}
		if text := out.String() + diagnostics.String(); strings.Contains(text, plantedNumber(i)) {
			t.Errorf("%s: the number is shown in clear", document.kind)
		}
	}
	if !found["/moved"] {
		t.Error("the link to which a page redirects was not found")
	}
	for _, request := range server.Log(t) {
		if strings.Contains(request.URI, "closed") || strings.Contains(request.URI+request.Host, "zoom") {
			t.Errorf("requested: %+v", request)
		}
	}
}

func packageOf(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipOf(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
