package extract

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"

	"meetleaks/scanner/extract/pdf"
)

// The kinds that a child reads, its last argument.
const (
	childPDF   = "pdf"
	childImage = "image"
)

// maxRecord bounds the text of one record, in bytes.
const maxRecord = 64 << 10

// ServeChild is the child's side: it reads one PDF or image from in and writes what it holds to out, a JSON object in each
// line. args is the kind, as [Options.Child] has it appended. It limits the process it runs in for good, and ends it when it
// needs too much memory, so it must be all that the process does. An error means that it was called wrongly, or that nobody
// listens.
//
// Tests of other packages use the test binary as the child, since it gets no environment:
//
//	func TestMain(m *testing.M) {
//		if len(os.Args) > 2 && os.Args[1] == "read-untrusted" {
//			if extract.ServeChild(context.Background(), os.Stdin, os.Stdout, os.Args[2:]) != nil {
//				os.Exit(1)
//			}
//			os.Exit(0)
//		}
//		os.Exit(m.Run())
//	}
//
// with Options.Child = []string{path, "read-untrusted"}, where path is that of os.Executable.
func ServeChild(ctx context.Context, in io.Reader, out io.Writer, args []string) error {
	if len(args) != 1 || args[0] != childPDF && args[0] != childImage {
		return errors.New("read untrusted: the kind must be pdf or image")
	}
	if err := limitProcess(); err != nil {
		return err
	}
	runtime.GOMAXPROCS(1)
	debug.SetMemoryLimit(childMemory * 3 / 4)
	go watchMemory(ctx)
	most := int64(maxPDF)
	if args[0] == childImage {
		most = maxImage
	}
	data, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return fmt.Errorf("read untrusted: %w", err)
	}
	t := newTeller(ctx, out)
	if args[0] == childImage {
		readImage(data, t)
	} else {
		readPDF(data, t)
	}
	return t.end()
}

// pictureTime is for the search for codes on all pictures of a PDF.
const pictureTime = 10 * time.Second

// readPDF tells what the file in data holds. The codes on a page stand on that page.
func readPDF(data []byte, t *teller) {
	until := time.Now().Add(pictureTime)
	problems := pdf.Read(data,
		func(p pdf.Piece) error { return t.text(p.Page, p.Part, p.Text) },
		func(p pdf.Picture) {
			if time.Now().After(until) {
				t.late = true
				return
			}
			t.codes(p)
		})
	if t.late {
		problems = append(problems, errCodesLate)
	}
	for _, problem := range problems {
		t.problem(problem)
	}
}

// codes tells the codes on a picture. One that cannot be read is none: the page's text was read.
func (t *teller) codes(p pdf.Picture) {
	picture := &grey{p.Width, p.Height, p.Grey}
	if p.JPEG != nil {
		frames, err := decodeImage(p.JPEG)
		if err != nil || len(frames) == 0 {
			return
		}
		picture = frames[0]
	}
	codes, err := picture.codes(t.ctx)
	t.late = t.late || err != nil
	for _, code := range codes {
		if t.text(p.Page, "", "\n"+code+"\n\n") != nil {
			return
		}
	}
}

// watchMemory ends the process when it holds more memory than it may.
func watchMemory(ctx context.Context) {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	tick := time.NewTicker(20 * time.Millisecond) // for as long as the process lives
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		metrics.Read(sample)
		if sample[0].Value.Uint64()-sample[1].Value.Uint64() > childMemory {
			os.Exit(exitMemory) //nolint:forbidigo // whoever uses up the memory cannot be told to return
		}
	}
}

// errFull is the error once a child has said as much as it may.
var errFull = fmt.Errorf("holds more than %d MiB of text: the rest was not read", maxReply>>20)

// teller writes records.
type teller struct {
	ctx    context.Context
	out    *bufio.Writer
	lines  *json.Encoder
	said   int
	late   bool  // not all pictures were looked at
	failed error // nobody listens
}

func newTeller(ctx context.Context, out io.Writer) *teller {
	b := bufio.NewWriterSize(out, 2*maxRecord)
	lines := json.NewEncoder(b)
	lines.SetEscapeHTML(false)
	return &teller{ctx: ctx, out: b, lines: lines}
}

func (t *teller) tell(r record) error {
	if t.failed == nil {
		t.failed = t.lines.Encode(r)
	}
	if t.failed == nil {
		t.failed = t.out.Flush()
	}
	return t.failed
}

// text tells a text, in as many records as it needs.
func (t *teller) text(page int, part, text string) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	for len(text) > 0 {
		now := cut(text, maxRecord)
		if t.said += len(now); t.said > maxReply {
			return errFull
		}
		if err := t.tell(record{Page: page, Part: part, Text: now}); err != nil {
			return err
		}
		text = text[len(now):]
	}
	return nil
}

func (t *teller) problem(err error) {
	var choice interface{ Policy() bool }
	t.failed = t.tell(record{Problem: err.Error(), Choice: errors.As(err, &choice) && choice.Policy()})
}

// end says that all was read.
func (t *teller) end() error {
	if err := t.tell(record{Done: true}); err != nil {
		return fmt.Errorf("read untrusted: %w", err)
	}
	return nil
}
