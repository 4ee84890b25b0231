package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify/slack/fakeslack"
	"meetleaks/scanner"
)

const tookOver = "another service works in this process"

// watchHealth asks /healthz without a pause until the returned function is called, which says how often, and what went wrong.
func (r *relayed) watchHealth() func() (asked int, failed []string) {
	stop, done := make(chan struct{}), make(chan struct{})
	asked, failed := 0, []string(nil)
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			asked++
			if status, body := r.ask("/healthz"); status != http.StatusOK {
				failed = append(failed, fmt.Sprint(status, " ", body))
			}
		}
	}()
	return func() (int, []string) { close(stop); <-done; return asked, failed }
}

// TestADomainThatIsProvedWhileItRunsIsWatched: registered and proved by commands beside the service, its page is read and its leak is told,
// and nobody has started anything anew.
func TestADomainThatIsProvedWhileItRunsIsWatched(t *testing.T) {
	r := newRelayed(t, 0, "")
	r.publish("<p>Town hall: https://zoom.us/j/" + registeredID + "?pwd=Wq7Tz2LdXc4v</p>")
	r.start()
	health := r.watchHealth()
	r.await("it is ready", func() bool { status, _ := r.ask("/readyz"); return status == http.StatusOK })
	r.register("hooli", registeredDomain)
	if text := r.command("domain", "verify", registeredDomain); !strings.Contains(text, "proved since") {
		t.Fatalf("not proved: %s", text)
	}
	r.await("the leak on the domain's page is told", func() bool { return r.told() > 0 })
	if n := r.log.count(tookOver); n != 1 {
		t.Errorf("%d services took over, want one", n)
	}
	if status, body := r.ask("/api/v1/organisations/hooli/leaks"); status != http.StatusOK || !strings.Contains(body, registeredMask) {
		t.Errorf("the console does not know the leak: %d %s", status, body)
	}
	asked, failed := health()
	if asked == 0 || len(failed) > 0 {
		t.Errorf("of %d questions for its health %d failed: %q", asked, len(failed), failed)
	}
	r.end()
	if strings.Contains(r.log.text.String(), "Wq7Tz2LdXc4v") || strings.Contains(r.log.text.String(), registeredID) {
		t.Error("the log holds the meeting")
	}
}

// TestEachProcessOnAStoreTakesIn what is registered, also one that schedules nothing and makes no looks of its own.
func TestEachProcessOnAStoreTakesIn(t *testing.T) {
	r := newRelayed(t, 0, "")
	r.start()
	other := r.beside(roleConsole)
	other.start()
	r.register("hooli", registeredDomain)
	r.command("domain", "verify", registeredDomain)
	for _, process := range []*relayed{r, other} {
		process.await("it knows the organisation", func() bool { _, body := process.ask("/api/v1/organisations"); return strings.Contains(body, "hooli") })
	}
	other.end()
	r.end()
}

// TestAServiceThatCannotBeRelievedGoesOn, until it can.
func TestAServiceThatCannotBeRelievedGoesOn(t *testing.T) {
	r := newRelayed(t, 0, "")
	r.start()
	secret := filepath.Join(r.folder, "soc-secret")
	must(t, os.Rename(secret, secret+".away"))
	r.register("hooli", registeredDomain)
	r.command("domain", "verify", registeredDomain)
	r.await("it says that it cannot be relieved, twice", func() bool { return r.log.count("another service cannot take over") > 1 })
	if status, body := r.ask("/healthz"); status != http.StatusOK || r.log.count(tookOver) > 0 {
		t.Errorf("it does not go on: %d %s", status, body)
	}
	must(t, os.Rename(secret+".away", secret))
	r.await("another one takes over", func() bool { return r.log.count(tookOver) == 1 })
	r.end()
}

// TestAStormOfRegistrationsChangesServicesSeldom, once a rhythm at most, and in the end what is registered counts.
func TestAStormOfRegistrationsChangesServicesSeldom(t *testing.T) {
	r := newRelayed(t, 0, "")
	r.rhythm = 100 * time.Millisecond
	r.start()
	for i := range 16 {
		domain := fmt.Sprintf("hooli-%c%c.example", 'a'+i/8, 'a'+i%8)
		r.register("hooli", domain)
		r.command("domain", "verify", domain)
		if i == 8 {
			r.await("a first change", func() bool { return r.log.count("another service takes over") > 0 })
		}
	}
	r.await("the last one counts", func() bool {
		_, body := r.ask("/api/v1/sources")
		return strings.Contains(body, "domain hooli-bh.example")
	})
	r.end()
	changes := r.log.times("another service takes over")
	for i := 1; i < len(changes); i++ {
		if gap := changes[i].Sub(changes[i-1]); gap < r.rhythm-time.Millisecond { // the log's times are cut to milliseconds
			t.Errorf("services changed after %v", gap)
		}
	}
	if len(changes) < 2 {
		t.Errorf("%d changes of services: this tries nothing", len(changes))
	}
}

