package scanner

import (
	"slices"
	"strings"
	"time"

	"meetleaks/matchers"
)

// How much is read for words and dates: the text around so many places, so many bytes on each side of the link.
const (
	judgedPlaces = 3
	judgedSide   = 600
)

// JudgeOptions is what [NewJudge] needs.
type JudgeOptions struct {
	Index *matchers.Index // nil: nothing is anybody's
	// May says whether an organisation may be shown what stands on a page of the network; nil: never. Documents without a Host
	// are not asked about.
	May func(org, page string) bool
	// Known names the organisations whose own inventory lists a meeting; nil: there is none.
	Known func(matchers.Link) []string
	// Nobodys says that what is nobody's is assessed too: whoever looks through their own files wants to see it.
	Nobodys bool
	Now     func() time.Time // nil: time.Now
}

// NewJudge makes the function that completes findings: whose they are, with rank; how bad; what the page claims of the start; whether
// words beside it call for a raid. It is safe for concurrent use.
func NewJudge(o JudgeOptions) Judge {
	if o.Now == nil {
		o.Now = time.Now
	}
	assessor := NewAssessor()
	retired := make(map[string]string)
	for _, platform := range matchers.All() {
		retired[platform.Name] = platform.Retired
	}
	return func(f *Finding, c Context) {
		if o.Index != nil {
			f.Owners = o.owners(f.Link, c)
			f.nameOwners()
		}
		if len(f.Owners) == 0 && !o.Nobodys {
			return
		}
		near := nearOf(c)
		near.Now, near.Retired = o.Now(), retired[f.Link.Platform]
		f.Risk = assessor.Assess(f, near)
		if len(f.Owners) > 0 {
			f.Raid, f.Start = assessor.claims(near)
		}
	}
}

func (o JudgeOptions) owners(l matchers.Link, c Context) []matchers.Owner {
	at := matchers.Whereabouts{Host: c.Host}
	if c.Host != "" {
		at.URL = c.URI
	}
	if o.Known != nil {
		at.Known = o.Known(l)
	}
	for _, window := range c.Near {
		at.Around = append(at.Around, matchers.Near(window.Text, window.Start, window.End))
	}
	owners := o.Index.Owners(l, at)
	if c.Host == "" {
		return owners
	}
	return slices.DeleteFunc(owners, func(owner matchers.Owner) bool { return o.May == nil || !o.May(owner.Org, c.URI) })
}

// nameOwners sets Org, MatchedBy and Public: the last only when all owners say so.
func (f *Finding) nameOwners() {
	var names, patterns []string
	f.Public = len(f.Owners) > 0
	for _, owner := range f.Owners {
		names, patterns = append(names, owner.Org), append(patterns, owner.Pattern)
		f.Public = f.Public && owner.Public
	}
	f.Org, f.MatchedBy = strings.Join(names, ","), strings.Join(patterns, ",")
}

func nearOf(c Context) Near {
	var near Near
	for _, window := range c.Near[:min(len(c.Near), judgedPlaces)] {
		near.Texts = append(near.Texts, window.Narrow(judgedSide).Text)
		if start, ok := window.EventStart(); ok {
			near.Starts = append(near.Starts, start)
		}
	}
	return near
}

// claims is what the text around a finding says: whether it calls for a raid, as Assess counts it, and the most urgent start.
func (a *Assessor) claims(near Near) (raid bool, start Start) {
	texts := normaliseTexts(near.Texts)
	words := a.words.find(texts)
	raid = len(words.raid) > 0 || len(words.maybe) > 1
	best := bestStart(texts, near)
	if best.from.IsZero() || best.nearness(near.Now) <= startUnknown {
		return raid, Start{}
	}
	switch {
	case best.utc:
		return raid, Start{Time: best.date.UTC()}
	case best.clock:
		return raid, Start{Time: best.date.UTC(), Floating: true}
	}
	return raid, Start{Time: best.date.UTC().Truncate(24 * time.Hour), AllDay: true}
}
