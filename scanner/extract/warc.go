package extract

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WARC files are read as ISO 28500:2017 (WARC 1.1) has them: records one after the other, each with a header, a length, a
// block, and two empty lines. The block of a response is an HTTP message, see warc_http.go. What was fetched is a document
// for each record; the headers, and small records about it, are together the document that is the file itself, with a part
// for each.

const (
	warcMark      = "WARC/1."
	warcBuffer    = 16 << 10 // bytes; the begin of a record is recognised in it
	maxWARCText   = 1 << 20  // bytes of headers and notes in one document
	maxWARCNote   = 64 << 10 // bytes of a note; a longer one is a document of its own
	maxWARCFaults = 20       // that are told one by one
)

// warc is the reading of one file.
type warc struct {
	*work
	c       content
	text    *bufio.Reader
	view    *view
	records int
	faults  int
}

// warc reads the records of a WARC file.
func (w *work) warc(c content) error {
	f := &warc{work: w, c: c, text: bufio.NewReaderSize(c.reader, warcBuffer), view: &view{}}
	for {
		start, err := f.start()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				w.report(c.uri, err)
			}
			break
		}
		if f.records++; start {
			err = f.record()
		} else {
			err = f.between()
		}
		if errors.Is(err, errWARCSpent) {
			break
		}
		if err != nil {
			return err
		}
	}
	if f.faults > maxWARCFaults {
		w.report(c.uri, fmt.Errorf("%d more records are broken", f.faults-maxWARCFaults))
	}
	return f.flush()
}

// errWARCSpent says that the budget is; it was told.
var errWARCSpent = errors.New("the budget is spent")

// start passes over empty lines, and says whether a record begins there. The error is why nothing does.
func (f *warc) start() (bool, error) {
	for {
		if err := f.ctx.Err(); err != nil {
			return false, io.EOF // flush tells it
		}
		next, err := f.text.Peek(len(warcMark))
		switch {
		case len(next) == 0:
			return false, err
		case next[0] == '\n' || next[0] == '\r' || f.records == 0 && bytes.IndexByte([]byte("\xef\xbb\xbf \t"), next[0]) >= 0:
			_, _ = f.text.Discard(1) // it was peeked
		default:
			return hasPrefixFold(next, warcMark), nil
		}
	}
}

// fault tells what is broken.
func (f *warc) fault(uri string, err error) {
	if f.faults++; f.faults <= maxWARCFaults {
		f.report(uri, err)
	}
}

// between reads what stands where a record should begin, up to where one does.
func (f *warc) between() error {
	f.fault(f.c.uri, fmt.Errorf("broken WARC: record %d does not begin where it should", f.records))
	block := &warcBlock{text: f.text, left: 1 << 62, loose: true}
	if err := f.hand("record "+strconv.Itoa(f.records), "", block); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, block) // the next look for a record meets its error again
	return nil
}

// record reads one record.
func (f *warc) record() error {
	h, fault := readFields(f.text)
	uri := h.get("warc-target-uri")
	name := f.nameOf(uri)
	length, err := strconv.ParseInt(h.get("content-length"), 10, 64)
	if err != nil || length < 0 {
		fault = errors.New("broken WARC: a record without a length")
		length = 0 // what follows is read as what stands between records
	}
	if fault != nil {
		f.fault(f.c.uri+"!"+name, fault)
	}
	if err := f.note(name+"!headers", h.raw); err != nil {
		return err
	}
	if cut := h.get("warc-truncated"); cut != "" {
		f.fault(f.c.uri+"!"+name, errors.New("truncated: the archive holds only its beginning"))
	}
	media, _ := parameters(h.get("content-type"))
	block := &warcBlock{text: f.text, left: length, whole: media == "application/warc"}
	return f.block(h, name, block)
}

// nameOf names a record by the address of what it holds.
func (f *warc) nameOf(uri string) string {
	uri = strings.Trim(uri, "<>") // writers of WARC 1.0 put these around
	for _, scheme := range [...]string{"https://", "http://"} {
		if hasPrefixFold([]byte(uri), scheme) {
			uri = uri[len(scheme):]
		}
	}
	if uri == "" {
		return "record " + strconv.Itoa(f.records)
	}
	return harmless(uri)
}

// block reads what a record holds, and goes to its end.
func (f *warc) block(h mailHeader, name string, block *warcBlock) error {
	kind := strings.ToLower(h.get("warc-type"))
	var err error
	switch kind {
	case "response":
		if media, _ := parameters(h.get("content-type")); media == "application/http" || media == "" {
			err = f.response(name, block)
			break
		}
		err = f.hand(name, h.get("content-type"), block)
	case "request", "warcinfo", "revisit", "metadata":
		err = f.small(name+"!"+kind, block)
	default: // resource, conversion, continuation, and kinds to come
		err = f.hand(name, h.get("content-type"), block)
	}
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, block); err != nil {
		f.fault(f.c.uri+"!"+name, err)
	} else if block.cut {
		f.fault(f.c.uri+"!"+name, errors.New("broken WARC: a record is shorter than it says"))
	}
	return f.ctx.Err()
}

// hand hands text over as content of its own.
func (f *warc) hand(name, declared string, text io.Reader) error {
	if err := f.budget.entry(); err != nil {
		f.report(f.c.uri, err)
		return errWARCSpent
	}
	inner := f.c.entry(name, text)
	inner.declared = declared
	return f.content(inner)
}

// small reads a record about another into the view.
func (f *warc) small(name string, block *warcBlock) error {
	text, err := io.ReadAll(io.LimitReader(block, maxWARCNote))
	if err != nil {
		f.fault(f.c.uri+"!"+name, err)
	}
	if len(text) == maxWARCNote {
		return f.hand(name, "", io.MultiReader(bytes.NewReader(text), block))
	}
	return f.note(name, text)
}

// note adds a part to the view.
func (f *warc) note(name string, text []byte) error {
	if len(f.view.text) > maxWARCText {
		if err := f.flush(); err != nil {
			return err
		}
	}
	f.view.begin(name, "", nil)
	f.view.write(string(text))
	f.view.write("\n\n")
	return nil
}

// flush hands over what the view holds.
func (f *warc) flush() error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	v := f.view
	f.view = &view{}
	if len(v.text) == 0 {
		return nil
	}
	return f.document(f.c, "application/warc", v)
}
