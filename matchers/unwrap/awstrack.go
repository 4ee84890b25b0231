package unwrap

import "strings"

// awstrack reads the click links of Amazon SES, also those that go by a sender's own host: /L0/<url>/<n>/<message>/…, the
// URL percent-encoded. /I0/ is a picture that counts opened mail and leads nowhere.
func awstrack() Wrapper {
	hosts := []string{"awstrack.me", "govdelivery.com", "click.redditmail.com", "tracking.tldrnewsletter.com"}
	docs := "seen in public mail archives; https://docs.aws.amazon.com/ses (open and click tracking)"
	return on("awstrack", hosts, docs, func(a address) (Layer, bool) {
		for _, mark := range []string{"/L0/", "/CL0/"} {
			if a.at(mark) {
				return to(awsTarget(until(a.rest[len(mark):], "/"))), true
			}
		}
		return Layer{}, false
	})
}

// awsTarget decodes the segment. "https:" alone is what remains of a URL whose slashes were decoded on the way: where it
// would end cannot be known.
func awsTarget(segment string) string {
	if strings.HasSuffix(segment, ":") {
		return ""
	}
	return unescape(segment)
}
