package hosts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
)

// maxFileBytes bounds a file: 100,000 rows of 670 bytes.
const maxFileBytes = 64 << 20

// watched is one file. It is used under the Book's lock.
type watched struct {
	org, name string
	known     *known
	looked    stamp // at the last check
	tried     stamp // of the version that was read last, whether it could be used or not
	read      bool  // a version is in use
	last      Report
}

// stamp tells versions of a file apart.
type stamp struct {
	there bool
	size  int64
	at    time.Time
	fault string // why it cannot be looked at, "" when it can
}

func (s stamp) same(t stamp) bool {
	return s.there == t.there && s.size == t.size && s.at.Equal(t.at) && s.fault == t.fault
}

func (w *watched) stat() stamp {
	info, err := os.Stat(w.name)
	if errors.Is(err, fs.ErrNotExist) {
		return stamp{}
	}
	if err != nil {
		return stamp{fault: err.Error()}
	}
	return stamp{there: true, size: info.Size(), at: info.ModTime()}
}

// first reads the file at the start, however it looks.
func (w *watched) first() Report {
	w.looked = w.stat()
	return w.load()
}

// check reads the file when it has changed since it was read and has not since the last check. ok is false when there is
// nothing to say.
func (w *watched) check() (r Report, ok bool) {
	now := w.stat()
	settled := now.same(w.looked)
	w.looked = now
	if now.same(w.tried) || !settled {
		return Report{}, false
	}
	return w.load(), true
}

// load reads the file and, when it can be used, puts it in the place of the old version.
func (w *watched) load() Report {
	w.tried = w.looked
	r := Report{Org: w.org, File: w.name, Loaded: w.read}
	var notes notes
	fresh, err := w.table(&notes)
	if err == nil {
		w.known.file.Store(fresh)
		w.read, r.Loaded = true, true
	} else {
		r.Err = err
	}
	w.last = notes.report(r, w.known.file.Load())
	return w.last
}

func (w *watched) table(notes *notes) (*table, error) {
	content, err := config.ReadFile(w.name, maxFileBytes)
	if err != nil {
		return nil, fmt.Errorf("read hosts: %s", matchers.Mask(err.Error()))
	}
	if now := w.stat(); !now.same(w.looked) {
		w.tried = stamp{fault: "changed while it was read"} // looks like no version: it is read again
		return nil, errors.New("read hosts: the file changed meanwhile")
	}
	return w.known.rules.sheet(content, notes)
}
