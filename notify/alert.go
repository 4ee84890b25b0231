package notify

import "time"

// Alert is what one recipient is told about one leak, or, with Items, about many. All texts are masked by the caller and
// hold no link, passcode or clear id; channels clean them once more, see [Alert.Cleaned]. The zero value of a field means
// unknown and is left out.
type Alert struct {
	// Delivery names this delivery: the same in each attempt, different from that of any other. 1 to 128 characters of
	// A-Z a-z 0-9 : _ -. Channels hand it on where the service can tell repeats apart by it.
	Delivery string
	// Leak names the leak, as Delivery is written. "" in a digest and a fault.
	Leak string

	Organisation string // name of the organisation
	Platform     string // name of the platform, "zoom"
	Service      string // the platform as its vendor writes it, "Zoom"
	MaskedID     string // "981•••••210"
	Class        string // "A" to "H"
	Topic        string // from the organisation's own calendar or inventory, never from a page
	For          string // whom the meeting is for, as the organisation calls it: "class 7b"; it sets the words of the advice
	Exposes      string // what the leak gives away, in words; "": as [Exposes] has it for the class

	// Starts is when the meeting starts, in the reader's zone; zero when unknown.
	Starts  time.Time
	Urgency Urgency
	Advice  []string // what to do, the best first; empty: as [Advise] has it, while there is something to do

	Places     []string // where it stands, in masked words: "acme.example, events page"
	MorePlaces int      // places beyond those
	Sightings  int
	Reach      int64     // people who may have seen it, as far as sources say
	FoundOn    string    // kind of source that saw it first, "web"
	FoundAt    time.Time // when it was seen first

	Kind     Kind
	Status   string // in words, what became of it: "Safe: the settings were read again." "" while it is open
	Audience string // "host", "delegate", "channel", "analyst"
	Reason   string // why this person is told: "you host this meeting"

	// Closed says that nothing is left to be answered: the card stays, without its buttons.
	Closed bool
	// Decide says that something waits for this recipient's word, an analyst's: Status says what, and yes and no are offered.
	Decide bool
	// Asked is when what waits was asked. The answer brings it back, so that a press on an old card says nothing of a newer question.
	Asked time.Time
	// Notice is what the first alert to a person says about privacy: MaxNotice lines of maxNotice characters, outside the sixty words.
	Notice []string

	// Earlier is the receipt of a message to the same recipient about the same leak: this one is joined to it where the
	// service has threads.
	Earlier Receipt

	Items     []Item // of a digest, MaxItems at most: callers split longer ones
	MoreItems int    // items left out
}

// Item is one leak in a digest.
type Item struct {
	// Organisation and Leak name the leak, as Alert.Delivery is written. With both, the item can be answered where the channel
	// has a list of a person's leaks.
	Organisation string
	Leak         string
	Service      string
	MaskedID     string
	Topic        string
	Starts       time.Time
	Status       string
}

// The bounds of an alert. What is beyond them is cut off by [Alert.Cleaned] and counted.
const (
	MaxItems   = 40
	MaxPlaces  = 5
	MaxAdvice  = 5
	MaxNotice  = 3
	MaxText    = 200 // characters of one text
	maxItem    = 60  // characters of one text of an item
	maxNotice  = 400 // characters of a line of the notice
	maxIDBytes = 128
)

// Kind is why something is told now.
type Kind string

// The kinds.
const (
	New      Kind = "new"
	Reminder Kind = "reminder"
	Update   Kind = "update"
	Digest   Kind = "digest"
	Fault    Kind = "fault"    // of the service itself: Status says what, and there is no leak
	Announce Kind = "announce" // before the first alert: Status says what will come, and there is no leak
	Sample   Kind = "sample"   // shows what an alert looks like; it is marked as no leak
)

// Urgency says how soon the meeting is.
type Urgency string

// The urgencies, from the least to the most.
const (
	StartUnknown Urgency = "unknown"
	StartsLater  Urgency = "later"   // in more than a week
	StartsInWeek Urgency = "week"    // in a week
	StartsInDay  Urgency = "day"     // in a day
	StartsInHour Urgency = "hour"    // in an hour
	StartsAtOnce Urgency = "minutes" // in a quarter of an hour
	Running      Urgency = "running"
)

// Valid says whether the alert can be told at all: it has an identity that is fit to be a header and something to say. The
// error is a Rejected [Error].
func (a Alert) Valid() error {
	switch {
	case !ValidID(a.Delivery):
		return &Error{Class: Rejected, Reason: "bad-delivery-id"}
	case a.Leak != "" && !ValidID(a.Leak):
		return &Error{Class: Rejected, Reason: "bad-leak-id"}
	case a.Leak == "" && len(a.Items) == 0 && (a.aboutLeak() || a.Status == ""):
		return &Error{Class: Rejected, Reason: "nothing-to-say"}
	}
	return nil
}

// aboutLeak is false for what is told about the service itself.
func (a Alert) aboutLeak() bool { return a.Kind != Fault && a.Kind != Announce }

// ValidID says whether id can name a delivery or a leak, as Alert.Delivery says.
func ValidID(id string) bool {
	if id == "" || len(id) > maxIDBytes {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != ':' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// Cleaned is the alert as channels use it: what is left to the table of words is filled in, each text went through [Clean], lists
// are within their bounds. It shares no memory with a.
func (a Alert) Cleaned() Alert {
	a.fill()
	for _, text := range []*string{
		&a.Organisation, &a.Platform, &a.Service, &a.MaskedID, &a.Class, &a.Topic, &a.For, &a.Exposes, &a.FoundOn, &a.Status,
		&a.Audience, &a.Reason,
	} {
		*text = Clean(*text)
	}
	a.Kind, a.Urgency = Kind(Clean(string(a.Kind))), Urgency(Clean(string(a.Urgency)))
	a.MorePlaces = max(a.MorePlaces, 0) + max(len(a.Places)-MaxPlaces, 0)
	a.MoreItems = max(a.MoreItems, 0) + max(len(a.Items)-MaxItems, 0)
	a.Places, a.Advice = cleanAll(a.Places, MaxPlaces, MaxText), cleanAll(a.Advice, MaxAdvice, MaxText)
	a.Notice = cleanAll(a.Notice, MaxNotice, maxNotice)
	a.Items = cleanItems(a.Items)
	return a
}

// fill takes from the table what the caller left to it. Of a digest and of the service itself there is nothing in it.
func (a *Alert) fill() {
	if a.Leak == "" || len(a.Items) > 0 || a.Class == "" {
		return
	}
	if a.Exposes == "" {
		a.Exposes = Exposes(a.Class)
	}
	if len(a.Advice) == 0 && a.Status == "" {
		a.Advice = Advise(a.Platform, a.Class, a.Urgency, a.For)
	}
}

// cleanAll cleans the first texts, most of them, of limit characters each.
func cleanAll(texts []string, most, limit int) []string {
	out := make([]string, 0, min(len(texts), most))
	for _, text := range texts[:min(len(texts), most)] {
		if text = cleanTo(text, limit); text != "" {
			out = append(out, text)
		}
	}
	return out
}

func cleanItems(items []Item) []Item {
	out := make([]Item, 0, min(len(items), MaxItems))
	for _, item := range items[:min(len(items), MaxItems)] {
		for _, text := range []*string{&item.Organisation, &item.Service, &item.MaskedID, &item.Topic, &item.Status} {
			*text = cleanTo(*text, maxItem)
		}
		if !ValidID(item.Leak) {
			item.Leak = ""
		}
		out = append(out, item)
	}
	return out
}
