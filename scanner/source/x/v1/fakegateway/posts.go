package fakegateway

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Post is what somebody posts.
type Post struct {
	Author    string
	Text      string
	Quotes    int64 // id of a post that is quoted, 0: none
	Reposts   int64 // id of a post that is passed on, 0: none; then Text is left out
	Followers int
	Unwound   map[string]string // where links in Text lead
	Unsent    bool              // streams do not get it: it is held back
}

// stored is a post as it is kept.
type stored struct {
	Post
	id       int64
	at       time.Time
	short    string // the text with shortened links
	links    []any
	targets  []string
	withheld []string
}

// The bounds of a text in the compatible form.
const (
	shortText = 140 // characters
	shortLink = 26  // characters of a link that are shown
)

var links = regexp.MustCompile(`https?://[^\s]+`) //nolint:gochecknoglobals // immutable

// epoch is the time of id 0, in milliseconds; the lowest 22 bits of an id are no time.
const (
	epoch    = 1288834974657
	timeBits = 22
	writer   = 37 << 12 // who gave the id
)

// newStored shortens the links of a post.
func newStored(p Post, id int64, at time.Time) *stored {
	s := &stored{Post: p, id: id, at: at, links: []any{}}
	rest, out := p.Text, ""
	for {
		span := links.FindStringIndex(rest)
		if span == nil {
			break
		}
		target := rest[span[0]:span[1]]
		out += escaped(rest[:span[0]])
		from := utf8.RuneCountInString(out)
		code := "https://t.co/" + strconv.FormatInt(id+int64(len(s.links)), 36)[2:]
		out += code
		entity := map[string]any{
			"url": code, "expanded_url": target, "display_url": displayed(target), "indices": []int{from, utf8.RuneCountInString(out)},
		}
		s.targets = append(s.targets, target)
		if end := p.Unwound[target]; end != "" {
			entity["unwound"] = map[string]any{"url": end, "status": 200, "title": "Sign-up page", "description": "Where it leads"}
			s.targets = append(s.targets, end)
		}
		s.links = append(s.links, entity)
		rest = rest[span[1]:]
	}
	s.short = out + escaped(rest)
	return s
}

func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// displayed is how a link is shown: without its scheme, and cut off.
func displayed(target string) string {
	if u, err := url.Parse(target); err == nil {
		target = strings.TrimPrefix(target, u.Scheme+"://")
	}
	if runes := []rune(target); len(runes) > shortLink {
		return string(runes[:shortLink]) + "…"
	}
	return target
}

// object is a post as it is sent; extended is the form that search and look-ups were asked for, the other one that of the stream.
func (s *Server) object(p *stored, extended bool) map[string]any {
	out := map[string]any{
		"created_at": p.at.UTC().Format(time.RubyDate), "id": p.id, "id_str": strconv.FormatInt(p.id, 10), "source": "web", "lang": "en",
		"user": map[string]any{
			"id": 73 + int64(len(p.Author)), "id_str": strconv.Itoa(73 + len(p.Author)), "name": p.Author, "screen_name": p.Author,
			"followers_count": p.Followers,
		},
		"retweet_count": 0, "favorite_count": 0, "quote_count": 0, "reply_count": 0, "favorited": false, "retweeted": false, "truncated": false,
		"filter_level": "low",
	}
	if len(p.withheld) > 0 {
		out["withheld_in_countries"] = p.withheld
	}
	if original := s.byID[p.Reposts]; original != nil {
		out["retweeted_status"] = s.object(original, extended)
		p = newStored(Post{Text: "RT @" + original.Author + ": " + original.short}, p.id, p.at)
	}
	if quoted := s.byID[p.Quotes]; quoted != nil {
		out["quoted_status"] = s.object(quoted, extended)
		out["quoted_status_id"], out["quoted_status_id_str"] = quoted.id, strconv.FormatInt(quoted.id, 10)
	}
	body(out, p, extended)
	return out
}

// body adds the text and its entities.
func body(out map[string]any, p *stored, extended bool) {
	entities := map[string]any{"hashtags": []any{}, "urls": p.links, "user_mentions": []any{}, "symbols": []any{}}
	whole := []int{0, utf8.RuneCountInString(p.short)}
	runes := []rune(p.short)
	switch {
	case extended:
		out["full_text"], out["display_text_range"], out["entities"] = p.short, whole, entities
	case len(runes) <= shortText:
		out["text"], out["entities"] = p.short, entities
	default:
		self := "https://t.co/" + strconv.FormatInt(p.id, 36)[3:] + "s"
		out["text"], out["truncated"] = string(runes[:115])+"… "+self, true
		out["entities"] = map[string]any{"urls": []any{map[string]any{
			"url": self, "expanded_url": fmt.Sprintf("https://twitter.com/i/web/status/%d", p.id), "display_url": "twitter.com/i/web/status/1…",
			"indices": []int{117, 140},
		}}}
		out["extended_tweet"] = map[string]any{"full_text": p.short, "display_text_range": whole, "entities": entities}
	}
}

// frame is an object as it is written: with slashes escaped, as the service does.
func (s *Server) frame(object any) []byte {
	text, err := json.Marshal(object)
	if err != nil {
		panic(err) // made of maps and texts above
	}
	s.o.Check(text)
	return []byte(strings.ReplaceAll(string(text), "/", `\/`))
}

// words are those of what is searched in a post.
func (s *Server) words(p *stored) []string {
	if original := s.byID[p.Reposts]; original != nil {
		return s.words(original)
	}
	text := p.Text
	for _, target := range p.targets {
		text += " " + target
	}
	if quoted := s.byID[p.Quotes]; quoted != nil {
		text += " " + strings.Join(quoted.targets, " ")
	}
	return wordsOf(text)
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(c rune) bool {
		return c < '0' || c > '9' && c < 'a' || c > 'z' && c < 128
	})
}
