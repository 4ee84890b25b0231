package fetch

import (
	"strings"
	"time"
)

// Tags is what a page says of itself to crawlers, in X-Robots-Tag fields or in its meta elements. The zero value asks for
// nothing.
type Tags struct {
	NoIndex   bool // keep what was found, store no copy of the page
	NoFollow  bool // do not go on from its links
	NoArchive bool // store no copy of the page
	// UnavailableAfter is when NoIndex begins, the zero time if never; see [Tags.At].
	UnavailableAfter time.Time
}

// The bounds of one page's tags; what is beyond is not read.
const (
	maxTagValues = 64
	maxTagLength = 4 << 10 // octets of one value
	maxTagParts  = 256     // directives in one value
)

// Or joins what two places say: what one of them asks for is asked for, and the earlier date counts.
func (t Tags) Or(o Tags) Tags {
	t.NoIndex = t.NoIndex || o.NoIndex
	t.NoFollow = t.NoFollow || o.NoFollow
	t.NoArchive = t.NoArchive || o.NoArchive
	if !o.UnavailableAfter.IsZero() && (t.UnavailableAfter.IsZero() || o.UnavailableAfter.Before(t.UnavailableAfter)) {
		t.UnavailableAfter = o.UnavailableAfter
	}
	return t
}

// At is the tags as they hold at a time: after UnavailableAfter a page asks not to be indexed.
func (t Tags) At(now time.Time) Tags {
	if !t.UnavailableAfter.IsZero() && now.After(t.UnavailableAfter) {
		t.NoIndex = true
	}
	return t
}

// ParseRobotsTag reads X-Robots-Tag fields. What stands behind the name of another crawler ("googlebot: noindex") is not for
// us; a name holds to the end of its field or the next name. Any bytes will do: what is unknown is passed over, and of
// endless fields only the beginning is read.
func ParseRobotsTag(values []string) Tags {
	var tags Tags
	for _, value := range values[:min(len(values), maxTagValues)] {
		tags = tags.Or(parseTagValue(value))
	}
	return tags
}

func parseTagValue(value string) Tags {
	var tags Tags
	forUs, parts := true, 0
	for rest := value[:min(len(value), maxTagLength)]; rest != "" && parts < maxTagParts; parts++ {
		var part string
		part, rest, _ = strings.Cut(rest, ",")
		name, argument, named := cutTagName(part)
		for named && !takesArgument(name) {
			forUs = name == ProductToken || name == "robots" || name == "*"
			part = argument
			name, argument, named = cutTagName(part)
		}
		if named && name == "unavailable_after" {
			var date time.Time
			date, rest = parseTagDate(argument, rest)
			part = ""
			if forUs {
				tags = tags.Or(Tags{UnavailableAfter: date})
			}
		}
		if forUs {
			tags = tags.Or(flagTags(part))
		}
	}
	return tags
}

// cutTagName splits "googlebot: noindex" and "unavailable_after: date" at the first colon; the name comes in lower case.
func cutTagName(part string) (name, argument string, named bool) {
	name, argument, named = strings.Cut(part, ":")
	name = strings.ToLower(strings.TrimSpace(name))
	if !named || strings.ContainsAny(name, " \t;") {
		return "", part, false
	}
	return name, argument, true
}

// takesArgument tells directives with an argument from names of crawlers.
func takesArgument(name string) bool {
	switch name {
	case "unavailable_after", "max-snippet", "max-image-preview", "max-video-preview":
		return true
	}
	return false
}

// flagTags reads the directives of one part; there is one, unless somebody took spaces or semicolons for commas.
func flagTags(part string) Tags {
	var tags Tags
	for word := range strings.FieldsFuncSeq(part, func(r rune) bool { return r <= ' ' || r == ';' }) {
		switch strings.ToLower(word) {
		case "noindex":
			tags.NoIndex = true
		case "nofollow":
			tags.NoFollow = true
		case "none":
			tags.NoIndex, tags.NoFollow = true, true
		case "noarchive", "nocache":
			tags.NoArchive = true
		}
	}
	return tags
}

// parseTagDate reads a date in any of the usual forms. Some hold a comma after the day of the week, so the part behind the
// comma is tried too; rest comes back without it if it was of the date. A date that cannot be read is the zero time.
func parseTagDate(argument, rest string) (time.Time, string) {
	if at, ok := tagDate(argument); ok {
		return at, rest
	}
	next, behind, _ := strings.Cut(rest, ",")
	if at, ok := tagDate(argument + "," + next); ok {
		return at, behind
	}
	return time.Time{}, rest
}

func tagDate(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	if len(text) > 64 {
		return time.Time{}, false
	}
	for _, layout := range [...]string{
		time.RFC1123, time.RFC1123Z, time.RFC850, time.RFC822, time.RFC822Z, time.RFC3339, time.ANSIC,
		"2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700", "02-Jan-2006 15:04:05 MST", "02-Jan-06 15:04:05 MST",
		"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02", "2 Jan 2006",
	} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, at.Year() >= 1990 && at.Year() <= 2200
		}
	}
	return time.Time{}, false
}
