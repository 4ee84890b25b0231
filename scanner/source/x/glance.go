package x

import (
	"bytes"

	"meetleaks/scanner/source/x/internal/postid"
)

// glimpse is what is known of a frame before it is decoded.
type glimpse struct {
	id       uint64   // of the post
	edits    int      // posts in its history, itself included
	included []uint64 // posts that came with it
	spelled  bool     // a field that every post has was there, in one of its spellings
	end      bool     // it holds errors
}

// glance walks through a frame without decoding it: its depth is that of an object in an object, other values are passed over. ok is
// false when the frame is no object with a post's id in it, or may be another one to a decoder.
func glance(frame []byte) (g glimpse, ok bool) {
	s := scan{b: frame}
	s.object(func(key []byte) {
		switch string(key) {
		case "data":
			g.post(&s)
		case "includes":
			g.includes(&s)
		case "errors":
			g.end = true
			s.skip()
		default:
			s.skip()
		}
	})
	return g, !s.bad && g.id != 0
}

func (g *glimpse) post(s *scan) {
	s.object(func(key []byte) {
		switch string(key) {
		case "id":
			g.id, _ = postid.Parse(string(s.text()))
		case "edit_history_tweet_ids", "edit_history_post_ids":
			g.spelled = true
			s.array(func() { g.edits++; s.skip() })
		case "note_tweet", "note_post", "referenced_tweets", "referenced_posts":
			g.spelled = true
			s.skip()
		default:
			s.skip()
		}
	})
}

func (g *glimpse) includes(s *scan) {
	s.object(func(key []byte) {
		if k := string(key); k != "tweets" && k != "posts" {
			s.skip()
			return
		}
		s.array(func() {
			s.object(func(key []byte) {
				if string(key) != "id" {
					s.skip()
					return
				}
				if id, ok := postid.Parse(string(s.text())); ok && len(g.included) < maxIncluded {
					g.included = append(g.included, id)
				}
			})
		})
	})
}

// maxIncluded bounds the posts that come with another.
const maxIncluded = 100

// scan is a position in JSON. Once something does not fit it is bad, and stays where it is.
type scan struct {
	b   []byte
	i   int
	bad bool
}

func (s *scan) space() byte {
	for ; s.i < len(s.b); s.i++ {
		if c := s.b[s.i]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
	}
	s.bad = true
	return 0
}

func (s *scan) take(c byte) bool {
	if s.space() != c {
		s.bad = true
	}
	if !s.bad {
		s.i++
	}
	return !s.bad
}

// text is what stands between the quotes, its escapes as they are.
func (s *scan) text() []byte {
	if !s.take('"') {
		return nil
	}
	from := s.i
	for {
		n := bytes.IndexByte(s.b[s.i:], '"')
		if n < 0 {
			s.bad = true
			return nil
		}
		s.i += n + 1
		if !escaped(s.b[from : s.i-1]) {
			return s.b[from : s.i-1]
		}
	}
}

// escaped says whether what follows text is escaped by a backslash at its end.
func escaped(text []byte) bool {
	n := 0
	for n < len(text) && text[len(text)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// object calls member for each key; member takes the value.
func (s *scan) object(member func(key []byte)) {
	s.list('{', '}', func() {
		if key := s.text(); s.take(':') {
			member(key)
		}
	})
}

// array calls element for each element, which takes it.
func (s *scan) array(element func()) { s.list('[', ']', element) }

func (s *scan) list(open, end byte, one func()) {
	if !s.take(open) {
		return
	}
	if s.space() == end {
		s.i++
		return
	}
	for !s.bad {
		if one(); s.bad {
			return
		}
		if s.space() == end {
			s.i++
			return
		}
		s.take(',')
	}
}

// skip passes over a value.
func (s *scan) skip() {
	switch s.space() {
	case '"':
		s.text()
	case '{', '[':
		s.nested()
	default:
		from := s.i
		for s.i < len(s.b) && !bytes.ContainsRune([]byte(",]} \t\r\n"), rune(s.b[s.i])) {
			s.i++
		}
		s.bad = s.bad || s.i == from
	}
}

// nested passes over an object or array without looking at its order.
func (s *scan) nested() {
	for depth := 0; s.i < len(s.b); {
		switch s.b[s.i] {
		case '"':
			if s.text(); s.bad {
				return
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				s.i++
				return
			}
		}
		s.i++
	}
	s.bad = true
}
