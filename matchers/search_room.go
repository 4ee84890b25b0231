package matchers

// room is memory that searches use one after the other: most of what they make is gone when they end. All slices are empty between
// two searches, and hold nothing of a text any more.
type room struct {
	hits, moved, tried []literalHit
	links              []Sighting
	one                [1]Sighting
	joiner             *joiner
	view               view
	url                URL
	text               [256]byte
}

func (f *Finder) search() search {
	r, ok := f.rooms.Get().(*room)
	if !ok {
		r = &room{joiner: newJoiner()}
	}
	return search{f: f, room: r}
}

// end gives the room back. A search that panicked does not come to it: nobody knows what its room holds.
func (s *search) end() {
	s.room.one[0], s.room.url, s.room.text = Sighting{}, URL{}, [len(s.room.text)]byte{}
	s.f.rooms.Put(s.room)
	s.room = nil
}

// only is a list of one sighting; it lasts until the next is made.
func (r *room) only(s Sighting) []Sighting {
	r.one[0] = s
	return r.one[:]
}

// mostKept is how many links, numbers and hits a room may hold when it is given back.
const mostKept = 1 << 10

// emptied is a list for the next search, without what this one left in it.
func emptied[T any](list []T) []T {
	if cap(list) > mostKept {
		return nil
	}
	clear(list)
	return list[:0]
}
