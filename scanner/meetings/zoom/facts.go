package zoom

import (
	"context"
	"net/http"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// errStranger is the error of a question about somebody else's meeting.
func errStranger() error {
	return &Error{Class: Rejected, What: "it is asked about another organisation"}
}

// byNumber says whether a link names a meeting by its number, which this account may be asked about.
func (c *Client) byNumber(l matchers.Link) bool {
	return l.Platform == "zoom" && l.Realm == c.o.Realm && l.Space == "" && isNumber(l.ID)
}

// byName says whether a link names a personal room by the name its host gave it.
func (c *Client) byName(l matchers.Link) bool {
	return l.Platform == "zoom" && l.Realm == c.o.Realm && l.Space == "my" && l.ID != "" && len(l.ID) <= 64
}

// isNumber says whether a text is a meeting's number: 9 to 11 digits.
func isNumber(id string) bool {
	return len(id) >= 9 && len(id) <= 11 && strings.Trim(id, "0123456789") == ""
}

// Meeting implements [scanner.MeetingReader]. A personal room that is named by its host's words is not found: Zoom looks up users by
// their address alone.
func (c *Client) Meeting(ctx context.Context, org string, l matchers.Link, now time.Time) (scanner.MeetingFacts, bool, error) {
	if org != c.o.Org {
		return scanner.MeetingFacts{}, false, errStranger()
	}
	if !c.byNumber(l) {
		return scanner.MeetingFacts{}, false, nil
	}
	m, found, err := c.meeting(ctx, l.ID)
	if err != nil || !found {
		return scanner.MeetingFacts{}, false, err
	}
	facts := factsOf(m, now)
	if facts.Host == "" && m.HostID != "" {
		u, found, err := c.user(ctx, m.HostID)
		if err != nil {
			return scanner.MeetingFacts{}, false, err
		}
		facts.Ours = found && (u.Account == "" || u.Account == c.o.AccountID)
		facts.Host = addressOf(u.Email)
	}
	return facts, true, nil
}

// meeting reads a meeting, or the webinar that has the number. found is false when the account has neither.
func (c *Client) meeting(ctx context.Context, id string) (m meeting, found bool, err error) {
	a, err := c.get(ctx, "/meetings/"+segment(id))
	if err != nil {
		return meeting{}, false, err
	}
	webinar := a.code == codeWebinar
	if webinar {
		if a, err = c.get(ctx, "/webinars/"+segment(id)); err != nil {
			return meeting{}, false, err
		}
	}
	switch {
	case a.status == http.StatusNotFound && a.code == codeNoMeeting:
		return meeting{}, false, nil
	case a.status != http.StatusOK:
		return meeting{}, false, &Error{Class: Broken, Status: a.status, Code: a.code}
	}
	m, err = readMeeting(a.body, id, webinar)
	m.everybodys = c.o.Everybodys
	return m, err == nil, err
}

// user reads a user by id or address. found is false when the account has none.
func (c *Client) user(ctx context.Context, id string) (u user, found bool, err error) {
	a, err := c.get(ctx, "/users/"+segment(id))
	switch {
	case err != nil:
		return user{}, false, err
	case a.status == http.StatusNotFound && a.code == codeNoUser:
		return user{}, false, nil
	case a.status != http.StatusOK:
		return user{}, false, &Error{Class: Broken, Status: a.status, Code: a.code}
	}
	u, err = readUser(a.body)
	return u, err == nil, err
}

// factsOf is what a meeting's answer says.
func factsOf(m meeting, now time.Time) scanner.MeetingFacts {
	return scanner.MeetingFacts{
		Exists: true, Ours: true, Host: addressOf(m.HostEmail), Delegates: addresses(m.Settings.Alternatives, addressOf(m.HostEmail)),
		Topic: oneLine(m.Topic), When: m.when(now), Running: m.running(), Settings: m.summary(),
	}
}

// when is the next instance, or the last.
func (m meeting) when(now time.Time) scanner.When {
	instances := m.Occurrences
	if len(instances) == 0 {
		instances = []occurrence{{Start: m.Start, Duration: m.Duration}}
	}
	var list []scanner.When
	for _, o := range instances {
		start, err := time.Parse(time.RFC3339, o.Start)
		if err != nil || o.Status == "deleted" || start.Year() < 2000 || start.Year() > 2200 {
			continue
		}
		minutes := min(max(int64(o.Duration), 0), 24*60)
		list = append(list, scanner.When{
			Start: scanner.Start{Time: start.UTC()}, Ends: start.UTC().Add(time.Duration(minutes) * time.Minute),
			Series: m.series(), By: scanner.RolePlatform,
		})
	}
	slices.SortFunc(list, func(a, b scanner.When) int { return a.Start.Time.Compare(b.Start.Time) })
	for _, w := range list {
		if w.Over().After(now) {
			return w
		}
	}
	if len(list) > 0 {
		return list[len(list)-1]
	}
	return scanner.When{Series: m.series(), By: scanner.RolePlatform}
}

// summary says in words what decides who gets in.
func (m meeting) summary() []string {
	var out []string
	s := m.Settings
	if !m.webinar {
		out = append(out, "waiting room "+onOff(*s.WaitingRoom))
	}
	switch m.approval() {
	case approvesByHost:
		out = append(out, "registration that the host approves")
	case approvesByItself:
		out = append(out, "registration that approves by itself")
	default:
		out = append(out, "no registration")
	}
	switch {
	case m.namedDomains():
		out = append(out, "sign-in limited to named domains")
	case s.SignIn || s.OldSignIn:
		out = append(out, "sign-in with any account")
	default:
		out = append(out, "no sign-in")
	}
	if m.Password {
		return append(out, "a passcode")
	}
	return append(out, "no passcode")
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func (m meeting) approval() number {
	if m.Settings.Approval == nil {
		return noRegistration
	}
	return *m.Settings.Approval
}

// namedDomains says whether only accounts of named domains get in.
func (m meeting) namedDomains() bool {
	s := m.Settings
	return s.SignIn && m.limits(s.Domains) || s.OldSignIn && m.limits(s.OldDomains)
}

// limits says whether a list of domains leaves anybody out: one that anybody can have an account under lets everybody in.
func (m meeting) limits(domains string) bool {
	list := strings.FieldsFunc(domains, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
	return len(list) > 0 && !slices.ContainsFunc(list, func(d string) bool {
		return strings.Trim(d, "*.") == "" || m.everybodys != nil && m.everybodys(d)
	})
}

// addressOf is an e-mail address in lower case, "" when the text is none.
func addressOf(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	parsed, err := mail.ParseAddress(text)
	if err != nil || len(text) > 254 || parsed.Address != text {
		return ""
	}
	return text
}

// addresses reads a list divided by semicolons, of which some may be ids of users.
func addresses(text, host string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == ',' }) {
		at := addressOf(part)
		if at == "" || at == host || slices.Contains(out, at) {
			continue
		}
		if out = append(out, at); len(out) == scanner.MaxDelegates {
			break
		}
	}
	return out
}

// oneLine makes of a topic one line of at most 200 characters.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:199]) + "…"
	}
	return text
}

// room finds the number of the personal room that a user's link names. found is false when it is not theirs.
func (c *Client) room(ctx context.Context, name, host string) (id string, found bool, err error) {
	u, found, err := c.user(ctx, host)
	if err != nil || !found || !u.has(name) {
		return "", false, err
	}
	id = strconv.FormatInt(int64(u.PMI), 10)
	return id, isNumber(id), nil
}
