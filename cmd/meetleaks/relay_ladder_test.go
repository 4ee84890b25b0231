package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"meetleaks/scanner"
)

// laterID is a meeting that is found when nothing may be.
const laterID = "86241957038"

// lapse puts the clock on, a day and an hour at a time, until the claim stands as it should, or for so many days. Each day the service
// looks for the record.
func (r *relayed) lapse(store scanner.Store, days int, want scanner.ClaimState) {
	r.t.Helper()
	for range days {
		c, err := store.Claim(r.t.Context(), "hooli", registeredDomain)
		must(r.t, err)
		r.ahead.Add(int64(25 * time.Hour))
		r.await("the daily look", func() bool {
			now, err := store.Claim(r.t.Context(), "hooli", registeredDomain)
			if errors.Is(err, scanner.ErrNotFound) {
				now.State = scanner.ClaimPurged
			}
			c.State = now.State
			return now.State == scanner.ClaimPurged || now.Looked.After(c.Looked)
		})
		if c.State == want {
			return
		}
	}
	r.t.Fatalf("after %d days it is not %s", days, want)
}

// leaks are the domain's leaks as the console shows them; known is false when it does not know the organisation.
func (r *relayed) leaks() (list []struct{ ID, State string }, known bool) {
	r.t.Helper()
	status, body := r.ask("/api/v1/organisations/hooli/leaks")
	var got struct {
		Leaks []struct{ ID, State string }
	}
	if status != http.StatusOK || json.Unmarshal([]byte(body), &got) != nil {
		return nil, false
	}
	return got.Leaks, true
}

// TestAProofThatIsLost goes the whole way through a service on a clock of its own: warned on the first day, frozen on the third, stopped
// on the seventh, erased on the thirtieth. As long as it is frozen its open leak is known, told and answered, also after a start; nothing
// new is found.
func TestAProofThatIsLost(t *testing.T) {
	r := newRelayed(t, -60*24*time.Hour, "sources:\n  - {name: feeder, kind: hook, secret_file: soc-secret}\n")
	r.rhythm = 50 * time.Millisecond
	r.publish("<p>Town hall: https://zoom.us/j/" + registeredID + "</p>")
	r.start()
	if n := r.feed("before", "https://zoom.us/j/"+laterID); n != 0 {
		t.Errorf("%d leaks of nobody", n)
	}
	r.register("hooli", registeredDomain)
	store := r.store()
	r.ahead.Add(int64(6 * time.Minute)) // the first look of its own
	r.await("the leak on the domain's page is told", func() bool { return r.told() > 0 })

	r.forget()
	r.lapse(store, 1, scanner.ClaimWarned)
	if n := r.feed("warned", "https://zoom.us/j/"+registeredID); n != 1 {
		t.Errorf("%d leaks found while it is warned, want the one", n)
	}
	r.lapse(store, 3, scanner.ClaimFrozen)
	r.await("nothing new is found", func() bool {
		return r.feed(fmt.Sprint("frozen-", r.now().UnixNano()), "https://zoom.us/j/"+registeredID) == 0
	})
	r.end()
	r.start()
	r.frozen(store)

	list, _ := r.leaks()
	rows, err := store.Deliveries(t.Context(), "hooli", list[0].ID)
	must(t, err)
	told := r.told()
	for _, row := range rows {
		if row.Delivery.State == scanner.DeliveryPending {
			told++ // under way before the proof was lost: it may come yet
		}
	}
	r.lapse(store, 6, scanner.ClaimStopped)
	r.await("nobody is known any more", func() bool { _, known := r.leaks(); return !known })
	r.lapse(store, 26, scanner.ClaimPurged)
	r.await("it is erased", func() bool {
		orgs, err := store.Organisations(t.Context())
		return err == nil && !slices.Contains(orgs, "hooli")
	})
	if n := r.told(); n > told {
		t.Errorf("%d more messages after the proof was lost", n-told)
	}
	r.end()
}

// frozen wants the organisation known after a start, its leak open, and closed and told by a person's word; and nothing new found.
func (r *relayed) frozen(store scanner.Store) {
	r.t.Helper()
	list, known := r.leaks()
	if !known || len(list) != 1 || list[0].State != string(scanner.StateOpen) {
		r.t.Fatalf("known %v, %v: want its one leak open", known, list)
	}
	if n := r.feed("again", "https://zoom.us/j/"+laterID); n != 0 {
		r.t.Errorf("%d leaks are found for an organisation that is frozen", n)
	}
	before := r.told()
	status, answer := r.request(http.MethodPost, "/api/v1/organisations/hooli/leaks/"+list[0].ID+"/close", `{"as":"over","reason":"it was moved"}`)
	if status != http.StatusOK {
		r.t.Fatalf("close: %d %s", status, answer)
	}
	r.await("that it is over is told", func() bool { return r.told() > before })
	page, err := store.ListLeaks(r.t.Context(), scanner.LeakQuery{Org: "hooli", Limit: 10})
	must(r.t, err)
	if len(page.Leaks) != 1 {
		r.t.Errorf("%d leaks: something new was found", len(page.Leaks))
	}
}
