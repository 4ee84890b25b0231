package extract

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"testing"
)

// warcRecord makes one record.
func warcRecord(kind, uri, fields, block string) string {
	return fmt.Sprintf("WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: %s\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n", kind, uri, fields, len(block), block)
}

const asHTTP = "Content-Type: application/http; msgtype=response\r\n"

func answer(fields, body string) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n" + fields + "\r\n" + body
}

func page(link string) string { return "<!DOCTYPE html><p>\n<a href=\"" + link + "\">join</a>" }

// inChunks is a body in the chunked transfer coding.
func inChunks(body string, trailer string) string {
	half := len(body) / 2
	return fmt.Sprintf("%x\r\n%s\r\n%X;name=value\r\n%s\r\n0\r\n%s\r\n", half, body[:half], len(body)-half, body[half:], trailer)
}

func deflated(t testing.TB, raw bool, body string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = zlib.NewWriter(&b)
	if raw {
		w, _ = flate.NewWriter(&b, flate.BestSpeed)
	}
	_, err := w.Write([]byte(body))
	must(t, err)
	must(t, w.Close())
	return b.String()
}

func TestRecordsOfWARCAreDocuments(t *testing.T) {
	text := warcRecord("warcinfo", "", "Content-Type: application/warc-fields\r\n", "operator: https://acme.zoom.us/j/81460937252\r\n") +
		warcRecord("request", "https://acme.example/a", "Content-Type: application/http; msgtype=request\r\n", "GET /a HTTP/1.1\r\nReferer: https://acme.zoom.us/j/82571043963\r\n\r\n") +
		warcRecord("response", "<https://acme.example/a>", asHTTP, answer("Location: https://acme.zoom.us/j/83602154074\r\n", page("https://acme.zoom.us/j/84930275116"))) +
		warcRecord("response", "https://acme.example/b?x=1", asHTTP, answer("Transfer-Encoding: chunked\r\n", inChunks(page("https://acme.zoom.us/j/97315260842"), "X-T: https://acme.zoom.us/j/85713265185\r\n"))) +
		warcRecord("response", "https://acme.example/c", asHTTP, answer("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", inChunks(string(gzipped(t, []byte(page("https://acme.zoom.us/j/93148260571")))), ""))) +
		warcRecord("response", "https://acme.example/d", asHTTP, answer("Content-Encoding: deflate\r\n", deflated(t, false, page("https://acme.zoom.us/j/86824376296")))) +
		warcRecord("response", "https://acme.example/e", asHTTP, answer("Content-Encoding: deflate\r\n", deflated(t, true, page("https://acme.zoom.us/j/87935487307")))) +
		warcRecord("response", "https://acme.example/f", asHTTP, answer("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", page("https://acme.zoom.us/j/89046598418"))) +
		warcRecord("resource", "file:///g.txt", "Content-Type: text/plain\r\n", "https://acme.zoom.us/j/90157609529") +
		warcRecord("conversion", "https://acme.example/h", "Content-Type: text/plain\r\n", "plain text\nhttps://acme.zoom.us/j/91268710630\n") +
		warcRecord("metadata", "https://acme.example/h", "Content-Type: application/json\r\n", `{"u":"https:\/\/acme.zoom.us\/j\/92379821741"}`)
	want := []string{
		"zoom 84930275116 a.warc!acme.example/a 2:10",
		"zoom 97315260842 a.warc!acme.example/b?x=1 2:10",
		"zoom 93148260571 a.warc!acme.example/c 2:10",
		"zoom 86824376296 a.warc!acme.example/d 2:10",
		"zoom 87935487307 a.warc!acme.example/e 2:10",
		"zoom 89046598418 a.warc!acme.example/f 2:10",
		"zoom 90157609529 a.warc!file:/g.txt 1:1",
		"zoom 91268710630 a.warc!acme.example/h 2:1",
		"zoom 81460937252 a.warc!record 1!warcinfo 1:11",
		"zoom 82571043963 a.warc!acme.example/a!request 2:10",
		"zoom 83602154074 a.warc!acme.example/a!http 3:11",
		"zoom 85713265185 a.warc!acme.example/b?x=1!trailer 1:6",
		"zoom 92379821741 a.warc!acme.example/h!metadata 1:7",
	}
	finds(t, "a.warc", text, want, nil)
	var members []byte
	for _, record := range strings.SplitAfter(text, "\r\n\r\nWARC")[:1] {
		members = append(members, gzipped(t, []byte(record))...)
	}
	members = append(members, gzipped(t, []byte(strings.TrimPrefix(text, strings.SplitAfter(text, "\r\n\r\nWARC")[0])))...)
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], "a.warc!", "a.warc.gz!")
	}
	finds(t, "a.warc.gz", string(members), want, nil)
}

func TestAMeetingThatWasArchivedIsFoundByItsAddress(t *testing.T) {
	finds(t, "a", warcRecord("response", "https://acme.zoom.us/j/84930275116?pwd=x", asHTTP, answer("", "gone")),
		[]string{"zoom 84930275116 a!acme.zoom.us/j/84930275116?pwd=x!headers 3:18"}, nil)
}

