package notify

import (
	"strings"
	"time"
	"unicode"
)

// The classes of links, as Alert.Class has them, from the one that gives most away.
const (
	classHost         = "A" // whoever has it controls the meeting
	classJoin         = "B" // admits
	classRoom         = "C" // admits to a room that stays
	classRegistrant   = "D" // admits in somebody's name
	classRegistration = "E" // a form that gives links away
	classInvitation   = "F" // to a chat or workspace
	classRecording    = "G" // of what is past
	classNumber       = "H" // the number alone
)

// Exposes is what a link of the class gives away, in words that go on from "is public:". What is no class is told as one that admits.
func Exposes(class string) string {
	if text, ok := english().exposes[class]; ok {
		return text
	}
	return english().exposes[classJoin]
}

// Advise is what a host can do, by platform, class, urgency and audience, whom the meeting is for as the organisation calls it; the
// best comes first, in adviceWords words at most, and is what short messages show. Most raids are posted by people who were
// invited, so that a new link, registration of each person, and care about who gets the new link go before a passcode. Once
// the start is near, steps are those of a phone. An unknown platform gets steps that fit most. MaxAdvice entries at most.
func Advise(platform, class string, u Urgency, audience string) []string {
	w := english()
	group := groupOf(audience)
	s := w.steps(platform)
	var list []string
	switch class {
	case classRecording:
		list = []string{s.unshare, w.notLock, w.takeDown}
	case classInvitation:
		list = []string{s.revoke, w.removeMembers, w.takeDown}
	case classHost:
		list = w.hostAdvice(s, u)
	case classRegistration:
		list = w.formAdvice(s, u)
	case classRegistrant:
		list = w.registrantAdvice(s, u)
	case classRoom:
		list = w.roomAdvice(s, u)
	default:
		list = w.joinAdvice(s, u)
	}
	if extra := w.groupAdvice(group, class, u); extra != "" {
		list = append(list[:min(1, len(list))], append([]string{extra}, list[min(1, len(list)):]...)...)
	}
	return w.finish(list, group)
}

// UrgencyIn is how soon a meeting is that starts in left. Of one that has the whole day, nobody knows when it runs.
func UrgencyIn(left time.Duration, allDay bool) Urgency {
	switch {
	case allDay && left <= 24*time.Hour:
		return StartsInDay
	case left <= 0:
		return Running
	case left <= 15*time.Minute:
		return StartsAtOnce
	case left <= time.Hour:
		return StartsInHour
	case left <= 24*time.Hour:
		return StartsInDay
	case left <= 7*24*time.Hour:
		return StartsInWeek
	}
	return StartsLater
}

// phase is what can still be done.
type phase int

const (
	ahead phase = iota
	near
	under
)

func phaseOf(u Urgency) phase {
	switch u {
	case Running:
		return under
	case StartsAtOnce, StartsInHour:
		return near
	}
	return ahead
}

func (w *phrases) joinAdvice(s steps, u Urgency) []string {
	switch phaseOf(u) {
	case under:
		return []string{s.lock, s.suspend, w.moveOn}
	case near:
		return []string{w.lobbyNow(s), w.moveIfTold, w.takeDown}
	}
	return []string{s.anew + w.sendEach, s.lobby, w.passcode, w.takeDown}
}

// lobbyNow is what keeps strangers out within the hour.
func (w *phrases) lobbyNow(s steps) string {
	if s.unlocked {
		return s.lobbyNow + w.sendOnly
	}
	return s.lobbyNow + w.lockOnceIn
}

func (w *phrases) roomAdvice(s steps, u Urgency) []string {
	if phaseOf(u) != ahead {
		return append(w.joinAdvice(s, u)[:2], w.roomAfter)
	}
	return []string{s.oneOff + w.sendEach, s.lobby, w.roomAfter, w.takeDown}
}

func (w *phrases) hostAdvice(s steps, u Urgency) []string {
	switch phaseOf(u) {
	case under:
		return []string{s.lock, w.resetKeyAfter, w.moveOn}
	case near:
		return []string{w.resetKeySoon, w.lobbyNow(s), w.takeDown}
	}
	return []string{w.resetKey, s.anew + w.sendEach, w.takeDown}
}

func (w *phrases) formAdvice(s steps, u Urgency) []string {
	switch phaseOf(u) {
	case under:
		return []string{s.lock, w.closeForm, s.suspend}
	case near:
		return []string{w.closeForm, w.lobbyNow(s)}
	}
	return []string{w.approveForm, s.lobby, w.takeDown}
}

func (w *phrases) registrantAdvice(s steps, u Urgency) []string {
	switch phaseOf(u) {
	case under:
		return []string{s.lock, w.cancelRegistration, s.suspend}
	case near:
		return []string{w.cancelRegistration, w.lobbyNow(s)}
	}
	return []string{w.cancelRegistration, w.onceEach, w.takeDown}
}

// groupAdvice is a line for those whom the meeting is for: ahead of it, and only where it is a meeting.
func (w *phrases) groupAdvice(g group, class string, u Urgency) string {
	if phaseOf(u) != ahead || class == classRecording || class == classInvitation {
		return ""
	}
	return w.groups[g].line
}

// finish puts the words for the audience in.
func (w *phrases) finish(list []string, g group) []string {
	out := make([]string, 0, min(len(list), MaxAdvice))
	for _, text := range list[:min(len(list), MaxAdvice)] {
		out = append(out, strings.ReplaceAll(text, "{invitees}", w.groups[g].invitees))
	}
	return out
}

// group is a kind of audience that has words of its own.
type group int

const (
	anybody group = iota
	school
	health
	council
	board
)

// groupOf reads what the organisation calls an audience.
func groupOf(audience string) group {
	if len(audience) > MaxText {
		audience = audience[:runeStart(audience, MaxText)]
	}
	for _, word := range strings.FieldsFunc(strings.ToLower(audience), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if g, ok := english().calls[word]; ok {
			return g
		}
	}
	return anybody
}
