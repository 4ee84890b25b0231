// Package matchers finds meeting links in text and says whose they are.
//
// It promises to be pure: bytes in, links out, no network, no files, no clock. It never requests a link, never
// resolves a name, and never keeps a passcode: of a secret it reports only the name. All functions are safe for
// concurrent use. Time and memory are linear in the length of the text, also on hostile text.
//
// # How it works
//
// One sweep looks for the 2,000 or so literals that a meeting link or an invitation can contain: hosts, telling paths,
// schemes, labels. Around each hit a candidate is cut out and its escapes are undone; wrappers such as Safe Links are taken
// off by package unwrap, layer by layer; then the platform whose host or path it is judges it. Number blocks without a link
// are read by their labels. What names the same meeting is joined. Text that hides a link from the sweep (zero-width
// characters, defanged dots, quoted-printable breaks) is read through a cleaned view whose positions lead back to the text.
//
// # Which file is which
//
// All files are one platform each (zoom.go is the model), but for these:
//
//	matchers.go all.go        Link, Kind, Class, Platform, Sighting; the list of platforms
//	find.go finder.go         the search: from hits to sightings; how a Finder is built
//	search_room.go            the memory that searches use one after the other
//	knowing.go                a Finder that takes no registered id for a sample
//	explain.go                the same search, told step by step
//	literals.go               the sweep
//	frequency.go              what text is usually made of, for the sweep
//	vector_amd64.go vector_amd64.s vector_plain.go   its inmost loops in the instructions of one processor; what other processors do
//	clean.go fold.go          the cleaned view; the folded lines of calendars
//	candidate.go url.go       cutting a URL out of its text; its parts
//	labels.go                 the table of labels in every language
//	invitation.go passcode.go tap.go    numbers behind labels; passcodes and keys; dial strings, H.323, SIP
//	join.go join_teams.go vicinity.go   what belongs together; the text around it
//	join_satellites.go        pages and files that accompany a meeting's link or number
//	join_pages.go             what the pages and addresses below a number say of its customer
//	column.go join_table.go   numbers in the columns of tables; passcodes there
//	placeholder.go codes.go rooms.go    what samples look like; shapes of codes and of room names that platforms share
//	teams_thread.go           Teams threads wherever they stand
//	organisation.go phrases.go          whose a link is; words and expressions near it
//	shared.go                           hosts that are everybody's
//	mask.go key.go            what may be shown of a link; its printable identity
package matchers

import "strings"

// Kind says what a link leads to. The strings are part of the output contract.
type Kind string

// The kinds, from the strongest (most useful to an intruder) to the weakest; see [Kind.Rank].
const (
	HostStart       Kind = "host-start"       // starts or controls the meeting
	PersonalRoom    Kind = "personal-room"    // a permanent room
	Meeting         Kind = "meeting"          // one meeting or series
	Webinar         Kind = "webinar"          // a webinar's join link
	DialIn          Kind = "dial-in"          // a number block, phone line or SIP address without a join link
	Registration    Kind = "registration"     // a form that hands out join links
	Event           Kind = "event"            // an event page
	OptionsPage     Kind = "options-page"     // an organiser's page from which the join link can be rebuilt
	GroupInvite     Kind = "group-invite"     // joins a chat group
	WorkspaceInvite Kind = "workspace-invite" // joins a workspace or team
	Recording       Kind = "recording"        // past content
)

// Rank orders kinds: of two sightings of one meeting the kind with the lower rank names it. Unknown kinds come last.
func (k Kind) Rank() int {
	for i, other := range kinds() {
		if k == other {
			return i
		}
	}
	return len(kinds())
}

func kinds() [11]Kind {
	return [...]Kind{HostStart, PersonalRoom, Meeting, Webinar, DialIn, Registration, Event, OptionsPage, GroupInvite, WorkspaceInvite, Recording}
}

// Class says what the link gives away, 'A' (host credential) to 'H' (number only).
type Class string

// The classes.
const (
	HostCredential   Class = "A" // the holder can start or control the meeting
	JoinWithSecret   Class = "B" // the link alone admits, lobby permitting
	PermanentRoom    Class = "C" // as B, and stays valid after the event
	AttendeePersonal Class = "D" // impersonates one registrant
	PublicForm       Class = "E" // registration and event pages, meant to be public
	ChatInvite       Class = "F" // joins a chat space, not a call
	PastContent      Class = "G" // a recording: the host must unshare it
	NumberOnly       Class = "H" // needs a passcode or a lobby, can be guessed
)

