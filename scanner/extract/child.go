package extract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"meetleaks/scanner"
)

// PDFs and images are read in a process of its own, the child: the command of [Options.Child] with the kind as its last
// argument. It gets the bytes on its standard input and answers on its standard output with a [record] in each line. It is
// given no environment, no files and no folder, ends with us, and is killed when it takes too long, so that a file that
// breaks a reader, or was made to, costs that file only. What it had said by then is used.

// The limits of one child.
const (
	maxPDF       = 30 << 20
	maxImage     = 20 << 20
	maxReply     = 16 << 20 // of text; at most half of the spool that is left
	maxReplyLine = 1 << 20
	childTime    = 20 * time.Second
	childPage    = 20 * time.Millisecond // more for each page that it has told
	childMemory  = 640 << 20
	childLinger  = 2 * time.Second // for what it has said to arrive once it has ended

	// maxChildTime is for all children of one source: an archive may hold very many files that take long.
	maxChildTime = 10 * time.Minute
)

// record is a line of a child's answer.
type record struct {
	Page    int    `json:"page,omitempty"` // of the text, 1-based
	Part    string `json:"part,omitempty"` // of the document
	Text    string `json:"text,omitempty"`
	Problem string `json:"problem,omitempty"` // what could not be read
	Choice  bool   `json:"choice,omitempty"`  // the problem stands for a choice
	Done    bool   `json:"done,omitempty"`    // the last line of one that read to the end
}

// Ways in which a child fails.
var (
	errChildSlow    = errors.New("took too long to read: the rest was not read")
	errChildMemory  = fmt.Errorf("needs more than %d MiB of memory: the rest was not read", childMemory>>20)
	errChildKilled  = errors.New("the system ended the process that read it: the rest was not read")
	errChildCrash   = errors.New("broken: the process that read it crashed, the rest was not read")
	errChildrenSlow = fmt.Errorf("the PDFs and images of its source took more than %d minutes to read: it was not read", int(maxChildTime/time.Minute))
	errChildReply   = errors.New("the process that read it gave a bad answer")
)

// exitMemory is the exit code of a child that needs too much memory.
const exitMemory = 97

