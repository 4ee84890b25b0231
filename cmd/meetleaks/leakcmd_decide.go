package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/scanner"
)

// What analysts decide: of what a host said and waits, of who the host is, of what is public on purpose.

// waitingKinds are what can wait for an analyst.
func waitingKinds() []string {
	kinds := []scanner.EventKind{scanner.NotMine, scanner.PublicPage, scanner.PublicSeries, scanner.Disowned, scanner.Help}
	names := make([]string, 0, len(kinds))
	for _, kind := range kinds {
		names = append(names, string(kind))
	}
	return names
}

// waits checks that what waits is what was seen, "" for whatever it is, and gives since when.
func waits(l console.Leak, seen string) (time.Time, error) {
	switch {
	case l.Waiting == nil:
		return time.Time{}, nil // the service says so
	case seen != "" && l.Waiting.What != seen:
		return time.Time{}, usage("`meetleaks leak show` says more", "nothing is done: what waits is not %s any more, but %s", seen, l.Waiting.What)
	}
	return l.Waiting.At, nil
}

func checkWhat(what string) error {
	if what == "" {
		return nil
	}
	return checkOneOf("--what", what, waitingKinds())
}

func checkOneOf(flag, given string, all []string) error {
	for _, one := range all {
		if given == one {
			return nil
		}
	}
	return usage("", "%s wants %s", flag, strings.Join(all, ", "))
}

func confirmAct() leakAct {
	f := &actFlags{}
	return leakAct{
		use: "confirm ID", short: "Say that what a host said, and waits for you, is so",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&f.what, "what", "", "only when this `QUESTION` waits, as leak show names it: "+strings.Join(waitingKinds(), ", "))
			cmd.Flags().StringVar(&f.until, "until", "", "of what is public on purpose: a length of time such as 30d, or a day such as 2027-01-31, to its end (default 90d)")
			f.mayReason(cmd)
		},
		check: func(now time.Time) error {
			if err := checkWhat(f.what); err != nil || f.until == "" {
				return firstOf(err, checkReason(f.reason, false))
			}
			_, err := parseUntil(f.until, now)
			return firstOf(err, checkReason(f.reason, false))
		},
		action: func(_ context.Context, _ *queue, l console.Leak, now time.Time) (console.Action, error) {
			asked, err := waits(l, f.what)
			if err != nil || f.until == "" {
				return console.Confirm(asked, time.Time{}, f.reason), err
			}
			until, err := parseUntil(f.until, now)
			return console.Confirm(asked, until, f.reason), err
		},
	}
}

func refuseAct() leakAct {
	f := &actFlags{}
	return leakAct{
		use: "refuse ID", short: "Say that what a host said, and waits for you, is not so: all goes on as before",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&f.what, "what", "", "only when this `QUESTION` waits, as leak show names it: "+strings.Join(waitingKinds(), ", "))
			f.mayReason(cmd)
		},
		check: func(time.Time) error { return firstOf(checkWhat(f.what), checkReason(f.reason, false)) },
		action: func(_ context.Context, _ *queue, l console.Leak, _ time.Time) (console.Action, error) {
			asked, err := waits(l, f.what)
			return console.Refuse(asked, f.reason), err
		},
	}
}

// maxEmail bounds an address, in bytes.
const maxEmail = 320

func assignAct() leakAct {
	f := &actFlags{}
	return leakAct{
		use: "assign ID", short: "Name the host: they are told, and nobody else is taken for the host",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&f.to, "to", "", "their e-mail `ADDRESS`, under a registered domain of the organisation (needed)")
			f.mayReason(cmd)
		},
		check: func(time.Time) error {
			if !strings.Contains(f.to, "@") || len(f.to) > maxEmail {
				return usage("", "--to wants the e-mail address of the host")
			}
			return checkReason(f.reason, false)
		},
		action: func(context.Context, *queue, console.Leak, time.Time) (console.Action, error) {
			return console.Assign(f.to, f.reason), nil
		},
	}
}

func publicAct() leakAct {
	f := &actFlags{}
	return leakAct{
		use: "public ID", short: "Call a leak public on purpose, at one place or wherever it stands, 180 days at most",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&f.as, "what", "", "page (at one place) or series (wherever it stands now) (needed)")
			cmd.Flags().StringVar(&f.place, "place", "", "`ID` of the place, as `leak show` gives it, where it stands at several")
			cmd.Flags().StringVar(&f.until, "until", "90d", "a length of time such as 30d, or a day such as 2027-01-31, to its end")
			f.needReason(cmd)
		},
		check: func(now time.Time) error {
			if err := checkOneOf("--what", f.as, []string{"page", "series"}); err != nil {
				return err
			}
			if f.place != "" && f.as != "page" {
				return usage("", "--place is for --what page")
			}
			_, err := parseUntil(f.until, now)
			return firstOf(err, checkReason(f.reason, true))
		},
		action: func(ctx context.Context, q *queue, l console.Leak, now time.Time) (console.Action, error) {
			until, err := parseUntil(f.until, now)
			switch {
			case err != nil:
				return console.Action{}, err
			case f.as == "series":
				return console.PublicSeries(until, f.reason), nil
			case f.place != "":
				return console.PublicAt(f.place, until, f.reason), nil
			}
			return console.PublicAt("", until, f.reason), onePlace(ctx, q, l)
		},
	}
}

// maxPlaces is how many places are named when several are meant.
const maxPlaces = 20

// onePlace is an error that names the places when a leak stands at several.
func onePlace(ctx context.Context, q *queue, l console.Leak) error {
	d, err := q.show(ctx, l.Org, l.ID)
	if err != nil {
		return err
	}
	var lines []string
	for _, at := range d.Sightings {
		if at.ID != "" && !at.Public && at.Gone.IsZero() {
			lines = append(lines, "  "+plain(at.ID)+"  "+plain(at.Place))
		}
	}
	if len(lines) < 2 {
		return nil // the service knows which one, or says why not
	}
	n := len(lines)
	if n > maxPlaces {
		lines = append(lines[:maxPlaces], "  and "+count(n-maxPlaces, "more place"))
	}
	return usage("give one of them as --place, or say --what series", "it stands at %d places: which one is meant?\n%s", n, strings.Join(lines, "\n"))
}

// firstOf is the first that is an error.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
