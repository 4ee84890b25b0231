package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"meetleaks/notify"
)

// The words that this package says by itself.
const (
	notMemberWords = "Only full members of this workspace can answer here. Please ask the host, or security operations."
	failedWords    = "That did not work just now, and nothing was changed. Please press again in a minute."
	lateWords      = "Slack was slow: please press “Show where” once more."
	whereTitle     = "Where it stands" // 24 characters at most
	answerTitle    = "Meeting leaks"
	whereWords     = "Do not answer there with the link, and do not share it. Have the post taken down, and give the meeting a new link all the same."
	noHomeWords    = "No public meeting link of yours is known."
	homeWords      = "These meeting links of yours stand in public. Tell beside each how it is."
	homeTitle      = "Your open alerts"
)

// show shows a cleaned reply to who pressed.
func (s *Answers) show(ctx context.Context, p press, r notify.Reply) {
	if len(r.Places) == 0 {
		s.tell(ctx, p, r.Text)
		return
	}
	err := s.channel.window(ctx, p.trigger, whereTitle, whereLines(r))
	if e := notify.AsError(err); e != nil {
		s.o.Log.Warn("slack: the places were not shown", "error", e)
		if p.channel != "" {
			s.tell(ctx, p, lateWords)
		}
	}
}

func whereLines(r notify.Reply) []string {
	lines := r.Places
	if r.MorePlaces > 0 {
		lines = append(lines, fmt.Sprintf("And %d more.", r.MorePlaces))
	}
	if r.Text != "" {
		lines = append(lines, r.Text)
	}
	return append(lines, whereWords)
}

// tell says something to who pressed, and to nobody else: beside the card, or over the Home tab.
func (s *Answers) tell(ctx context.Context, p press, text string) {
	if text == "" {
		return
	}
	var err error
	if p.channel == "" {
		err = s.channel.window(ctx, p.trigger, answerTitle, []string{text})
	} else {
		err = s.channel.whisper(ctx, p, text)
	}
	if e := notify.AsError(err); e != nil {
		s.o.Log.Warn("slack: a reply was not shown", "error", e)
	}
}

// whisper says something in a room to one person.
func (c *Channel) whisper(ctx context.Context, p press, text string) error {
	options := append(inert(text), slack.MsgOptionPostEphemeral(p.user))
	if p.thread != "" {
		options = append(options, slack.MsgOptionTS(p.thread))
	}
	return c.call(ctx, turn{method: methodWhisper}, func(ctx context.Context, api *slack.Client) error {
		_, _, _, err := api.SendMessageContext(ctx, p.channel, options...)
		return err
	})
}

// window opens a window over what the person sees.
func (c *Channel) window(ctx context.Context, trigger, title string, lines []string) error {
	if trigger == "" {
		return &notify.Error{Class: notify.Gone, Reason: reasonTrigger}
	}
	view := slack.ModalViewRequest{Type: slack.VTModal, Title: plain(title), Close: plain("Close")}
	for _, line := range lines {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, slack.NewSectionBlock(plain(line), nil, nil))
	}
	return c.call(ctx, turn{method: methodWindow}, func(ctx context.Context, api *slack.Client) error {
		_, err := api.OpenViewContext(ctx, trigger, view)
		return err
	})
}

// showHome brings a person's Home tab up to date.
func (s *Answers) showHome(ctx context.Context, user, who string) {
	if s.o.HomeOf == nil {
		return
	}
	items, err := s.o.HomeOf(ctx, who)
	if err == nil {
		err = s.channel.Home(ctx, user, items)
	}
	if err != nil {
		s.counts.failed.Add(1)
		s.o.Log.Warn("slack: a Home tab was not brought up to date", "error", err)
	}
}

// Home shows a person their open leaks in the app's Home tab, [notify.MaxItems] of them, each with a menu to answer. User is as
// [UserOf] takes it. The caller checks that the leaks are theirs.
func (c *Channel) Home(ctx context.Context, user string, items []notify.Item) error {
	id := UserOf(user)
	if id == "" {
		return &notify.Error{Class: notify.Permanent, Reason: "bad-recipient"}
	}
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: homeBlocks(items)}}
	return c.call(ctx, turn{method: methodHome}, func(ctx context.Context, api *slack.Client) error {
		_, err := api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: id, View: view})
		return err
	})
}

func homeBlocks(items []notify.Item) []slack.Block {
	cleaned := notify.Alert{Items: items}.Cleaned()
	if len(cleaned.Items) == 0 {
		return append(headline(homeTitle), sections([]string{noHomeWords})...)
	}
	out := append(headline(homeTitle), sections([]string{homeWords})...)
	used := map[string]bool{}
	for _, item := range cleaned.Items {
		block := slack.NewSectionBlock(plain(strings.TrimSpace(item.Line())), nil, nil)
		if id := (ref{item.Organisation, item.Leak, ""}).blockID(); id != "" && !used[id] {
			used[id] = true
			block.BlockID, block.Accessory = id, slack.NewAccessory(shortMenu())
		}
		out = append(out, block)
	}
	if cleaned.MoreItems > 0 {
		out = append(out, sections([]string{fmt.Sprintf("And %d more.", cleaned.MoreItems)})...)
	}
	return out
}

// teamOf is the workspace in a name that whoIs made.
func teamOf(who string) string {
	team, _, _ := strings.Cut(strings.TrimPrefix(who, whoPrefix), "/")
	return team
}
