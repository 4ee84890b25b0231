package fakemastodon

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Post is what somebody posts.
type Post struct {
	Author     string // "ada", or of another server "ada@social.globex.example"
	Text       string // plain; its links and hashtags become HTML
	Content    string // HTML, instead of Text
	Spoiler    string
	Visibility string // "": public
	Options    []string
	Alt        []string
	CardURL    string
	CardTitle  string
	CardText   string
	Quote      string // id of a post
	Followers  int
	Noindex    bool
	At         time.Time // zero: now
	ID         string    // "": the server's next
	Quiet      bool      // not told by streams, as what came while nobody listened
}

type post struct {
	Post
	id      string
	created time.Time
	edited  time.Time
	boosts  int
	boosted *post // what a boost is of
}

// Post posts, and returns the id.
func (s *Server) Post(p Post) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := &post{Post: p, id: p.ID, created: p.At}
	if made.created.IsZero() {
		made.created = time.Now()
	}
	if made.id == "" {
		made.id = s.newID()
	}
	s.posts = append(s.posts, made)
	if !p.Quiet {
		s.told("update", made)
	}
	return made.id
}

func (s *Server) newID() string {
	s.next += 65_537 + s.next%7919
	return strconv.FormatInt(s.next, 10)
}

// Edit gives a post another text.
func (s *Server) Edit(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.find(id); p != nil {
		p.Text, p.Content, p.edited = text, "", time.Now()
		s.told("status.update", p)
	}
}

// Delete takes a post away. It says whether it was there.
func (s *Server) Delete(id string) bool { return s.delete(id, true) }

// DeleteQuietly takes a post away without a word, as one that was deleted while nobody listened.
func (s *Server) DeleteQuietly(id string) bool { return s.delete(id, false) }

func (s *Server) delete(id string, tell bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.find(id)
	if p == nil {
		return false
	}
	s.posts = slices.DeleteFunc(s.posts, func(other *post) bool { return other == p })
	if tell {
		s.deleted(p)
	}
	return true
}

// Suspend takes an author's posts away, as an administrator does with an account.
func (s *Server) Suspend(author string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var stay, leave []*post
	for _, p := range s.posts {
		if p.Author == author {
			leave = append(leave, p)
		} else {
			stay = append(stay, p)
		}
	}
	s.posts = stay
	for _, p := range leave {
		s.deleted(p)
	}
}

// Boost passes a post on. Streams of lists tell it, public ones do not.
func (s *Server) Boost(id, by string, followers int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.find(id)
	if p == nil {
		return ""
	}
	p.boosts++
	boost := &post{Post: Post{Author: by, Followers: followers}, id: s.newID(), created: time.Now(), boosted: p}
	s.posts = append(s.posts, boost)
	s.told("update", boost)
	return boost.id
}

// Hide takes a post from the public: it is for its author's followers from now on.
func (s *Server) Hide(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.find(id); p != nil {
		p.Visibility = "private"
	}
}

// find is the post of an id. The caller holds mu.
func (s *Server) find(id string) *post {
	for _, p := range s.posts {
		if p.id == id {
			return p
		}
	}
	return nil
}

// local says whether the author is of this server.
func (p *post) local() bool { return !strings.Contains(p.Author, "@") }

// tagged says whether a post has a hashtag.
func (p *post) tagged(tag string) bool {
	return slices.ContainsFunc(strings.Fields(p.Text), func(w string) bool { return strings.EqualFold(w, "#"+tag) })
}

// entity is a Status. The caller holds mu.
func (s *Server) entity(p *post) map[string]any {
	e := s.bare(p)
	if p.boosted != nil {
		e["content"], e["reblog"] = "", s.bare(p.boosted)
	}
	if quoted := s.find(p.Quote); p.Quote != "" && quoted != nil {
		e["quote"] = map[string]any{"state": "accepted", "quoted_status": s.bare(quoted)}
	} else if p.Quote != "" {
		e["quote"] = map[string]any{"state": "deleted", "quoted_status": nil}
	}
	return e
}

func (s *Server) bare(p *post) map[string]any {
	user, _, _ := strings.Cut(p.Author, "@")
	home := s.base.String()
	if _, domain, found := strings.Cut(p.Author, "@"); found {
		home = "https://" + domain
	}
	visibility := p.Visibility
	if visibility == "" {
		visibility = "public"
	}
	content := p.Content
	if content == "" {
		content = Markup(p.Text, s.base.String())
	}
	var edited any
	if !p.edited.IsZero() {
		edited = stamp(p.edited)
	}
	return map[string]any{
		"id": p.id, "created_at": stamp(p.created), "edited_at": edited, "in_reply_to_id": nil, "in_reply_to_account_id": nil,
		"sensitive": p.Spoiler != "", "spoiler_text": p.Spoiler, "visibility": visibility, "language": "en",
		"uri": home + "/users/" + user + "/statuses/" + p.id, "url": home + "/@" + user + "/" + p.id,
		"replies_count": 0, "reblogs_count": p.boosts, "favourites_count": 0, "content": content, "reblog": nil, "quote": nil,
		"account": accountOf(p, home, user), "media_attachments": p.media(), "mentions": []any{}, "tags": []any{}, "emojis": []any{},
		"card": p.card(), "poll": p.poll(),
	}
}

