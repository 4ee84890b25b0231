package v1

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // nobody develops it any more: it is for what speaks v1.1 alone
)

// The bounds of one post's text.
const (
	maxText  = 64 << 10 // bytes
	maxLinks = 200
	maxLink  = 8 << 10 // bytes
	maxParts = 64      // options of polls
)

// textOf is what people see of a post, a paragraph for each part of it: its text with whole links in place of shortened ones, where the
// links lead and what is told of that, options of polls, and the text of the post that it quotes. cut says that something did not fit,
// or had been cut off before.
func textOf(t *twitter.Tweet) (text string, cut bool) {
	var out paragraphs
	out.post(t)
	if t.QuotedStatus != nil {
		out.post(t.QuotedStatus)
	}
	return out.b.String(), out.cut
}

// paragraphs is a text in the making.
type paragraphs struct {
	b   strings.Builder
	cut bool
}

func (o *paragraphs) add(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	const gap = "\n\n"
	if room := maxText - o.b.Len() - len(gap); len(text) > room {
		o.cut = true
		if text = wholeTokens(text, room); text == "" {
			return
		}
	}
	if o.b.Len() > 0 {
		o.b.WriteString(gap)
	}
	o.b.WriteString(text)
}

// wholeTokens is the beginning of a text up to a space, so that nothing in it is cut off.
func wholeTokens(text string, most int) string {
	if most <= 0 {
		return ""
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return withoutCutOff(text[:most])
}

func (o *paragraphs) post(t *twitter.Tweet) {
	body, whole := bodyOf(t)
	links := linksOf(t)
	if len(links) > maxLinks {
		links, o.cut = links[:maxLinks], true
	}
	shown, cut := withTargets(body, links, !whole && t.Truncated)
	o.cut = o.cut || cut
	o.add(shown)
	o.links(links, shown)
	for _, e := range entitiesOf(t) {
		o.polls(e)
	}
}

// bodyOf is the whole text of a post as far as it came. whole is false when it may be the beginning alone.
func bodyOf(t *twitter.Tweet) (body string, whole bool) {
	switch {
	case t.ExtendedTweet != nil && t.ExtendedTweet.FullText != "":
		return t.ExtendedTweet.FullText, true
	case t.FullText != "":
		return t.FullText, true
	}
	return t.Text, false
}

// entitiesOf are those of the whole text before those of its beginning.
func entitiesOf(t *twitter.Tweet) []*twitter.Entities {
	var out []*twitter.Entities
	if t.ExtendedTweet != nil && t.ExtendedTweet.Entities != nil {
		out = append(out, t.ExtendedTweet.Entities)
	}
	if t.Entities != nil {
		out = append(out, t.Entities)
	}
	return out
}

// linksOf are the links of a post, those of its images among them: they stand in the text.
func linksOf(t *twitter.Tweet) []twitter.URLEntity {
	var out []twitter.URLEntity
	for _, e := range entitiesOf(t) {
		out = append(out, e.Urls...)
		for i := range e.Media {
			out = append(out, e.Media[i].URLEntity)
		}
	}
	return out
}

func (o *paragraphs) polls(e *twitter.Entities) {
	if len(e.Polls) > maxParts {
		o.cut = true
	}
	for _, p := range e.Polls[:min(len(e.Polls), maxParts)] {
		for _, option := range p.Options[:min(len(p.Options), maxParts)] {
			o.add(option.Text)
		}
	}
}

// links adds where links lead, as far as it does not stand in the text, and what is told of that.
func (o *paragraphs) links(links []twitter.URLEntity, shown string) {
	done := map[string]bool{}
	for _, l := range links {
		for _, target := range []string{l.ExpandedURL, l.Unwound.URL} {
			switch {
			case target == "" || done[target] || ownLink(target) || strings.Contains(shown, target):
			case len(target) > maxLink:
				o.cut = true
			default:
				o.add(target)
			}
			done[target] = true
		}
		for _, told := range []string{l.Unwound.Title, l.Unwound.Description} {
			if !done[told] {
				o.add(withoutEllipsis(told))
			}
			done[told] = true
		}
	}
}

// withTargets puts whole links in place of shortened ones. Of a text that was cut off (short says that the service says so; a link to
// the post itself at its end says so too) the last words go: half a number is another number.
func withTargets(text string, links []twitter.URLEntity, short bool) (shown string, cut bool) {
	targets, own := make(map[string]string, len(links)), false
	for _, l := range links {
		target := l.ExpandedURL
		if target == "" {
			target = l.Unwound.URL
		}
		if target == "" || len(target) > maxLink {
			continue
		}
		if ownLink(target) {
			own, target = true, ""
		}
		if _, known := targets[l.URL]; !known && l.URL != "" {
			targets[l.URL] = target
		}
		if strings.HasSuffix(l.DisplayURL, ellipsis) {
			text = strings.Replace(text, l.DisplayURL, target, 1)
		}
	}
	text, cut = withoutHalfLinks(text)
	text = strings.TrimSpace(replaceShort(text, targets))
	if short || own && strings.HasSuffix(text, ellipsis) {
		text, cut = withoutCutOff(strings.TrimSuffix(withoutLast(text), ellipsis)), true
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text), cut
}

const ellipsis = "…"

// withoutHalfLinks takes links out that were cut off where they stand: of those that are shortened none is.
func withoutHalfLinks(text string) (kept string, cut bool) {
	if !strings.Contains(text, ellipsis) {
		return text, false
	}
	for _, word := range strings.Fields(text) {
		link, half := strings.CutSuffix(word, ellipsis)
		if half && strings.Contains(link, "/") && !strings.Contains(link, shortener) {
			text, cut = strings.Replace(text, word, "", 1), true
		}
	}
	return text, cut
}

// withoutLast takes a shortened link off the end: of a text that was cut off it leads to the post itself.
func withoutLast(text string) string {
	at := strings.LastIndexAny(text, " \t\r\n")
	if strings.HasPrefix(text[at+1:], shortener) {
		return strings.TrimSpace(text[:at+1])
	}
	return text
}

// shortener begins the links in texts; letters and digits follow.
const shortener = "https://t.co/"

func replaceShort(text string, targets map[string]string) string {
	var out strings.Builder
	for {
		at := strings.Index(text, shortener)
		if at < 0 || out.Len() > maxText { // the rest does not fit anyway
			out.WriteString(text)
			return out.String()
		}
		end := at + len(shortener)
		for end < len(text) && strings.IndexByte(letters+digits, text[end]) >= 0 {
			end++
		}
		out.WriteString(text[:at])
		if target, known := targets[text[at:end]]; known {
			out.WriteString(target)
		} else {
			out.WriteString(text[at:end])
		}
		text = text[end:]
	}
}

// ownLink says whether a link leads to X itself: to a post, an image, an account. No meeting is there, but somebody's name.
func ownLink(target string) bool {
	u, err := url.Parse(target)
	if err != nil {
		return false
	}
	host := "." + strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	return slices.ContainsFunc([]string{".x.com", ".twitter.com", ".t.co", ".twimg.com"}, func(own string) bool {
		return strings.HasSuffix(host, own)
	})
}

// withoutEllipsis is a text without the end that was cut off, when its last character says that one was.
func withoutEllipsis(text string) string {
	text = strings.TrimSpace(text)
	for _, mark := range [...]string{ellipsis, "..."} {
		if kept, cut := strings.CutSuffix(text, mark); cut {
			return withoutCutOff(kept)
		}
	}
	return text
}

// withoutCutOff takes the last word off, and the groups of digits before it: they may be one number.
func withoutCutOff(text string) string {
	at := strings.LastIndexAny(text, " \t\r\n")
	text = strings.TrimRight(text[:at+1], " \t\r\n")
	for {
		at := strings.LastIndexAny(text, " \t\r\n")
		last := text[at+1:]
		if last == "" || strings.Trim(last, digits+"-.()+") != "" {
			return text
		}
		text = strings.TrimRight(text[:at+1], " \t\r\n")
	}
}