// TestAPressThatIsUnderWayIsNotLost: what was begun with one service, a visit in Slack whose request comes slowly, comes to its end
// there while another has taken over.
func TestAPressThatIsUnderWayIsNotLost(t *testing.T) {
	workspace, err := fakeslack.Start("", fakeslack.Options{Token: botToken, Signing: "s1gn1ng-4b8e"})
	must(t, err)
	t.Cleanup(func() { _ = workspace.Close() })
	workspace.AddUser(fakeslack.User{ID: "U0JDOE", Email: "jdoe@hooli.example"})
	r := newRelayed(t, 0, fmt.Sprintf("  slack: {token: %s, signing_secret: s1gn1ng-4b8e, api_url: %q}\n", botToken, workspace.URL()))
	r.start()
	body := []byte(`{"type":"event_callback","team_id":"T0ACME","event_id":"Ev1","event":{"type":"app_home_opened","user":"U0JDOE","tab":"home"}}`)
	from, to := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.first.front.address()+"/slack/interactions", from)
	must(t, err)
	req.Header = workspace.Sign(body, time.Now())
	req.Header.Set("Content-Type", "application/json")
	status := make(chan int, 1)
	go func() { got, _ := answerTo(req); status <- got }()
	_, err = to.Write(body[:10])
	must(t, err)
	r.await("it is under way", func() bool { return r.first.replies.waiting() > 0 })
	r.register("hooli", registeredDomain)
	r.command("domain", "verify", registeredDomain)
	r.await("another service answers", func() bool { _, body := r.ask("/api/v1/organisations"); return strings.Contains(body, "hooli") })
	_, err = to.Write(body[10:])
	must(t, err)
	must(t, to.Close())
	if got := <-status; got != http.StatusOK {
		t.Errorf("Slack is told %d", got)
	}
	r.await("the Home tab is there", func() bool { _, shown := workspace.Home("U0JDOE"); return shown })
	r.await("the one before ends", func() bool { return r.log.count(tookOver) == 1 })
	r.end()
}

// TestAFrozenProofIsKnownAndNotSearched: its organisation is told of what was found, and nothing new is looked for; a lost one is unknown.
func TestAFrozenProofIsKnownAndNotSearched(t *testing.T) {
	s, ring := registering(t, config.Default())
	for _, claim := range []struct {
		org, domain string
		state       scanner.ClaimState
	}{
		{"globex", "globex.example", scanner.ClaimWarned}, {"globex", "globex-events.example", scanner.ClaimFrozen},
		{"hooli", "hooli.example", scanner.ClaimFrozen}, {"initech", "initech.example", scanner.ClaimStopped},
	} {
		proveDomain(t, s.opened.store, ring, claim.org, claim.domain, claim.state)
	}
	must(t, s.joinRegistered(t.Context()))
	if got := fmt.Sprint(s.organisations(), s.domains("globex"), s.domains("hooli")); got != "[globex hooli] [globex.example globex-events.example] [hooli.example]" {
		t.Errorf("known: %s", got)
	}
	if list := s.judged(); len(list) != 1 || fmt.Sprint(list[0].Name, list[0].Domains) != "globex[globex.example]" {
		t.Errorf("links may belong to %+v", list)
	}
	for org, want := range map[string]struct{ searched, told bool }{"globex": {true, true}, "hooli": {false, true}, "initech": {false, false}} {
		if s.searches(org) != want.searched || s.alerted(org) != want.told {
			t.Errorf("%s: searched for %v, told %v", org, s.searches(org), s.alerted(org))
		}
	}
	for i, source := range s.loaded.Sources {
		read := s.whileProved(i, source, func(context.Context, scanner.Pass) (scanner.Outcome, error) { return scanner.Outcome{}, nil })
		if _, err := read(t.Context(), scanner.Pass{}); (err == nil) != strings.HasSuffix(source.Name, " globex.example") {
			t.Errorf("%s is read: %v", source.Name, err)
		}
	}
	if len(s.loaded.Sources) != 3 {
		t.Errorf("%d sources, want one a domain that is not lost", len(s.loaded.Sources))
	}
}

