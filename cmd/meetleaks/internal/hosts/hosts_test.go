package hosts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

var testKey = []byte("an index key of thirty-two bytes")

// now is the moment of all tests.
var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func acme() config.Organisation {
	return config.Organisation{Name: "acme", Domains: []string{"acme.example"}, Timezone: "Europe/Berlin"}
}

func clearID(t testing.TB, text string) config.ClearID {
	t.Helper()
	id, err := config.ParseClearID(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func link(t testing.TB, text string) matchers.Link {
	t.Helper()
	found := matchers.Find([]byte(text))
	if len(found) != 1 {
		t.Fatalf("%s: %d links", text, len(found))
	}
	return found[0].Link
}

// written makes a book of one organisation whose file holds text.
func written(t testing.TB, text string) (*Book, Report) {
	t.Helper()
	o := acme()
	o.HostsFile = config.Path(filepath.Join(t.TempDir(), "hosts.csv"))
	if err := os.WriteFile(string(o.HostsFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b, reports := New([]config.Organisation{o}, testKey)
	if len(reports) != 1 {
		t.Fatalf("%d reports", len(reports))
	}
	return b, reports[0]
}

func resolve(t testing.TB, b *Book, org, url string) (scanner.KnownMeeting, bool) {
	t.Helper()
	m, found, err := b.Resolve(t.Context(), org, link(t, url), now)
	if err != nil {
		t.Fatal(err)
	}
	return m, found
}

// told shows what a book says of a link, "" when it knows nobody.
func told(t testing.TB, b *Book, url string) string {
	t.Helper()
	m, found := resolve(t, b, "acme", url)
	if !found {
		return ""
	}
	text := m.Email
	for _, part := range []string{strings.Join(m.Delegates, " "), m.Topic, m.Audience} {
		if part != "" {
			text += " | " + part
		}
	}
	if m.When.Known() {
		text += " | " + m.When.Start.Time.UTC().Format("2006-01-02 15:04")
		if m.When.By != scanner.RoleInventory || !m.When.Trusted() {
			text += " not trusted"
		}
	}
	return text
}

const (
	zoomURL  = "https://zoom.us/j/84930275116?pwd=aGVsbG8"
	roomURL  = "https://zoom.us/my/k.lindqvist"
	meetURL  = "https://meet.google.com/kqz-vwrm-bxt"
	oid      = "c5f2a817-93be-4d06-8a41-7f6e0d92b35c"
	threadID = "19%3ameeting_Y2M4ZjE3OTAtNWQ2Yi00YTNlLWI4YzEtOWU3ZjI1ZDA0YjZh%40thread.v2"
	teamsURL = "https://teams.microsoft.com/l/meetup-join/" + threadID + "/0?context=%7b%22Tid%22%3a%224b1e7c92-0d3f-4a68-95b7-c2e81f0a6d43%22%2c%22Oid%22%3a%22" + oid + "%22%7d"
)

func TestWhatFilesSay(t *testing.T) {
	for name, test := range map[string]struct{ file, url, want string }{
		"own form": {"meeting,email,delegates,topic,starts,audience\nzoom:84930275116,jdoe@acme.example,pa@acme.example pb@acme.example,Board,2026-11-23 15:00,staff\n",
			zoomURL, "jdoe@acme.example | pa@acme.example pb@acme.example | Board | staff | 2026-11-23 14:00"},
		"whole link":    {"meeting,email\n" + zoomURL + ",jdoe@acme.example\n", "https://zoom.us/j/84930275116", "jdoe@acme.example"},
		"room":          {"room,email\nzoom:my/k.lindqvist,K.Lindqvist@Acme.Example", roomURL, "k.lindqvist@acme.example"},
		"case, order":   {"E-Mail;MEETING\njdoe@acme.example;google-meet:kqz-vwrm-bxt", meetURL, "jdoe@acme.example"},
		"tabs":          {"meeting\temail\taudience\ttopic\nkqz-vwrm-bxt\tjdoe@acme.example\t\tBoard", meetURL, "jdoe@acme.example | Board"},
		"mark":          {"\ufeffmeeting,email\nzoom:849 3027 5116,jdoe@acme.example", zoomURL, "jdoe@acme.example"},
		"spreadsheet":   {"sep=;\r\nmeeting;email\r\n=\"zoom:84930275116\";jdoe@acme.example\r\n", zoomURL, "jdoe@acme.example"},
		"organiser":     {"teams_oid,email,topic\n" + strings.ToUpper(oid) + ",jdoe@acme.example,Weekly", teamsURL, "jdoe@acme.example"},
		"preamble":      {"Report,2026\n\nmeeting,email\nzoom:84930275116,jdoe@acme.example", zoomURL, "jdoe@acme.example"},
		"below domain":  {"meeting,email\nzoom:84930275116,jdoe@mail.acme.example", zoomURL, "jdoe@mail.acme.example"},
		"zone of a row": {"meeting,email,starts,timezone\nzoom:84930275116,jdoe@acme.example,2026-11-23 15:00,America/New_York", zoomURL, "jdoe@acme.example | 2026-11-23 20:00"},
		"next start": {"meeting,email,starts\nzoom:84930275116,jdoe@acme.example,2026-11-16 15:00|2026-11-30T15:00Z; 2026-11-23 15:00\n" +
			"zoom:849-3027-5116,jdoe@acme.example,2026-11-22 15:00", zoomURL, "jdoe@acme.example | 2026-11-22 14:00"},
		"stated past":  {"meeting,email,starts\nzoom:84930275116,jdoe@acme.example,2026-10-01 15:00", zoomURL, "jdoe@acme.example | 2026-10-01 13:00"},
		"bare number":  {"meeting,email\n849 3027 5116,jdoe@acme.example", zoomURL, "jdoe@acme.example"},
		"nobody":       {"meeting,email\nzoom:84930275117,jdoe@acme.example", zoomURL, ""},
		"zoom meeting": {"\"Topic\",\"Meeting ID\",\"Host\",\"Host Email\",\"Start Time\"\n\"Board, weekly\",\"849 3027 5116\",\"J. Doe\",\"jdoe@acme.example\",\"Nov 23, 2026 03:00 PM\"\n", zoomURL, "jdoe@acme.example | Board, weekly | 2026-11-23 14:00"},
		"zoom usage":   {"Topic,Meeting ID,User Name,User Email,Start Time,End Time,Duration (Minutes)\nBoard,84930275116,J. Doe,jdoe@acme.example,10/21/2026 03:00:00 PM,10/21/2026 04:00:00 PM,60", zoomURL, "jdoe@acme.example | Board"},
		"zoom host":    {"Topic,Meeting ID,Host,Start Time\nBoard,84930275116,jdoe@acme.example,11/23/2026 03:00 PM", zoomURL, "jdoe@acme.example | Board | 2026-11-23 14:00"},
		"graph events": {"subject,onlineMeeting.joinUrl,organizer.emailAddress.address,start.dateTime,start.timeZone\nWeekly," + teamsURL + ",jdoe@acme.example,2026-11-23T15:00:00.0000000,UTC", teamsURL, "jdoe@acme.example | Weekly | 2026-11-23 15:00"},
		"graph meetings": {"joinWebUrl,subject,participants.organizer.upn,startDateTime\n" + teamsURL + ",Weekly,jdoe@acme.example,2026-11-23T15:00:00Z", teamsURL,
			"jdoe@acme.example | Weekly | 2026-11-23 15:00"},
		"entra users": {"userPrincipalName,displayName,mail,id\njdoe@acme.onmicrosoft.example,J. Doe,jdoe@acme.example," + oid, teamsURL, "jdoe@acme.example"},
		"meet log":    {"Date,Event,Meeting code,Organizer email,Actor\n2026-11-20T10:00:00Z,Endpoint left,KQZVWRMBXT,jdoe@acme.example,guest@globex.example", meetURL, "jdoe@acme.example"},
		"calendar":    {"Title,Hangout link,Organizer email\nBoard," + meetURL + ",jdoe@acme.example", meetURL, "jdoe@acme.example | Board"},
	} {
		b, r := written(t, test.file)
		if r.Err != nil || len(r.Mistakes) > 0 {
			t.Errorf("%s: %s", name, strings.Join(r.Lines(), "\n"))
		}
		if got := told(t, b, test.url); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestUTF16(t *testing.T) {
	var little, big []byte
	for _, c := range []byte("meeting\temail\nzoom:84930275116\tjdoe@acme.example\n") {
		little, big = append(little, c, 0), append(big, 0, c)
	}
	for name, text := range map[string]string{"little": "\xff\xfe" + string(little), "big": "\xfe\xff" + string(big)} {
		b, r := written(t, text)
		if got := told(t, b, zoomURL); got != "jdoe@acme.example" {
			t.Errorf("%s: %q, %v", name, got, r.Lines())
		}
	}
}

func TestAllMistakesWithTheirLines(t *testing.T) {
	text := `meeting,room,teams_oid,email,delegates,starts,timezone
zoom:84930275116,,,jdoe@globex.example,,,
zoom:84930275117,,,J. Doe,,,
zoom:84930275118,,,,,,
849302751195512,,,jdoe@acme.example,,,

,,,jdoe@acme.example,,,
nobody:84930275110,,,jdoe@acme.example,,,
9.84128E+10,,,jdoe@acme.example,,,
,,12345,jdoe@acme.example,,,
"zoom:84930275112",,,jdoe@acme.example,pa@globex.example jdoe@acme.example,03/04/2026 15:00;soon,
zoom:84930275113,,,jdoe@acme.example,,2026-11-23 15:00,Europe/Nowhere
zoom:84930275112,,,other@acme.example,,,
zoom:84930275114,,,jdoe@evilacme.example,,,
,zoom:1234,,jdoe@acme.example,,,
zoom:84930275115,,,"Doe <jdoe@acme.example>",,,
`
	b, r := written(t, text)
	var got []string
	for _, m := range r.Mistakes {
		got = append(got, fmt.Sprintf("%d %s: %s", m.Line, m.Where, m.What))
	}
	want := []string{
		"2 email: lies under none of the organisation's domains",
		"3 email: is no full e-mail address, as in jdoe@acme.example",
		"4 email: is empty",
		"5 meeting: does not say whose number it is: want PLATFORM:NUMBER, or the whole link",
		"7 meeting: the row names no meeting, room or organiser",
		"8 meeting: want PLATFORM:ID, as in zoom:98•••••101 or zoom:my/NAME, or a whole link",
		"9 meeting: a spreadsheet has rounded the number: export again, with the column as text",
		"10 teams_oid: is no object id, as in 6f1c0d2e-0000-4000-8000-000000000001",
		"11 delegates: a delegate lies under none of the organisation's domains",
		"11 starts: may be read in two ways: want the year first, as in 2026-11-21 15:00",
		"11 starts: is no time that is read, as in 2026-11-21T15:00:00+01:00 or 2026-11-21 15:00",
		"12 timezone: is no time zone that is known, as in Europe/Berlin: the starts do not count",
		"13 meeting: line 11 names another host for it, and counts",
		"14 email: lies under none of the organisation's domains",
		"15 room: is no meeting number of Zoom: they have 9 to 11 digits",
		"16 email: is no full e-mail address, as in jdoe@acme.example",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r.Err != nil || !r.Loaded {
		t.Errorf("the good rows do not count: %v", r.Err)
	}
	if got := told(t, b, "https://zoom.us/j/84930275112"); got != "jdoe@acme.example" {
		t.Errorf("a row with a wrong delegate and start: %q", got)
	}
	for _, line := range r.Lines() {
		for _, hidden := range []string{"8493027", "globex", "evilacme", "12345,", "soon", "Nowhere"} {
			if strings.Contains(strings.ReplaceAll(line, r.File, ""), hidden) {
				t.Errorf("%q repeats the file", line)
			}
		}
	}
}

func TestFilesThatCannotBeUsed(t *testing.T) {
	row := "zoom:84930275116,jdoe@acme.example\n"
	for name, test := range map[string]struct{ text, want string }{
		"empty":         {"", "no column names an id"},
		"no header":     {row, "no column names an id"},
		"no addresses":  {"meeting,topic\nzoom:84930275116,Board\n", "no column names an id"},
		"header only":   {"meeting,email\n", "has no row that can be used"},
		"only mistakes": {"meeting,email\nzoom:84930275116,jdoe@globex.example\n", "has no row that can be used"},
		"participants":  {"Topic,Meeting ID,Name (Original Name),User Email,Join Time,Leave Time\nBoard,84930275116,x,jdoe@acme.example,1,2", "is a list of participants"},
		"open quote":    {"meeting,email\n" + row + "\"zoom:84930275116,secretsecret@acme.example\n", "line 3: is no CSV"},
		"stray quote":   {"meeting,email\n" + row + "zoom:\"84930275116,jdoe@acme.example\n", "line 3: is no CSV"},
		"many rows":     {"meeting,email\n" + row + strings.Repeat(",\n", maxRows+1), "more than 100000 rows"},
		"no text":       {strings.Repeat("\x00\xff\n", 50), "no column names an id"},
	} {
		b, r := written(t, test.text)
		if r.Err == nil || !strings.Contains(r.Err.Error(), test.want) || strings.Contains(r.Err.Error(), "secretsecret") {
			t.Errorf("%s: %v, want %q", name, r.Err, test.want)
			continue
		}
		if r.Loaded || len(b.Stale()) != 1 || told(t, b, zoomURL) != "" {
			t.Errorf("%s: it is in use", name)
		}
	}
}

func TestChangedFilesCountOnceTheyHaveSettled(t *testing.T) {
	b, r := written(t, "meeting,email\nzoom:84930275116,jdoe@acme.example\n")
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	change := func(text string) {
		t.Helper()
		at = at.Add(time.Minute)
		err := os.WriteFile(r.File, []byte(text), 0o600)
		if err := errors.Join(err, os.Chtimes(r.File, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	check := func(step string, reports int, want string) []Report {
		t.Helper()
		got := b.Check()
		if len(got) != reports || told(t, b, zoomURL) != want {
			t.Errorf("%s: %d reports, %q; want %d, %q", step, len(got), told(t, b, zoomURL), reports, want)
		}
		return got
	}
	check("unchanged", 0, "jdoe@acme.example")
	change("meeting,email\nzoom:84930275116,other@acme.example\n")
	check("changed just now", 0, "jdoe@acme.example")
	change("meeting,email\nzoom:84930275116,third@acme.example\n")
	check("changed again", 0, "jdoe@acme.example")
	check("settled", 1, "third@acme.example")
	check("nothing new", 0, "third@acme.example")
	change("meeting,email\n\"zoom:84930275116,jdoe@acme.example\n")
	check("broken, just now", 0, "third@acme.example")
	for _, report := range check("broken", 1, "third@acme.example") {
		if report.Err == nil || !report.Loaded || report.Meetings != 1 || !strings.Contains(strings.Join(report.Lines(), "\n"), "the version before stays in use (1 meetings)") {
			t.Errorf("broken: %+v", report)
		}
	}
	check("said once", 0, "third@acme.example")
	if len(b.Stale()) != 1 {
		t.Error("a broken file is not stale")
	}
	if err := os.Remove(r.File); err != nil {
		t.Fatal(err)
	}
	check("gone, just now", 0, "third@acme.example")
	check("gone", 1, "third@acme.example")
	change("meeting,email\nzoom:84930275116,jdoe@acme.example\n")
	check("back, just now", 0, "third@acme.example")
	check("back", 1, "jdoe@acme.example")
	if len(b.Stale()) != 0 {
		t.Error("a file that was mended is stale")
	}
}

func TestConfigurationGoesBeforeTheFile(t *testing.T) {
	o := acme()
	o.HostsFile = config.Path(filepath.Join(t.TempDir(), "hosts.csv"))
	text := "meeting,room,email,topic,starts\nzoom:84930275116,,other@acme.example,Theirs,2026-11-23 15:00\n,zoom:my/k.lindqvist,k.lindqvist@acme.example,Mine,2026-11-23 15:00\n"
	if err := os.WriteFile(string(o.HostsFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Hosts = []config.Host{
		{Pattern: clearID(t, "zoom:84930275116"), Email: "jdoe@acme.example", Delegates: []string{"pa@acme.example", "pa@globex.example"}, Timezone: "Asia/Tokyo", Quiet: "22:00-07:00", First: "delegates"},
		{Pattern: clearID(t, "zoom:my/k.lindqvist"), Email: "K.Lindqvist@acme.example"},
		{Pattern: clearID(t, "google-meet:kqz-vwrm-bxt"), Email: "jdoe@globex.example"},
	}
	b, reports := New([]config.Organisation{o, {Name: "globex", Domains: []string{"globex.example"}}}, testKey)
	lines := []string{}
	for _, r := range reports {
		lines = append(lines, r.Lines()...)
	}
	want := []string{"hosts of acme: hosts[0].delegates: a delegate lies under none of the organisation's domains",
		"hosts of acme: hosts[2].email: lies under none of the organisation's domains"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if got := told(t, b, zoomURL); got != "jdoe@acme.example | pa@acme.example" {
		t.Errorf("the file's other host has a say: %q", got)
	}
	if got := told(t, b, roomURL); got != "k.lindqvist@acme.example | Mine | 2026-11-23 14:00" {
		t.Errorf("what the file says of the same host's room is lost: %q", got)
	}
	m, _ := resolve(t, b, "acme", zoomURL)
	if m.Zone.String() != "Asia/Tokyo" || m.Quiet != (scanner.Quiet{From: 1320, To: 420}) || m.First != scanner.ToDelegate {
		t.Errorf("zone %v, quiet %v, first %v", m.Zone, m.Quiet, m.First)
	}
	if _, found := resolve(t, b, "globex", zoomURL); found {
		t.Error("another organisation sees acme's hosts")
	}
	if _, found := resolve(t, b, "nobody", zoomURL); found {
		t.Error("an organisation that is not known has hosts")
	}
	if diff := cmp.Diff([]string{"acme"}, b.Owners(link(t, zoomURL))); diff != "" {
		t.Error(diff)
	}
	if owners := b.Owners(link(t, meetURL)); len(owners) > 0 {
		t.Errorf("a left out entry owns: %v", owners)
	}
}

func TestContacts(t *testing.T) {
	b, _ := written(t, "meeting,email,delegates\nzoom:84930275116,jdoe@acme.example,pa@acme.example pb@acme.example\nzoom:84930275117,jdoe@acme.example,pa@acme.example\nzoom:84930275118,jdoe@acme.example,\n"+
		"zoom:84930275121,x@acme.example,pa@acme.example\nzoom:84930275122,x@acme.example,pb@acme.example\nzoom:84930275123,x@acme.example,pc@acme.example\n")
	for email, want := range map[string][]string{
		"JDoe@acme.example": {"pa@acme.example"}, // who answers for one meeting only is not told of others
		"x@acme.example":    nil,
		"new@acme.example":  nil,
	} {
		c, found, err := b.Contact(t.Context(), "acme", email)
		if err != nil || !found || c.Email != strings.ToLower(email) || !slices.Equal(c.Delegates, want) || c.Zone.String() != "Europe/Berlin" {
			t.Errorf("%s: found %v, %d delegates, %v", email, found, len(c.Delegates), err)
		}
	}
	for _, email := range []string{"jdoe@globex.example", "", "x", "jdoe@acme.example.globex.example"} {
		if _, found, err := b.Contact(t.Context(), "acme", email); found || err != nil {
			t.Errorf("%q is somebody (%v)", email, err)
		}
	}
}

func TestCancelledLookUpsKnowNothing(t *testing.T) {
	b, _ := written(t, "meeting,email\nzoom:84930275116,jdoe@acme.example\n")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, found, err := b.Resolve(ctx, "acme", link(t, zoomURL), now); found || !errors.Is(err, context.Canceled) {
		t.Errorf("Resolve: %v, %v", found, err)
	}
	if _, found, err := b.Contact(ctx, "acme", "jdoe@acme.example"); found || !errors.Is(err, context.Canceled) {
		t.Errorf("Contact: %v, %v", found, err)
	}
}

// TestNothingClearIsKept prints all that a book holds.
func TestNothingClearIsKept(t *testing.T) {
	b, _ := written(t, "meeting,room,teams_oid,email,topic\n"+zoomURL+",zoom:my/k.lindqvist,"+oid+",jdoe@acme.example,Board 84930275116 https://zoom.us/j/84930275116?pwd=aGVsbG8\n")
	k := b.organisations["acme"]
	dump := fmt.Sprintf("%+v %+v %+v", *k.file.Load(), k.file.Load().index, k.file.Load().entries)
	for _, clear := range []string{"84930275116", "849302", "lindqvist", oid, "aGVsbG8"} {
		if strings.Contains(dump, clear) {
			t.Errorf("%s is in memory in clear", clear)
		}
	}
	if !strings.Contains(dump, "Board") {
		t.Error("the dump shows nothing")
	}
	for _, url := range []string{zoomURL, roomURL, teamsURL} {
		if !strings.HasPrefix(told(t, b, url), "jdoe@acme.example") {
			t.Errorf("%s: %q", url[:30], told(t, b, url))
		}
	}
	rebuilt, ok := scanner.LinkOfKey(link(t, zoomURL).Key())
	if _, found, err := b.Resolve(t.Context(), "acme", rebuilt, now); !ok || !found || err != nil {
		t.Errorf("a link rebuilt from its key: %v, %v", found, err)
	}
}

func TestReadersAndChecksAtOnce(t *testing.T) {
	b, r := written(t, "meeting,email\nzoom:84930275116,jdoe@acme.example\n")
	l := link(t, zoomURL)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 50 {
				if _, found, err := b.Resolve(context.Background(), "acme", l, now); !found || err != nil {
					t.Errorf("not found while the file changes (%v)", err)
					return
				}
			}
		})
	}
	for n := range 20 {
		at := now.Add(time.Duration(n) * time.Minute)
		if err := os.Chtimes(r.File, at, at); err != nil {
			t.Fatal(err)
		}
		b.Check()
		b.Check()
	}
	wait.Wait()
}

// TestManyRows takes as many for one meeting as for all others: rows of one meeting must not be compared with each other.
func TestManyRows(t *testing.T) {
	var text strings.Builder
	text.WriteString("meeting,email,starts\n")
	for n := range maxRows / 10 {
		fmt.Fprintf(&text, "zoom:84930275116,jdoe@acme.example,\nzoom:8%010d,u%d@acme.example,2026-11-23 15:00\n", n*7919, n)
	}
	b, r := written(t, text.String())
	if r.Err != nil || r.Meetings != maxRows/10+1 || len(r.Mistakes) > 0 {
		t.Errorf("%d meetings, %v", r.Meetings, r.Lines())
	}
	if got := told(t, b, zoomURL); got != "jdoe@acme.example" {
		t.Errorf("got %q", got)
	}
}

func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		"", "meeting,email\nzoom:84930275116,jdoe@acme.example\n", "\ufeffmeeting;email\n\";", "\xff\xfem\x00", "sep=\t\nroom\temail\n",
		"Topic,Meeting ID,Host,Start Time\nBoard,84930275116,jdoe@acme.example,\"Nov 23, 2026 03:00 PM\"\n",
		"Meeting code,Organizer email\nKQZVWRMBXT,jdoe@acme.example", "teams_oid,email,delegates,starts\n" + oid + ",a@acme.example,b@acme.example,2026-11-21|x",
	} {
		f.Add([]byte(seed))
	}
	r := newRules(acme(), testKey)
	f.Fuzz(func(t *testing.T, content []byte) {
		var n notes
		table, err := r.sheet(content, &n)
		if len(n.list) > maxMistakes {
			t.Errorf("%d mistakes are kept", len(n.list))
		}
		if err != nil {
			return
		}
		for _, e := range table.entries {
			if !strings.HasSuffix(e.contact.Email, "acme.example") || len(e.contact.Delegates) > scanner.MaxDelegates || len(e.starts) > maxStarts {
				t.Errorf("an entry that no rule allows: %s, %d delegates, %d starts", e.contact.Email, len(e.contact.Delegates), len(e.starts))
			}
			if len([]rune(e.topic)) > maxWords || strings.ContainsAny(e.topic+e.audience, "\n\r\x1b\u202e") {
				t.Errorf("topic %q", e.topic)
			}
		}
	})
}

// The digest is of what is listed, in whatever order, and of nothing else.
func TestTheDigestIsOfTheMeetings(t *testing.T) {
	book := func(hosts ...config.Host) string {
		b, _ := New([]config.Organisation{{Name: "acme", Domains: []string{"acme.example"}, Hosts: hosts}}, []byte("a key of the index, 32 bytes long"))
		return string(b.Listed())
	}
	one := config.Host{Pattern: clearID(t, "zoom:84930275116"), Email: "jo@acme.example"}
	two := config.Host{Pattern: clearID(t, "zoom:91827364550"), Email: "ann@acme.example"}
	moved := config.Host{Pattern: two.Pattern, Email: "bo@acme.example"}
	if book(one, two) != book(two, one) || book(one, two) != book(one, moved) {
		t.Error("another order, or another host, makes another digest")
	}
	if book(one) == book(one, two) || book() == book(one) {
		t.Error("other meetings, and the same digest")
	}
}
