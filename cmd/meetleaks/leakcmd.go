package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/scanner"
)

func (a *app) leakCommand() *cobra.Command {
	var o deskOptions
	cmd := &cobra.Command{
		Use:   "leak",
		Short: "Work the queue: list leaks, see all about one, and say what became of it",
		Long: `leak works on the store that the configuration names, beside a running service or without one; or, with --server, on a running
service.

A leak is named by its id, or by as much of its beginning as no other leak has.

Exit codes: 0 done, or nothing found · 2 wrong usage, no such leak, not allowed · 3 the store or the service does not answer ·
130 interrupted.`,
		Example: `  meetleaks leak list
  meetleaks leak show 1f3a9c02
  meetleaks leak ack 1f3a9c02 --for 2h
  meetleaks leak confirm 1f3a9c02 --what not-mine
  meetleaks leak public 1f3a9c02 --what series --until 60d --reason 'a lecture for all'
  meetleaks leak list --silenced
  meetleaks leak list --server https://meetleaks.acme.example --token-file token`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			if !cmd.Flags().Changed("config") && o.server == "" {
				o.config = existingDefault()
			}
		},
	}
	var org string
	flags := cmd.PersistentFlags()
	flags.StringVar(&o.config, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	flags.StringVar(&o.server, "server", "", "work on the service at `URL` instead: https://, or http:// on this machine")
	flags.StringVar(&o.tokenFile, "token-file", "", "`FILE` with the service's token")
	flags.StringVar(&org, "org", "", "of the organisation `NAME` only")
	cmd.AddCommand(a.leakListCommand(&o, &org), a.leakShowCommand(&o, &org))
	cmd.AddCommand(a.leakActs(&o, &org)...)
	return cmd
}

// leakWork is what a subcommand does at its desk.
type leakWork func(ctx context.Context, q *queue) error

// atDesk opens the desk, works there, and closes it.
func (a *app) atDesk(ctx context.Context, o deskOptions, org string, acts bool, work leakWork) error {
	d, err := a.openDesk(ctx, o, acts)
	if err != nil {
		return deskFault(ctx, err)
	}
	q := &queue{desk: d}
	err = q.choose(ctx, org)
	if err == nil {
		err = work(ctx, q)
	}
	return deskFault(ctx, errors.Join(err, d.close()))
}

// maxGathered is how many leaks are read to be sorted or searched.
const maxGathered = 10_000

// gatherPage is how many are asked for at a time: the most that the API gives.
const gatherPage = 200

// queue is the leaks of some organisations at a desk.
type queue struct {
	desk
	names []string
}

// choose limits the queue to one organisation, "" for all.
func (q *queue) choose(ctx context.Context, org string) error {
	names, err := q.orgs(ctx)
	switch {
	case err != nil:
		return err
	case org == "":
		q.names = names
	case slices.Contains(names, org):
		q.names = []string{org}
	default:
		return usage(known(names), "--org: there is no organisation %q", org)
	}
	return nil
}

// maxKnown is how many organisations a hint names.
const maxKnown = 10

func known(names []string) string {
	if len(names) == 0 {
		return "there is none yet"
	}
	more := ""
	if n := len(names) - maxKnown; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return "there is " + strings.Join(names[:min(len(names), maxKnown)], ", ") + more
}

// gather reads leaks, of each organisation the newest first. more says that there are others beyond maxGathered.
func (q *queue) gather(ctx context.Context, states []scanner.State, since time.Time) (list []console.Leak, more bool, err error) {
	for _, org := range q.names {
		query := console.Query{States: states, Since: since, Limit: gatherPage}
		for {
			page, err := q.list(ctx, org, query)
			if err != nil {
				return nil, false, err
			}
			list = append(list, page.Leaks...)
			if len(list) > maxGathered {
				return list[:maxGathered], true, nil
			}
			if page.Next == "" {
				break
			}
			query.After = page.Next
		}
	}
	return list, false, nil
}

// The form of leaks' ids.
const (
	leakPrefix = "lk1:"
	leakDigits = 32 // hexadecimal
	shortID    = 8  // of them, shown at least
)

// short is the digits of an id that are shown, of n.
func short(id string, n int) string {
	digits := strings.TrimPrefix(id, leakPrefix)
	return digits[:min(n, len(digits))]
}

// shortLength is how many digits tell the leaks apart, shortID at least.
func shortLength(list []console.Leak) int {
	ids := make([]string, 0, len(list))
	for _, l := range list {
		ids = append(ids, short(l.ID, leakDigits))
	}
	slices.Sort(ids)
	n := shortID
	for i := 1; i < len(ids); i++ {
		for ids[i] != ids[i-1] && n < leakDigits && short(ids[i], n) == short(ids[i-1], n) {
			n++
		}
	}
	return n
}