// inChild reads c in a child.
func (w *work) inChild(c content, k kind) error {
	if len(w.child) == 0 {
		w.report(c.uri, policy("this kind is read only in a process of its own, and there is none: "+k.media))
		return nil
	}
	most, name := int64(maxPDF), childPDF
	if k.how == asImage {
		most, name = maxImage, childImage
	}
	if c.at != nil && c.at.Size() > most {
		w.report(c.uri, tooLarge(most))
		return nil
	}
	if w.budget.children > maxChildTime {
		w.report(c.uri, errChildrenSlow)
		return nil
	}
	if err := w.takeSpool(); err != nil { // before the child: who waits for the spool must not hold one
		return err
	}
	select {
	case w.children <- struct{}{}:
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
	room := max(w.budget.Spool-w.budget.spooled, 0) / 2
	begun := time.Now()
	r := runChild(w.ctx, append(w.child[:len(w.child):len(w.child)], name), childLimits{childTime, most, min(maxReply, room)}, c.reader)
	<-w.children
	w.budget.children += time.Since(begun)
	if err := w.ctx.Err(); err != nil {
		return err
	}
	for _, err := range r.problems {
		w.report(c.uri, err)
	}
	used := int64(cap(r.view.text))
	w.budget.spooled += used
	defer func() { w.budget.spooled -= used }()
	if err := w.budget.unpacked(len(r.view.text)); err != nil {
		w.report(c.uri, err)
		return nil
	}
	return w.document(c, k.media, &r.view)
}

func tooLarge(most int64) error {
	return fmt.Errorf("larger than %d MiB: it was not read", most>>20)
}

// childLimits are the limits of one run.
type childLimits struct {
	time  time.Duration
	input int64 // bytes
	reply int64 // bytes of text
}

// reply is what a child said.
type reply struct {
	view     view
	problems []error
	part     string
	page     int
	done     bool
	stopped  bool // by us, for what is among the problems
}

// runChild gives what r holds to the command and returns its answer. When it returns, the child has ended and nothing of it
// is left. Cancelling kills it.
func runChild(ctx context.Context, command []string, limits childLimits, r io.Reader) *reply {
	runtime.LockOSThread() // the child ends with the thread that has started it
	defer runtime.UnlockOSThread()
	run, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(run, command[0], command[1:]...) //nolint:gosec // the operator's own program
	cmd.Env = []string{}
	cmd.Dir = childFolder
	cmd.WaitDelay = childLinger
	cmd.SysProcAttr = childAttributes()
	diagnosis := &tail{}
	cmd.Stderr = diagnosis
	in, err := cmd.StdinPipe()
	if err != nil {
		return &reply{problems: []error{notStarted(err)}}
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return &reply{problems: []error{notStarted(err)}}
	}
	var late atomic.Bool
	clock := time.AfterFunc(limits.time, func() { late.Store(true); stop() })
	defer clock.Stop()
	answer := make(chan *reply, 1)
	started := make(chan time.Time, 1)
	go func() { answer <- listen(out, limits, clock, started, stop) }()
	failed := feed(in, r, limits, clock)
	tooLong := errors.As(failed, new(overlong))
	if tooLong {
		stop()
	}
	clock.Reset(limits.time)
	started <- time.Now()
	got := <-answer
	ended := cmd.Wait()
	got.stopped = got.stopped || tooLong
	if failed != nil {
		got.problems = append(got.problems, failed)
	}
	if why := verdict(got, ended, late.Load(), diagnosis); why != nil {
		got.problems = append(got.problems, why)
	}
	return got
}

func notStarted(err error) error {
	return errors.New("start the process that reads it: " + scanner.Reason(err))
}

// verdict says why a child did not come to its end.
func verdict(got *reply, ended error, late bool, diagnosis *tail) error {
	var exit *exec.ExitError
	switch {
	case got.stopped, got.done && ended == nil:
		return nil
	case late:
		return errChildSlow
	case ended == nil:
		return errChildReply
	case !errors.As(ended, &exit):
		return errChildCrash
	case exit.ExitCode() == exitMemory || diagnosis.memory():
		return errChildMemory
	case !exit.Exited():
		return errChildKilled
	}
	return errChildCrash
}

// overlong is the error for content that is larger than a child gets.
type overlong int64

func (o overlong) Error() string { return tooLarge(int64(o)).Error() }

// feed writes r to in and closes it. The error is why not all of r was written; when the child does not take it, there is
// none: how the child has ended says more. The clock runs only while the child takes what it is given.
func feed(in io.WriteCloser, r io.Reader, limits childLimits, clock *time.Timer) error {
	defer func() { _ = in.Close() }() // there may be nobody at the other end any more
	clock.Stop()
	buffer := make([]byte, headSize)
	for sent := int64(0); ; {
		n, err := readFull(r, buffer)
		if sent += int64(n); sent > limits.input {
			return overlong(limits.input)
		}
		clock.Reset(limits.time)
		_, refused := in.Write(buffer[:n])
		clock.Stop()
		if refused != nil || errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// listen reads the answer. When it is wrong or too long, it calls stop.
func listen(out io.Reader, limits childLimits, clock *time.Timer, started <-chan time.Time, stop func()) *reply {
	got := &reply{}
	lines := bufio.NewScanner(io.LimitReader(out, 8*maxReply))
	lines.Buffer(nil, maxReplyLine)
	var since time.Time
	for lines.Scan() {
		if since.IsZero() {
			since = <-started // it reads everything before it says anything
		}
		var r record
		err := json.Unmarshal(lines.Bytes(), &r)
		if err == nil && !got.done {
			err = got.add(r, limits.reply)
		}
		if err != nil {
			if !errors.As(err, new(policyOrLimit)) {
				err = errChildReply
			}
			got.stop(err, stop)
			break
		}
		if r.Page > 0 {
			more := time.Duration(min(r.Page, 5_000)) * childPage
			clock.Reset(time.Until(since.Add(limits.time + more)))
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		got.stop(errChildReply, stop)
	}
	return got
}

// stop ends the child for err.
func (r *reply) stop(err error, stop func()) {
	r.problems = append(r.problems, err)
	r.stopped = true
	stop()
}

// policyOrLimit is an error that says itself why no more is taken.
type policyOrLimit string

func (p policyOrLimit) Error() string { return string(p) }

// maxProblems bounds what one child may report.
const maxProblems = 50

// add takes a record.
func (r *reply) add(got record, most int64) error {
	r.done = got.Done
	if got.Problem != "" && len(r.problems) < maxProblems {
		reason := cut(got.Problem, 300)
		if got.Choice {
			r.problems = append(r.problems, policy(reason))
		} else {
			r.problems = append(r.problems, errors.New(reason))
		}
	}
	if got.Text == "" {
		return nil
	}
	r.place(got)
	if room := most - int64(len(r.view.text)); int64(len(got.Text)) > room {
		r.view.write(cut(got.Text, int(max(room, 0))))
		return policyOrLimit(fmt.Sprintf("holds more than %d KiB of text: the rest was not read", most>>10))
	}
	r.view.write(got.Text)
	return nil
}

// place begins the part and the page of a record, unless it goes on with the last one. Blank lines keep them apart.
func (r *reply) place(got record) {
	if len(r.view.parts) > 0 && got.Part == r.part && got.Page == r.page {
		return
	}
	if len(r.view.text) > 0 {
		r.view.write("\n\n")
	}
	if len(r.view.parts) == 0 || got.Part != r.part {
		r.view.begin(harmlessPart(got.Part), "", nil)
	}
	if got.Page > 0 {
		r.view.page(got.Page)
	}
	r.part, r.page = got.Part, got.Page
}

func harmlessPart(name string) string {
	if name == "" {
		return ""
	}
	return harmless(cut(name, 64))
}

// cut is the first n bytes of s, or a little less: no letter is cut.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// tail keeps the beginning of what a child says when it crashes. It is never shown: it may hold what the child has read.
type tail struct{ said []byte }

const maxTail = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.said = append(t.said, p[:min(len(p), maxTail-len(t.said))]...)
	return len(p), nil
}

// memory says whether Go's runtime ended for want of memory.
func (t *tail) memory() bool {
	return bytes.Contains(t.said, []byte("out of memory")) || bytes.Contains(t.said, []byte("cannot allocate memory"))
}
