package web

// refusal is why an address is not read though nothing failed: our choice. There are few, so that they can be counted by
// their text; see Address for those that canonical returns.
type refusal string

func (r refusal) Error() string { return string(r) }

// Policy tells that this is no failure.
func (r refusal) Policy() bool { return true }

// What canonical refuses. These are no pages: they are counted, and not listed.
const (
	notWeb    refusal = "not a web address"              // mailto:, javascript:, tel:, data:
	malformed refusal = "not a URL that can be read"     // no host, an odd host, an odd port
	tooLong   refusal = "an address of over 2,048 bytes" //
	named     refusal = "an address with a user name"    // it could hold a password
)

// What scope refuses.
const (
	outside     refusal = "leads outside"
	excluded    refusal = "excluded"
	notIncluded refusal = "not included"
	tooDeep     refusal = "links deeper than asked for" // depth; listed once
	notRead     refusal = "kind not read"               // by its suffix: style sheets, scripts, fonts, films
	imageUnread refusal = "images are read only when asked"
)

// What traps refuses; all begin with "looks endless".
const (
	manySegments refusal = "looks endless: more than 12 folders deep"
	sameSegment  refusal = "looks endless: the same folder three times"
	sameSteps    refusal = "looks endless: a path that repeats itself"
	farCalendar  refusal = "looks endless: a calendar page more than 13 months away"
	manyQueries  refusal = "looks endless: too many queries of one page"
	manyOfHost   refusal = "looks endless: too many addresses of one host"
	sameText     refusal = "looks endless: many addresses have this very text"
)

// What the visited set and the frontier refuse, and traps of hosts.
const (
	manyAddresses refusal = "budget: more addresses than one pass may remember"
	manyHosts     refusal = "budget: more hosts than one pass asks"
)
