package console

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"meetleaks/scanner"
)

// maxPlaces is how many of the places at which a source begins are told.
const maxPlaces = 20

// Watched is a source of the configuration, and how it is doing. All texts are masked and cut before they are shown.
type Watched struct {
	Outlook scanner.Outlook // of a source that is off, its name alone
	Off     bool
	// What is its kind in the configuration. Reads, Costs and Deletions are words: what it reads, what that costs, and how it is known
	// that something was deleted.
	What, Reads, Costs, Deletions string
	Places                        []string      // where it begins, or is asked
	Every                         time.Duration // 0: it is not polled, or as usual
	Permission                    string        // who allowed the reading
	Canaries                      []WatchedCanary
}

// WatchedCanary is a canary that a source should find.
type WatchedCanary struct {
	Name  string
	Every time.Duration // how often it should be found
	// Since is when it was first looked for, Seen when it was found last, or read again where it stands, and Posted when that had been
	// posted by the place's own word. Zero: never, or not known.
	Since, Seen, Posted time.Time
	Missed              int // times in a row
}

// What Source.State says.
const (
	sourceBlind = "blind"
	sourceSeen  = "seen"
	sourceOff   = "off"
)

// Source is a source of the configuration, and how it is doing.
type Source struct {
	Name       string    `json:"name"`
	Kind       string    `json:"kind" doc:"poll or stream; left empty of what is off"`
	State      string    `json:"state" enum:"blind,seen,off"`
	Next       time.Time `json:"next,omitzero" doc:"When the next pass is due; left out: at once"`
	Running    time.Time `json:"running_since,omitzero"`
	Passed     time.Time `json:"last_passed,omitzero" doc:"When the last pass that did not fail ended"`
	Blind      string    `json:"blind,omitempty" doc:"Why nothing is known of it at present; a blind source is never clean"`
	Since      time.Time `json:"blind_since,omitzero"`
	What       string    `json:"source_kind,omitempty" doc:"Its kind in the configuration, as meetleaks sources lists them"`
	Reads      string    `json:"reads,omitempty"`
	Costs      string    `json:"costs,omitempty"`
	Deletions  string    `json:"deletions,omitempty" doc:"How it is known that something was deleted"`
	Places     []string  `json:"places,omitempty" nullable:"false" doc:"Where it begins, or is asked; masked; the first 20"`
	MorePlaces int       `json:"more_places,omitempty"`
	Every      int64     `json:"every_seconds,omitempty" doc:"The longest time between two passes"`
	Permission string    `json:"permission,omitempty" doc:"Who allowed the reading"`
	Pass       *PassTold `json:"last_pass,omitempty" doc:"What the last pass, or the one that runs, told; left out: nothing"`
	Volume     *Volume   `json:"volume,omitempty" doc:"Left out: not known"`
	Budgets    []Budget  `json:"budgets,omitempty" nullable:"false"`
	Notes      []string  `json:"notes,omitempty" nullable:"false" doc:"What is not seen though the source works, and what its operator should know"`
	Canaries   []Canary  `json:"canaries,omitempty" nullable:"false"`
}

// PassTold is what a source told of one pass. Numbers count since the pass began.
type PassTold struct {
	Heard     int64     `json:"heard" doc:"Items that the place gave"`
	Read      int64     `json:"read" doc:"Of these, looked at for links"`
	Deleted   int64     `json:"deleted" doc:"Deletions that the place told of"`
	Refused   int64     `json:"refused" doc:"Times the place refused"`
	Truncated int64     `json:"truncated" doc:"Items that were cut"`
	Failed    int64     `json:"failed" doc:"Items that could not be understood, or were lost"`
	Posted    time.Time `json:"posted,omitzero" doc:"When the latest item was posted, by the place's clock"`
	Lag       float64   `json:"lag_seconds,omitempty" doc:"How long after that it was read"`
}

// Volume is how many items come in an hour.
type Volume struct {
	Usual float64 `json:"usual"`
	Last  int64   `json:"last_hour" doc:"In the last full hour"`
	Now   int64   `json:"this_hour" doc:"In the present one, so far"`
}

