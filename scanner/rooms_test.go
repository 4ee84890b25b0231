package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
)

const (
	rigBoardPage = "https://www.acme.example/board/minutes"
	rigStaffPage = "https://www.acme.example/staff/"
)

// routedRig has a room for what stands on the board's pages, one for links by which anybody hosts, and one for all else.
func routedRig(t *testing.T) *rig {
	return newRig(t, func(o *PipelineOptions) {
		o.Rooms = func(string) []Room { return []Room{{ID: "C0SECOPS"}, {ID: "C0BOARD"}, {ID: "C0KEYS"}} }
		o.Route = func(_ string, about LeakFacts) []Room {
			switch {
			case about.Class == matchers.HostCredential:
				return []Room{{ID: "C0KEYS"}}
			case slices.ContainsFunc(about.Pages(), func(page string) bool { return strings.HasPrefix(page, "https://www.acme.example/board/") }):
				return []Room{{ID: "C0BOARD"}}
			}
			return []Room{{ID: "C0SECOPS"}}
		}
	})
}

func TestEachLeakIsToldInItsRoom(t *testing.T) {
	r := routedRig(t)
	r.take(rigBoardPage, rigBoard)
	r.take(rigStaffPage, rigStaff)
	r.work()
	got := r.slack.told()
	slices.Sort(got)
	if want := []string{"new C0BOARD", "new C0SECOPS"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	r.wait(25*time.Hour, 5*time.Hour)
	for _, line := range r.slack.told() { // the cards of before are answered no more
		if !strings.HasPrefix(line, "reminder") && !strings.HasSuffix(line, "in place") {
			t.Errorf("told %q", line)
		}
	}
	r.balanced()
}

func TestANewPlaceTellsItsRoomAndTheOldCardFollows(t *testing.T) {
	r := routedRig(t)
	r.take(rigStaffPage, rigBoard)
	r.work()
	r.wants("new C0SECOPS")
	r.clock.advance(2 * time.Minute)
	r.take(rigBoardPage, rigBoard)
	r.work()
	r.wants("new C0BOARD")
	r.wait(3*time.Minute, time.Minute)
	got := r.slack.told()
	slices.Sort(got)
	if want := []string{"update C0BOARD in place", "update C0SECOPS in place"}; !slices.Equal(slices.Compact(got), want) {
		t.Errorf("told %q, want %q", got, want)
	}
	r.clock.advance(2 * time.Minute) // the same news again tells nobody anew
	r.take(rigBoardPage+"2", rigBoard)
	r.work()
	for _, line := range r.slack.told() {
		if strings.HasPrefix(line, "new") {
			t.Errorf("told again: %q", line)
		}
	}
	r.wait(25*time.Hour, 5*time.Hour)
	if got := r.slack.told(); !slices.Contains(got, "reminder C0BOARD") || slices.Contains(got, "reminder C0SECOPS") {
		t.Errorf("reminders went to %q", got)
	}
	if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: Ended, By: Actor{Role: RoleAnalyst}}); err != nil {
		t.Fatal(err)
	}
	r.work()
	if got := r.slack.told(); !slices.Contains(got, "update C0BOARD in place") || !slices.Contains(got, "update C0SECOPS in place") {
		t.Errorf("the end was shown in %q", got)
	}
	r.balanced()
}

// What is news before anybody was told changes who is, and tells nobody twice.
func TestNewsBeforeTheRoomsTurn(t *testing.T) {
	r := routedRig(t)
	r.hosts.knows(rigBoard, jane(), When{})
	r.take(rigStaffPage, rigBoard)
	r.take(rigBoardPage, rigBoard)
	r.work()
	r.wants("new jane@acme.example")
	r.wait(21*time.Minute, time.Minute)
	got := slices.DeleteFunc(r.slack.told(), func(line string) bool { return strings.HasSuffix(line, "in place") })
	if want := []string{"new pa@acme.example", "new C0BOARD"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestAWorseLinkIsToldInItsRoom(t *testing.T) {
	r := routedRig(t)
	r.take(rigBoardPage, rigBoard)
	r.work()
	r.wants("new C0BOARD")
	r.clock.advance(time.Minute)
	r.take(rigBoardPage, rigBoard+"\nhttps://acme.zoom.us/s/98120347561?zak=eyJ0eXAiOiJKV1QiLCJzdiI6IjAwMDAwMSJ9.c2VjcmV0")
	if l := r.leak(); l.Class != matchers.HostCredential {
		t.Fatalf("class %s", l.Class)
	}
	r.work()
	if got := r.slack.told(); !slices.Contains(got, "new C0KEYS") || slices.Contains(got, "new C0BOARD") {
		t.Errorf("told %q", got)
	}
}

func TestASnoozeHoldsForANewRoom(t *testing.T) {
	r := routedRig(t)
	r.take(rigStaffPage, rigBoard)
	r.work()
	r.slack.told()
	until := r.clock.Now().Add(6 * time.Hour)
	if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: Snooze, By: Actor{Role: RoleHost}, Until: until}); err != nil {
		t.Fatal(err)
	}
	r.take(rigBoardPage, rigBoard)
	r.wait(5*time.Hour, time.Hour)
	if got := r.slack.told(); slices.Contains(got, "new C0BOARD") {
		t.Errorf("told in a snooze: %q", got)
	}
	r.wait(2*time.Hour, time.Hour)
	if got := r.slack.told(); !slices.Contains(got, "new C0BOARD") && !slices.Contains(got, "reminder C0BOARD") {
		t.Errorf("never told: %q", got)
	}
}

