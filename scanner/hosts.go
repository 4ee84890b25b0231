package scanner

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"meetleaks/matchers"
)

// Resolver says who can lock or move a meeting. Implementations are safe for concurrent use. An error means "not known whether
// there is somebody", never "nobody".
type Resolver interface {
	// Resolve looks a meeting of an organisation up. found is false when nobody is known for it. Of the link only what names the
	// meeting counts (its own id, its aliases, its owner), so that a link rebuilt by [LinkOfKey] can be asked for too, less what
	// only the whole link names: its owner. now chooses the next of several starts.
	Resolve(ctx context.Context, org string, l matchers.Link, now time.Time) (m KnownMeeting, found bool, err error)
	// Contact gives what is known now of somebody by e-mail address: of a host whom a leak already has. found is false when
	// the address is no longer one of the organisation's: then nobody is told at it.
	Contact(ctx context.Context, org, email string) (c Contact, found bool, err error)
}

// Contact is a host, those who answer for them, and when they may be disturbed. Every address is lower case and lies under a
// registered domain of the organisation. It prints as one word, so that no address gets into a log by accident.
type Contact struct {
	Email     string
	Delegates []string       // at most MaxDelegates, none twice, never the host
	Zone      *time.Location // nil: not known
	Quiet     Quiet
	First     Audience // ToHost or ToDelegate
}

// MaxDelegates bounds those who answer for one host.
const MaxDelegates = 10

// Format prints one word whatever the verb.
func (Contact) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "contact") }

// LogValue is one word.
func (Contact) LogValue() slog.Value { return slog.StringValue("contact") }

// View is what the ladder needs to know. channel says whether there is a fallback channel.
func (c Contact) View(channel bool) HostView {
	return HostView{
		Resolved: true, Host: c.Email != "", Delegate: len(c.Delegates) > 0, Channel: channel,
		Zone: c.Zone, Quiet: c.Quiet, First: c.First,
	}
}

// KnownMeeting is what the organisation itself says of a meeting. Topic and Audience are its words, without links, control
// characters and line ends, at most 200 characters each; "" when it says nothing.
type KnownMeeting struct {
	Contact
	Topic    string
	Audience string // whom the meeting is for
	// When is of RoleInventory, zero when no start is known. Only what the organisation says of this meeting by itself is ever in the
	// past: a report of past meetings does not say that a series is over.
	When When
}

// LinkOfKey rebuilds what [matchers.Link.Key] gave: a link that names the meeting and nothing else. It is the way from a sealed
// clear id back to the Resolver. ok is false when the text is no such key.
func LinkOfKey(key string) (l matchers.Link, ok bool) {
	parts := strings.SplitN(key, ":", 4)
	if len(parts) != 4 || parts[0] == "" || parts[3] == "" {
		return matchers.Link{}, false
	}
	return matchers.Link{Platform: parts[0], Realm: parts[1], Space: parts[2], ID: parts[3]}, true
}
