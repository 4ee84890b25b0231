package matchers

import "strings"

// A Teams invitation names one meeting in up to six ways: the short link, the long link ("System reference"), the meeting
// number, the phone and the video conference id, the options page. What follows brings together those of them that no join
// link has claimed.

// joinThreads gives a thread that repeats a short link's meeting that link's key as an alias, and the other way round: the
// thread in a calendar's property, and the long link under the words "System reference".
func (j *joiner) joinThreads() {
	near := newVicinity(j.text)
	for i := range j.items {
		it := &j.items[i]
		if !it.link || it.sighting.Platform != "teams" || it.sighting.Space != "thread" || !j.repeats(it) {
			continue
		}
		near.coverBlock(it)
		main := j.shortLink(near, i)
		if main < 0 {
			continue
		}
		own, other := it.sighting.Key(), j.items[main].sighting.Key()
		it.sighting.AddAlias(other)
		j.items[main].sighting.AddAlias(own)
	}
}

// How far the words "System reference" stand from the link: directly before it, or as what is shown of it, which "</a>" ends.
const (
	referenceBefore = 48
	referenceShown  = 240
)

// repeats: the thread stands by itself, or the link is called a reference.
func (j *joiner) repeats(it *item) bool {
	if strings.HasPrefix(string(j.text[it.start:min(len(j.text), it.start+2)]), "19") {
		return true
	}
	before := lowerASCII(string(j.text[max(0, it.start-referenceBefore):it.start]))
	behind := lowerASCII(string(j.text[it.end:min(len(j.text), it.end+referenceShown)]))
	if end := strings.Index(behind, "</a"); end >= 0 {
		behind = behind[:end]
	} else {
		behind = ""
	}
	for _, word := range [...]string{"system reference", "systemreferen", "férence système", "ncia del sistema", "ncia do sistema", "riferimento", "systeemreferentie",
		"系統參考", "系统参考", "システム参照", "システム リファレンス", "시스템 참조"} {
		if strings.Contains(before, word) || strings.Contains(behind, word) {
			return true
		}
	}
	return false
}

// shortLink finds the nearest short link in whose block item i stands, -1 when there is none. A number of the same meeting
// may stand for it.
func (j *joiner) shortLink(near *vicinity, i int) int {
	for k := range j.block(near, i) {
		if s := &j.items[k].sighting; j.items[k].link && s.Platform == "teams" && (s.Space == "meet" || s.Space == "live") {
			return k
		}
	}
	return -1
}

// The parts of an invitation, the one that says most last.
const (
	noPart = iota
	videoPart
	phonePart
	optionsPart
	numberPart
)

func teamsPart(it *item) int {
	s := &it.sighting
	switch {
	case !it.resolved || s.Platform != "teams":
		return noPart
	case s.Kind == OptionsPage && s.Space == "thread":
		return optionsPart
	case s.Kind != DialIn:
		return noPart
	case s.Space == "meet" && !it.link:
		return numberPart
	case s.Space == "conf":
		return phonePart
	case s.Space == "vtc":
		return videoPart
	}
	return noPart
}

// joinRest brings together what is left of an invitation without its join link. The part that says most names the meeting.
func (j *joiner) joinRest() {
	near := newVicinity(j.text)
	for i := range j.items {
		it := &j.items[i]
		part := teamsPart(it)
		if part == noPart || part == numberPart || len(it.sighting.Aliases) > 0 {
			continue
		}
		near.coverBlock(it)
		head := j.restHead(near, i, part)
		if head < 0 {
			continue
		}
		own, to := it.sighting.Key(), &j.items[head].sighting
		j.taken[to.Key()+" "+it.sighting.Space] = it.sighting.ID
		if part == optionsPart {
			it.sighting.AddAlias(to.Key())
			to.AddAlias(own)
			continue
		}
		secret, secrets := it.sighting.Secret, it.sighting.Secrets
		start, end, via := it.sighting.Start, it.sighting.End, it.sighting.Via
		it.sighting = Sighting{Link: to.Link, Start: start, End: end, Via: via, Secret: secret}
		it.sighting.Secrets, it.sighting.Aliases = secrets, nil
		it.sighting.AddAlias(own)
	}
}

// restHead finds the part of item i's invitation that says more than it: a number before it, else what follows, else an
// options page before it. -1 when there is none.
func (j *joiner) restHead(near *vicinity, i, part int) int {
	best, bestPart, page, pagePart := -1, part, -1, part
	for k := range j.blockBefore(near, i) {
		if j.isMain(k, "teams") {
			break
		}
		switch p := teamsPart(&j.items[k]); {
		case !j.fitsHead(k, i):
		case p == optionsPart && j.items[k].link && p > pagePart:
			page, pagePart = k, p
		case p > bestPart && (p != optionsPart || !j.items[k].link):
			best, bestPart = k, p
		}
	}
	if best >= 0 {
		return best
	}
	for k := range j.blockBehind(near, i) {
		if j.isMain(k, "teams") {
			break
		}
		if p := teamsPart(&j.items[k]); p > bestPart && j.fitsHead(k, i) {
			best, bestPart = k, p
		}
	}
	if best < 0 {
		best = page
	}
	return best
}

// fitsHead: the invitation of item k has no other id of the kind that item i is.
func (j *joiner) fitsHead(k, i int) bool {
	own := &j.items[i].sighting
	id, ok := j.taken[j.items[k].sighting.Key()+" "+own.Space]
	return !ok || id == own.ID
}
