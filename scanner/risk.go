package scanner

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"meetleaks/matchers"
)

// The score is a sum of points from 0 to 100. Each row that applies leaves its reason in plain words.
//
//	factor                                             points
//	class A, the holder can start or control           +60
//	class B, the link alone admits                     +30
//	class C, as B and permanent                        +30 and +12
//	class D, impersonates one attendee                 +25
//	class E, a form meant to be public                  +5
//	class F, joins a chat space                        +25
//	class G, a recording                               +25
//	class H, a number only                             +10
//	kind personal-room, in whatever class              +12 (once, together with class C)
//	a passcode, PIN, token or key is published with it +15
//	starts within 24 hours, or may be running now      +25
//	starts within 7 days                               +20
//	starts later                                       +12
//	no start known: it may be live now                 +10
//	the dates beside it have passed                     +4
//	words call for a raid, clearly                     +25
//	one word that may call for a raid                  +10
//	stands in 2, 5 or 20 places of the document        +3, +6, +10
//	words invite the public (counter-evidence)         -10
//	marked public in the configuration                 -15
//	the service was shut down                          at most 10 in all
//
// The two deductions never go below the points of the class, and do not count where words call for a raid or where the
// link is a host credential: a hostile page could otherwise talk itself down the queue. The start does not count for
// recordings, chat invitations and forms. Levels: critical from 70, high from 50, medium from 25, low below.
const (
	criticalFrom = 70
	highFrom     = 50
	mediumFrom   = 25
)

const (
	pointsPermanent = 12
	pointsSecret    = 15
	pointsDay       = 25
	pointsWeek      = 20
	pointsLater     = 12
	pointsUnknown   = 10
	pointsPast      = 4
	pointsRaid      = 25
	pointsMaybeRaid = 10
	pointsInvited   = -10
	pointsPublic    = -15
	mostRetired     = 10
)

// The bounds of what Assess reads: at most maxNearTexts texts, of each at most maxNearBytes bytes.
const (
	maxNearTexts = 16
	maxNearBytes = 4096
)

// Near is what Assess may know of a finding beyond the link itself.
type Near struct {
	// Texts stand around the finding's places, the link included. At most 16 texts are read, of each at most 4 KiB.
	Texts []string
	// Starts are the meeting's starts where calendar entries give them, see [Window.EventStart].
	Starts []Start
	// Now is the time of the assessment. When it is zero no date can be judged and the start counts as unknown.
	Now time.Time
	// Retired says since when the platform is gone, "" while it runs; see [matchers.Platform].
	Retired string
}

// Assessor gives findings their risk. It holds the word list in a form that can be looked up quickly, so callers with
// many findings make one and keep it. It is safe for concurrent use.
type Assessor struct{ words *wordIndex }

// NewAssessor returns an Assessor for the word list of [WordsVersion].
func NewAssessor() *Assessor { return &Assessor{words: newWordIndex(wordList())} }

// Assess is NewAssessor().Assess for callers with few findings.
func Assess(f *Finding, near Near) Risk { return NewAssessor().Assess(f, near) }

// Assess says how bad a finding is. It does not change f. The score orders findings, it never filters them: whatever
// the text around a link says, the score stays above zero.
func (a *Assessor) Assess(f *Finding, near Near) Risk {
	texts := normaliseTexts(near.Texts)
	words := a.words.find(texts)

	var t tally
	base := t.class(f.Link)
	t.secrets(f.Link.Secrets)
	if mayStart(f.Link.Class) {
		t.start(bestStart(texts, near), near.Now)
	}
	raid := t.raid(words)
	t.places(len(f.Places) + f.MorePlaces)
	t.public(words.public, f.Public, base, raid || f.Link.Class == matchers.HostCredential)
	t.retired(near.Retired)
	return t.risk()
}

// tally adds points and keeps the reasons in the order of the table.
type tally struct {
	score   int
	reasons []string
}

func (t *tally) add(points int, reason string) {
	t.score += points
	t.reasons = append(t.reasons, reason)
}

func (t *tally) risk() Risk {
	score := min(max(t.score, 1), 100)
	return Risk{Score: score, Level: riskLevel(score), Reasons: t.reasons}
}

func riskLevel(score int) string {
	switch {
	case score >= criticalFrom:
		return "critical"
	case score >= highFrom:
		return "high"
	case score >= mediumFrom:
		return "medium"
	}
	return "low"
}

// class adds the points of the class and returns them: the floor under deductions.
func (t *tally) class(l matchers.Link) int {
	points, reason := classPoints(l.Class)
	t.add(points, reason)
	if l.Class == matchers.PermanentRoom || l.Kind == matchers.PersonalRoom {
		t.add(pointsPermanent, "the room is permanent: it stays open after this event")
	}
	return points
}

