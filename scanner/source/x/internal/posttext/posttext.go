// Package posttext makes texts of posts of X: what people see of one, with whole links in place of shortened ones. It is the same in
// every version of the API. Half a link, and half a number, is another link or number: what may be cut off is left out.
package posttext

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// The bounds of one post's text.
const (
	MaxText = 256 << 10 // bytes: a long post has up to 25,000 characters, each of up to four bytes or more

	maxLinks = 200
	maxLink  = 8 << 10 // bytes of a target that is put into the text; longer ones stand behind it
)

// Link is a link of a post. What is shown of it is cut off, and never read.
type Link struct {
	URL         string `json:"url"` // as it stands in the text
	Display     string `json:"display_url"`
	Expanded    string `json:"expanded_url"`
	Unwound     string `json:"unwound_url"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// Body is the text of a post, as it came.
type Body struct {
	Text  string
	Links []Link
	// Self is the post's id when the text may be a beginning: such a text ends with dots and a link to the post itself. Dots of the
	// author's cut nothing off. "": the text is whole, or Short says what it is.
	Self string
	// Short says that it is a beginning, whatever it ends with.
	Short bool
	// HalfLinks says that links may stand in it cut off, not shortened: those of which the whole is not told are left out.
	HalfLinks bool
}

// Text is what people see of a post, in paragraphs, at most MaxText bytes. The zero value is an empty one.
type Text struct {
	b   strings.Builder
	cut bool
}

// String is the text so far.
func (t *Text) String() string { return t.b.String() }

// Cut says whether something did not fit, or had been cut off before.
func (t *Text) Cut() bool { return t.cut }

// SetCut notes that something was left out.
func (t *Text) SetCut() { t.cut = true }

// Add adds a paragraph, as much of it as fits.
func (t *Text) Add(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	const gap = "\n\n"
	if room := MaxText - t.b.Len() - len(gap); len(text) > room {
		t.cut = true
		if text = wholeTokens(text, room); text == "" {
			return
		}
	}
	if t.b.Len() > 0 {
		t.b.WriteString(gap)
	}
	t.b.WriteString(text)
}

// Body adds the text of a post, then where its links lead, as far as that does not stand in it, and what is told of that.
func (t *Text) Body(b Body) {
	if len(b.Links) > maxLinks {
		b.Links, t.cut = b.Links[:maxLinks], true
	}
	shown, cut := b.shown()
	t.cut = t.cut || cut
	t.Add(shown)
	done := map[string]bool{}
	for _, l := range b.Links {
		for _, target := range []string{l.Expanded, l.Unwound} {
			if target != "" && !done[target] && !ownLink(target) && !strings.Contains(shown, target) {
				t.Add(target)
			}
			done[target] = true
		}
		for _, told := range []string{l.Title, l.Description} {
			if !done[told] {
				t.Add(whole(told))
			}
			done[told] = true
		}
	}
}

// shown is the text with whole links in place of shortened ones. cut says that it is a beginning: then its last words are left out.
func (b Body) shown() (text string, cut bool) {
	text = b.Text
	targets, ended := make(map[string]string, len(b.Links)), false
	for _, l := range b.Links {
		target := l.Expanded
		if target == "" {
			target = l.Unwound
		}
		if target == "" || len(target) > maxLink {
			continue
		}
		if ownLink(target) {
			ended, target = ended || b.Self != "" && leadsTo(target, b.Self), ""
		}
		if _, known := targets[l.URL]; !known && l.URL != "" {
			targets[l.URL] = target
		}
		if strings.HasSuffix(l.Display, ellipsis) {
			text = strings.Replace(text, l.Display, target, 1)
		}
	}
	if b.HalfLinks {
		text, cut = withoutHalfLinks(text)
	}
	text = strings.TrimSpace(replaceShort(text, targets))
	if b.Short || ended && strings.HasSuffix(text, ellipsis) {
		text, cut = withoutCutOff(strings.TrimSuffix(withoutLast(text), ellipsis)), true
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text), cut
}

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

// ellipsis ends what was cut off.
const ellipsis = "…"

// shortener begins the links in texts; letters and digits follow.
const shortener = "https://t.co/"

const (
	digits         = "0123456789"
	lettersDigits  = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits
	betweenNumbers = "-.()+"
	spaces         = " \t\r\n"
)

func replaceShort(text string, targets map[string]string) string {
	var out strings.Builder
	for {
		at := strings.Index(text, shortener)
		if at < 0 || out.Len() > MaxText { // the rest does not fit anyway
			out.WriteString(text)
			return out.String()
		}
		end := at + len(shortener)
		for end < len(text) && strings.IndexByte(lettersDigits, text[end]) >= 0 {
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

// leadsTo says whether a link leads to the post of an id, in the way in which texts are ended that were cut off.
func leadsTo(target, id string) bool {
	u, err := url.Parse(target)
	return err == nil && strings.TrimSuffix(u.Path, "/") == "/i/web/status/"+id
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

// whole is a text without the end that was cut off, when its last character says that one was.
func whole(text string) string {
	text = strings.TrimSpace(text)
	for _, mark := range [...]string{ellipsis, "..."} {
		if kept, cut := strings.CutSuffix(text, mark); cut {
			return withoutCutOff(kept)
		}
	}
	return text
}

// withoutLast takes a shortened link off the end: of a text that was cut off it leads to the post itself.
func withoutLast(text string) string {
	at := strings.LastIndexAny(text, spaces)
	if strings.HasPrefix(text[at+1:], shortener) {
		return strings.TrimSpace(text[:at+1])
	}
	return text
}

// withoutCutOff takes the last word off, and the groups of digits before it: they may be one number.
func withoutCutOff(text string) string {
	at := strings.LastIndexAny(text, spaces)
	text = strings.TrimRight(text[:at+1], spaces)
	for {
		at := strings.LastIndexAny(text, spaces)
		last := text[at+1:]
		if last == "" || strings.Trim(last, digits+betweenNumbers) != "" {
			return text
		}
		text = strings.TrimRight(text[:at+1], spaces)
	}
}
