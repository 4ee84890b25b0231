package hosts

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// rules are what entries of one organisation are judged by.
type rules struct {
	domains []string
	zone    *time.Location // nil: not given
	key     []byte
}

func newRules(o config.Organisation, key []byte) rules {
	return rules{domains: o.Domains, zone: zoneOf(o.Timezone), key: bytes.Clone(key)}
}

// zoneOf gives a zone of the IANA data base, nil when there is none of that name.
func zoneOf(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// maxEmailBytes is the longest address that mail can be sent to.
const maxEmailBytes = 254

// address judges an e-mail address and gives it in lower case. No error repeats it.
func (r rules) address(text string) (string, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	parsed, err := mail.ParseAddress(text)
	if err != nil || len(text) > maxEmailBytes || parsed.Address != text || strings.ContainsAny(text, " \"\\()<>,;:") {
		return "", errors.New("is no full e-mail address, as in jdoe@acme.example")
	}
	host := text[strings.LastIndexByte(text, '@')+1:]
	for _, domain := range r.domains {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return text, nil
		}
	}
	if len(r.domains) == 0 {
		return "", errors.New("cannot count: the organisation has no registered domain")
	}
	return "", errors.New("lies under none of the organisation's domains")
}

// delegates reads a list of addresses. Those that do not count are noted and left out.
func (r rules) delegates(list []string, host string, note func(error)) []string {
	var out []string
	for _, text := range list {
		address, err := r.address(text)
		switch {
		case err != nil:
			note(fmt.Errorf("a delegate %w", err))
		case address == host || slices.Contains(out, address):
		case len(out) == scanner.MaxDelegates:
			note(fmt.Errorf("has more than %d delegates; the rest does not count", scanner.MaxDelegates))
			return out
		default:
			out = append(out, address)
		}
	}
	return out
}

// configured makes the table of the configuration's hosts. What has a mistake is noted and left out.
func (r rules) configured(list []config.Host, notes *notes) *table {
	b := newBuilder(r, notes)
	for i, h := range list {
		where := fmt.Sprintf("hosts[%d]", i)
		email, err := r.address(h.Email)
		if err != nil {
			notes.add(0, where+".email", err)
			continue
		}
		c := scanner.Contact{Email: email, Zone: zoneOf(h.Timezone), Quiet: quietOf(h.Quiet), First: scanner.ToHost}
		if c.Zone == nil {
			c.Zone = r.zone
		}
		if h.First == "delegates" {
			c.First = scanner.ToDelegate
		}
		c.Delegates = r.delegates(h.Delegates, email, func(err error) { notes.add(0, where+".delegates", err) })
		if err := b.meeting(h.Pattern.Clear(), entry{contact: c}); err != nil {
			notes.add(0, where+".pattern", err)
		}
	}
	return b.table()
}

// quietOf reads "22:00-07:00", which the configuration has checked.
func quietOf(text string) scanner.Quiet {
	from, to, ok := strings.Cut(text, "-")
	start, err1 := time.Parse("15:04", from)
	end, err2 := time.Parse("15:04", to)
	if !ok || err1 != nil || err2 != nil {
		return scanner.Quiet{}
	}
	return scanner.Quiet{From: start.Hour()*60 + start.Minute(), To: end.Hour()*60 + end.Minute()}
}

// maxMistakes bounds the mistakes that are kept of one file; the rest is counted.
const maxMistakes = 200

// notes collects mistakes.
type notes struct {
	list []Mistake
	more int
}

func (n *notes) add(line int, where string, err error) {
	if len(n.list) >= maxMistakes {
		n.more++
		return
	}
	n.list = append(n.list, Mistake{line, where, err.Error()})
}

// report completes r with the mistakes and with what is in use.
func (n *notes) report(r Report, inUse *table) Report {
	r.Mistakes, r.More = n.list, n.more
	r.Meetings, r.Organisers, r.People = inUse.meetings, len(inUse.organisers), len(inUse.people)
	return r
}
