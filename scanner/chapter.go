package scanner

import (
	"slices"

	"meetleaks/matchers"
)

// A document of [Matcher.Each] in which very many meetings stand is handed over in chapters: when so much was found that keeping more
// would not fit the memory, that is judged and given to the sink, and forgotten but for hashes of its keys. So each meeting is still one
// finding of its document; what later places would add to it is only counted.
const (
	chapterMeetings = 5_000
	chapterHeld     = 4 << 20 // bytes of ids, names and keys
	// maxChapterKeys is how many keys of chapters handed over are enough: sightings of new meetings are lost then. Those of the chapter
	// with which there are so many are all remembered.
	maxChapterKeys = 500_000
	maxNamesakes   = 64 // meetings kept that the document is named after
)

// chapters is what is known of the chapters of a document that were handed over.
type chapters struct {
	give     func(*meetings) // takes the next; nil: there are no chapters
	keys     *HashSet        // of their meetings; nil: none was handed over
	meetings int             // in them
	again    int             // sightings of these afterwards

	uri       string          // the document's name
	namesakes []matchers.Link // those of them after which it is called: further chapters hide them, too
}

// knows says whether the meeting of a link was handed over.
func (c *chapters) knows(key string, aliases []string) bool {
	return c.keys != nil && (c.keys.Has(key) || slices.ContainsFunc(aliases, c.keys.Has))
}

// seeAgain notes a sighting of a meeting that was handed over: what it adds is left out, but for the hashes of its names.
func (c *chapters) seeAgain(key string, aliases []string) {
	c.again++
	c.keys.Add(key)
	for _, alias := range aliases {
		c.keys.Add(alias)
	}
}

// callAfter remembers the meeting when the document is called after it.
func (c *chapters) callAfter(link matchers.Link) {
	if len(c.namesakes) >= maxNamesakes {
		return
	}
	if hidden := link.HideIn(c.uri); hidden != c.uri {
		c.uri = hidden
		c.namesakes = append(c.namesakes, link)
	}
}

// full says that there is to be no further chapter.
func (c *chapters) full() bool { return c.keys != nil && c.keys.Len() >= maxChapterKeys }

// endChapter hands over what is kept, if that is enough for a chapter.
func (s *meetings) endChapter() {
	if s.chapters.give == nil || s.live < chapterMeetings && s.held < chapterHeld {
		return
	}
	if s.chapters.keys == nil {
		s.chapters.keys = NewHashSet(maxChapterKeys + maxKeys)
	}
	for _, g := range s.all {
		if g.joined == nil {
			s.chapters.callAfter(g.link)
		}
	}
	chapter := &meetings{parts: s.parts, byKey: s.byKey, all: s.all, live: s.live,
		chapters: chapters{keys: s.chapters.keys, namesakes: s.chapters.namesakes}}
	for key := range s.byKey {
		s.chapters.keys.Add(key)
	}
	s.chapters.meetings += s.live
	s.names, s.byKey, s.all = nil, nil, nil
	s.live, s.places, s.near, s.further, s.held = 0, 0, 0, 0, 0
	s.sated.Clear()
	s.chapters.give(chapter)
}
