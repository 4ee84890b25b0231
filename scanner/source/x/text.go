package x

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// The bounds of one post's text.
const (
	maxText  = 64 << 10 // bytes
	maxLinks = 200
	maxLink  = 8 << 10
	maxParts = 64 // images, options
)

// textOf is what people see of a post, a paragraph for each part of it: its text with whole links in place of shortened ones, where
// the links lead and what is told of that, alternative texts, options of polls, and the text of the post that it quotes. cut says that
// something did not fit, or was cut off by X.
func textOf(p *post, in *includes) (text string, cut bool) {
	var out paragraphs
	out.post(p, in)
	if quoted := in.find(p.refersTo("quoted")); quoted != nil {
		out.post(quoted, in)
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

func (o *paragraphs) post(p *post, in *includes) {
	body, links := p.Text, p.Entities.URLs
	long := p.note()
	if long.Text != "" { // of which the other text is the beginning
		body, links = long.Text, slices.Concat(long.Entities.URLs, links)
	}
	if len(links) > maxLinks {
		links, o.cut = links[:maxLinks], true
	}
	shown, cut := withTargets(body, links, long.Text == "")
	o.cut = o.cut || cut
	o.add(shown)
	o.links(links, shown)
	o.attached(p.Attached, in)
}

// links adds where links lead, as far as it does not stand in the text, and what is told of that.
func (o *paragraphs) links(links []link, shown string) {
	done := map[string]bool{}
	for _, l := range links {
		for _, target := range []string{l.Expanded, l.Unwound} {
			if target != "" && !done[target] && !ownLink(target) && !strings.Contains(shown, target) {
				o.add(target)
			}
			done[target] = true
		}
		for _, told := range []string{l.Title, l.Description} {
			if !done[told] {
				o.add(whole(told))
			}
			done[told] = true
		}
	}
}

func (o *paragraphs) attached(a attached, in *includes) {
	if len(a.Media) > maxParts || len(a.Polls) > maxParts {
		o.cut = true
	}
	for _, m := range in.Media {
		if slices.Contains(a.Media[:min(len(a.Media), maxParts)], m.Key) {
			o.add(m.Alt)
		}
	}
	for _, p := range in.Polls {
		if !slices.Contains(a.Polls[:min(len(a.Polls), maxParts)], p.ID) {
			continue
		}
		for _, option := range p.Options[:min(len(p.Options), maxParts)] {
			o.add(option.Label)
		}
	}
}

// withTargets puts whole links in place of shortened ones. In a text that X cut off, short says that it may be one, the last words go:
// half a number is another number.
func withTargets(text string, links []link, short bool) (shown string, cut bool) {
	targets, own := make(map[string]string, len(links)), false
	for _, l := range links {
		target := l.Expanded
		if target == "" {
			target = l.Unwound
		}
		if l.URL == "" || target == "" || len(target) > maxLink {
			continue
		}
		if ownLink(target) {
			own, target = true, ""
		}
		targets[l.URL] = target
		if strings.HasSuffix(l.Display, "…") {
			text = strings.Replace(text, l.Display, target, 1)
		}
	}
	text = strings.TrimSpace(replaceShort(text, targets))
	if short && own && strings.HasSuffix(text, "…") {
		text, cut = whole(text), true
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text), cut
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
	for _, own := range [...]string{".x.com", ".twitter.com", ".t.co", ".twimg.com"} {
		if strings.HasSuffix(host, own) {
			return true
		}
	}
	return false
}

// whole is a text without the end that was cut off, when its last character says that one was.
func whole(text string) string {
	text = strings.TrimSpace(text)
	for _, mark := range [...]string{"…", "..."} {
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