// Link is a meeting link in canonical form. It holds no secret, only the names of those the link carried. ID is the
// clear id: callers that print it use [Link.MaskedID] and [Link.MaskedURL].
type Link struct {
	Platform string // name of the Platform, "zoom"
	Kind     Kind
	Class    Class

	// Realm is what the id is unique in: the cloud for Zoom ("commercial", "gov", "cn"), the site for Webex, the host
	// for self-hosted services, "" where ids are unique by themselves.
	Realm string
	// Space separates id spaces of one platform that must not be confused ("my", "mtid", "rec"), "" for the main one.
	Space string
	// ID is the canonical id: digits without separators, the decoded thread, the code, the room.
	ID string
	// Fold says that ids which differ only in the case of their letters are one, as Jitsi's rooms are.
	Fold bool
	// companion says that the page accompanies a join link and by itself tells neither number nor personal link.
	companion bool

	Org     string   // what names an organisation: vanity label, site, tenant, domain; or ""
	Owner   string   // what names the host: room user, organiser's object id; or ""
	Secrets []string // names of the secrets carried, sorted, without repetition: "pwd", "passcode", "pin"
	Aliases []string // keys (see Key) of the same meeting under other ids, sorted

	// Host and Path show the link without its secrets. Path holds "{id}" where the id stands.
	Host string
	Path string
}

// Key identifies the meeting in clear: equal for every form of a link from which the same id can be derived.
// It must not be stored or printed; callers make an HMAC of it.
func (l Link) Key() string {
	id := l.ID
	if l.Fold {
		id = strings.ToLower(id)
	}
	return strings.Join([]string{l.Platform, l.Realm, l.Space, id}, ":")
}

// AddSecret notes that a secret of that name was seen.
func (l *Link) AddSecret(names ...string) { l.Secrets = addSorted(l.Secrets, names...) }

// AddAlias notes another key of the same meeting.
func (l *Link) AddAlias(keys ...string) { l.Aliases = addSorted(l.Aliases, keys...) }

// addSorted returns a fresh sorted set: links are copied by value, so the old backing array may be shared.
func addSorted(set []string, items ...string) []string {
	out := append([]string(nil), set...)
	for _, item := range items {
		i := 0
		for i < len(out) && out[i] < item {
			i++
		}
		if item == "" || i < len(out) && out[i] == item {
			continue
		}
		out = append(out[:i], append([]string{item}, out[i:]...)...)
	}
	return out
}

// Sighting is a link at a place in a text.
type Sighting struct {
	Link
	Start, End int      // byte offsets of the link, or of the number block's id, in the text given to Find
	Via        []string // wrappers taken off, outermost first
	Secret     []Span   // where the secrets of a number block stand, for masking
	// Possible says that this is no finding: a wrapper that cannot be decoded offline names the service's host. Platform and
	// Host are set, ID is empty.
	Possible bool
}

// Span is a stretch of text, End exclusive.
type Span struct{ Start, End int }

// Platform is one meeting service. To add one: its file (zoom.go is the model, its test table beside it), a line in All,
// a row in the README's table (made by a test).
type Platform struct {
	Name  string // stable, lower case, hyphens: used in output, configuration and metrics
	Title string // as the vendor writes it
	// Hosts are lower-case host names; each also stands for its subdomains. An entry may end in a path ("m.me/j/"): of a host
	// that serves other things too, only links there are looked at. A text naming none of them, and none of the Anchors, is
	// not parsed.
	Hosts []string
	// Heads are the first segments of the paths that may be links; nil: any. Of a service whose host stands everywhere for other
	// things they save looking closer at those.
	Heads []string
	// Anchors are literals that give away a link on a host that cannot be known beforehand: a telling path, a scheme
	// ("msteams:"). They have five bytes or more, or three that stand between letters or digits ("/b/"). They are looked for
	// without regard to ASCII case.
	Anchors []string
	// Whose is the customer whose a host under Hosts is, "" for hosts that all customers share; nil: they share all. Without it no host
	// of the service can be registered as somebody's, see OwnHost. Of the URL it has Host and Base alone. It must be pure.
	Whose func(u *URL) string
	// Parse judges one URL. It returns the link, or a Rejection that says why it is none. It must be pure.
	Parse func(u *URL) (Link, error)
	// Whole says that the id is as long as such ids can be, so that what is left out of a link that is shown cut off
	// ("…/j/84930275116...") is not of it. Nil: a cut-off id is never believed.
	Whole func(l Link) bool
	// BareAnchors are literals that give away an id outside a URL; Bare reads it around text[at:], where the literal
	// begins. Both are nil for most platforms.
	BareAnchors []string
	Bare        func(text []byte, at int) (Link, Span, error)
	// Forms are the shapes Parse knows, for `meetleaks platforms` and the documentation.
	Forms []Form
	// Docs says where the shapes are documented or were seen.
	Docs string
	// Retired says since when the service is gone, "" while it runs. Its links are informational.
	Retired string
}

// Form is one shape of a platform's links.
type Form struct {
	Shape string // "/j/<number>"
	Kind  Kind
	Class Class
}

// Rejection is why a candidate is no finding, in words that `meetleaks explain` prints.
type Rejection string

func (r Rejection) Error() string { return string(r) }

// The common rejections. A platform may have its own.
const (
	NotAMeeting = Rejection("a page of the vendor, not a meeting")
	Placeholder = Rejection("a placeholder from documentation or sample code")
	Incomplete  = Rejection("cut off or incomplete: no id can be read")
)
