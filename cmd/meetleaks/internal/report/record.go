package report

import (
	"strings"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// findingSchema names the shape of a record; it changes when a field changes its meaning, not when one is added.
const findingSchema = "meetleaks.finding.v1"

// record is a finding that may be shown. Its JSON is the line of jsonl.
type record struct {
	Schema     string        `json:"schema"`
	Platform   string        `json:"platform"`
	Kind       string        `json:"kind"`
	ID         string        `json:"id"`
	Masked     bool          `json:"masked"`
	Key        string        `json:"key"`
	URL        string        `json:"url"`
	OrgHint    string        `json:"org_hint"`
	Secrets    []string      `json:"secrets"` // names
	Class      string        `json:"class"`
	Org        string        `json:"org"`
	MatchedBy  string        `json:"matched_by"`
	Public     bool          `json:"public,omitempty"`
	Risk       riskRecord    `json:"risk"`
	Places     []placeRecord `json:"places"`
	MorePlaces int           `json:"more_places"`
}

type riskRecord struct {
	Score   int      `json:"score"`
	Level   string   `json:"level"`
	Reasons []string `json:"reasons"`
}

type placeRecord struct {
	URI       string   `json:"uri"`
	Page      int      `json:"page,omitempty"` // 1-based, of kinds that have pages
	Line      int      `json:"line"`           // 1-based, 0 when the place has none
	Column    int      `json:"column"`         // 1-based, in characters
	MediaType string   `json:"media_type"`
	Via       []string `json:"via"`
}

// recorder makes records of findings: the one place where masking and cleaning happen.
type recorder struct {
	Options
	keys   matchers.Keys
	uri    string // of the last place, as it came
	masked string // the same, links in it masked: the places of a document follow each other
	hidden string // the same, without the ids of its document
	shown  string // the same, without any id
}

func newRecorder(o Options) *recorder {
	if o.Titles == nil {
		o.Titles = platformTitles()
	}
	return &recorder{Options: o, keys: matchers.NewKeys(o.Key)}
}

func (r *recorder) record(f scanner.Finding) record {
	rec := record{
		Schema:     findingSchema,
		Platform:   clean(f.Link.Platform),
		Kind:       string(f.Link.Kind),
		ID:         clean(f.Link.MaskedID()),
		Masked:     true,
		Key:        r.keys.ID(f.Link),
		URL:        clean(f.Link.MaskedURL()),
		OrgHint:    clean(f.Link.Org),
		Secrets:    cleanAll(f.Link.Secrets),
		Class:      string(f.Link.Class),
		Org:        clean(f.Org),
		MatchedBy:  clean(f.MatchedBy),
		Public:     f.Public,
		Risk:       riskRecord{Score: f.Risk.Score, Level: f.Risk.Level, Reasons: cleanAll(f.Risk.Reasons)},
		MorePlaces: f.MorePlaces,
	}
	if r.Reveal {
		rec.ID, rec.URL, rec.Masked = clean(f.Link.ID), clean(f.Link.RevealedURL()), false
	}
	rec.Places = make([]placeRecord, 0, len(f.Places))
	uri := ""
	for i, p := range f.Places {
		if i == 0 || p.URI != f.Places[i-1].URI {
			uri = r.place(f, p.URI)
		}
		rec.Places = append(rec.Places, placeRecord{URI: uri, Page: p.Page, Line: p.Line, Column: p.Column, MediaType: clean(p.MediaType), Via: cleanAll(p.Via)})
	}
	return rec
}

// place makes the place of a finding fit to be shown: files are named after the meetings they are about.
func (r *recorder) place(f scanner.Finding, uri string) string {
	if r.masked == "" || r.uri != uri {
		r.uri, r.masked, r.shown = uri, maskWhole(uri), ""
	}
	if r.Reveal {
		return clean(r.masked)
	}
	hidden := f.Hide(r.masked)
	if r.shown == "" || r.hidden != hidden {
		r.hidden, r.shown = hidden, clean(hidden)
		if r.Hide != nil {
			r.shown = clean(r.Hide(hidden))
		}
	}
	return r.shown
}

// title returns the platform as its vendor writes it.
func (r *recorder) title(platform string) string {
	if title := r.Titles[platform]; title != "" {
		return clean(title)
	}
	return platform
}

func cleanAll(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, clean(s))
	}
	return out
}

// places is the number of places of the finding, listed or not.
func (r record) places() int { return len(r.Places) + r.MorePlaces }

// kindWords says what a link leads to.
func kindWords(kind string) string { return strings.ReplaceAll(kind, "-", " ") }

// classes lists the classes, the worst first.
func classes() []string { return []string{"A", "B", "C", "D", "E", "F", "G", "H"} }

// classWords says what a class gives away, in two words.
func classWords(class string) string {
	switch class {
	case "A":
		return "host credential"
	case "B":
		return "join link"
	case "C":
		return "permanent room"
	case "D":
		return "personal link"
	case "E":
		return "public form"
	case "F":
		return "chat invitation"
	case "G":
		return "recording"
	case "H":
		return "number only"
	}
	return "meeting link"
}

// advice says what the host should do about a link of a class.
func advice(class string) string {
	switch class {
	case "A":
		return "Treat the meeting as taken over: schedule a new one or renew the host key, then take the post down."
	case "B":
		return "Schedule a new meeting with a new passcode and send it privately. Until then: waiting room on, and lock it once all are in."
	case "C":
		return "A new date does not help: change the room's passcode or the room itself, and switch its waiting room on."
	case "D":
		return "Cancel the registration behind the link and send that person a new one."
	case "E":
		return "Nothing to do if it is meant to be public; if not, close the form or approve registrants by hand."
	case "F":
		return "Revoke the invitation, make a new one that ends, and look who has joined."
	case "G":
		return "Stop sharing the recording, or limit it to members who sign in; locking the meeting does not help."
	case "H":
		return "Make sure that a passcode or a waiting room is on, and never print the passcode beside the number."
	}
	return "Take the post down and schedule a new meeting."
}
