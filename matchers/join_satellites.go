package matchers

import "bytes"

// callInBytes is how far before a link the words "call-in numbers" stand that it is given for, with the marks between.
const callInBytes = 40

// joinSatellites gives the links that only accompany a join link (meeting options, dial-in pages, SIP addresses, calendar files)
// that link's key as an alias, and the other way round.
func (j *joiner) joinSatellites() {
	near := newVicinity(j.text)
	for i := range j.items {
		it := &j.items[i]
		page := it.link && isWebexNumbers(j.text, it)
		if !it.link || !page && !isSatellite(j.text, it) {
			continue
		}
		near.coverBlock(it)
		main := -1
		if it.sighting.Kind == Registration { // the calendar file is offered above the link
			main = j.linkBehind(near, i, it.sighting.Platform)
		}
		if main < 0 {
			main = j.blockLink(near, i, it.sighting.Platform)
		}
		if main < 0 || page && main > i || !acceptsSatellite(j.items[main].sighting.Link, it.sighting.Link) {
			continue
		}
		own, other := it.sighting.Key(), j.items[main].sighting.Key()
		if own != other {
			it.sighting.AddAlias(other)
			j.items[main].sighting.AddAlias(own)
		}
	}
}

// isSatellite: the link names a meeting that a join link beside it may name too.
func isSatellite(text []byte, it *item) bool {
	l := it.sighting.Link
	switch l.Platform {
	case "teams":
		return l.Kind == OptionsPage || l.Kind == DialIn
	case "skype-for-business":
		return l.Kind == DialIn
	case "webex":
		return l.Kind == DialIn || bytes.IndexByte(text[it.start:min(it.end, it.start+wideAddress)], '@') >= 0
	case "zoom":
		return l.Kind == DialIn || l.companion
	}
	return false
}

// isWebexNumbers: the meeting's page in the browser, given for its call-in numbers. By itself it is the meeting's link.
func isWebexNumbers(text []byte, it *item) bool {
	l := it.sighting.Link
	return l.Platform == "webex" && l.Space == "mtg" && bytes.Contains(text[max(0, it.start-callInBytes):it.start], []byte("call-in numbers"))
}

func acceptsSatellite(main, satellite Link) bool {
	if satellite.companion {
		return main.Realm == satellite.Realm
	}
	if satellite.Platform == "webex" && satellite.Space == "mtg" {
		return main.Realm == satellite.Realm && main.Space != satellite.Space
	}
	if main.Platform == "zoom" {
		return main.Space == "my" && len(satellite.ID) == 10 && main.Realm == satellite.Realm
	}
	return true
}

// joinCalendars gives a calendar file that accompanies no link to the number beside it: an invitation without its join link. Numbers of
// two meetings, one on each side, leave open whose it is.
func (j *joiner) joinCalendars() {
	near := newVicinity(j.text)
	for i := range j.items {
		it := &j.items[i]
		if !it.link || it.sighting.Kind != Registration || len(it.sighting.Aliases) > 0 || !isSatellite(j.text, it) {
			continue
		}
		near.coverBlock(it)
		before, after := j.numberBeside(near, i, i-1), j.numberBeside(near, i, i+1)
		if before == "" || after == "" || before == after {
			it.sighting.AddAlias(before, after)
		}
	}
}

// numberBeside is the key of item k, when it is a number in the block of link i, and of its service and cloud; "" when it is not.
func (j *joiner) numberBeside(near *vicinity, i, k int) string {
	if k < 0 || k >= len(j.items) || j.items[k].link || !j.items[k].resolved || !j.inBlock(near, min(i, k), max(i, k)) {
		return ""
	}
	link, other := j.items[i].sighting.Link, j.items[k].sighting.Link
	if other.Platform != link.Platform || other.Realm != link.Realm {
		return ""
	}
	return other.Key()
}