func classPoints(c matchers.Class) (int, string) {
	switch c {
	case matchers.HostCredential:
		return 60, "the link is a host credential: whoever holds it can start or control the meeting"
	case matchers.JoinWithSecret:
		return 30, "whoever has the link can try to join"
	case matchers.PermanentRoom:
		return 30, "whoever has the link can try to join the room"
	case matchers.AttendeePersonal:
		return 25, "the link is personal: its holder joins as the person it was made for"
	case matchers.PublicForm:
		return 5, "a registration or event page, usually meant to be public"
	case matchers.ChatInvite:
		return 25, "the invitation lets its holder into a chat space"
	case matchers.PastContent:
		return 25, "a recording can be watched by whoever has the link"
	case matchers.NumberOnly:
		return 10, "a meeting number is public: without a passcode or a lobby it is enough to join"
	}
	return 10, "a meeting link of an unknown class"
}

// mayStart says whether a start time matters for the class.
func mayStart(c matchers.Class) bool {
	return c != matchers.PastContent && c != matchers.ChatInvite && c != matchers.PublicForm
}

func (t *tally) secrets(names []string) {
	if len(names) == 0 {
		return
	}
	t.add(pointsSecret, secretReason(names))
}

// secretReason names what kind of secret it is. Only names come in, never values.
func secretReason(names []string) string {
	what := "a secret"
	for _, name := range names {
		switch strings.ToLower(name) {
		case "pwd", "password", "pw", "p":
			return "the passcode is in the link"
		case "passcode":
			return "the passcode is published with it"
		case "pin":
			what = "the PIN"
		case "host_key", "hostkey":
			what = "the host key"
		case "tk", "zak", "token", "jwt", "signature":
			what = "an access token"
		}
	}
	return what + " is published with it"
}

func (t *tally) start(s meetingStart, now time.Time) {
	switch s.nearness(now) {
	case startUnknown:
		t.add(pointsUnknown, reasonUnknown)
	case startPast:
		t.add(pointsPast, fmt.Sprintf(reasonPast+" (%s) has passed, but the link may still work", s.text()))
	case startLater:
		t.add(pointsLater, fmt.Sprintf(reasonLater+" (%s)", s.text()))
	case startWeek:
		t.add(pointsWeek, fmt.Sprintf(reasonWeek+" (%s)", s.text()))
	case startDay:
		t.add(pointsDay, fmt.Sprintf(reasonDay+" (%s)", s.text()))
	}
}

// raid adds the points of words that call for a raid, and says whether they clearly do.
func (t *tally) raid(w foundWords) bool {
	switch {
	case len(w.raid) > 0 || len(w.maybe) > 1:
		t.add(pointsRaid, "words beside it call for a raid: "+quoteWords(append(w.raid, w.maybe...)))
		return true
	case len(w.maybe) == 1:
		t.add(pointsMaybeRaid, "a word beside it may call for a raid: "+quoteWords(w.maybe))
		return true
	}
	return false
}

func (t *tally) places(n int) {
	points := 0
	switch {
	case n >= 20:
		points = 10
	case n >= 5:
		points = 6
	case n >= 2:
		points = 3
	}
	if points > 0 {
		t.add(points, fmt.Sprintf("it stands in %d places of the document", n))
	}
}

// public shows counter-evidence. It lowers the score to the floor at most, and not at all when firm is set.
func (t *tally) public(words []string, configured bool, floor int, firm bool) {
	if len(words) > 0 {
		t.lower(pointsInvited, floor, firm)
		t.reasons = append(t.reasons, "words beside it invite the public, so it may be meant to be public: "+quoteWords(words))
	}
	if configured {
		t.lower(pointsPublic, floor, firm)
		t.reasons = append(t.reasons, "marked public on purpose in the configuration")
	}
}

func (t *tally) lower(points, floor int, firm bool) {
	if !firm {
		t.score = max(t.score+points, floor)
	}
}

func (t *tally) retired(since string) {
	if since == "" {
		return
	}
	t.score = min(t.score, mostRetired)
	t.reasons = append(t.reasons, "the service was shut down ("+since+"): for information only")
}

// quoteWords shows at most three of the words of our own list (never text of the page), sorted.
func quoteWords(words []string) string {
	sorted := append([]string(nil), words...)
	sort.Strings(sorted)
	shown := sorted[:min(len(sorted), 3)]
	return "“" + strings.Join(shown, "”, “") + "”"
}
