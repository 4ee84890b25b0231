package x

import (
	"slices"

	"meetleaks/scanner/source/x/internal/posttext"
)

// maxParts bounds images, polls and the options of a poll.
const maxParts = 64

// textOf is what people see of a post, a paragraph for each part of it: its text with whole links in place of shortened ones, where
// the links lead and what is told of that, alternative texts, options of polls, and the text of the post that it quotes. cut says that
// something did not fit, or was cut off by X.
func textOf(p *post, in *includes) (text string, cut bool) {
	var out posttext.Text
	addPost(&out, p, in)
	if quoted := in.find(p.refersTo("quoted")); quoted != nil {
		addPost(&out, quoted, in)
	}
	return out.String(), out.Cut()
}

// addPost adds a post. Of a long one the note is read, of which the other text is the beginning.
func addPost(out *posttext.Text, p *post, in *includes) {
	body := posttext.Body{Text: p.Text, Links: p.Entities.URLs, Self: p.ID}
	if long := p.note(); long.Text != "" {
		body = posttext.Body{Text: long.Text, Links: slices.Concat(long.Entities.URLs, p.Entities.URLs)}
	}
	out.Body(body)
	addAttached(out, p.Attached, in)
}

func addAttached(out *posttext.Text, a attached, in *includes) {
	if len(a.Media) > maxParts || len(a.Polls) > maxParts {
		out.SetCut()
	}
	for _, m := range in.Media {
		if slices.Contains(a.Media[:min(len(a.Media), maxParts)], m.Key) {
			out.Add(m.Alt)
		}
	}
	for _, p := range in.Polls {
		if !slices.Contains(a.Polls[:min(len(a.Polls), maxParts)], p.ID) {
			continue
		}
		for _, option := range p.Options[:min(len(p.Options), maxParts)] {
			out.Add(option.Label)
		}
	}
}