// A configuration that changes tells nobody by itself, and holds for what comes.
func TestRoutesOfAChangedConfiguration(t *testing.T) {
	room := "C0SECOPS"
	r := newRig(t, func(o *PipelineOptions) {
		o.Rooms = func(string) []Room { return []Room{{ID: "C0SECOPS"}, {ID: "C0BOARD"}} }
		o.Route = func(string, LeakFacts) []Room { return []Room{{ID: room}} }
	})
	r.take(rigHome, rigBoard)
	r.work()
	r.wants("new C0SECOPS")
	room = "C0BOARD"
	r.wait(time.Hour, 10*time.Minute)
	r.wants()
	r.wait(24*time.Hour, 4*time.Hour)
	r.wants("reminder C0BOARD")
}

// A room that is no longer configured is told nothing, and another is when the ladder goes on.
func TestARoomThatIsTakenAway(t *testing.T) {
	rooms := []Room{{ID: "C0OLD"}}
	r := newRig(t, func(o *PipelineOptions) { o.Rooms = func(string) []Room { return rooms } })
	r.take(rigHome, rigBoard)
	rooms = []Room{{ID: "C0NEW"}}
	r.work()
	r.wants()
	r.wait(25*time.Hour, 5*time.Hour)
	if got := r.slack.told(); len(got) == 0 || strings.Contains(strings.Join(got, " "), "C0OLD") || !strings.Contains(got[0], "C0NEW") {
		t.Errorf("told %q", got)
	}
	r.balanced()
}

// However many rooms an organisation has, a step fits into one change.
func TestManyRoomsFitIntoOneChange(t *testing.T) {
	rounds := 4 // were all rooms of before told again, changes would be too large after four
	if long {
		rounds = 6
	}
	var all []Room
	for i := range 200 {
		all = append(all, Room{ID: fmt.Sprintf("C%03d", i)})
	}
	from := 0
	r := newRig(t, func(o *PipelineOptions) {
		o.Rooms = func(string) []Room { return all }
		o.Route = func(string, LeakFacts) []Room { return all[from:] }
	})
	for i := range rounds {
		from = 10 * i
		r.take(fmt.Sprintf("%s/%d", rigHome, i), rigBoard)
		r.wait(26*time.Hour, 13*time.Hour)
		for _, kind := range []EventKind{Help, Ended, Reopen} {
			if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: kind, By: Actor{Role: RoleAnalyst}, Reason: "as asked"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := r.slack.told(); len(got) < rounds*MaxRooms {
		t.Errorf("%d messages", len(got))
	}
	r.balanced()
}

// Pages that cannot be read are not "no pages": the step is made again later.
func TestPagesThatCannotBeRead(t *testing.T) {
	r := routedRig(t)
	broken := &blindSightings{memStore: r.store}
	r.p.store = broken
	broken.broken = true
	if _, err := r.p.Take(t.Context(), r.page(rigBoardPage, rigBoard)); !errors.Is(err, ErrUnavailable) {
		t.Fatalf("error %v", err)
	}
	broken.broken = false
	r.take(rigBoardPage, rigBoard)
	r.work()
	r.wants("new C0BOARD")
}

type blindSightings struct {
	*memStore
	broken bool
}

func (s *blindSightings) Sightings(ctx context.Context, org, leak string) ([]Sighting, error) {
	if s.broken {
		return nil, ErrUnavailable
	}
	return s.memStore.Sightings(ctx, org, leak)
}
