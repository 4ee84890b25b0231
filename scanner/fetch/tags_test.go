package fetch

import (
	"strings"
	"testing"
	"time"
)

func TestRobotsTagsAreReadWhenTheyAreForUs(t *testing.T) {
	for _, c := range []struct {
		values string // separated by |
		want   Tags
	}{
		{"", Tags{}},
		{"noindex", Tags{NoIndex: true}},
		{"NoIndex, NOFOLLOW", Tags{NoIndex: true, NoFollow: true}},
		{"none", Tags{NoIndex: true, NoFollow: true}},
		{"noarchive", Tags{NoArchive: true}},
		{"nocache", Tags{NoArchive: true}},
		{"all", Tags{}},
		{"index, follow, nosnippet, max-snippet:5, max-image-preview: large", Tags{}},
		{"max-snippet:5, noindex", Tags{NoIndex: true}},
		{"googlebot: noindex, nofollow", Tags{}},
		{"meetleaks: noindex", Tags{NoIndex: true}},
		{"MeetLeaks : noindex", Tags{NoIndex: true}},
		{"googlebot: noindex, meetleaks: nofollow, noarchive", Tags{NoFollow: true, NoArchive: true}},
		{"meetleaks: nofollow, otherbot: noindex", Tags{NoFollow: true}},
		{"robots: noindex", Tags{NoIndex: true}},
		{"googlebot: nofollow|noindex", Tags{NoIndex: true}},
		{"noindex nofollow;noarchive", Tags{NoIndex: true, NoFollow: true, NoArchive: true}},
		{"noindexed, xnoindex, no index", Tags{}},
		{"unavailable_after: 25 Jun 2010 15:00:00 GMT", Tags{UnavailableAfter: june}},
		{"unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, nofollow", Tags{UnavailableAfter: june, NoFollow: true}},
		{"unavailable_after: Friday, 25-Jun-10 15:00:00 GMT", Tags{UnavailableAfter: june}},
		{"unavailable_after: 2010-06-25T15:00:00Z", Tags{UnavailableAfter: june}},
		{"meetleaks: unavailable_after: 2010-06-25T15:00:00Z", Tags{UnavailableAfter: june}},
		{"googlebot: unavailable_after: 2010-06-25T15:00:00Z", Tags{}},
		{"unavailable_after: 2011-01-01|unavailable_after: 2010-06-25T15:00:00Z", Tags{UnavailableAfter: june}},
		{"unavailable_after: soon, noindex", Tags{NoIndex: true}},
		{"unavailable_after: 9999-01-01", Tags{}},
		{"unavailable_after: 0001-01-01", Tags{}},
	} {
		got := ParseRobotsTag(strings.Split(c.values, "|"))
		if !got.UnavailableAfter.Equal(c.want.UnavailableAfter) {
			t.Errorf("%q: unavailable after %s", c.values, got.UnavailableAfter)
		}
		got.UnavailableAfter, c.want.UnavailableAfter = time.Time{}, time.Time{}
		if got != c.want {
			t.Errorf("%q: %+v, want %+v", c.values, got, c.want)
		}
	}
}

var june = time.Date(2010, time.June, 25, 15, 0, 0, 0, time.UTC)

func TestPagesAreNotIndexedAfterTheirDate(t *testing.T) {
	tags := Tags{UnavailableAfter: june}
	if tags.At(june).NoIndex || !tags.At(june.Add(time.Second)).NoIndex || (Tags{}).At(june).NoIndex {
		t.Error("the date does not decide")
	}
}

func TestEndlessTagsAreReadToTheirBound(t *testing.T) {
	if ParseRobotsTag([]string{strings.Repeat(",", maxTagParts) + "noindex"}).NoIndex {
		t.Error("directives beyond the bound were read")
	}
	if ParseRobotsTag([]string{strings.Repeat(" ", maxTagLength) + "noindex"}).NoIndex {
		t.Error("octets beyond the bound were read")
	}
	if ParseRobotsTag(append(make([]string, maxTagValues), "noindex")).NoIndex {
		t.Error("fields beyond the bound were read")
	}
}

func FuzzRobotsTag(f *testing.F) {
	for _, seed := range []string{"noindex, nofollow", "googlebot: none", "meetleaks: unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, all", "a:b:c:,;:", "unavailable_after:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		tags := ParseRobotsTag([]string{value})
		if year := tags.UnavailableAfter.Year(); !tags.UnavailableAfter.IsZero() && (year < 1990 || year > 2200) {
			t.Errorf("%q: a date in the year %d", value, year)
		}
		if again := ParseRobotsTag([]string{"otherbot:" + value}); !strings.Contains(value, ":") && again != (Tags{}) {
			t.Errorf("%q for another crawler is %+v", value, again)
		}
		if lower := strings.ToLower(value); len(value) <= maxTagLength && tags.NoIndex && !strings.Contains(lower, "noindex") && !strings.Contains(lower, "none") {
			t.Errorf("%q is taken for noindex", value)
		}
	})
}
