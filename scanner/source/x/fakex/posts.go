package fakex

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Post is what somebody posts. Links in its text begin with https:// or http://.
type Post struct {
	Author string // a handle
	Text   string
	Alt    []string          // of its images
	Poll   []string          // its options
	Quote  uint64            // the post that it quotes
	Repost uint64            // the post that it passes on
	Unwind map[string]string // where links of the text lead, when elsewhere
	Card   map[string]string // what is told of links of the text
}

// stored is a version of a post.
type stored struct {
	Post
	id        uint64
	history   []uint64 // shared by all versions as it was when the latest was made
	at        time.Time
	deleted   bool
	protected bool
	withheld  bool
}

const epoch = 1288834974657 // milliseconds

// Post posts, and returns the id.
func (s *Server) Post(p Post) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.post(p, nil)
}

// PostAt posts as if at that time; posts are to come in order.
func (s *Server) PostAt(p Post, at time.Time) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.postAt(p, nil, at)
}

func (s *Server) post(p Post, history []uint64) uint64 { return s.postAt(p, history, s.o.Now()) }

func (s *Server) postAt(p Post, history []uint64, at time.Time) uint64 {
	id := max(uint64(at.UnixMilli()-epoch)<<22, s.nextID+1)
	if len(s.posts) >= maxPosts {
		return 0
	}
	s.nextID = id
	post := &stored{Post: p, id: id, at: at, history: append(slices.Clone(history), id)}
	for _, older := range history {
		s.byID[older].history = post.history
	}
	s.posts, s.byID[id] = append(s.posts, post), post
	s.deliver(post)
	return id
}

// Edit gives a post another text, and returns the id of the new version; 0 when there is no such post.
func (s *Server) Edit(id uint64, text string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.byID[id]
	if old == nil || old.deleted {
		return 0
	}
	p := old.Post
	p.Text = text
	return s.post(p, old.history)
}

// Delete takes a post away, with all its versions.
func (s *Server) Delete(id uint64) { s.each(id, func(p *stored) { p.deleted = true }) }

// Withhold hides a post in all countries.
func (s *Server) Withhold(id uint64) { s.each(id, func(p *stored) { p.withheld = true }) }

// Protect lets only followers see the posts of an author; the posts of one that X suspends are hidden alike.
func (s *Server) Protect(author string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		p.protected = p.protected || p.Author == author
	}
}

func (s *Server) each(id uint64, f func(*stored)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.byID[id]; p != nil {
		for _, version := range p.history {
			f(s.byID[version])
		}
	}
}

var links = regexp.MustCompile(`https?://[^\s"<>]+`)

// object is JSON in the making.
type object = map[string]any

// short is a text as X shows it, with the entities of its links. from tells the links of several texts apart.
func (p *stored) short(text string, from int) (string, []object) {
	urls := []object{}
	out, last := "", 0
	for i, at := range links.FindAllStringIndex(text, -1) {
		target := text[at[0]:at[1]]
		out += escape(text[last:at[0]])
		url := fmt.Sprintf("https://t.co/%s%02d", strconv.FormatUint(p.id>>8, 36), from+i)
		start := utf8.RuneCountInString(out)
		out += url
		urls = append(urls, p.entity(target, url, start))
		last = at[1]
	}
	return out + escape(text[last:]), urls
}