// find gives the one leak whose id begins so.
func (q *queue) find(ctx context.Context, given string) (console.Leak, error) {
	digits := strings.ToLower(strings.TrimPrefix(given, leakPrefix))
	if digits == "" || len(digits) > leakDigits || strings.Trim(digits, "0123456789abcdef") != "" {
		return console.Leak{}, usage("`meetleaks leak list` shows the ids", "%q is not the id of a leak, or its beginning", given)
	}
	if len(digits) == leakDigits {
		return q.exactly(ctx, leakPrefix+digits)
	}
	list, more, err := q.gather(ctx, nil, time.Time{})
	if err != nil {
		return console.Leak{}, err
	}
	var found []console.Leak
	for _, l := range list {
		if strings.HasPrefix(short(l.ID, leakDigits), digits) {
			found = append(found, l)
		}
	}
	switch {
	case len(found) > 1:
		return console.Leak{}, ambiguous(given, found)
	case more:
		return console.Leak{}, usage("give the whole id, or --org", "there are more than %d leaks: others may begin with %s too", maxGathered, given)
	case len(found) == 0:
		return console.Leak{}, noLeak(given)
	}
	return found[0], nil
}

// exactly gives the leak of an id.
func (q *queue) exactly(ctx context.Context, id string) (console.Leak, error) {
	for _, org := range q.names {
		details, err := q.show(ctx, org, id)
		if err == nil {
			return details.Leak, nil
		}
		if !errors.Is(err, scanner.ErrNotFound) {
			return console.Leak{}, err
		}
	}
	return console.Leak{}, noLeak(id)
}

func noLeak(given string) error {
	return usage("`meetleaks leak list --state all` shows the ids", "there is no leak %s", given)
}

// maxCandidates is how many leaks are named when several are meant.
const maxCandidates = 10

func ambiguous(given string, found []console.Leak) error {
	n := shortLength(found)
	var lines []string
	for _, l := range found[:min(len(found), maxCandidates)] {
		lines = append(lines, fmt.Sprintf("  %s  %s of %s, %s", short(l.ID, n), meetingWords(l), l.Org, l.State))
	}
	if more := len(found) - maxCandidates; more > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more", more))
	}
	return usage("give more of the id", "%s is the beginning of %d leaks:\n%s", given, len(found), strings.Join(lines, "\n"))
}

func (a *app) leakShowCommand(o *deskOptions, org *string) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show all about one leak: where it stands, who was told, who did what, and what can be done next",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format, "text", "json"); err != nil {
				return err
			}
			return a.atDesk(cmd.Context(), *o, *org, false, func(ctx context.Context, q *queue) error {
				l, err := q.find(ctx, args[0])
				if err != nil {
					return err
				}
				details, err := q.show(ctx, l.Org, l.ID)
				if err != nil {
					return err
				}
				if format == "json" {
					return a.writeJSON(details)
				}
				return a.print("%s", a.leakText(details))
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func checkFormat(format string, all ...string) error {
	if slices.Contains(all, format) {
		return nil
	}
	return usage("", "--format %q is not known: want %s", format, strings.Join(all, ", "))
}

// leakAct is a subcommand that changes a leak.
type leakAct struct {
	use, short string
	flags      func(cmd *cobra.Command)
	check      func(now time.Time) error // of the flags, before anything is opened
	// action is what to do with a leak. The present is in the zone of the leak's organisation.
	action func(ctx context.Context, q *queue, l console.Leak, now time.Time) (console.Action, error)
}

// actFlags are the flags of all that change leaks.
type actFlags struct{ reason, until, as, span, what, place, to string }

func (f *actFlags) needReason(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.reason, "reason", "", "why, in your words; the audit keeps it (needed)")
}

func (f *actFlags) mayReason(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.reason, "reason", "", "why, in your words; the audit keeps it")
}

func (a *app) leakActs(o *deskOptions, org *string) []*cobra.Command {
	var cmds []*cobra.Command
	for _, act := range []leakAct{
		ackAct(), closeAct(), muteAct(), unmuteAct(), reopenAct(), confirmAct(), refuseAct(), assignAct(), publicAct(),
	} {
		cmd := &cobra.Command{
			Use: act.use, Short: act.short, Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				if err := act.check(a.now()); err != nil {
					return err
				}
				return a.atDesk(cmd.Context(), *o, *org, true, func(ctx context.Context, q *queue) error {
					return a.carryOut(ctx, q, args[0], act)
				})
			},
		}
		act.flags(cmd)
		cmds = append(cmds, cmd)
	}
	return cmds
}

// carryOut changes a leak and says in one line how it is then.
func (a *app) carryOut(ctx context.Context, q *queue, id string, act leakAct) error {
	l, err := q.find(ctx, id)
	if err != nil {
		return err
	}
	do, err := act.action(ctx, q, l, a.nowOf(l))
	if err != nil {
		return err
	}
	got, err := q.act(ctx, l.Org, l.ID, do)
	if err != nil {
		return err
	}
	line := fmt.Sprintf("%s  %s of %s: %s", short(got.Leak.ID, shortID), meetingWords(got.Leak), got.Leak.Org, stateWords(got.Leak, a.nowOf(got.Leak)))
	if !got.TookEffect {
		return usage("the audit keeps what you asked for", "nothing is changed, its state does not allow for it: %s", line)
	}
	return a.print("%s\n", line)
}