// stamp is a time as the API writes it.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

func accountOf(p *post, home, user string) map[string]any {
	account := map[string]any{
		"id": "4711", "username": user, "acct": p.Author, "display_name": user, "locked": false, "bot": false,
		"discoverable": nil, "indexable": false, "group": false, "created_at": "2024-03-05T00:00:00.000Z", "note": "", "url": home + "/@" + user,
		"avatar": home + "/avatars/missing.png", "avatar_static": home + "/avatars/missing.png", "header": home + "/headers/missing.png",
		"header_static": home + "/headers/missing.png", "followers_count": p.Followers, "following_count": 3, "statuses_count": 12,
		"last_status_at": "2026-11-20", "emojis": []any{}, "fields": []any{},
	}
	if p.local() {
		account["noindex"] = p.Noindex
	}
	return account
}

func (p *post) media() []any {
	all := []any{}
	for i, alt := range p.Alt {
		all = append(all, map[string]any{
			"id": strconv.Itoa(100 + i), "type": "image", "url": "https://files.example/a.png", "preview_url": "https://files.example/s.png",
			"remote_url": nil, "meta": map[string]any{}, "description": alt, "blurhash": nil,
		})
	}
	return all
}

func (p *post) card() any {
	if p.CardURL == "" {
		return nil
	}
	return map[string]any{
		"url": p.CardURL, "title": p.CardTitle, "description": p.CardText, "type": "link", "author_name": "", "author_url": "",
		"provider_name": "", "provider_url": "", "html": "", "width": 0, "height": 0, "image": nil, "embed_url": "", "blurhash": nil,
	}
}

func (p *post) poll() any {
	if len(p.Options) == 0 {
		return nil
	}
	options := []any{}
	for _, title := range p.Options {
		options = append(options, map[string]any{"title": title, "votes_count": 0})
	}
	return map[string]any{
		"id": "34", "expires_at": nil, "expired": false, "multiple": false, "votes_count": 0, "voters_count": nil, "options": options,
		"emojis": []any{},
	}
}

// Markup makes HTML of a text as Mastodon does: of links, the middle is shown.
func Markup(text, server string) string {
	link := regexp.MustCompile(`https?://\S+`)
	out, at := "", 0
	for _, span := range link.FindAllStringIndex(text, -1) {
		out += plain(text[at:span[0]], server) + anchor(text[span[0]:span[1]])
		at = span[1]
	}
	return "<p>" + out + plain(text[at:], server) + "</p>"
}

func plain(text, server string) string {
	words := strings.SplitAfter(text, " ")
	for i, w := range words {
		name := strings.TrimSpace(w)
		words[i] = strings.ReplaceAll(html.EscapeString(w), "\n", "<br />")
		if strings.HasPrefix(name, "#") && len(name) > 1 {
			words[i] = fmt.Sprintf(`<a href="%s/tags/%s" class="mention hashtag" rel="tag">#<span>%s</span></a> `,
				server, html.EscapeString(name[1:]), html.EscapeString(name[1:]))
		}
	}
	return strings.Join(words, "")
}

// anchor shows 30 characters of a link.
func anchor(link string) string {
	prefix := link[:strings.Index(link, "://")+3]
	if strings.HasPrefix(link[len(prefix):], "www.") {
		prefix += "www."
	}
	rest := link[len(prefix):]
	class, shown := "", rest
	if utf8.RuneCountInString(rest) > 30 {
		class, shown = "ellipsis", string([]rune(rest)[:30])
	}
	return fmt.Sprintf(`<a href="%s" target="_blank" rel="nofollow noopener noreferrer" translate="no"><span class="invisible">%s</span>`+
		`<span class="%s">%s</span><span class="invisible">%s</span></a>`,
		html.EscapeString(link), prefix, class, html.EscapeString(shown), html.EscapeString(rest[len(shown):]))
}

// encoded is an entity as JSON without escapes of HTML, as Mastodon's streams send it.
func encoded(entity any) []byte {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(entity) != nil {
		return []byte("null")
	}
	return []byte(strings.TrimSpace(out.String()))
}
