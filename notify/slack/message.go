package slack

import (
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"meetleaks/notify"
)

// The bounds of blocks that this program uses, in characters; Slack's own are in the comments.
const (
	maxSection = 2800 // 3,000 after escaping; ours cannot grow by that
	maxHeader  = 150
)

// content makes the message of a cleaned alert. All of it is plain text: markup, names and links in it stay what they are.
// The top-level text, which lock screens show, is the headline and holds no id.
func content(a notify.Alert) []slack.MsgOption {
	m := notify.Compose(a)
	return append(inert(m.Headline), slack.MsgOptionBlocks(card(a, m)...))
}

// inert is a text in which Slack looks for nothing.
func inert(text string) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(text, true),
		slack.MsgOptionDisableMarkdown(),
		slack.MsgOptionParse(false),
		slack.MsgOptionLinkNames(false),
	}
}

// card is the blocks of a message: what is wrong; which, when, what to do and where; why; the buttons; the privacy notice.
func card(a notify.Alert, m notify.Message) []slack.Block {
	out := headline(m.Headline)
	out = append(out, sections(m.Lines)...)
	if strings.TrimSpace(m.Why) != "" {
		out = append(out, slack.NewContextBlock("", plain(m.Why)))
	}
	if buttons := buttonsOf(a); buttons != nil {
		out = append(out, buttons)
	}
	if len(a.Notice) > 0 {
		out = append(out, slack.NewContextBlock("", plain(strings.Join(a.Notice, "\n"))))
	}
	return out
}

// headline is a header, unless it is too long for one.
func headline(text string) []slack.Block {
	if utf8.RuneCountInString(text) <= maxHeader {
		return []slack.Block{slack.NewHeaderBlock(plain(text))}
	}
	return sections([]string{text})
}

// sections put lines into as few sections as there can be.
func sections(lines []string) []slack.Block {
	var out []slack.Block
	section := ""
	for _, line := range lines {
		if section != "" && len(section)+1+len(line) > maxSection {
			out, section = append(out, slack.NewSectionBlock(plain(section), nil, nil)), ""
		}
		if section != "" {
			section += "\n"
		}
		section += line
	}
	if section != "" {
		out = append(out, slack.NewSectionBlock(plain(section), nil, nil))
	}
	return out
}

// plain is text in which Slack reads nothing: no markup, no mentions, no names of emoji.
func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}
