//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// These tests start real processes of the service on real stores, break things while documents flow, and then want the books to
// balance, every leak to have been told to its host, and no secret anywhere. What the whole matrix does is in chaos_long_test.go.

// chaosRow is what became of a run: one fault or more, until all is settled.
type chaosRow struct {
	store         string
	faults        []string
	told, repeats int
	meetings      int // that were handed in
	allowed       int // repeats
	books         string
	began         time.Time
	took          time.Duration // 0 until it is settled
}

func (r *chaosRow) String() string {
	return fmt.Sprintf("| %s | %s | %d | %d | %d of %d | %s | %.1f |",
		r.store, strings.Join(r.faults, "; "), r.meetings, r.told, r.repeats, r.allowed, r.books, r.took.Seconds())
}

const chaosHead = "| store | faults | handed in | told | repeats (bound) | found = alerted + suppressed + pending | seconds |\n|---|---|---|---|---|---|---|"

// chaosTable collects rows. It is safe for concurrent use.
type chaosTable struct {
	mu   sync.Mutex
	rows []*chaosRow
}

func (t *chaosTable) add(rows []*chaosRow) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, rows...)
}

func (t *chaosTable) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := []string{chaosHead}
	for _, r := range t.rows {
		lines = append(lines, r.String())
	}
	return strings.Join(lines, "\n")
}

const quickMeetings = 24 // of a fault

func TestChaos(t *testing.T) {
	t.Parallel()
	table := &chaosTable{}
	t.Run("runs", func(t *testing.T) {
		t.Run("SQLite", func(t *testing.T) {
			t.Parallel()
			faults := []chaosFault{killedInPass(), killedAfterAccepted(), slackBusy(), slackBroken(), slackSilent()}
			c := newChaos(t, 11, placeFor(t, "sqlite"), len(faults)*quickMeetings, "")
			c.start()
			for _, f := range faults {
				c.suffer(quickMeetings, f)
			}
			c.settle()
			c.finish(table)
		})
		t.Run("Redis", func(t *testing.T) {
			t.Parallel()
			c := newChaos(t, 12, placeFor(t, "redis"), 3*quickMeetings, "schedule,read", "alert", "schedule,read,alert,console")
			c.start()
			c.suffer(quickMeetings, killedBeforeSend())
			c.suffer(quickMeetings, redisRestarted())
			c.settle()
			c.suffer(quickMeetings, redisFlushed())
			c.settle()
			c.finish(table)
		})
	})
	t.Logf("what was broken, and what came of it:\n%s", table)
}

// run is the row of the present run.
func (c *chaos) run() *chaosRow {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.rows); n > 0 && c.rows[n-1].took == 0 {
		return c.rows[n-1]
	}
	row := &chaosRow{store: c.place.name, began: time.Now()}
	c.rows = append(c.rows, row)
	return row
}

// suffer hands in n meetings while a fault strikes, or several at the same time, and is mended.
func (c *chaos) suffer(n int, faults ...chaosFault) {
	row := c.run()
	names := make([]string, 0, len(faults))
	for _, f := range faults {
		names = append(names, f.name)
		row.allowed += f.repeats
	}
	row.faults = append(row.faults, strings.Join(names, " + "))
	row.meetings += n
	done := c.feed(n)
	rest(c.ctx, time.Duration(200+c.number(400))*time.Millisecond)
	for _, f := range faults {
		f.strike(c)
	}
	for _, f := range faults {
		rest(c.ctx, f.hold)
		if f.mend != nil {
			f.mend(c)
		}
	}
	mended := time.Now()
	c.await(settleWithin, "all documents are taken", done)
	for _, f := range faults {
		if f.forgets {
			c.exempt(mended, f.wipes)
		}
		if f.after != nil {
			f.after(c)
		}
	}
}

func (c *chaos) await(within time.Duration, what string, done <-chan struct{}) {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		c.t.Fatalf("within %s this does not come about: %s\n%s", within, what, c.state())
	}
}

// exempt takes out of account what was acknowledged before a store forgot: of this run, or with wiped everything that cannot be
// read again.
func (c *chaos) exempt(mended time.Time, wiped bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inexact = true
	for _, m := range c.meetings {
		if m.run < 0 || !m.begun.Before(mended) {
			continue
		}
		if m.run == len(c.rows)-1 {
			m.exempt, m.wiped = true, true
		}
		m.wiped = m.wiped || wiped
	}
}

// settle waits until everything is told, and the books say so: the end of a run.
func (c *chaos) settle() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, settleWithin)
	defer cancel()
	if !until(ctx, c.settled) {
		c.t.Errorf("within %s not everything is told and booked:\n%s", settleWithin, c.state())
	}
	row, told := c.run(), c.told()
	books, _ := c.ledger()
	row.took, row.repeats = time.Since(row.began), told.repeats[len(c.rows)-1]
	row.books = fmt.Sprintf("%d = %d + %d + %d", books.Found, books.Alerted, suppressed(books.Suppressed), books.Pending)
	for _, m := range c.meetings {
		if m.run == len(c.rows)-1 && len(told.rooms[m.mask()]) > 0 {
			row.told++
		}
	}
	c.judge(told)
}

