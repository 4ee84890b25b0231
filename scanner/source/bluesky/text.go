package bluesky

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"meetleaks/scanner"
)

// written is the text of a record: paragraphs, up to MaxText bytes.
type written struct {
	text   strings.Builder
	cut    bool // something was left out
	events []scanner.Event
}

// add appends a paragraph. One that does not fit is cut at a space, so that no link is cut; what has no space is left out.
func (w *written) add(paragraph string) {
	paragraph = strings.TrimSpace(strings.ToValidUTF8(paragraph, "\ufffd"))
	if paragraph == "" {
		return
	}
	const between = "\n\n"
	if room := MaxText - w.text.Len() - len(between); len(paragraph) > room {
		w.cut = true
		paragraph = paragraph[:max(strings.LastIndexAny(paragraph[:max(room, 0)], " \n\t"), 0)]
		if paragraph == "" {
			return
		}
	}
	if w.text.Len() > 0 {
		w.text.WriteString(between)
	}
	w.text.WriteString(paragraph)
}

// textOf makes a text of a record: what people see, with links in full. It fails when the record is not an object of JSON.
func textOf(collection string, record []byte) (*written, error) {
	w := &written{}
	if collection != PostCollection {
		return w, w.record(record)
	}
	var p post
	err := json.Unmarshal(record, &p)
	var wrong *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &wrong) {
		return nil, errFrame
	}
	w.post(p)
	if err != nil { // something is not what it should be: then every text counts, but for the one that was seen to
		return w, w.strings(record, p.Text)
	}
	return w, nil
}

// post is what is read of a record of app.bsky.feed.post, by that lexicon and those of app.bsky.richtext.facet and app.bsky.embed.*.
type post struct {
	Text   string   `json:"text"`
	Facets []facet  `json:"facets"`
	Embed  embed    `json:"embed"`
	Tags   []string `json:"tags"`
}

// embed is each of the kinds, as far as they hold text: their fields have different names. Quoted posts are a reference alone.
type embed struct {
	External *external `json:"external"` // app.bsky.embed.external
	Images   []struct {
		Alt string `json:"alt"`
	} `json:"images"` // app.bsky.embed.images
	Alt   string `json:"alt"`   // app.bsky.embed.video
	Media *embed `json:"media"` // app.bsky.embed.recordWithMedia
}

type external struct {
	URI         string `json:"uri"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// The bounds of a post. The lexicons allow four images and eight tags.
const (
	maxFacets = 1000
	maxParts  = 100
)

func (w *written) post(p post) {
	text, rest, cut := inFull(p.Text, p.Facets)
	w.cut = w.cut || cut
	w.add(text)
	for _, target := range rest {
		w.add(target)
	}
	w.embed(p.Embed)
	if p.Embed.Media != nil {
		w.embed(*p.Embed.Media)
	}
	for _, tag := range p.Tags[:min(len(p.Tags), maxParts)] {
		w.add(unshortened(tag, &w.cut))
	}
}

func (w *written) embed(e embed) {
	if e.External != nil {
		w.add(e.External.URI)
		w.add(unshortened(e.External.Title, &w.cut))
		w.add(unshortened(e.External.Description, &w.cut))
	}
	for _, image := range e.Images[:min(len(e.Images), maxParts)] {
		w.add(unshortened(image.Alt, &w.cut))
	}
	w.add(unshortened(e.Alt, &w.cut))
}

// record makes a text of a record of which only the shape is known: each text in it is a paragraph. A record that starts at some time
// is an event of a calendar (community.lexicon.calendar.event).
func (w *written) record(record []byte) error {
	if err := w.strings(record, ""); err != nil {
		return err
	}
	var dated struct {
		StartsAt string `json:"startsAt"`
	}
	_ = json.Unmarshal(record, &dated) // of another type: it is no date
	if start, err := time.Parse(time.RFC3339, dated.StartsAt); err == nil && w.text.Len() > 0 {
		w.events = []scanner.Event{{From: 0, To: int64(w.text.Len()), Start: scanner.Start{Time: start}}}
	}
	return nil
}

// The bounds of a walk.
const (
	maxDepth   = 1000
	maxStrings = 10_000
)

// strings adds all texts of a record but one, and those that are names, types or hashes.
func (w *written) strings(record []byte, but string) error {
	from := json.NewDecoder(bytes.NewReader(record))
	from.UseNumber()
	s := stringWalk{from: from, w: w, but: but, left: maxStrings}
	return s.value("", 0)
}

type stringWalk struct {
	from *json.Decoder
	w    *written
	but  string
	left int
}

// value reads one value, which stands under a key or in the list under it.
func (s *stringWalk) value(key string, depth int) error {
	token, err := s.from.Token()
	if err != nil || depth > maxDepth {
		return errFrame
	}
	switch token := token.(type) {
	case string:
		s.text(key, token)
	case json.Delim:
		return s.inside(token, key, depth)
	default:
		if depth == 0 {
			return errFrame
		}
	}
	return nil
}

// inside reads an object or a list to its end.
func (s *stringWalk) inside(open json.Delim, key string, depth int) error {
	for s.from.More() {
		if open == '{' {
			token, err := s.from.Token()
			name, isText := token.(string)
			if err != nil || !isText {
				return errFrame
			}
			key = name
		}
		if err := s.value(key, depth+1); err != nil {
			return err
		}
	}
	if _, err := s.from.Token(); err != nil {
		return errFrame
	}
	return nil
}

func (s *stringWalk) text(key, text string) {
	switch {
	case key == "cid" || strings.HasPrefix(key, "$"):
	case text == "" || text == s.but:
	case isDID(text), isWirePlace(text): // somebody's name
	case s.left == 0:
		s.w.cut = true
	default:
		s.left--
		s.w.add(unshortened(text, &s.w.cut))
	}
}
