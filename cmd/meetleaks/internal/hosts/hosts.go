// Package hosts knows who can lock or move an organisation's meetings: from `hosts` in the configuration and from the file named
// by `hosts_file`. [Book] is the [scanner.Resolver] made of both.
//
// It promises: every mistake comes with its line and repeats nothing of it; a changed file counts once it has stopped changing;
// one that cannot be used keeps the old one and says so; after a file was read, meetings and organisers are in memory as HMACs
// only. Nobody counts whose e-mail address does not lie under a registered domain of the organisation. It never writes, never asks
// the network, and believes nothing that the organisation did not say itself.
//
// # The file
//
// CSV in UTF-8, or in UTF-16 with a mark, divided by commas, semicolons or tabs. The first ten lines may hold other things; the
// first that names an id and an e-mail address is the header. Case, spaces and signs in names of columns do not count. Columns that
// are not named here are ignored.
//
//	meeting      "zoom:98412765302", "google-meet:kqz-vwrm-bxt", or the whole link
//	room         "zoom:my/jdoe", or the whole link
//	teams_oid    the object id of a Teams organiser: all their meetings
//	email        the host
//	delegates    who may answer for the host, divided by spaces, commas, semicolons or "|"
//	topic        what the meeting is called
//	starts       one or more starts, divided by "|" or ";": 2026-11-21T15:00:00+01:00, 2026-11-21 15:00, 2026-11-21
//	audience     whom it is for
//	timezone     of the starts and of the host; else the organisation's. Without both a start may be anywhere on earth
//
// A row needs an e-mail address and at least one of the first three. Rows for the same meeting and host are one; a second host for
// the same meeting is a mistake, and the first counts.
//
// # Exports of vendors
//
// Read by the names of their columns, as far as we know them; what an export calls otherwise can be renamed in its first line:
//
//   - Zoom, lists and reports of meetings: "Topic", "Meeting ID" (also "Webinar ID", "PMI"), the host's address in "Host Email",
//     "User Email", "Email" or "Host", "Start Time", "Alternative Hosts". Numbers are Zoom's.
//   - Microsoft, what Graph knows of online meetings and events: "joinWebUrl" or "onlineMeeting.joinUrl", "subject",
//     "organizer.emailAddress.address" or "participants.organizer.upn", "participants.organizer.identity.user.id",
//     "startDateTime" or "start.dateTime". Entra's list of users: "userPrincipalName", "mail", "id" or "objectId".
//   - Google, log events of Meet: "Meeting code" (with or without hyphens, in any case), "Organizer email". "Date" is when
//     something happened and is ignored. Calendar: "Hangout link", "Organizer email".
//
// Times in exports that have no zone are read in the organisation's time zone, Microsoft's ("start.dateTime") in that of
// "start.timeZone", else in UTC. Starts that are past are believed only from the
// column `starts`: a report of past meetings does not say that a series has ended. A list of participants (with a join or leave
// time) is refused, because it names everybody who came.
package hosts

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

// Book answers for all organisations of a configuration. It is safe for concurrent use.
type Book struct {
	organisations map[string]*known
	names         []string // sorted

	mu    sync.Mutex // of Check
	files []*watched
}

// known is what is known of one organisation.
type known struct {
	rules rules
	given *table                // of the configuration
	file  atomic.Pointer[table] // of the file; empty until one was read
}

// New reads the configuration's hosts and the files they name; key is the deployment's index key. There is one report for each
// organisation whose configuration has mistakes, and one for each file. A file that cannot be used is no error: its
// meetings have no known host until [Book.Check] could read it.
func New(list []config.Organisation, key []byte) (*Book, []Report) {
	b := &Book{organisations: make(map[string]*known, len(list))}
	var reports []Report
	for _, o := range list {
		k := &known{rules: newRules(o, key)}
		var notes notes
		k.given = k.rules.configured(o.Hosts, &notes)
		k.file.Store(emptyTable())
		b.organisations[o.Name] = k
		b.names = append(b.names, o.Name)
		if len(notes.list) > 0 {
			reports = append(reports, notes.report(Report{Org: o.Name, Loaded: true}, k.given))
		}
		if o.HostsFile != "" {
			b.files = append(b.files, &watched{org: o.Name, name: string(o.HostsFile), known: k})
		}
	}
	slices.Sort(b.names)
	for _, w := range b.files {
		reports = append(reports, w.first())
	}
	return b, reports
}

// Check looks whether the files have changed and reads those that have, once they looked the same at two checks running: a file
// that is being written is left alone. The caller's clock says how often; half a minute is enough. Only what there is to say
// comes back. Checks run one after the other.
func (b *Book) Check() []Report {
	b.mu.Lock()
	defer b.mu.Unlock()
	var reports []Report
	for _, w := range b.files {
		if r, ok := w.check(); ok {
			reports = append(reports, r)
		}
	}
	return reports
}

// Stale lists the files that are not in use as they are now, each with the reason: for readiness and doctor.
func (b *Book) Stale() []Report {
	b.mu.Lock()
	defer b.mu.Unlock()
	var reports []Report
	for _, w := range b.files {
		if w.last.Err != nil {
			reports = append(reports, w.last)
		}
	}
	return reports
}

