package slack

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"meetleaks/notify"
)

// The bounds of what is remembered of people, in memory only. Someone who leaves or becomes a guest is told for memberFor at
// most after that; someone who joins is found after strangerFor.
const (
	maxMembers  = 10_000
	memberFor   = time.Hour
	strangerFor = 5 * time.Minute
	homeFor     = time.Hour
)

// home is whose token it is.
type home struct {
	team, enterprise string
	until            time.Time
}

// member is what is remembered of a person that was asked for: the address in their profile and the room of direct messages,
// or why they are not told.
type member struct {
	id, team    string
	email, room string
	refusal     string // a reason; "" for a member who may be told
	until       time.Time
}

// members is the memory. Keys are "email:…" and "id:…", and "who:…" of those who pressed something, without a room.
type members struct {
	now func() time.Time

	mu    sync.Mutex
	home  home
	known map[string]member
}

func newMembers(now func() time.Time) *members {
	return &members{now: now, known: map[string]member{}}
}

func (m *members) find(key string) (member, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.known[key]
	if ok && !m.now().Before(found.until) {
		delete(m.known, key)
		ok = false
	}
	return found, ok
}

func (m *members) keep(key string, found member) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= maxMembers {
		m.makeRoom()
	}
	found.until = m.now().Add(memberFor)
	if found.refusal != "" {
		found.until = m.now().Add(strangerFor)
	}
	m.known[key] = found
}

// makeRoom forgets what is out of date, or else anything: it can be asked for again.
func (m *members) makeRoom() {
	now := m.now()
	for key, found := range m.known {
		if !now.Before(found.until) {
			delete(m.known, key)
		}
	}
	for key := range m.known {
		if len(m.known) < maxMembers {
			return
		}
		delete(m.known, key)
	}
}

// forgetRoom forgets who has the room: something is wrong with it, and the next attempt asks again.
func (m *members) forgetRoom(room string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, found := range m.known {
		if found.room == room {
			delete(m.known, key)
		}
	}
}

// home asks whose token it is, and remembers it for a while.
func (c *Channel) home(ctx context.Context) (home, error) {
	c.members.mu.Lock()
	h := c.members.home
	c.members.mu.Unlock()
	if c.now().Before(h.until) {
		return h, nil
	}
	err := c.call(ctx, turn{method: methodTest}, func(ctx context.Context, api *slack.Client) error {
		answer, err := api.AuthTestContext(ctx)
		if err == nil {
			h = home{team: answer.TeamID, enterprise: answer.EnterpriseID}
		}
		return err
	})
	if err != nil {
		return home{}, err
	}
	if h.team == "" && h.enterprise == "" {
		return home{}, &notify.Error{Class: notify.Retry, Reason: "unreadable-answer"}
	}
	h.until = c.now().Add(homeFor)
	c.members.mu.Lock()
	c.members.home = h
	c.members.mu.Unlock()
	return h, nil
}

// directByEmail finds the member with the address and opens the direct conversation.
func (c *Channel) directByEmail(ctx context.Context, to notify.Recipient) (string, error) {
	email := strings.ToLower(strings.TrimSpace(to.Email))
	if !under(email, to.Domains) {
		return "", &notify.Error{Class: notify.Permanent, Reason: "outside-domain"}
	}
	return c.direct(ctx, to, "email:"+email, methodLookup, func(ctx context.Context, api *slack.Client) (*slack.User, error) {
		return api.GetUserByEmailContext(ctx, email)
	}, email)
}

func (c *Channel) directByID(ctx context.Context, to notify.Recipient) (string, error) {
	return c.direct(ctx, to, "id:"+to.ID, methodInfo, func(ctx context.Context, api *slack.Client) (*slack.User, error) {
		return api.GetUserInfoContext(ctx, to.ID)
	}, "")
}

// direct finds out who it is, judges whether they may be told, and opens the conversation, each unless it is remembered.
// wanted is the address that the profile must hold, "" when any address under the domains will do.
func (c *Channel) direct(ctx context.Context, to notify.Recipient, key, method string, ask askUser, wanted string) (string, error) {
	found, known := c.members.find(key)
	if !known {
		var err error
		if found, err = c.lookUp(ctx, method, ask, wanted); err != nil {
			return "", err
		}
		c.members.keep(key, found)
	}
	switch {
	case found.refusal != "":
		return "", &notify.Error{Class: notify.Permanent, Reason: found.refusal}
	case !under(found.email, to.Domains):
		return "", &notify.Error{Class: notify.Permanent, Reason: "outside-domain"}
	}
	return found.room, nil
}

func (c *Channel) lookUp(ctx context.Context, method string, ask askUser, wanted string) (member, error) {
	found, err := c.identify(ctx, method, ask, wanted)
	if err != nil || found.refusal != "" {
		return found, err
	}
	found.room, err = c.open(ctx, found.id)
	return found, err
}

// askUser asks Slack about one person.
type askUser func(context.Context, *slack.Client) (*slack.User, error)