func (p *stored) entity(target, url string, start int) object {
	display := strings.TrimPrefix(strings.TrimPrefix(target, "https://"), "http://")
	if len(display) > 27 {
		display = display[:26] + "…"
	}
	e := object{
		"start": start, "end": start + len(url), "url": url, "expanded_url": target, "display_url": display, "status": 200, "unwound_url": target,
	}
	if to := p.Unwind[target]; to != "" {
		e["unwound_url"] = to
	}
	if told := p.Card[target]; told != "" {
		e["title"], e["description"] = "Meeting", told
	}
	return e
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// cutAt is how many characters of a long post stand in its text.
const cutAt = 280

// render writes a post down.
func (s *Server) render(p *stored, w wanted) object {
	tweet := s.o.Spelling == "tweet"
	name := func(inTweet, inPost string) string {
		if tweet {
			return inTweet
		}
		return inPost
	}
	id := strconv.FormatUint(p.id, 10)
	all := object{
		"author_id": fmt.Sprint(7_000_000_000 + len(p.Author)), "created_at": p.at.UTC().Format("2006-01-02T15:04:05.000Z"),
		"conversation_id": strconv.FormatUint(p.history[0], 10), "possibly_sensitive": false,
		"public_metrics": object{
			name("retweet_count", "repost_count"): 3, "reply_count": 1, "like_count": 4, "quote_count": 0,
			"bookmark_count": 0, "impression_count": 250,
		},
	}
	text, urls := s.text(p, all, name)
	if len(urls) > 0 {
		all["entities"] = object{"urls": urls}
	}
	s.attach(p, all)
	if refs := references(p); len(refs) > 0 {
		all[name("referenced_tweets", "referenced_posts")] = refs
	}
	if p.withheld {
		all["withheld"] = object{"copyright": false, "country_codes": []string{"XX"}}
	}
	out := object{"id": id, "text": text, name("edit_history_tweet_ids", "edit_history_post_ids"): ids(p.history)}
	for field, value := range all {
		if slices.Contains(w.fields, field) || !tweet && field == "referenced_posts" && slices.Contains(w.expand, field) {
			out[field] = value
		}
	}
	return out
}

// text is the text of a post, of a long one its beginning; the whole of that is put into all.
func (s *Server) text(p *stored, all object, name func(string, string) string) (string, []object) {
	text, urls := p.short(p.Text, 0)
	switch {
	case p.Repost != 0:
		original := s.byID[p.Repost]
		text = "RT @" + original.Author + ": " + text
		if runes := []rune(text); len(runes) > 140 {
			text = string(runes[:139]) + "…"
		}
	case utf8.RuneCountInString(text) > cutAt:
		whole := text
		for i := range urls { // long texts are not unwound
			delete(urls[i], "unwound_url")
			delete(urls[i], "status")
			delete(urls[i], "title")
			delete(urls[i], "description")
		}
		all[name("note_tweet", "note_post")] = object{"text": whole, "entities": object{"urls": urls}}
		self := "https://t.co/" + strconv.FormatUint(p.id>>8, 36) + "zz"
		text = string([]rune(whole)[:cutAt-len(self)-2]) + "… " + self
		start := utf8.RuneCountInString(text) - len(self)
		urls = []object{p.entity("https://x.com/i/web/status/"+strconv.FormatUint(p.id, 10), self, start)}
	}
	if quoted := s.byID[p.Quote]; quoted != nil {
		self := "https://t.co/" + strconv.FormatUint(p.id>>8, 36) + "qq"
		start := utf8.RuneCountInString(text) + 1
		text += " " + self
		target := fmt.Sprintf("https://x.com/%s/status/%d", quoted.Author, quoted.id)
		urls = append(urls, p.entity(target, self, start))
	}
	return text, urls
}

func references(p *stored) []object {
	var refs []object
	for kind, id := range map[string]uint64{"quoted": p.Quote, "retweeted": p.Repost} {
		if id != 0 {
			refs = append(refs, object{"type": kind, "id": strconv.FormatUint(id, 10)})
		}
	}
	return refs
}

func (s *Server) attach(p *stored, all object) {
	attached := object{}
	if len(p.Alt) > 0 {
		var keys []string
		for i := range p.Alt {
			keys = append(keys, mediaKey(p, i))
		}
		attached["media_keys"] = keys
	}
	if len(p.Poll) > 0 {
		attached["poll_ids"] = []string{strconv.FormatUint(p.id+1, 10)}
	}
	if len(attached) > 0 {
		all["attachments"] = attached
	}
}

func mediaKey(p *stored, i int) string { return fmt.Sprintf("3_%d", p.id+uint64(i)) }

func ids(of []uint64) []string {
	var out []string
	for _, id := range of {
		out = append(out, strconv.FormatUint(id, 10))
	}
	return out
}

// includes writes down what posts refer to, as far as it is asked for, and counts the posts among it.
func (s *Server) includes(posts []*stored, w wanted) object {
	out := object{}
	var media, polls, more []object
	for _, p := range posts {
		for i, alt := range p.Alt {
			media = append(media, object{"media_key": mediaKey(p, i), "type": "photo", "alt_text": alt})
		}
		if len(p.Poll) > 0 {
			polls = append(polls, pollOf(p))
		}
		for _, id := range []uint64{p.Quote, p.Repost} {
			if other := s.byID[id]; other != nil && !other.deleted && !other.protected {
				more = append(more, s.render(other, w))
				s.count(other)
			}
		}
	}
	put := func(expansion, name string, list []object) {
		if slices.Contains(w.expand, expansion) && len(list) > 0 {
			out[name] = list
		}
	}
	put("attachments.media_keys", "media", media)
	put("attachments.poll_ids", "polls", polls)
	put("referenced_tweets.id", "tweets", more)
	put("referenced_posts", "posts", more)
	return out
}

func pollOf(p *stored) object {
	var options []object
	for i, label := range p.Poll {
		options = append(options, object{"position": i + 1, "label": label, "votes": 0})
	}
	return object{"id": strconv.FormatUint(p.id+1, 10), "options": options}
}

// frame is a post as the stream brings it.
func (s *Server) frame(p *stored, w wanted, matching []Rule) []byte {
	body := object{"data": s.render(p, w)}
	if in := s.includes([]*stored{p}, w); len(in) > 0 {
		body["includes"] = in
	}
	rules := []object{}
	for _, r := range matching {
		rules = append(rules, object{"id": r.ID, "tag": r.Tag})
	}
	body["matching_rules"] = rules
	text, err := json.Marshal(body)
	if err != nil {
		return nil
	}
	s.o.Check("StreamPostsResponse", text)
	return text
}

// count counts a post as read: once a day.
func (s *Server) count(p *stored) {
	day := s.o.Now().UTC().Format(time.DateOnly)
	if s.read[day] == nil {
		s.read[day] = map[uint64]bool{}
	}
	s.read[day][p.id] = true
}

// Read is how many posts were read today, as X counts.
func (s *Server) Read() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.read[s.o.Now().UTC().Format(time.DateOnly)])
}