// TestPeopleAreToldWhenADomainIsWatched, in commands and in the console.
func TestPeopleAreToldWhenADomainIsWatched(t *testing.T) {
	s, ring := registering(t, config.Config{DNS: config.DNS{}, Organisations: []config.Organisation{{Name: "acme", Domains: []string{"acme.example"}}}})
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.Local)
	for _, test := range []struct {
		state scanner.ClaimState
		named bool
		after time.Duration
		want  string
	}{
		{scanner.ClaimPending, false, time.Hour, ""}, {scanner.ClaimFrozen, false, time.Hour, ""},
		{scanner.ClaimProved, false, time.Minute, "watched from 09:32 on, by each service that runs"}, {scanner.ClaimProved, false, time.Hour, "watched"},
		{scanner.ClaimWarned, false, time.Second, "watched"},
		{scanner.ClaimProved, true, time.Hour, "watched as the configuration says, which names the organisation; by this proof it is looked for beyond its own pages too"},
	} {
		from := watchedFrom(scanner.DomainClaim{State: test.state, Since: at}, test.named)
		if got := watchWords(test.state, from, test.named, at.Add(test.after)); got != test.want {
			t.Errorf("%s, named %v, after %v: %q", test.state, test.named, test.after, got)
		}
	}
	proveDomain(t, s.opened.store, ring, "hooli", "hooli.example", scanner.ClaimProved)
	must(t, s.joinRegistered(t.Context()))
	list, err := s.listDomains(t.Context())
	must(t, err)
	if last := list[len(list)-1]; last.Domain != "hooli.example" || len(last.Explanation) != 1 || !strings.HasPrefix(last.Explanation[0], "It is watched from ") {
		t.Errorf("the console says %+v", list)
	}
}

// TestAServiceThatEndsBadlyEndsItselfAlone: what goes wrong when the one before lets go of things is told, and the next one works.
func TestAServiceThatEndsBadlyEndsItselfAlone(t *testing.T) {
	r := newRelayed(t, 0, "")
	r.begun = func(s *service) {
		s.closers = append(s.closers, func() error { return errors.New("a file could not be written to its end") })
	}
	r.start()
	r.register("hooli", registeredDomain)
	r.command("domain", "verify", registeredDomain)
	r.await("another one takes over", func() bool { return r.log.count(tookOver) == 1 })
	if r.log.count("could not be written to its end") != 1 {
		t.Error("nobody is told what went wrong")
	}
	if status, body := r.ask("/healthz"); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	r.end()
}

// TestWhatIsBrokenStaysBrokenForTheNext: a change of services mends neither a channel nor a store, so readiness goes on telling of them.
func TestWhatIsBrokenStaysBrokenForTheNext(t *testing.T) {
	r := newRelayed(t, 0, "")
	r.begun = func(s *service) {
		s.faults.note("webhook:soc", string(scanner.TellConfig), s.app.now())
		s.faults.note(channelMail, string(scanner.TellRetry), s.app.now().Add(-2*stuckAfter))
		s.history.lost = true
	}
	r.start()
	said := func() string { _, body := r.ask("/readyz"); return body }
	wants := []string{"history is gone", "told by webhook:soc until", "mail has accepted no message"}
	all := func() bool {
		body := said()
		return !slices.ContainsFunc(wants, func(want string) bool { return !strings.Contains(body, want) })
	}
	r.await("it tells what is broken", all)
	r.register("hooli", registeredDomain)
	r.command("domain", "verify", registeredDomain)
	r.await("another one takes over", func() bool { return r.log.count(tookOver) == 1 })
	if !all() {
		t.Errorf("the next one says %s, want %q", said(), wants)
	}
	r.end()
}

// TestChangesLeaveNothingBehind: neither goroutines nor open files become more by services that took over.
func TestChangesLeaveNothingBehind(t *testing.T) {
	const changes, room = 12, 8 // what comes and goes by itself
	r := newRelayed(t, 0, "")
	r.rhythm = 20 * time.Millisecond
	r.publish("<p>nothing of the kind</p>")
	r.start()
	r.register("hooli", registeredDomain)
	var routines, files int
	for i := range changes {
		if i%2 == 0 {
			r.command("domain", "verify", registeredDomain)
		} else {
			r.command("domain", "remove", "hooli", registeredDomain, "--yes")
			r.register("hooli", registeredDomain)
		}
		r.await("a change", func() bool { return r.log.count(tookOver) > i })
		if i == changes/3 {
			routines, files = runtime.NumGoroutine(), filesOpen()
		}
	}
	r.await("as many goroutines as after the first changes", func() bool { return runtime.NumGoroutine() <= routines+room })
	r.await("as many open files as after the first changes", func() bool { return filesOpen() <= files+room })
	r.end()
}

// filesOpen counts what this process has open, 0 on systems that do not tell.
func filesOpen() int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}
