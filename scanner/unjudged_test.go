package scanner

import (
	"fmt"
	"testing"
	"time"

	"meetleaks/matchers"
)

// otherRules are those of a pipeline after something about whose links are whose was changed: judged says whether pages are judged for the
// organisation at all, owned whether its vanity address is still its own.
func otherRules(t *testing.T, r *rig, judged *bool, owned bool) func(*PipelineOptions) {
	t.Helper()
	return func(o *PipelineOptions) {
		o.Store, o.Now, o.Judges = r.store, r.clock.Now, func(string, string) bool { return *judged }
		orgs := []matchers.Organisation{{Name: rigOrg, Domains: []string{"acme.example"}}}
		if owned {
			orgs[0].Patterns = []matchers.Pattern{{Type: matchers.VanityPattern, Value: "acme.zoom.us"}}
		}
		index, err := matchers.NewIndex(orgs, o.Keys.IndexKey())
		if err != nil {
			t.Fatal(err)
		}
		judge := NewJudge(JudgeOptions{Index: index, Now: r.clock.Now, May: func(string, string) bool { return *judged }})
		o.Matcher = NewMatcher(matchers.Standard(), judge)
	}
}

// looks reads a page again and again, an hour and a half apart, so often that what is not there is believed gone.
func (r *rig) looks(uri, text string) (last Taken) {
	r.t.Helper()
	for n := range looksBelieved + 1 {
		r.clock.advance(90 * time.Minute)
		last = r.take(uri, fmt.Sprintf("%s look %d of %v", text, n, r.clock.Now()))
	}
	return last
}

// changed is the rig with a pipeline of other rules on the same store.
func (r *rig) changed(change func(*PipelineOptions)) {
	r.t.Helper()
	o := rigOptions(r.t, r)
	change(&o)
	var err error
	if r.p, err = NewPipeline(o); err != nil {
		r.t.Fatal(err)
	}
}

// TestWhatIsNotJudgedAnyMoreIsNotGone: a proof lapses, and the page of somebody else is read on behalf of others.
func TestWhatIsNotJudgedAnyMoreIsNotGone(t *testing.T) {
	const page = "https://www.partner.example/agenda"
	r, judged := newRig(t, nil), true
	r.changed(otherRules(t, r, &judged, true))
	r.take(page, rigBoard)
	judged = false
	for _, text := range []string{rigBoard, "nothing of the kind"} {
		if taken := r.looks(page, text); taken.Unjudged != 1 || taken.Claimed != 0 {
			t.Errorf("%q: %d unjudged, %d claimed", text, taken.Unjudged, taken.Claimed)
		}
		if l := r.leak(); l.State != StateOpen || l.Places[0].Gone != 0 {
			t.Errorf("%q: %s after %d looks that found nothing", text, l.State, l.Places[0].Gone)
		}
	}
	judged = true
	if taken := r.looks(page, "nothing of the kind"); taken.Unjudged != 0 {
		t.Errorf("%d unjudged", taken.Unjudged)
	}
	if l := r.leak(); l.State != StateRemoved {
		t.Errorf("%s, though it was looked for and is not there", l.State)
	}
	r.balanced()
}

// TestWhatStandsThereForNobodyIsNotGone: a pattern was taken away, the post was not.
func TestWhatStandsThereForNobodyIsNotGone(t *testing.T) {
	r, judged := newRig(t, nil), true
	const page = "https://www.partner.example/agenda"
	r.take(page, rigBoard+" and "+rigStaff)
	r.changed(otherRules(t, r, &judged, false))
	if taken := r.looks(page, rigBoard); taken.Unjudged != 1 || taken.Nobodys != 1 {
		t.Errorf("%d unjudged, %d nobody's", taken.Unjudged, taken.Nobodys)
	}
	states := map[string]State{}
	for _, l := range r.store.leaksOf(rigOrg) {
		states[l.MaskedID] = l.State
	}
	if states["981•••••561"] != StateOpen || states["953•••••226"] != StateRemoved {
		t.Errorf("%v: want the one that stands there open, and the one that does not removed", states)
	}
}
