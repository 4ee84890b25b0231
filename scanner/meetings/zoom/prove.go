package zoom

import (
	"context"
	"strings"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// Provable implements [scanner.Prover].
func (c *Client) Provable(org, platform string) bool { return org == c.o.Org && platform == "zoom" }

// Prove implements [scanner.Prover]; see the package's comment for what counts as guarded. Its error is an *Error.
func (c *Client) Prove(ctx context.Context, way scanner.LeakedWay, now time.Time) (scanner.Proof, error) {
	if way.Org != c.o.Org {
		return scanner.Proof{}, errStranger()
	}
	proof := scanner.Proof{Verdict: scanner.WayUnknown, Account: c.o.Realm + " " + c.o.AccountID}
	id := way.Link.ID
	switch {
	case c.byName(way.Link):
		found := false
		var err error
		if way.Host != "" {
			id, found, err = c.room(ctx, way.Link.ID, way.Host)
		}
		if err != nil {
			return scanner.Proof{}, err
		}
		if !found {
			proof.Words = "whose personal room it is, is not known"
			return proof, nil
		}
	case !c.byNumber(way.Link):
		proof.Words = "links of this kind cannot be read"
		return proof, nil
	}
	m, found, err := c.meeting(ctx, id)
	if err != nil {
		return scanner.Proof{}, err
	}
	if !found {
		return c.missing(ctx, id, way, proof)
	}
	proof.Verdict, proof.Words, proof.Bare = judge(m, way)
	if w := m.when(now); w.Known() {
		proof.When = w
	}
	return proof, nil
}

// missing decides what it means that the account does not know a meeting. It is asked twice, and the host has to be there still: one
// who left takes their meetings along.
func (c *Client) missing(ctx context.Context, id string, way scanner.LeakedWay, proof scanner.Proof) (scanner.Proof, error) {
	if way.Link.Space != "" {
		proof.Words = "the account has no such personal room now"
		return proof, nil
	}
	if way.Host == "" {
		proof.Words = "the account has no such meeting, and who hosted it is not known: it may have moved elsewhere"
		return proof, nil
	}
	_, there, err := c.user(ctx, way.Host)
	if err != nil {
		return scanner.Proof{}, err
	}
	if !there {
		proof.Words = "the account has no such meeting, nor its host: it may have moved elsewhere"
		return proof, nil
	}
	_, found, err := c.meeting(ctx, id)
	switch {
	case err != nil:
		return scanner.Proof{}, err
	case found:
		proof.Words = "the account contradicts itself"
		return proof, nil
	}
	proof.Verdict, proof.Words = scanner.WayMissing, "the account has no such meeting"
	return proof, nil
}

// judge decides whether whoever comes by the leaked way is held up. bare says that nothing at all is there, not even a passcode.
func judge(m meeting, way scanner.LeakedWay) (v scanner.Verdict, words string, bare bool) {
	if way.Class == matchers.HostCredential {
		return scanner.WayOpen, "the link starts the meeting as its host: no setting holds that up", false
	}
	guard := m.guard(way)
	switch {
	case guard != "" && m.running():
		return scanner.WayUnknown, "the meeting is running: what was changed may count from its next start only", false
	case guard != "":
		return scanner.WayGuarded, guard, false
	}
	bare = !bool(m.Password) && m.approval() == noRegistration && !m.Settings.SignIn && !m.Settings.OldSignIn
	return scanner.WayOpen, strings.Join(m.summary(), ", "), bare
}

// guard names what holds them up, "" when nothing does.
func (m meeting) guard(way scanner.LeakedWay) string {
	registrant := way.Class == matchers.AttendeePersonal // is past what is asked of those who register
	switch {
	case !m.webinar && *m.Settings.WaitingRoom:
		return "waiting room on"
	case m.approval() == approvesByHost && !registrant:
		return "registration that the host approves"
	case m.namedDomains():
		return "sign-in limited to named domains"
	case bool(m.Password) && len(way.Secrets) == 0 && !registrant:
		return "a passcode that did not leak"
	}
	return ""
}