func suppressed(by map[string]int64) int64 {
	sum := int64(0)
	for _, n := range by {
		sum += n
	}
	return sum
}

// settled says whether everything is told and booked.
func (c *chaos) settled() bool {
	if len(c.missing(c.told())) > 0 {
		return false
	}
	books, ok := c.ledger()
	return ok && books.Balanced && books.Pending == 0 && books.Found >= c.booked()
}

// booked is how many the books must hold.
func (c *chaos) booked() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := int64(0)
	for _, m := range c.meetings {
		if !m.wiped {
			n++
		}
	}
	return n
}

// missing are the meetings whose host, or the channel where none is known, was not told.
func (c *chaos) missing(t toldSoFar) []*meeting {
	c.mu.Lock()
	defer c.mu.Unlock()
	var missing []*meeting
	for _, m := range c.meetings {
		if !m.exempt && t.rooms[m.mask()][m.room()] == 0 {
			missing = append(missing, m)
		}
	}
	return missing
}

// judge says what does not hold once everything is settled.
func (c *chaos) judge(t toldSoFar) {
	c.t.Helper()
	if len(t.strange) > 0 {
		c.t.Errorf("somebody else's meetings were told: %q", t.strange)
	}
	allowed, repeats := 0, 0
	for _, row := range c.rows {
		allowed += row.allowed
	}
	for _, n := range t.repeats {
		repeats += n
	}
	if repeats > allowed {
		c.t.Errorf("%d messages were repeats, at most %d were in flight when faults struck: %v", repeats, allowed, t.repeats)
	}
	books, ok := c.ledger()
	want := c.booked()
	if !ok || !books.Balanced || books.Pending != 0 || books.Found != books.Alerted || books.Found < want || !c.inexact && books.Found != want {
		c.t.Errorf("the books: %+v, want %d found and alerted", books, want)
	}
	for _, m := range c.meetings {
		for room := range t.rooms[m.mask()] {
			if room != m.room() {
				c.t.Errorf("%s is told in %s, its host is in %s", m.mask(), room, m.room())
			}
		}
	}
}

// finish ends all processes in order, and searches what they left for secrets.
func (c *chaos) finish(table *chaosTable) {
	c.t.Helper()
	for _, p := range c.processes {
		if cmd, _ := p.running(); cmd == nil {
			c.t.Errorf("the process %q ended by itself:\n%s", p.roles, tail(p.log))
		}
		if code := p.stop(syscall.SIGTERM); code != 0 {
			c.t.Errorf("the process %q: exit code %d at its end:\n%s", p.roles, code, tail(p.log))
		}
	}
	c.wantNoSecrets()
	for _, row := range c.rows {
		c.t.Log(row)
	}
	table.add(c.rows)
}

// wantNoSecrets searches the store, the logs and what the workspace was sent for passcodes, clear ids, and what is somebody else's.
func (c *chaos) wantNoSecrets() {
	c.t.Helper()
	all := bytesIn(c.t, c.place.folders(c.dir))
	if len(all) == 0 {
		c.t.Error("the store has no files: nothing was searched")
	}
	for _, p := range c.processes {
		for name, text := range bytesIn(c.t, []string{p.log}) {
			all[name] = text
			if bytes.Contains(text, []byte("DATA RACE")) {
				c.t.Errorf("a data race:\n%s", text)
			}
		}
	}
	sent := &strings.Builder{}
	for _, message := range c.slack.Messages() {
		fmt.Fprintln(sent, message.Text, message.Blocks, message.Form)
	}
	all["what the workspace was sent"] = []byte(sent.String())
	for name, text := range all {
		for _, secret := range []string{chaosToken, chaosBot, c.feederKey()} {
			if bytes.Contains(text, []byte(secret)) {
				c.t.Errorf("%s holds a secret of the configuration", name)
			}
		}
		for _, m := range append(c.meetings, c.foreign...) {
			if bytes.Contains(text, []byte(m.secret)) || bytes.Contains(text, []byte(m.id)) {
				c.t.Errorf("%s holds the passcode or the number of %s", name, m.mask())
			}
		}
	}
}

// state is what is to be known when something does not come about.
func (c *chaos) state() string {
	var b strings.Builder
	books, ok := c.ledger()
	fmt.Fprintf(&b, "ledger %+v (%v)\n", books, ok)
	for _, m := range c.missing(c.told()) {
		fmt.Fprintf(&b, "not told: %s in %s, taken %v, run %d\n", m.mask(), m.room(), m.taken, m.run)
	}
	for _, p := range c.processes {
		status, body := c.ready(p)
		fmt.Fprintf(&b, "process %q at %s: %d %s\n%s\n", p.roles, p.where(), status, body, tail(p.log))
	}
	return b.String()
}
