package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"meetleaks/scanner"
)

// The bounds of what is told of coverage.
const (
	usualCoverage = 7   // days
	mostCoverage  = 90  // days
	maxCoverage   = 400 // records read for one request
)

type coverageInput struct {
	Org  string `query:"org" maxLength:"512" doc:"Left out: all organisations"`
	Days int    `query:"days" minimum:"1" maximum:"90" default:"7" doc:"The last days, today among them, in UTC"`
}

// CoverageList is the records of some days, the newest first.
type CoverageList struct {
	Coverage []Coverage    `json:"coverage" nullable:"false"`
	Missing  []CoverageGap `json:"missing" nullable:"false" doc:"Days without a record: of them nothing is known"`
}

// CoverageGap is a day without a record.
type CoverageGap struct {
	Org string `json:"org"`
	Day string `json:"day"`
}

// Coverage is what was looked at for an organisation on a day, and what was not.
type Coverage struct {
	Org    string    `json:"org"`
	Day    string    `json:"day" doc:"In UTC; that of today is what is known so far"`
	Looked []Covered `json:"looked" nullable:"false" doc:"Sources that looked for its meetings, with what they looked at for all organisations"`
	Unseen []Unseen  `json:"unseen" nullable:"false" doc:"What did not look, or not all the time, and what nobody can watch"`
}

// Covered is a source's day.
type Covered struct {
	Source    string  `json:"source"`
	Kind      string  `json:"kind" doc:"In the configuration"`
	Documents int64   `json:"documents" doc:"Handed on to be searched"`
	Heard     int64   `json:"heard" doc:"Items that the place gave"`
	Read      int64   `json:"read" doc:"Of these, looked at for links"`
	Deleted   int64   `json:"deleted" doc:"Deletions that the place told of"`
	Refused   int64   `json:"refused" doc:"Times the place refused"`
	Truncated int64   `json:"truncated" doc:"Items that were cut"`
	Failed    int64   `json:"failed" doc:"Items that could not be understood, or were lost"`
	Passes    int64   `json:"passes" doc:"That ended"`
	Failures  int64   `json:"failed_passes"`
	MostLag   float64 `json:"most_lag_seconds"`
}

// Unseen is something that did not look, and why.
type Unseen struct {
	Source string `json:"source,omitempty" doc:"Its name; left out: what nobody can watch"`
	What   string `json:"what"`
	Why    string `json:"why"`
}

func (c *Console) listCoverage(ctx context.Context, in *coverageInput) (*body[CoverageList], error) {
	names := c.o.Organisations()
	if in.Org != "" {
		if err := c.known(in.Org); err != nil {
			return nil, err
		}
		names = []string{in.Org}
	}
	if len(names)*in.Days > maxCoverage {
		return nil, newProblem(http.StatusUnprocessableEntity, "these are too many records at once: ask for one organisation, or for fewer days").err()
	}
	list := CoverageList{Coverage: []Coverage{}, Missing: []CoverageGap{}}
	for _, org := range names {
		for n := range in.Days {
			day := c.day(n)
			one, found, err := c.coverage(ctx, org, day)
			switch {
			case err != nil:
				return nil, err
			case found:
				list.Coverage = append(list.Coverage, one)
			default:
				list.Missing = append(list.Missing, CoverageGap{shown(org), day})
			}
		}
	}
	return &body[CoverageList]{list}, nil
}

// day is the day in UTC that was some days ago.
func (c *Console) day(ago int) string {
	return c.o.Now().UTC().AddDate(0, 0, -ago).Format(time.DateOnly)
}

// coverage is the record of a day, and whether there is one.
func (c *Console) coverage(ctx context.Context, org, day string) (Coverage, bool, error) {
	record, found, err := c.o.Coverage(ctx, org, day)
	if err != nil {
		return Coverage{}, false, c.problemOf("read coverage", "", err)
	}
	if !found {
		return Coverage{}, false, nil
	}
	return Coverage{Org: shown(org), Day: day, Looked: mapped(record.Looked, coveredOf), Unseen: mapped(record.Unseen, unseenOf)}, true, nil
}

func coveredOf(of scanner.CoverageOf) Covered {
	return Covered{
		Source: shown(of.Source), Kind: shown(of.Kind), Documents: of.Documents, Heard: of.Heard, Read: of.Read, Deleted: of.Deleted, Refused: of.Refused,
		Truncated: of.Truncated, Failed: of.Failed, Passes: of.Passes, Failures: of.Failures, MostLag: of.MostLag.Seconds(),
	}
}

// SourcePrefix stands before the name of a source in what a record says was not seen.
const SourcePrefix = "source "

func unseenOf(u scanner.Unseen) Unseen {
	out := Unseen{What: shown(u.What), Why: shown(u.Why)}
	if name, is := strings.CutPrefix(out.What, SourcePrefix); is {
		out.Source = name
	}
	return out
}

// plus adds up what a source looked at on several days, or several sources on one.
func (c Covered) plus(other Covered) Covered {
	c.Documents += other.Documents
	c.Heard += other.Heard
	c.Read += other.Read
	c.Deleted += other.Deleted
	c.Refused += other.Refused
	c.Truncated += other.Truncated
	c.Failed += other.Failed
	c.Passes += other.Passes
	c.Failures += other.Failures
	c.MostLag = max(c.MostLag, other.MostLag)
	return c
}
