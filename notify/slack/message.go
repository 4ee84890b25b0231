package slack

import (
	"strings"

	"github.com/slack-go/slack"

	"meetleaks/notify"
)

// maxSection bounds the text of one section block. Slack allows 3,000 characters after escaping; ours cannot grow by that.
const maxSection = 2800

// content makes the message of a cleaned alert. All of it is plain text: markup, names and links in it stay what they are.
// The top-level text, which lock screens show, is the headline and holds no id.
func content(a notify.Alert) []slack.MsgOption {
	m := notify.Compose(a)
	return []slack.MsgOption{
		slack.MsgOptionText(m.Headline, true),
		slack.MsgOptionBlocks(blocks(m)...),
		slack.MsgOptionDisableMarkdown(),
		slack.MsgOptionParse(false),
		slack.MsgOptionLinkNames(false),
	}
}

func blocks(m notify.Message) []slack.Block {
	var out []slack.Block
	section := m.Headline
	for _, line := range m.Lines {
		if len(section)+1+len(line) > maxSection {
			out = append(out, slack.NewSectionBlock(plain(section), nil, nil))
			section = line
			continue
		}
		section += "\n" + line
	}
	out = append(out, slack.NewSectionBlock(plain(section), nil, nil))
	if strings.TrimSpace(m.Why) != "" {
		out = append(out, slack.NewContextBlock("", plain(m.Why)))
	}
	return out
}

// plain is text in which Slack reads nothing: no markup, no mentions, no names of emoji.
func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}
