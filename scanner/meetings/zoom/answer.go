package zoom

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// number is an integer that Zoom writes as a number or as a text, whichever comes. "" and null are 0.
type number int64

// UnmarshalJSON reads both forms. No error repeats what was read.
func (n *number) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	if text == "" || text == "null" {
		*n = 0
		return nil
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return errors.New("want a whole number")
	}
	*n = number(value)
	return nil
}

// present is whether a text is there that is nobody's business: it is read over and never kept.
type present bool

// UnmarshalJSON keeps whether there is anything. What is no text is not documented, and must not be taken for a guard.
func (p *present) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if text != "null" && !strings.HasPrefix(text, `"`) {
		return errors.New("want a text")
	}
	*p = text != `""` && text != "null"
	return nil
}

// meeting is what is read of a meeting or webinar. What admits somebody is never decoded: passcodes, start and join links.
type meeting struct {
	ID          number       `json:"id"`
	HostID      string       `json:"host_id"`
	HostEmail   string       `json:"host_email"`
	Topic       string       `json:"topic"`
	Type        number       `json:"type"`
	Status      string       `json:"status"`
	Start       string       `json:"start_time"`
	Duration    number       `json:"duration"` // minutes
	Password    present      `json:"password"`
	Occurrences []occurrence `json:"occurrences"`
	Settings    *settings    `json:"settings"`

	webinar    bool
	everybodys func(domain string) bool
}

// occurrence is one instance of a series; Status is "available" or "deleted".
type occurrence struct {
	Start    string `json:"start_time"`
	Duration number `json:"duration"`
	Status   string `json:"status"`
}

// settings are those that decide who gets in. What is nil was not told.
type settings struct {
	WaitingRoom  *bool   `json:"waiting_room"`
	Approval     *number `json:"approval_type"`
	SignIn       bool    `json:"meeting_authentication"`
	Domains      string  `json:"authentication_domains"`
	OldSignIn    bool    `json:"enforce_login"`         // deprecated
	OldDomains   string  `json:"enforce_login_domains"` // deprecated
	Alternatives string  `json:"alternative_hosts"`
}

// The types of meetings and webinars that matter here.
const (
	typeSeriesOpen    = 3 // a meeting that recurs without a fixed time
	typePersonal      = 4
	typeSeries        = 8
	webinarSeriesOpen = 6
	webinarSeries     = 9
)

// The values of approval_type.
const (
	approvesByItself = 0
	approvesByHost   = 1
	noRegistration   = 2
)

// series says whether the link outlives an instance.
func (m meeting) series() bool {
	switch m.Type {
	case typeSeriesOpen, typePersonal, typeSeries:
		return !m.webinar
	case webinarSeriesOpen, webinarSeries:
		return m.webinar
	}
	return false
}

// running says whether the meeting takes place at this moment.
func (m meeting) running() bool { return m.Status == "started" }

// errShape is the error of an answer that cannot be believed.
func errShape(what string) error { return &Error{Class: Broken, Status: http.StatusOK, What: what} }

// readMeeting reads a meeting of that number. What is incomplete in what matters is an error: it must not be taken for a setting.
func readMeeting(body []byte, id string, webinar bool) (meeting, error) {
	m := meeting{webinar: webinar}
	if json.Unmarshal(body, &m) != nil {
		return meeting{}, errShape("it is no meeting")
	}
	switch {
	case strconv.FormatInt(int64(m.ID), 10) != strings.TrimLeft(id, "0"):
		return meeting{}, errShape("it is another meeting")
	case m.Settings == nil || !webinar && m.Settings.WaitingRoom == nil || webinar && m.Settings.Approval == nil:
		return meeting{}, errShape("its settings are not told")
	case m.Settings.Approval != nil && (*m.Settings.Approval < approvesByItself || *m.Settings.Approval > noRegistration):
		return meeting{}, errShape("a setting has no documented value")
	}
	return m, nil
}

// user is what is read of a user.
type user struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Account  string `json:"account_id"`
	PMI      number `json:"pmi"`
	Room     string `json:"personal_meeting_url"`
	Vanity   string `json:"vanity_url"`
	Personal string `json:"personal_link"` // of older accounts
}

func readUser(body []byte) (user, error) {
	var u user
	if json.Unmarshal(body, &u) != nil || u.ID == "" && u.Email == "" {
		return user{}, errShape("it is no user")
	}
	return u, nil
}

// has says whether the personal link of that name is the user's.
func (u user) has(name string) bool {
	for _, link := range [...]string{u.Vanity, u.Room, u.Personal} {
		_, path, ok := strings.Cut(link, "/my/")
		path, _, _ = strings.Cut(path, "?")
		if ok && path != "" && strings.EqualFold(strings.TrimRight(path, "/"), name) {
			return true
		}
	}
	return false
}