func ackAct() leakAct {
	f := &actFlags{}
	return leakAct{
		use: "ack ID", short: "Take note of an open leak: reminders wait, 24 hours at most and never into the hour before a start",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&f.span, "for", "4h", "how long reminders wait")
			f.mayReason(cmd)
		},
		check: func(now time.Time) error {
			_, err := f.snooze(now)
			return firstOf(err, checkReason(f.reason, false))
		},
		action: func(_ context.Context, _ *queue, _ console.Leak, now time.Time) (console.Action, error) {
			until, err := f.snooze(now)
			return console.Ack(until, f.reason), err
		},
	}
}

// snooze is until when reminders wait.
func (f *actFlags) snooze(now time.Time) (time.Time, error) {
	span, err := config.ParseDuration(f.span)
	if err != nil || span <= 0 || time.Duration(span) > scanner.MaxSnooze {
		return time.Time{}, usage("mute it when it shall be quiet for longer", "--for wants a length of time up to 24h, such as 4h or 90m")
	}
	return now.Add(time.Duration(span)), nil
}

func closeAct() leakAct {
	f := &actFlags{}
	return leakAct{
		use: "close ID", short: "End a leak by your word",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&f.as, "as", "", "over (the meeting is), safe-by-word (locked or moved), or not-ours (needed)")
			f.needReason(cmd)
		},
		check: func(time.Time) error {
			switch scanner.State(f.as) {
			case scanner.StateOver, scanner.StateByWord, scanner.StateNotOurs:
				return checkReason(f.reason, true)
			}
			return usage("", "--as wants over, safe-by-word or not-ours")
		},
		action: always(func() console.Action { return console.Close(scanner.State(f.as), f.reason) }),
	}
}

func muteAct() leakAct {
	f := &actFlags{}
	return leakAct{
		use: "mute ID", short: "Silence a leak until a day, 180 days away at most",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&f.until, "until", "", "a length of time such as 30d, or a day such as 2027-01-31, to its end (needed)")
			f.needReason(cmd)
		},
		check: func(now time.Time) error {
			_, err := parseUntil(f.until, now)
			return firstOf(err, checkReason(f.reason, true))
		},
		action: func(_ context.Context, _ *queue, _ console.Leak, now time.Time) (console.Action, error) {
			until, err := parseUntil(f.until, now)
			return console.Mute(until, f.reason), err
		},
	}
}

func unmuteAct() leakAct {
	f := &actFlags{}
	return leakAct{
		use: "unmute ID", short: "End a mute, or what is public on purpose, before its time", flags: f.mayReason,
		check:  func(time.Time) error { return checkReason(f.reason, false) },
		action: always(func() console.Action { return console.Unmute(f.reason) }),
	}
}

func reopenAct() leakAct {
	f := &actFlags{}
	return leakAct{
		use: "reopen ID", short: "Open a leak anew: whoever hosts the meeting is told again", flags: f.needReason,
		check:  func(time.Time) error { return checkReason(f.reason, true) },
		action: always(func() console.Action { return console.Reopen(f.reason) }),
	}
}

// always is an action that is the same for every leak.
func always(do func() console.Action) func(context.Context, *queue, console.Leak, time.Time) (console.Action, error) {
	return func(context.Context, *queue, console.Leak, time.Time) (console.Action, error) { return do(), nil }
}

// maxReason is what the API takes, in characters.
const maxReason = 500

func checkReason(reason string, needed bool) error {
	switch {
	case needed && strings.TrimSpace(plain(reason)) == "":
		return usage("", "--reason is needed: the audit keeps why")
	case utf8.RuneCountInString(reason) > maxReason:
		return usage("", "--reason is longer than %d characters", maxReason)
	}
	return nil
}

// parseUntil reads a length of time from now, or a day of now's zone, to its end.
func parseUntil(text string, now time.Time) (time.Time, error) {
	if span, err := config.ParseDuration(text); err == nil && span > 0 {
		return checkQuiet(now.Add(time.Duration(span)), now)
	}
	day, err := time.ParseInLocation(time.DateOnly, text, now.Location())
	if err != nil {
		return time.Time{}, usage("", "--until wants a length of time such as 30d, or a day such as 2027-01-31")
	}
	return checkQuiet(day.AddDate(0, 0, 1), now)
}

func checkQuiet(until, now time.Time) (time.Time, error) {
	switch {
	case !until.After(now):
		return until, usage("", "--until: that day has passed")
	case until.Sub(now) > scanner.MaxQuietEnd:
		return until, usage("mute it again when the time comes", "--until: that is more than 180 days away")
	}
	return until, nil
}