// Resolve says who hosts a meeting, as [scanner.Resolver] wants it. What the configuration says goes before the file; the meeting
// before its organiser.
func (b *Book) Resolve(ctx context.Context, org string, l matchers.Link, now time.Time) (scanner.KnownMeeting, bool, error) {
	if err := ctx.Err(); err != nil {
		return scanner.KnownMeeting{}, false, fmt.Errorf("resolve host: %w", err)
	}
	k, ok := b.organisations[org]
	if !ok {
		return scanner.KnownMeeting{}, false, nil
	}
	found := slices.Concat(k.given.meeting(l), k.file.Load().meeting(l), k.given.organiser(l), k.file.Load().organiser(l))
	if len(found) == 0 {
		return scanner.KnownMeeting{}, false, nil
	}
	return combine(found, now), true, nil
}

// combine takes the host of the first entry, and what the others say of the same host's meeting.
func combine(found []*entry, now time.Time) scanner.KnownMeeting {
	m := scanner.KnownMeeting{Contact: found[0].contact}
	m.Delegates = slices.Clone(m.Delegates)
	for _, e := range found {
		if e.contact.Email != m.Email {
			continue
		}
		if m.Topic == "" {
			m.Topic = e.topic
		}
		if m.Audience == "" {
			m.Audience = e.audience
		}
		if !m.When.Known() {
			m.When = e.when(now)
		}
		if len(m.Delegates) == 0 {
			m.Delegates = slices.Clone(e.contact.Delegates)
		}
	}
	return m
}

// Contact gives what is known of a host, as [scanner.Resolver] wants it. Somebody of whom nothing is said, but whose address lies
// under a registered domain, is a contact without delegates. Of delegates those count who answer for all meetings of the host
// that have any.
func (b *Book) Contact(ctx context.Context, org, email string) (scanner.Contact, bool, error) {
	if err := ctx.Err(); err != nil {
		return scanner.Contact{}, false, fmt.Errorf("look host up: %w", err)
	}
	k, ok := b.organisations[org]
	if !ok {
		return scanner.Contact{}, false, nil
	}
	email, err := k.rules.address(email)
	if err != nil {
		return scanner.Contact{}, false, nil //nolint:nilerr // an address that is none of theirs is nobody
	}
	p, given := k.given.people[email]
	inFile, listed := k.file.Load().people[email]
	switch {
	case given && listed:
		first := p.First
		p = p.and(inFile.Contact) // a file says nothing of who is first
		p.First = first
	case listed:
		p = inFile
	case !given:
		p = personOf(scanner.Contact{Email: email, Zone: k.rules.zone, First: scanner.ToHost})
	}
	p.Delegates = slices.Clone(p.Delegates)
	return p.Contact, true, nil
}

// Owners names the organisations whose inventory lists the meeting or room: they own the link at rank 3, as those do whose
// configuration names it. A link's organiser is no such sign.
func (b *Book) Owners(l matchers.Link) []string {
	var owners []string
	for _, name := range b.names {
		k := b.organisations[name]
		if len(k.given.meeting(l)) > 0 || len(k.file.Load().meeting(l)) > 0 {
			owners = append(owners, name)
		}
	}
	return owners
}

// Listed is a digest of all meetings that are listed: with another one other links are an organisation's, see Owners. It says nothing
// about them without the key of New.
func (b *Book) Listed() []byte {
	all := sha256.New()
	for _, name := range b.names {
		k := b.organisations[name]
		given, file := k.given.listed, k.file.Load().listed
		fmt.Fprintf(all, "%q", name)
		all.Write(given[:])
		all.Write(file[:])
	}
	return all.Sum(nil)
}

var _ scanner.Resolver = (*Book)(nil)

// Report is what came of reading a file, or the configuration's hosts. It holds no id and no address.
type Report struct {
	Org    string
	File   string // "" for the configuration
	Loaded bool   // its entries are in use
	// Meetings, Organisers and People count what is in use, also when that is of an older file.
	Meetings, Organisers, People int
	Mistakes                     []Mistake // rows, or parts of them, that were left out; at most 200
	More                         int       // mistakes beyond those
	Err                          error     // why the file as it is now is not in use; nil when it is
}

// Mistake is one thing wrong.
type Mistake struct {
	Line  int    // 1-based; 0 in the configuration
	Where string // the column, or the key of the configuration
	What  string
}

// Lines says all of it, one line each.
func (r Report) Lines() []string {
	name := r.File
	if name == "" {
		name = "hosts of " + r.Org
	}
	var lines []string
	if r.Err != nil {
		keeps := "its meetings have no known host"
		if r.Loaded {
			keeps = fmt.Sprintf("the version before stays in use (%d meetings)", r.Meetings)
		}
		lines = append(lines, fmt.Sprintf("%s: %v; %s", name, r.Err, keeps))
	}
	for _, m := range r.Mistakes {
		at := name
		if m.Line > 0 {
			at = fmt.Sprintf("%s:%d", name, m.Line)
		}
		lines = append(lines, strings.Join([]string{at, m.Where, m.What}, ": "))
	}
	if r.More > 0 {
		lines = append(lines, fmt.Sprintf("%s: and %d more mistakes", name, r.More))
	}
	return lines
}
