package hosts

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// maxStarts bounds the starts kept of one meeting: a daily one for a year.
const maxStarts = 400

// builder collects entries into a table. Clear ids go when it does.
type builder struct {
	rules    rules
	notes    *notes
	t        *table
	seen     map[[16]byte]int32      // an id to its entry
	meetings []matchers.Organisation // each stands for an entry
}

func newBuilder(r rules, notes *notes) *builder {
	return &builder{rules: r, notes: notes, seen: map[[16]byte]int32{},
		t: &table{key: r.key, organisers: map[[16]byte]int32{}, people: map[string]person{}}}
}

// meeting adds what is said of a meeting or room, id being "platform:id" or a whole link. No error repeats it.
func (b *builder) meeting(id string, e entry) error {
	n, known, err := b.entry(hashOf(b.rules.key, "meeting", canonical(id)), e)
	if err != nil || known {
		return err
	}
	o := matchers.Organisation{Name: strconv.Itoa(n), Patterns: []matchers.Pattern{{Type: matchers.MeetingPattern, Value: id}}}
	b.meetings = append(b.meetings, o)
	return nil
}

// organiser adds what is said of everything that an organiser of Teams hosts.
func (b *builder) organiser(oid string, e entry) error {
	if !isGUID(oid) {
		return errors.New("is no object id, as in 6f1c0d2e-0000-4000-8000-000000000001")
	}
	h := hashOf(b.rules.key, "organiser", oid)
	n, known, err := b.entry(h, e)
	if err == nil && !known {
		b.t.organisers[h] = int32(n)
	}
	return err
}

// entry finds or makes the entry of an id. Of two hosts for one id the first counts.
func (b *builder) entry(h [16]byte, e entry) (n int, known bool, err error) {
	if at, ok := b.seen[h]; ok {
		old := &b.t.entries[at]
		if old.contact.Email != e.contact.Email {
			return 0, true, b.conflict(old.line)
		}
		b.person(e.contact)
		return int(at), true, old.join(e)
	}
	b.person(e.contact)
	n = len(b.t.entries)
	e.contact.Delegates, e.starts = slices.Clone(e.contact.Delegates), slices.Clone(e.starts) // a row may make several entries
	b.seen[h] = int32(n)
	b.t.entries = append(b.t.entries, e)
	return n, false, nil
}

func (b *builder) conflict(line int) error {
	if line > 0 {
		return fmt.Errorf("line %d names another host for it, and counts", line)
	}
	return errors.New("an entry before names another host for it, and counts")
}

func (b *builder) person(c scanner.Contact) {
	if before, ok := b.t.people[c.Email]; ok {
		b.t.people[c.Email] = before.and(c)
		return
	}
	b.t.people[c.Email] = personOf(c)
}

// join adds what another row says of the same meeting and host.
func (e *entry) join(other entry) error {
	if e.topic == "" {
		e.topic = other.topic
	}
	if e.audience == "" {
		e.audience = other.audience
	}
	for _, d := range other.contact.Delegates {
		if len(e.contact.Delegates) < scanner.MaxDelegates && !slices.Contains(e.contact.Delegates, d) {
			e.contact.Delegates = append(e.contact.Delegates, d)
		}
	}
	e.stated = e.stated || other.stated
	for i, start := range other.starts {
		if slices.Contains(e.starts, start) {
			continue
		}
		if len(e.starts) >= maxStarts {
			return fmt.Errorf("has more than %d starts; %d of this row do not count", maxStarts, len(other.starts)-i)
		}
		e.starts = append(e.starts, start)
	}
	return nil
}

// table ends the building.
func (b *builder) table() *table {
	for i := range b.t.entries {
		slices.SortStableFunc(b.t.entries[i].starts, func(x, y scanner.Start) int {
			return scanner.When{Start: x}.Begins().Compare(scanner.When{Start: y}.Begins())
		})
	}
	index, err := matchers.NewIndex(b.meetings, b.rules.key)
	if err != nil { // each id was judged before: this says that judge and index differ
		b.notes.add(0, "meeting", errors.New("some ids could not be taken"))
	}
	b.t.index, b.t.meetings, b.t.listed = index, len(b.meetings), b.listed()
	return b.t
}

// listed is a digest of the meetings, in whatever order they stand.
func (b *builder) listed() (sum [sha256.Size]byte) {
	ids := make([][16]byte, 0, len(b.seen))
	for id := range b.seen {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y [16]byte) int { return bytes.Compare(x[:], y[:]) })
	all := sha256.New()
	for _, id := range ids {
		all.Write(id[:])
	}
	all.Sum(sum[:0])
	return sum
}

// judgeID asks the matchers what they think of "platform:id" or a link. Its error repeats neither.
func judgeID(id string) error {
	patterns := []matchers.Pattern{{Type: matchers.MeetingPattern, Value: id}}
	_, err := matchers.NewIndex([]matchers.Organisation{{Name: "o", Patterns: patterns}}, nil)
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimPrefix(err.Error(), "organisation o: meeting: "))
}

// canonical is one text for the usual ways to write one id.
func canonical(id string) string {
	if strings.Contains(id, "://") {
		if found := matchers.Find([]byte(id)); len(found) == 1 {
			return "link|" + found[0].Key()
		}
	}
	platform, rest, _ := strings.Cut(id, ":")
	if compact := strings.NewReplacer(" ", "", "-", "").Replace(rest); isDigits(compact) {
		rest = compact
	}
	return platform + "|" + rest
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

func isGUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !isDigits(string(c)) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
