package mastodon

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// What is decoded of the server's entities. A field of the wrong type is as if it were not there: who says that a count is a word
// hides no link by it.

// word is a string.
type word string

// UnmarshalJSON takes what is no string for "".
func (w *word) UnmarshalJSON(b []byte) error {
	var text string
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	}
	*w = word(text)
	return nil
}

// number is a count, 0 to maxNumber.
type number int64

const maxNumber = 10_000_000_000

// UnmarshalJSON takes what is no number for 0.
func (n *number) UnmarshalJSON(b []byte) error {
	*n = 0
	if value, err := strconv.ParseFloat(string(b), 64); err == nil {
		*n = number(min(max(value, 0), maxNumber))
	}
	return nil
}

// yes is true only where true is said.
type yes bool

// UnmarshalJSON takes what is not true for false.
func (y *yes) UnmarshalJSON(b []byte) error {
	*y = yes(string(b) == "true")
	return nil
}

// maybe is an object that may be missing.
type maybe[T any] struct {
	Given bool
	It    T
}

// UnmarshalJSON takes what is no object for missing.
func (m *maybe[T]) UnmarshalJSON(b []byte) error {
	*m = maybe[T]{}
	if len(b) == 0 || b[0] != '{' {
		return nil
	}
	m.Given = true
	return json.Unmarshal(b, &m.It)
}

// some are objects, of which at most maxSome are looked at.
type some[T any] []T

const maxSome = 64

// UnmarshalJSON takes what is no list for an empty one, and leaves out what is no object.
func (s *some[T]) UnmarshalJSON(b []byte) error {
	*s = nil
	if len(b) == 0 || b[0] != '[' {
		return nil
	}
	var all []json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for _, one := range all {
		var it T
		if len(one) > 0 && one[0] == '{' && json.Unmarshal(one, &it) == nil && len(*s) < maxSome {
			*s = append(*s, it)
		}
	}
	return nil
}

// status is a Status of the Mastodon API, with what may be in it.
type status struct {
	post
	Reblog maybe[post]  `json:"reblog"`
	Quote  maybe[quote] `json:"quote"`
}

// post is what a status itself says.
type post struct {
	ID         word           `json:"id"`
	CreatedAt  word           `json:"created_at"`
	EditedAt   word           `json:"edited_at"`
	Visibility word           `json:"visibility"`
	URL        word           `json:"url"`
	Content    word           `json:"content"`
	Spoiler    word           `json:"spoiler_text"`
	Account    maybe[account] `json:"account"`
	Media      some[media]    `json:"media_attachments"`
	Poll       maybe[poll]    `json:"poll"`
	Card       maybe[card]    `json:"card"`
}

// account is read for what decides about a post; it leaves the call in which it was decoded in no form.
type account struct {
	Acct      word   `json:"acct"`
	Followers number `json:"followers_count"`
	Noindex   yes    `json:"noindex"`
}

type media struct {
	Description word `json:"description"`
}

type poll struct {
	Options some[option] `json:"options"`
}

type option struct {
	Title word `json:"title"`
}

type card struct {
	URL         word `json:"url"`
	Title       word `json:"title"`
	Description word `json:"description"`
}

type quote struct {
	State  word        `json:"state"`
	Quoted maybe[post] `json:"quoted_status"`
}

// errFrame is a frame that cannot be understood.
var errFrame = errors.New("a frame that cannot be understood")

// decodeStatus decodes a frame whose id was found to be id.
func decodeStatus(data []byte, id string) (*status, error) {
	var st status
	if err := json.Unmarshal(data, &st); err != nil || string(st.ID) != id {
		return nil, errFrame
	}
	return &st, nil
}

// public says whether everybody may see it.
func (p *post) public() bool { return p.Visibility == "public" || p.Visibility == "unlisted" }

// posted is when it was posted or last changed.
func (p *post) posted() time.Time {
	created, edited := timeOf([]byte(p.CreatedAt)), timeOf([]byte(p.EditedAt))
	if edited.After(created) {
		return edited
	}
	return created
}

// timeOf reads a time of the API, zero when it is none.
func timeOf(text []byte) time.Time {
	if len(text) > 40 {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil || at.Year() < 1970 || at.Year() > 9999 {
		return time.Time{}
	}
	return at.UTC()
}

// local says whether an account is of the server host: one of another has that one's domain behind an "@". (snac names its own, too.)
func (a *account) local(host string) bool {
	name, domain, found := strings.Cut(string(a.Acct), "@")
	return name != "" && (!found || strings.EqualFold(domain, host))
}
