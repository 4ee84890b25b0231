package matchers

import (
	"slices"
	"strings"
	"testing"
)

// hit is a text and the one meeting in it. Compared are Kind, Class, Realm, Space, ID, Org, Owner and Secrets of the first
// sighting; every other sighting in the text must have the same Key.
type hit struct {
	text string
	want Link
}

// runPlatform looks for one platform's links in real text: each hit holds exactly one meeting, each miss none. It also holds
// every platform to the rule that the shown path names the id's place and not the id.
func runPlatform(t *testing.T, p Platform, hits []hit, misses []string) {
	t.Helper()
	f := NewFinder([]Platform{p})
	for _, h := range hits {
		checkHit(t, p, h, f.FindIn([]byte(h.text), 0, len(h.text)))
	}
	for _, text := range misses {
		if found := f.FindIn([]byte(text), 0, len(text)); len(found) > 0 {
			t.Errorf("%s: %q\n\tfound %s, want nothing", p.Name, text, describeLink(found[0].Link))
		}
	}
}

func checkHit(t *testing.T, p Platform, h hit, found []Sighting) {
	t.Helper()
	if len(found) == 0 {
		t.Errorf("%s: %q\n\tfound nothing, want %s", p.Name, h.text, describeLink(h.want))
		return
	}
	got, want := found[0].Link, h.want
	if got.Platform != p.Name || describeLink(got) != describeLink(want) {
		t.Errorf("%s: %q\n\tgot  %s\n\twant %s", p.Name, h.text, describeLink(got), describeLink(want))
	}
	for _, other := range found {
		if other.Key() != got.Key() {
			t.Errorf("%s: %q\n\tholds two meetings: %s and %s", p.Name, h.text, got.Key(), other.Key())
		}
		if other.Start < 0 || other.Start >= other.End || other.End > len(h.text) {
			t.Errorf("%s: %q\n\tsighting at [%d, %d)", p.Name, h.text, other.Start, other.End)
		}
	}
	if !slices.Contains(spaces(), got.Space) && got.Platform != "mattermost" { // whose teams give theirs
		t.Errorf("%s: %q\n\tspace %q is missing in spaces: patterns of numbers and rooms would not find it by its key", p.Name, h.text, got.Space)
	}
	if got.Host != "" && (!strings.Contains(got.Path, "{id}") || strings.Contains(strings.ReplaceAll(got.Path, "{id}", ""), got.ID)) {
		t.Errorf("%s: %q\n\tshown path %q must hold {id} and not the id", p.Name, h.text, got.Path)
	}
}

// describeLink writes the compared fields in one line.
func describeLink(l Link) string {
	secrets := slices.Clone(l.Secrets)
	slices.Sort(secrets)
	return strings.Join([]string{string(l.Kind), string(l.Class), "realm=" + l.Realm, "space=" + l.Space, "id=" + l.ID,
		"org=" + l.Org, "owner=" + l.Owner, "secrets=" + strings.Join(secrets, ",")}, " ")
}