func TestWrongLengthsOfRecordsLoseNothing(t *testing.T) {
	first := warcRecord("resource", "https://acme.example/a", "", "https://acme.zoom.us/j/84930275116")
	last := warcRecord("response", "https://acme.example/z", asHTTP, answer("Content-Encoding: gzip\r\n", string(gzipped(t, []byte(page("https://acme.zoom.us/j/97315260842"))))))
	for length, skips := range map[string][]string{
		"Content-Length: 34":                  nil,
		"Content-Length: 5":                   {"w (failure): broken WARC: record 2 does not begin where it should"},
		"Content-Length: 34000":               {"w!acme.example/a (failure): broken WARC: a record is shorter than it says"},
		"Content-Length: 9223372036854775807": {"w!acme.example/a (failure): broken WARC: a record is shorter than it says"},
		"Content-Length: -1":                  {"w!acme.example/a (failure): broken WARC: a record without a length", "w (failure): broken WARC: record 2 does not begin where it should"},
		"Content-Length: many":                {"w!acme.example/a (failure): broken WARC: a record without a length", "w (failure): broken WARC: record 2 does not begin where it should"},
		"X: y":                                {"w!acme.example/a (failure): broken WARC: a record without a length", "w (failure): broken WARC: record 2 does not begin where it should"},
	} {
		text := strings.Replace(first, "Content-Length: 34", length, 1) + last
		places, gotSkips := found(t, Limits{}, bytesSource{"w", []byte(text), true})
		all := strings.Join(places, "\n")
		if !strings.Contains(all, "zoom 97315260842 w!acme.example/z 2:10") || fmt.Sprint(gotSkips) != fmt.Sprint(skips) {
			t.Errorf("%s: %q %q", length, places, gotSkips)
		}
		if length != "Content-Length: 5" && !strings.Contains(all, "84930275116") { // there the link itself is cut
			t.Errorf("%s: %q", length, places)
		}
	}
}

func TestTruncatedRecordsAreFailures(t *testing.T) {
	whole := warcRecord("conversion", "https://acme.example/a", "", "https://acme.zoom.us/j/84930275116 "+strings.Repeat("x", 100))
	_, skips := found(t, Limits{}, bytesSource{"w", []byte(whole[:len(whole)-50]), true})
	if len(skips) == 0 || !strings.Contains(skips[0], "truncated") {
		t.Errorf("%q", skips)
	}
	_, skips = found(t, Limits{}, bytesSource{"w", []byte(warcRecord("conversion", "https://acme.example/a", "WARC-Truncated: length\r\n", "x")), true})
	if len(skips) != 1 || skips[0] != "w!acme.example/a (failure): truncated: the archive holds only its beginning" {
		t.Errorf("%q", skips)
	}
	_, skips = found(t, Limits{}, bytesSource{"w", []byte("WARC/1.0\r\nWARC-Type: response"), true})
	if len(skips) == 0 || !strings.Contains(skips[0], "(failure)") {
		t.Errorf("%q", skips)
	}
}

func TestBrokenBodiesInWARCAreToldAndRead(t *testing.T) {
	for _, c := range []struct{ fields, body, want string }{
		{"Transfer-Encoding: chunked\r\n", "5\r\nhello\r\nzz\r\n https://acme.zoom.us/j/84930275116", "the chunks of a body are damaged"},
		{"Transfer-Encoding: chunked\r\n", "ff\r\nhello https://acme.zoom.us/j/84930275116", "the chunks of a body are damaged"},
		{"Content-Encoding: br\r\n", "\x8b\x01\x80 https://acme.zoom.us/j/84930275116", "(policy): this content encoding is not read yet: br"},
	} {
		places, skips := found(t, Limits{}, bytesSource{"w", []byte(warcRecord("response", "https://acme.example/a", asHTTP, answer(c.fields, c.body))), true})
		if len(places) != 1 || len(skips) != 1 || !strings.Contains(skips[0], c.want) {
			t.Errorf("%q: %q %q", c.body, places, skips)
		}
	}
	bomb := deflated(t, false, string(zeros(8<<20)))
	n, skips := discard(t, Limits{}, bytesSource{"w", []byte(warcRecord("response", "https://acme.example/a", asHTTP, answer("Content-Encoding: deflate\r\n", bomb))), true})
	if n > 4<<20 || len(skips) == 0 || !strings.Contains(skips[0], "a bomb") {
		t.Errorf("%d bytes, %q", n, skips)
	}
}

func TestFaultsOfAWARCAreBounded(t *testing.T) {
	_, skips := discard(t, Limits{}, bytesSource{"w", []byte(strings.Repeat("WARC/1.0\r\nX: y\r\n\r\n", 500)), true})
	if len(skips) != maxWARCFaults+1 || !strings.Contains(skips[maxWARCFaults], "more records are broken") {
		t.Errorf("%d: %q", len(skips), skips[len(skips)-1])
	}
}