// identify finds out who it is, and judges whether they are a full member.
func (c *Channel) identify(ctx context.Context, method string, ask askUser, wanted string) (member, error) {
	h, err := c.home(ctx)
	if err != nil {
		return member{}, err
	}
	var user *slack.User
	err = c.call(ctx, turn{method: method}, func(ctx context.Context, api *slack.Client) (err error) {
		user, err = ask(ctx, api)
		return err
	})
	if e := notify.AsError(err); e != nil {
		if e.Class == notify.Permanent {
			return member{refusal: e.Reason}, nil
		}
		return member{}, e
	}
	email := strings.ToLower(user.Profile.Email)
	return member{id: user.ID, team: cmp.Or(user.TeamID, h.team), email: email, refusal: refuse(h, user, email, wanted)}, nil
}

// person is who pressed something.
func (c *Channel) person(ctx context.Context, id string) (member, error) {
	key := "who:" + id
	if found, known := c.members.find(key); known {
		return found, nil
	}
	found, err := c.identify(ctx, methodInfo, func(ctx context.Context, api *slack.Client) (*slack.User, error) {
		return api.GetUserInfoContext(ctx, id)
	}, "")
	if err == nil && found.refusal == "" && found.id != id {
		found.refusal = "bad-recipient"
	}
	if err == nil {
		c.members.keep(key, found)
	}
	return found, err
}

// Member gives the address of a person whom an [notify.Answer] names, in lower case: of a full member of the token's workspace only,
// and only when it lies under one of the domains. Who is "slack:TEAM/USER", or the id alone. The error is Permanent when they
// are none, and it is known for an hour at most who is.
func (c *Channel) Member(ctx context.Context, who string, domains []string) (string, error) {
	id := UserOf(who)
	if id == "" {
		return "", &notify.Error{Class: notify.Permanent, Reason: "bad-recipient"}
	}
	found, err := c.person(ctx, id)
	switch {
	case err != nil:
		return "", err
	case found.refusal != "":
		return "", &notify.Error{Class: notify.Permanent, Reason: found.refusal}
	case !under(found.email, domains):
		return "", &notify.Error{Class: notify.Permanent, Reason: "outside-domain"}
	}
	return found.email, nil
}

// UserOf is the id of a person whom an [notify.Answer] names, "slack:TEAM/USER", or the id itself; "" when it is none.
func UserOf(who string) string {
	if rest, ok := strings.CutPrefix(who, whoPrefix); ok {
		_, who, _ = strings.Cut(rest, "/")
	}
	if !validID(who) || who[0] != 'U' && who[0] != 'W' {
		return ""
	}
	return who
}

const whoPrefix = "slack:"

// whoIs names a person of a workspace.
func whoIs(team, user string) string { return whoPrefix + team + "/" + user }

// refuse says why a person is not told, "" when they may be.
func refuse(h home, user *slack.User, email, wanted string) string {
	switch {
	case !validID(user.ID):
		return "bad-recipient"
	case user.Deleted:
		return "deactivated"
	case user.IsBot || user.IsAppUser || user.IsConnectorBot || user.IsWorkflowBot || user.ID == "USLACKBOT":
		return "bot"
	case user.IsStranger || !h.owns(user):
		return "other-workspace"
	case user.IsRestricted || user.IsUltraRestricted || user.IsInvitedUser:
		return "guest"
	case email == "" || wanted != "" && email != wanted:
		return "other-address"
	}
	return ""
}

// owns says whether the user belongs to the token's workspace, or to a workspace of its Enterprise organisation. One of whom Slack says
// no workspace at all is of the one that was asked.
func (h home) owns(user *slack.User) bool {
	if user.TeamID == "" && user.Enterprise.EnterpriseID == "" {
		return true
	}
	if h.team != "" && user.TeamID == h.team {
		return true
	}
	return h.enterprise != "" && (user.Enterprise.EnterpriseID == h.enterprise || user.TeamID == h.enterprise)
}

// open opens the direct conversation with a member.
func (c *Channel) open(ctx context.Context, id string) (string, error) {
	room := ""
	err := c.call(ctx, turn{method: methodOpen}, func(ctx context.Context, api *slack.Client) error {
		channel, _, _, err := api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{id}})
		if err == nil && channel != nil {
			room = channel.ID
		}
		return err
	})
	if err == nil && (!validID(room) || room[0] != 'D') {
		err = &notify.Error{Class: notify.Retry, Reason: "unreadable-answer"}
	}
	return room, err
}

// under says whether the address lies under one of the domains.
func under(email string, domains []string) bool {
	at := strings.LastIndexByte(email, '@')
	if at <= 0 || len(email) > 254 || strings.ContainsAny(email, " \t\r\n<>,") || strings.Count(email, "@") != 1 {
		return false
	}
	host := strings.TrimSuffix(email[at+1:], ".")
	for _, domain := range domains {
		domain = strings.TrimSuffix(strings.ToLower(domain), ".")
		if domain != "" && (host == domain || strings.HasSuffix(host, "."+domain)) {
			return true
		}
	}
	return false
}
