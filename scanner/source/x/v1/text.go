package v1

import (
	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // nobody develops it any more: it is for what speaks v1.1 alone

	"meetleaks/scanner/source/x/internal/posttext"
)

// maxParts bounds polls and the options of a poll.
const maxParts = 64

// textOf is what people see of a post, a paragraph for each part of it: its text with whole links in place of shortened ones, where the
// links lead and what is told of that, options of polls, and the text of the post that it quotes. cut says that something did not fit,
// or had been cut off before.
func textOf(t *twitter.Tweet) (text string, cut bool) {
	var out posttext.Text
	addPost(&out, t)
	if t.QuotedStatus != nil {
		addPost(&out, t.QuotedStatus)
	}
	return out.String(), out.Cut()
}

// addPost adds a post, as much of it as came.
func addPost(out *posttext.Text, t *twitter.Tweet) {
	text, whole := bodyOf(t)
	body := posttext.Body{Text: text, Links: linksOf(t), HalfLinks: true}
	if id, ok := idFrom(t.IDStr, t.ID); ok && !whole {
		body.Self = formatID(id)
	}
	body.Short = t.Truncated && !whole
	out.Body(body)
	for _, e := range entitiesOf(t) {
		addPolls(out, e)
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
func linksOf(t *twitter.Tweet) []posttext.Link {
	var out []posttext.Link
	for _, e := range entitiesOf(t) {
		for i := range e.Urls {
			out = append(out, linkOf(&e.Urls[i]))
		}
		for i := range e.Media {
			out = append(out, linkOf(&e.Media[i].URLEntity))
		}
	}
	return out
}

func linkOf(u *twitter.URLEntity) posttext.Link {
	return posttext.Link{
		URL: u.URL, Display: u.DisplayURL, Expanded: u.ExpandedURL, Unwound: u.Unwound.URL, Title: u.Unwound.Title, Description: u.Unwound.Description,
	}
}

func addPolls(out *posttext.Text, e *twitter.Entities) {
	if len(e.Polls) > maxParts {
		out.SetCut()
	}
	for _, p := range e.Polls[:min(len(e.Polls), maxParts)] {
		for _, option := range p.Options[:min(len(p.Options), maxParts)] {
			out.Add(option.Text)
		}
	}
}
