package fakeslack

import (
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// Slack's limits of blocks, in characters and entries: https://docs.slack.dev/reference/block-kit
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxAllBlocks     = 13_200 // observed, for messages
	maxView          = 250_000
)

// block is what is read of one.
type block struct {
	Type      string            `json:"type"`
	BlockID   string            `json:"block_id"`
	Text      *text             `json:"text"`
	Fields    []text            `json:"fields"`
	Accessory *element          `json:"accessory"`
	Elements  []json.RawMessage `json:"elements"`
}

type text struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// element is a button, a menu or a picker.
type element struct {
	Type        string   `json:"type"`
	ActionID    string   `json:"action_id"`
	Text        *text    `json:"text"`
	Value       string   `json:"value"`
	URL         string   `json:"url"`
	Placeholder *text    `json:"placeholder"`
	Options     []option `json:"options"`
}

type option struct {
	Text  text   `json:"text"`
	Value string `json:"value"`
}

// blocksFault is why Slack would refuse blocks, nil when it would not.
func blocksFault(object []byte, most int) *failure {
	var blocks []block
	if json.Unmarshal(object, &blocks) != nil {
		return &failure{code: "invalid_blocks_format"}
	}
	if len(blocks) > most || most == maxMessageBlocks && utf8.RuneCount(object) > maxAllBlocks {
		return &failure{code: "msg_blocks_too_long"}
	}
	used := map[string]bool{}
	for _, b := range blocks {
		if b.BlockID != "" && used[b.BlockID] || utf8.RuneCountInString(b.BlockID) > 255 || !b.fits() {
			return &failure{code: "invalid_blocks"}
		}
		used[b.BlockID] = true
	}
	return nil
}

func (b block) fits() bool {
	switch b.Type {
	case "section":
		return b.Text != nil && b.Text.fits(3_000) && len(b.Fields) <= 10 && (b.Accessory == nil || b.Accessory.fits())
	case "header":
		return b.Text != nil && b.Text.Type == "plain_text" && b.Text.fits(150)
	case "context":
		return len(b.Elements) > 0 && len(b.Elements) <= 10 && all(b.Elements, func(t text) bool { return t.fits(3_000) })
	case "actions":
		return len(b.Elements) > 0 && len(b.Elements) <= 25 && all(b.Elements, element.fits) && b.distinct()
	case "divider":
		return true
	}
	return false
}

// distinct says whether the actions of a block can be told apart.
func (b block) distinct() bool {
	used := map[string]bool{}
	return all(b.Elements, func(e element) bool {
		twice := used[e.ActionID]
		used[e.ActionID] = true
		return !twice
	})
}

// all says whether every entry can be read and is right.
func all[T any](entries []json.RawMessage, right func(T) bool) bool {
	return !slices.ContainsFunc(entries, func(raw json.RawMessage) bool {
		var entry T
		return json.Unmarshal(raw, &entry) != nil || !right(entry)
	})
}

func (t text) fits(most int) bool {
	return (t.Type == "plain_text" || t.Type == "mrkdwn") && t.Text != "" && utf8.RuneCountInString(t.Text) <= most
}

func (e element) fits() bool {
	if e.ActionID == "" || len(e.ActionID) > 255 || e.Placeholder != nil && !e.Placeholder.fits(150) {
		return false
	}
	switch e.Type {
	case "button":
		return e.Text != nil && e.Text.fits(75) && len(e.Value) <= 2_000 && len(e.URL) <= 3_000
	case "static_select":
		return len(e.Options) >= 1 && len(e.Options) <= 100 && !slices.ContainsFunc(e.Options, option.bad)
	case "overflow":
		return len(e.Options) >= 1 && len(e.Options) <= 5 && !slices.ContainsFunc(e.Options, option.bad)
	case "users_select":
		return true
	}
	return false
}

func (o option) bad() bool { return !o.Text.fits(75) || o.Value == "" || len(o.Value) > 150 }
