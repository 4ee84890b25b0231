package scanner

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// CoverageDay is what a source looked at on one day, in UTC: what a report of coverage is made of. None of it is about a person.
type CoverageDay struct {
	Day       string        `json:"day"`                 // "2026-11-22"
	Passes    int64         `json:"passes,omitempty"`    // that ended
	Failures  int64         `json:"failures,omitempty"`  // of these, with an error: then nothing is known of the time since the one before
	Documents int64         `json:"documents,omitempty"` // handed on
	Heard     int64         `json:"heard,omitempty"`     // as in SourceHealth
	Read      int64         `json:"read,omitempty"`
	Deleted   int64         `json:"deleted,omitempty"`
	Refused   int64         `json:"refused,omitempty"`
	Truncated int64         `json:"truncated,omitempty"`
	Failed    int64         `json:"failed,omitempty"`
	MostLag   time.Duration `json:"most_lag,omitempty"`
}

// CoverageDays is how many days are kept.
const CoverageDays = 35

// today is the record of the day of now, made anew when there is none. It changes r.Days, which is a copy.
func (r *watched) today(now time.Time) *CoverageDay {
	day := now.UTC().Format(time.DateOnly)
	days := append([]CoverageDay(nil), r.Days...)
	if n := len(days); n == 0 || days[n-1].Day < day {
		days = append(days, CoverageDay{Day: day})
	}
	r.Days = days[max(0, len(days)-CoverageDays):]
	return &r.Days[len(r.Days)-1]
}

// covered counts what a pass told since it told last.
func (r *watched) covered(h, before SourceHealth, now time.Time) {
	d := r.today(now)
	d.Heard += max(h.Heard-before.Heard, 0)
	d.Read += max(h.Read-before.Read, 0)
	d.Deleted += max(h.Deleted-before.Deleted, 0)
	d.Refused += max(h.Refused-before.Refused, 0)
	d.Truncated += max(h.Truncated-before.Truncated, 0)
	d.Failed += max(h.Failed-before.Failed, 0)
	d.MostLag = max(d.MostLag, h.Lag)
}

// passedBy counts a pass that ended.
func (r *watched) passedBy(got Outcome, err error, now time.Time) {
	d := r.today(now)
	d.Passes++
	d.Documents += int64(max(got.Documents, 0))
	if err != nil {
		d.Failures++
	}
}

// Coverage is what was looked at for one organisation on one day, and what was not: a record that is kept.
type Coverage struct {
	Org string `json:"organisation"`
	Day string `json:"day"` // in UTC
	// Looked are the sources that looked for the organisation's meetings, with what they looked at for all.
	Looked []CoverageOf `json:"looked"`
	// Unseen is what did not look for it, and why: sources that are off or blind, what nobody can watch.
	Unseen []Unseen `json:"unseen"`
}

// CoverageOf is a source's day.
type CoverageOf struct {
	Source string `json:"source"`
	Kind   string `json:"kind"`
	CoverageDay
}

// Unseen is something that did not look, and why, in words.
type Unseen struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// coverageVisits is the name under which the store keeps records of coverage. No configured source has it.
const coverageVisits = "\u200acoverage"

// maxCovered bounds the lists of a record, so that it fits into what a store keeps.
const maxCovered = 150

// SaveCoverage keeps a record in place of what was kept of its day. Records are taken away as visits are that nobody comes for.
func SaveCoverage(ctx context.Context, store Visits, c Coverage) error {
	day, err := time.Parse(time.DateOnly, c.Day)
	if err != nil {
		return fmt.Errorf("keep coverage: %w: %w", err, ErrBadValue)
	}
	if more := len(c.Looked) - maxCovered; more > 0 {
		c.Looked = c.Looked[:maxCovered]
		c.Unseen = append(c.Unseen, Unseen{What: fmt.Sprintf("%d more sources", more), Why: "no room in this record"})
	}
	c.Unseen = c.Unseen[:min(len(c.Unseen), maxCovered)]
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("keep coverage: %w", err)
	}
	if err := store.SaveVisit(ctx, coverageVisits, Visit{Page: c.Org + " " + c.Day, Next: day, Data: data}); err != nil {
		return fmt.Errorf("keep coverage: %w", err)
	}
	return nil
}

// LoadCoverage returns the record of a day, "2026-11-22", and whether there is one.
func LoadCoverage(ctx context.Context, store Visits, org, day string) (Coverage, bool, error) {
	v, found, err := store.LoadVisit(ctx, coverageVisits, org+" "+day)
	if err != nil || !found {
		return Coverage{}, false, err
	}
	var c Coverage
	if err := json.Unmarshal(v.Data, &c); err != nil {
		return Coverage{}, false, fmt.Errorf("read coverage: %w", err)
	}
	return c, true, nil
}