// Budget is something limited, and what of it is used.
type Budget struct {
	What  string    `json:"what"`
	Used  float64   `json:"used"`
	Limit float64   `json:"limit,omitempty" doc:"Left out: not known"`
	Unit  string    `json:"unit,omitempty"`
	Until time.Time `json:"until,omitzero" doc:"When it begins anew"`
}

// Canary is a planted link, and whether the source finds it.
type Canary struct {
	Name   string    `json:"name"`
	Every  int64     `json:"every_seconds" doc:"How often it should be found"`
	Since  time.Time `json:"looked_for_since,omitzero"`
	Seen   time.Time `json:"seen,omitzero" doc:"When it was found last, or read again where it stands; left out: never"`
	Posted time.Time `json:"posted,omitzero" doc:"When that had been posted, by the place's own word"`
	Missed int       `json:"missed" doc:"Times in a row that it was not found"`
}

// SourceList is all of them.
type SourceList struct {
	Sources []Source `json:"sources" nullable:"false"`
}

func (c *Console) listSources(context.Context, *nothing) (*body[SourceList], error) {
	return &body[SourceList]{SourceList{Sources: c.sources()}}, nil
}

// sources is all that is told of them: those that are blind first, those that are off last.
func (c *Console) sources() []Source {
	var list []Source
	if c.o.Sources != nil {
		list = mapped(c.o.Sources(), sourceOf)
	} else {
		list = mapped(c.o.Outlooks(), func(o scanner.Outlook) Source { return sourceOf(Watched{Outlook: o}) })
	}
	order := []string{sourceBlind, sourceSeen, sourceOff}
	slices.SortStableFunc(list, func(a, b Source) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.State), slices.Index(order, b.State)), strings.Compare(a.Name, b.Name))
	})
	return list
}

func sourceOf(w Watched) Source {
	o := w.Outlook
	s := Source{
		Name: shown(o.Source), State: sourceSeen, What: shown(w.What), Reads: shown(w.Reads), Costs: shown(w.Costs), Deletions: shown(w.Deletions),
		Places: shownAll(w.Places[:min(len(w.Places), maxPlaces)]), MorePlaces: max(len(w.Places)-maxPlaces, 0),
		Every: int64(w.Every.Seconds()), Permission: shown(w.Permission),
	}
	if w.Off { // whatever was known of it is over
		s.State = sourceOff
		return s
	}
	if o.Blind != "" {
		s.State = sourceBlind
	}
	s.Kind, s.Next, s.Running, s.Passed = string(o.Kind), utc(o.Next), utc(o.Running), utc(o.Passed)
	s.Blind, s.Since = shown(o.Blind), utc(o.Since)
	s.Pass, s.Volume = passTold(o.Health), volumeOf(o.Volume)
	s.Budgets = mapped(o.Health.Used[:min(len(o.Health.Used), scanner.MaxUsed)], budgetOf)
	s.Notes = shownAll(o.Health.Notes[:min(len(o.Health.Notes), scanner.MaxNotes)])
	s.Canaries = mapped(w.Canaries[:min(len(w.Canaries), scanner.MaxCanaries)], canaryOf)
	return s
}

func passTold(h scanner.SourceHealth) *PassTold {
	told := PassTold{
		Heard: h.Heard, Read: h.Read, Deleted: h.Deleted, Refused: h.Refused, Truncated: h.Truncated, Failed: h.Failed,
		Posted: utc(h.Posted), Lag: h.Lag.Seconds(),
	}
	if told == (PassTold{}) {
		return nil
	}
	return &told
}

func volumeOf(v scanner.Volume) *Volume {
	if v.Hours == 0 && v.Now == 0 {
		return nil
	}
	return &Volume{Usual: v.Usual, Last: v.Last, Now: v.Now}
}

func budgetOf(u scanner.Usage) Budget {
	return Budget{What: shown(u.What), Used: finite(u.Used), Limit: finite(u.Limit), Unit: shown(u.Unit), Until: utc(u.Until)}
}

// finite keeps what JSON has no word for out of it.
func finite(n float64) float64 {
	if n-n != 0 {
		return 0
	}
	return n
}

func canaryOf(w WatchedCanary) Canary {
	return Canary{
		Name: shown(w.Name), Every: int64(w.Every.Seconds()), Since: utc(w.Since), Seen: utc(w.Seen), Posted: utc(w.Posted), Missed: w.Missed,
	}
}
