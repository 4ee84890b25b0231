package notify

import (
	"fmt"
	"strings"
)

// itemWords is how long the line of one item may be.
const itemWords = 14

// composeDigest names each item, a line each.
func composeDigest(a Alert) Message {
	total := len(a.Items) + a.MoreItems
	m := Message{Headline: firstWords(digestHeadline(a, total), headlineWords)}
	for _, item := range a.Items {
		m.Lines = append(m.Lines, itemLine(item))
	}
	if a.MoreItems > 0 {
		m.Lines = append(m.Lines, fmt.Sprintf("And %d more.", a.MoreItems))
	}
	if len(a.Advice) > 0 {
		m.Lines = append(m.Lines, firstWords(sentence(a.Advice[0]), adviceWords))
	}
	m.Why = firstWords(why(a), whyWords)
	return m
}

func digestHeadline(a Alert, total int) string {
	if a.Status != "" {
		return sentence(a.Status)
	}
	what := fmt.Sprintf("%d meetings", total)
	if total == 1 {
		what = "1 meeting"
	}
	if a.Organisation != "" {
		what += " of " + firstWords(a.Organisation, 5)
	}
	if total == 1 {
		return what + " is public."
	}
	return what + " are public."
}

// Line is a cleaned item in words: which meeting, when, and how it stands.
func (i Item) Line() string { return strings.TrimPrefix(itemLine(i), itemMark) }

const itemMark = "• "

func itemLine(item Item) string {
	line := itemMark + service(item.Service)
	if item.MaskedID != "" {
		line += " " + firstWords(item.MaskedID, 2)
	}
	if item.Topic != "" {
		line += " “" + firstWords(item.Topic, 4) + "”"
	}
	line += ", " + start(item.Starts, "")
	if item.Status != "" {
		line += ": " + item.Status
	}
	return firstWords(line, itemWords)
}
