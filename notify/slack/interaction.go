package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"meetleaks/notify"
)

// maxInteraction bounds what Slack sends, in bytes. A press with its card has a few kilobytes.
const maxInteraction = 256 << 10

// The answers that parsing gives beside a press.
var (
	errMalformed = errors.New("not an interaction of Slack's")
	errNotOurs   = errors.New("nothing that was asked for")
)

// press is one thing that a person did, as Slack tells it.
type press struct {
	answer notify.Answer // Who is filled in when it is known who they are

	team, enterprise string // of the workspace where it was pressed
	user             string // id
	channel, thread  string // of the message, "" in the Home tab
	trigger          string // opens one window, within three seconds
	opened           bool   // the Home tab was opened: nothing was said
}

// lane is what has to be done in order: the presses about one leak.
func (p press) lane() string { return p.answer.Organisation + "|" + p.answer.Leak + "|" + p.homeOf() }

func (p press) homeOf() string {
	if p.opened {
		return p.user
	}
	return ""
}

// interaction is the part of Slack's payload that is read. Slack sends much more.
type interaction struct {
	Type      string `json:"type"`
	TriggerID string `json:"trigger_id"`
	User      struct {
		ID string `json:"id"`
	} `json:"user"`
	Team       idOnly `json:"team"`
	Enterprise idOnly `json:"enterprise"`
	Container  struct {
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
		ChannelID string `json:"channel_id"`
		ViewID    string `json:"view_id"`
	} `json:"container"`
	Message struct {
		ThreadTS string `json:"thread_ts"`
	} `json:"message"`
	Actions []action `json:"actions"`
}

type idOnly struct {
	ID string `json:"id"`
}

type action struct {
	ActionID       string `json:"action_id"`
	BlockID        string `json:"block_id"`
	ActionTS       string `json:"action_ts"`
	Value          string `json:"value"`
	SelectedUser   string `json:"selected_user"`
	SelectedOption struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

// parsePress reads the payload of an interaction. errNotOurs is of those that mean nothing to this program, which are acknowledged
// and forgotten; errMalformed of what cannot be Slack's. Slack sends one action at a time: the first counts.
func parsePress(payload []byte) (press, error) {
	var in interaction
	if len(payload) > maxInteraction || json.Unmarshal(payload, &in) != nil || in.Type == "" {
		return press{}, errMalformed
	}
	if in.Type != "block_actions" || len(in.Actions) == 0 {
		return press{}, errNotOurs
	}
	act := in.Actions[0]
	about, ok := parseRef(act.BlockID)
	what := choiceOf(act)
	if !ok || what == "" {
		return press{}, errNotOurs
	}
	if !validID(in.User.ID) || in.Team.ID != "" && !validID(in.Team.ID) || in.Enterprise.ID != "" && !validID(in.Enterprise.ID) {
		return press{}, errMalformed
	}
	p := press{
		answer: notify.Answer{
			Organisation: about.organisation, Leak: about.leak, Delivery: about.delivery, What: what, When: momentOf(act.ActionTS),
		},
		team: in.Team.ID, enterprise: in.Enterprise.ID, user: in.User.ID, trigger: in.TriggerID,
	}
	if len(p.trigger) > 256 {
		p.trigger = ""
	}
	p.standing(in)
	if what == notify.SendTo {
		if !validID(act.SelectedUser) {
			return press{}, errMalformed
		}
		p.answer.Person = act.SelectedUser
	}
	if what == notify.Confirm || what == notify.Refuse {
		p.answer.Asked = askedOf(act.Value)
	}
	p.answer.Nonce = nonceOf("press", in.Team.ID, in.Enterprise.ID, in.User.ID, in.Container.ChannelID, in.Container.MessageTS,
		in.Container.ViewID, act.BlockID, act.ActionID, string(what), act.SelectedUser, act.ActionTS)
	return p, nil
}

// standing notes where the card stands that was pressed.
func (p *press) standing(in interaction) {
	if !validID(in.Container.ChannelID) {
		return // the Home tab
	}
	p.channel = in.Container.ChannelID
	for _, ts := range [...]string{in.Container.ThreadTS, in.Message.ThreadTS} {
		if validTS(ts) {
			p.thread = ts
			return
		}
	}
}

// choiceOf is what an action says, "" when it is none of ours.
func choiceOf(a action) notify.Choice {
	what, ok := strings.CutPrefix(a.ActionID, actionPrefix)
	if a.ActionID == actionMore {
		what = a.SelectedOption.Value
	}
	if !ok || !slices.Contains(notify.Choices(), notify.Choice(what)) {
		return ""
	}
	return notify.Choice(what)
}

// momentOf reads "1796115600.123456", to the microsecond; zero when it cannot be read.
func momentOf(ts string) time.Time {
	if !validTS(ts) {
		return time.Time{}
	}
	whole, part, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds > 1<<40 {
		return time.Time{}
	}
	micros, err := strconv.Atoi((part + "000000")[:6])
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, int64(micros)*1000).UTC()
}

// nonceOf names an event by all that makes it what it is.
func nonceOf(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		sum.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// event is the part of an envelope of Slack's Events API that is read.
type event struct {
	Type         string `json:"type"`
	Challenge    string `json:"challenge"`
	TeamID       string `json:"team_id"`
	EnterpriseID string `json:"enterprise_id"`
	EventID      string `json:"event_id"`
	Event        struct {
		Type string `json:"type"`
		User string `json:"user"`
		Tab  string `json:"tab"`
	} `json:"event"`
}

// parseEvent reads an envelope: either the challenge that proves whose address this is, or somebody who opened their Home tab.
func parseEvent(body []byte) (p press, challenge string, err error) {
	var e event
	if len(body) > maxInteraction || json.Unmarshal(body, &e) != nil || e.Type == "" {
		return press{}, "", errMalformed
	}
	switch {
	case e.Type == "url_verification" && validChallenge(e.Challenge):
		return press{}, e.Challenge, nil
	case e.Type == "url_verification":
		return press{}, "", errMalformed
	case e.Type != "event_callback" || e.Event.Type != "app_home_opened" || e.Event.Tab != "home":
		return press{}, "", errNotOurs
	case !validID(e.Event.User) || e.TeamID != "" && !validID(e.TeamID) || e.EnterpriseID != "" && !validID(e.EnterpriseID):
		return press{}, "", errMalformed
	}
	p = press{team: e.TeamID, enterprise: e.EnterpriseID, user: e.Event.User, opened: true}
	p.answer.Nonce = nonceOf("event", e.TeamID, e.EventID, e.Event.User)
	return p, "", nil
}

// validChallenge keeps out what would not be a word of Slack's.
func validChallenge(s string) bool {
	return s != "" && len(s) <= 256 && strings.Trim(s, challengeLetters) == ""
}

const challengeLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.~"
