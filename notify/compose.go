package notify

import (
	"fmt"
	"strings"
	"time"
)

// Message is an alert in words: short plain sentences, one a line, without markup or links.
type Message struct {
	// Headline says what is wrong. It is what a lock screen shows: no id and no place is in it.
	Headline string
	Lines    []string // which meeting, when, what to do, where it stands
	Why      string   // why this person is told
}

// The words that a part of a message may have. What one leaves over goes to the places.
const (
	headlineWords = 22
	meetingWords  = 15
	adviceWords   = 20
	whyWords      = 8
)

// Compose puts a cleaned alert into words, [MaxWords] of them at most; a digest has a line of itemWords for each item besides.
func Compose(a Alert) Message {
	if len(a.Items) > 0 {
		return composeDigest(a)
	}
	left := MaxWords
	take := func(text string, limit int) string {
		text = firstWords(text, min(limit, left))
		left -= Words(text)
		return text
	}
	m := Message{Headline: take(headline(a), headlineWords)}
	meeting := take(meeting(a), meetingWords)
	advice := ""
	if len(a.Advice) > 0 && a.Status == "" {
		advice = take(sentence(a.Advice[0]), min(adviceWords, left-whyWords))
	}
	m.Why = take(why(a), whyWords)
	for _, line := range []string{meeting, advice, places(a, left)} {
		if line != "" {
			m.Lines = append(m.Lines, line)
		}
	}
	return m
}

// Text is the whole message as one text, a line each.
func (m Message) Text() string {
	parts := append([]string{m.Headline}, m.Lines...)
	if m.Why != "" {
		parts = append(parts, m.Why)
	}
	return strings.Join(parts, "\n")
}

func headline(a Alert) string {
	if a.Status != "" {
		return sentence(a.Status)
	}
	text := soon(a) + " " + service(a.Service) + " " + noun(a.Class)
	if a.Organisation != "" {
		text += " of " + firstWords(a.Organisation, 5)
	}
	if a.Kind == Reminder {
		text += " is still public"
	} else {
		text += " is public"
	}
	if a.Exposes != "" {
		text += ": " + a.Exposes
	}
	return sentence(text)
}

// noun is what a link of the class leads to.
func noun(class string) string {
	switch class {
	case classRecording:
		return "recording"
	case classInvitation:
		return "invitation"
	}
	return "meeting"
}

// soon begins the headline with what matters most: that it is no leak, or how near the start is.
func soon(a Alert) string {
	switch {
	case a.Kind == Sample:
		return "Only a test, no leak: a"
	case noun(a.Class) != "meeting":
		return "A"
	}
	switch a.Urgency {
	case Running:
		return "Running now: a"
	case StartsAtOnce:
		return "In minutes: a"
	case StartsInHour:
		return "Within the hour: a"
	}
	return "A"
}

func service(name string) string {
	if name == "" {
		return "video"
	}
	return firstWords(name, 4)
}

// meeting says which one and when.
func meeting(a Alert) string {
	if !a.aboutLeak() {
		return ""
	}
	what := noun(a.Class)
	name := strings.ToUpper(what[:1]) + what[1:]
	if a.Topic != "" {
		name = "“" + firstWords(a.Topic, 6) + "”"
	}
	if a.MaskedID != "" {
		name += " " + firstWords(a.MaskedID, 2)
	}
	if what != "meeting" {
		return name + "." // it does not start
	}
	return name + ": " + start(a.Starts, a.Urgency) + "."
}

func start(at time.Time, u Urgency) string {
	switch {
	case u == Running:
		return "running now"
	case at.IsZero():
		return "start unknown"
	}
	return "starts " + clock(at)
}

// clock writes a moment in its own zone: "Mon 24 Nov 15:00 CET".
func clock(at time.Time) string { return at.Format("Mon 2 Jan 15:04 MST") }

// places names as many places as the words allow, and counts the others.
func places(a Alert, left int) string {
	rest := a.MorePlaces
	line := ""
	for i, place := range a.Places {
		next := line + ", " + place
		if line == "" {
			next = "Seen at " + place
		}
		after := rest + len(a.Places) - i - 1
		if Words(next)+Words(others(after)) > left {
			rest += len(a.Places) - i
			break
		}
		line = next
	}
	switch {
	case line != "":
		return line + others(rest) + "."
	case len(a.Places) == 1 && a.MorePlaces == 0 && left >= 4:
		return firstWords("Seen at "+a.Places[0], left)
	case rest > 0 && left >= 4:
		return fmt.Sprintf("Seen at %d places.", rest)
	}
	return ""
}

func others(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " and 1 other place"
	}
	return fmt.Sprintf(" and %d other places", n)
}

func why(a Alert) string {
	if a.Reason == "" {
		return ""
	}
	return sentence("You are told because " + a.Reason)
}

// sentence ends a text with a full stop unless it has an end.
func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "…") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "。") {
		return text
	}
	return text + "."
}
