package matchers

import (
	"errors"
	"slices"
	"sync"
)

// Knowing returns a Finder that takes no link for a sample whose number or room an organisation of the index has registered, nor a room
// with a name on a site of theirs: hosts choose such as look invented, 4443335678 or juan.perez. It is about what people choose, personal
// numbers and rooms' names; what a service draws does not look so, and a template ("your-room") stays one. A number behind a label,
// without a link, is judged as ever.
func (f *Finder) Knowing(x *Index) *Finder {
	if x == nil || len(x.exact) == 0 {
		return f
	}
	return f.believing(x.registered)
}

// believing shares all tables with f. What a platform takes for a sample is read again as if it were real, and kept where known says so.
func (f *Finder) believing(known func(Link) bool) *Finder {
	g := &Finder{platforms: slices.Clone(f.platforms), hosts: f.hosts, wrapping: f.wrapping, labels: f.labels, set: f.set, targets: f.targets, short: f.short}
	for i := range g.platforms {
		g.platforms[i].Parse = believing(f.platforms[i], known)
	}
	return g
}

// credulous believes all of them: for what an operator wrote, who means what stands there, and for Mask, which rather hides a sample
// too many.
var credulous = sync.OnceValue(func() *Finder { //nolint:gochecknoglobals // immutable after first use
	return standard().believing(func(Link) bool { return true })
})

func believing(p Platform, known func(Link) bool) func(*URL) (Link, error) {
	return func(u *URL) (Link, error) {
		l, err := p.Parse(u)
		if !errors.Is(err, Placeholder) && !errors.Is(err, Incomplete) {
			return l, err
		}
		again := *u
		again.believed = true
		read, still := p.Parse(&again)
		read.Platform = p.Name
		if still != nil || !known(read) {
			return l, err
		}
		return read, nil
	}
}

// believes: the name is real, although it looks like a sample; but a word that stands for a name is none. Platforms ask it wherever they
// refuse a name that people choose.
func (u *URL) believes(name string) bool { return u.believed && !placeholderWord(name) }

// registered reports whether an organisation has registered the link's number or room, whoever owns the link in the end, or the site on
// which the link names a room.
func (x *Index) registered(l Link) bool {
	c := claims{x: x, best: MeetingPattern.rank()}
	x.byNumber(&c, l)
	if l.Kind == PersonalRoom && !all(l.ID, isDigit) {
		x.byName(&c, l)
	}
	return len(c.owners) > 0
}
