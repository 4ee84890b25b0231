package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// progress is one line on a terminal that says how far a run is. The counters may be raised by any goroutine.
type progress struct {
	documents, bytes, findings atomic.Int64
	note                       atomic.Pointer[string] // to be painted above the line; only the latest is
	notes                      int                    // painted

	stop chan struct{}
	done sync.WaitGroup
}

// maxNotes bounds the lines that stay on the terminal.
const maxNotes = 5

// read counts bytes of documents while they are read: one large file takes long.
func (p *progress) read(bytes int64) { p.bytes.Add(bytes) }

// again says, on a line of its own, that a page is tried again: the run seems to stand still until then.
func (p *progress) again(host string, why error, in time.Duration) {
	note := fmt.Sprintf("meetleaks: %s: %s; trying again in %s", plain(host), plain(why.Error()), in.Round(time.Second))
	p.note.Store(&note)
}

// waits says that a site wants to be left alone for a while.
func (p *progress) waits(host string, in time.Duration) {
	note := fmt.Sprintf("meetleaks: %s asks to wait %s; going on then, and Ctrl-C ends it with what was found", plain(host), in.Round(time.Second))
	p.note.Store(&note)
}

// startProgress repaints the line on w five times a second until finish is called; when show is false it only counts.
func startProgress(w io.Writer, show bool) *progress {
	p := &progress{stop: make(chan struct{})}
	if show {
		p.done.Go(func() { p.paint(w) })
	}
	return p
}

func (p *progress) paint(w io.Writer) {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			fmt.Fprint(w, "\r\x1b[K")
			return
		case <-ticker.C:
			p.above(w)
			fmt.Fprintf(w, "\r\x1b[K%d files, %s, %d findings", p.documents.Load(), amount(p.bytes.Load()), p.findings.Load())
		}
	}
}

// finish clears the line and waits until nothing is painted any more.
func (p *progress) finish() {
	close(p.stop)
	p.done.Wait()
}

// above paints a note where the line was, which comes back below it.
func (p *progress) above(w io.Writer) {
	if note := p.note.Swap(nil); note != nil && p.notes < maxNotes {
		p.notes++
		fmt.Fprintf(w, "\r\x1b[K%s\n", *note)
	}
}

// amount writes a number of bytes for people: "679 B", "12.3 kB", "1.2 MB".
func amount(n int64) string {
	switch {
	case n < 1e3:
		return fmt.Sprintf("%d B", n)
	case n < 1e6:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// isTerminal reports whether a person may be reading what goes to stream (an io.Reader or io.Writer).
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width is the number of columns of the terminal behind stream, 0 when it is none.
func width(stream any) int {
	f, ok := stream.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}
