package demo

import (
	"encoding/json"
	"slices"
	"strings"
)

// words is any text of Slack's.
type words struct {
	Text string `json:"text"`
}

// piece is a part of a block: a text, a button, or a menu.
type piece struct {
	Type        string `json:"type"`
	Text        any    `json:"text"` // a button has an object, a text has a text
	Placeholder words  `json:"placeholder"`
}

// Card is a message's blocks as lines of text, as far as a person sees them: texts, and a line of buttons.
func Card(blocks string) []string {
	var list []struct {
		Type     string  `json:"type"`
		Text     words   `json:"text"`
		Elements []piece `json:"elements"`
	}
	if json.Unmarshal([]byte(blocks), &list) != nil {
		return nil
	}
	var lines []string
	for _, b := range list {
		switch b.Type {
		case "header", "section":
			lines = append(lines, strings.Split(b.Text.Text, "\n")...)
		case "context", "actions":
			var row []string
			for _, e := range b.Elements {
				row = append(row, e.seen())
			}
			lines = append(lines, strings.Split(strings.Join(row, " "), "\n")...)
		}
	}
	return lines
}

// newIn is the lines of a card that another does not have.
func newIn(card, other []string) []string {
	return slices.DeleteFunc(slices.Clone(card), func(line string) bool { return slices.Contains(other, line) })
}

func (p piece) seen() string {
	switch text := p.Text.(type) {
	case string:
		return text
	case map[string]any:
		label, _ := text["text"].(string)
		return "[" + label + "]"
	}
	return "[" + p.Placeholder.Text + " ▾]"
}
