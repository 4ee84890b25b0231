package scanner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// today is the record of the day of now, made anew when there is none. It changes r.Days, which is a copy. Days that are yet to come are
// those of a clock that was wrong; tomorrow may be another process's today.
func (r *watched) today(now time.Time) *CoverageDay {
	day, tomorrow := now.UTC().Format(time.DateOnly), now.UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	days := slices.DeleteFunc(slices.Clone(r.Days), func(d CoverageDay) bool { return d.Day > tomorrow })
	at, found := slices.BinarySearchFunc(days, day, func(d CoverageDay, day string) int { return strings.Compare(d.Day, day) })
	if !found {
		days = slices.Insert(days, at, CoverageDay{Day: day})
	}
	more := max(0, min(len(days)-CoverageDays, at))
	r.Days = days[more:]
	return &r.Days[at-more]
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
	before, _, err := LoadCoverage(ctx, store, c.Org, c.Day)
	if err != nil && !errors.Is(err, errCoverage) { // one that cannot be read is written anew
		return fmt.Errorf("keep coverage: %w", err)
	}
	c.Unseen = append(slices.Clone(c.Unseen), c.blindBefore(before)...)
	left := 0
	if more := len(c.Looked) - maxCovered; more > 0 {
		c.Looked, left = c.Looked[:maxCovered], more
	}
	if more := len(c.Unseen) - maxCovered; more > 0 {
		c.Unseen, left = c.Unseen[:maxCovered], left+more
	}
	if left > 0 {
		c.Unseen = append(c.Unseen, Unseen{What: fmt.Sprintf("%d more entries", left), Why: "no room in this record"})
	}
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("keep coverage: %w", err)
	}
	if err := store.SaveVisit(ctx, coverageVisits, Visit{Page: c.Org + " " + c.Day, Next: day, Data: data}); err != nil {
		return fmt.Errorf("keep coverage: %w", err)
	}
	return nil
}

// BlindWhy begins the reason of what is not seen as its source is blind.
const BlindWhy = "blind: "

// blindBefore is what the record had of sources that were blind at a time of the day, and are not for that reason any more.
func (c *Coverage) blindBefore(before Coverage) (list []Unseen) {
	for _, u := range before.Unseen {
		why := strings.TrimPrefix(u.Why, "for a time ")
		known := slices.ContainsFunc(append(c.Unseen, list...), func(now Unseen) bool {
			return now.What == u.What && strings.TrimPrefix(now.Why, "for a time ") == why
		})
		if strings.HasPrefix(why, BlindWhy) && !known {
			list = append(list, Unseen{What: u.What, Why: "for a time " + why})
		}
	}
	return list
}

// errCoverage is that of a record that cannot be read.
var errCoverage = errors.New("not a record")

// LoadCoverage returns the record of a day, "2026-11-22", and whether there is one.
func LoadCoverage(ctx context.Context, store Visits, org, day string) (Coverage, bool, error) {
	v, found, err := store.LoadVisit(ctx, coverageVisits, org+" "+day)
	if err != nil || !found {
		return Coverage{}, false, err
	}
	var c Coverage
	if err := json.Unmarshal(v.Data, &c); err != nil {
		return Coverage{}, false, fmt.Errorf("read coverage: %w: %w", errCoverage, err)
	}
	return c, true, nil
}
