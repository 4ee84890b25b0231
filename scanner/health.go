package scanner

import (
	"slices"
	"time"
	"unicode/utf8"

	"meetleaks/matchers"
)

// SourceHealth is what a source tells of one of its passes, beside documents and failures. Numbers count since the pass began.
type SourceHealth struct {
	Heard     int64 `json:"heard,omitempty"`     // items that the place gave, whatever they hold
	Read      int64 `json:"read,omitempty"`      // of these, looked at for links
	Deleted   int64 `json:"deleted,omitempty"`   // deletions that the place told of
	Refused   int64 `json:"refused,omitempty"`   // times the place refused: robots, rate limits, permissions, terms
	Truncated int64 `json:"truncated,omitempty"` // items that were cut, by the place or at a bound of ours
	Failed    int64 `json:"failed,omitempty"`    // items that could not be understood, or were lost
	// Posted is when the latest item was posted, by the place's clock, and Lag how long after that it was read; zero: the place does
	// not say.
	Posted time.Time     `json:"posted,omitzero"`
	Lag    time.Duration `json:"lag,omitempty"`
	// Used is what of a budget is used up: money, requests, posts. At most MaxUsed.
	Used []Usage `json:"used,omitempty"`
	// Notes say what is not seen though the source works, or what its operator should know: at most MaxNotes lines.
	Notes []string `json:"notes,omitempty"`
}

// Usage is how much of something limited is used up.
type Usage struct {
	What  string    `json:"what"` // "posts read this month"; at most 120 bytes
	Used  float64   `json:"used"`
	Limit float64   `json:"limit,omitempty"` // 0: not known
	Unit  string    `json:"unit,omitempty"`  // "posts", "USD"
	Until time.Time `json:"until,omitzero"`  // when it begins anew
}

// The bounds of SourceHealth.
const (
	MaxUsed  = 8
	MaxNotes = 8
)

// bounded is a copy that fits into a watch's record, without links.
func (h SourceHealth) bounded() SourceHealth {
	h.Used = slices.Clone(h.Used[:min(len(h.Used), MaxUsed)])
	for i := range h.Used {
		h.Used[i].What, h.Used[i].Unit = shortLine(h.Used[i].What), shortLine(h.Used[i].Unit)
	}
	notes := h.Notes[:min(len(h.Notes), MaxNotes)]
	h.Notes = make([]string, 0, len(notes))
	for _, note := range notes {
		h.Notes = append(h.Notes, shortLine(note))
	}
	return h
}

// shortLine masks meeting links and cuts to maxReason bytes.
func shortLine(text string) string {
	text = clipped(matchers.Mask(text))
	for len(text) > maxReason || !utf8.ValidString(text) {
		text = text[:min(len(text), maxReason+1)-1]
	}
	return text
}

// Volume is how many items a source gives in an hour: usually, and lately. It is for places that always have something to say; where
// some come by day and none by night, [Watch.Quiet] is the better guard.
type Volume struct {
	Usual float64   `json:"usual,omitempty"` // an hour, a mean in which old hours count ever less; 0: not known yet
	Hours int       `json:"hours,omitempty"` // that were counted, up to volumeLearnt
	Last  int64     `json:"last,omitempty"`  // in the last full hour
	Now   int64     `json:"now,omitempty"`   // in the present one
	Since time.Time `json:"since,omitzero"`  // when the present one began
	// Small is when the first of the full hours began that were far too small, one after the other; zero: the last was not.
	Small time.Time `json:"small,omitzero"`
}

// The measures of a volume that is too small.
const (
	volumeLearnt = 6                  // hours before it is judged at all
	volumeWeight = 0.1                // of the latest hour in the mean
	volumeLeast  = 100.               // usual items an hour, below which chance alone can make an hour quiet
	volumeQuiet  = 0.05               // share of the usual that is too little
	volumeLost   = 7 * 24 * time.Hour // of too little, after which it becomes what is usual
)

// plus counts items that came by now.
func (v Volume) plus(items int64, now time.Time) Volume {
	if v.Since.IsZero() || now.Before(v.Since) {
		v.Since, v.Now = now, 0
	}
	for n := 0; now.Sub(v.Since) >= time.Hour; n++ {
		if n == 2*volumeLearnt { // nobody listened meanwhile: that says nothing of the place
			v.Since = now
			break
		}
		v.end()
	}
	v.Now += max(items, 0)
	return v
}

// end closes the present hour.
func (v *Volume) end() {
	switch {
	case !v.small(v.Now):
		v.Small = time.Time{}
	case v.Small.IsZero():
		v.Small = v.Since
	}
	lost := !v.Small.IsZero() && v.Since.Sub(v.Small) >= volumeLost
	if !v.small(v.Now) || v.Hours < volumeLearnt || lost { // an outage does not become what is usual
		v.Usual += (float64(v.Now) - v.Usual) * max(volumeWeight, 1/float64(v.Hours+1))
	}
	v.Hours = min(v.Hours+1, volumeLearnt)
	v.Last, v.Now, v.Since = v.Now, 0, v.Since.Add(time.Hour)
}

func (v Volume) small(items int64) bool {
	return v.Hours >= volumeLearnt && v.Usual >= volumeLeast && float64(items) < v.Usual*volumeQuiet
}

// Quiet says whether far less came in the last full hour than is usual.
func (v Volume) Quiet() bool { return v.small(v.Last) && v.small(v.Now) }

// heard takes over what a pass told, of which before was taken over already. Of sources that are polled the volume says nothing: what
// does not change is asked for ever less often.
func (w Watch) heard(r watched, h, before SourceHealth, now time.Time) watched {
	if w.Kind == Stream {
		r.Volume = r.Volume.plus(h.Heard-before.Heard, now)
	}
	r.covered(h, before, now)
	r.Health = h.bounded()
	return r
}
