package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/scanner"
)

// leakListOptions are the flags of `leak list`.
type leakListOptions struct {
	state, since, format string
	limit                int
	silenced             bool
}

func (a *app) leakListCommand(o *deskOptions, org *string) *cobra.Command {
	var l leakListOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List leaks, those first that can do harm first: running or starting soon, then by risk, then the newest",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if l.silenced {
				if cmd.Flags().Changed("state") {
					return usage("", "--silenced and --state exclude each other")
				}
				l.state = silencedStates
			}
			states, since, err := l.check(a.now())
			if err != nil {
				return err
			}
			return a.atDesk(cmd.Context(), *o, *org, false, func(ctx context.Context, q *queue) error {
				return a.listLeaks(ctx, q, l, states, since)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&l.state, "state", string(scanner.StateOpen), "of these states, divided by commas: "+strings.Join(stateNames(), ", ")+"; or all")
	flags.StringVar(&l.since, "since", "", "first seen within this time, such as 7d")
	flags.IntVar(&l.limit, "limit", 50, "`N` leaks at most")
	flags.BoolVar(&l.silenced, "silenced", false, "what is muted or public on purpose: by whom, why, until when, and what that hid; what hid nothing comes first")
	flags.StringVar(&l.format, "format", "text", "text, json, jsonl or csv")
	return cmd
}

// silencedStates are those of --silenced.
const silencedStates = string(scanner.StateMuted) + "," + string(scanner.StatePublic)

func stateNames() []string {
	var names []string
	for _, s := range scanner.States()[1:] {
		names = append(names, string(s))
	}
	return names
}

// check reads the flags. No states are all.
func (l leakListOptions) check(now time.Time) (states []scanner.State, since time.Time, err error) {
	if err := checkFormat(l.format, "text", "json", "jsonl", "csv"); err != nil {
		return nil, since, err
	}
	if l.limit < 1 || l.limit > maxGathered {
		return nil, since, usage("", "--limit wants a number from 1 to %d", maxGathered)
	}
	if l.since != "" {
		span, err := config.ParseDuration(l.since)
		if err != nil {
			return nil, since, usage("", "--since: %w", err)
		}
		since = now.Add(-time.Duration(span))
	}
	if l.state == "all" {
		return nil, since, nil
	}
	for name := range strings.SplitSeq(l.state, ",") {
		if name = strings.TrimSpace(name); !slices.Contains(stateNames(), name) {
			return nil, since, usage("", "--state: unknown state %q: use %s, or all", name, strings.Join(stateNames(), ", "))
		}
		states = append(states, scanner.State(name))
	}
	return states, since, nil
}

// leakReport is `leak list --format json`.
type leakReport struct {
	Leaks []console.Leak `json:"leaks"`
	Found int            `json:"found"`     // that fit, also beyond --limit
	Cut   bool           `json:"truncated"` // there are more than were read
}

func (a *app) listLeaks(ctx context.Context, q *queue, l leakListOptions, states []scanner.State, since time.Time) error {
	list, cut, err := q.gather(ctx, states, since)
	if err != nil {
		return err
	}
	if l.silenced {
		console.BySilence(list)
	} else {
		byHarm(list, a.now())
	}
	shown := list[:min(len(list), l.limit)]
	if err := a.printLeaks(l, leakReport{append([]console.Leak{}, shown...), len(list), cut}, shortLength(list)); err != nil {
		return err
	}
	if len(list) == 0 {
		return a.sayNone(ctx, q, l)
	}
	a.sayCounts(len(shown), len(list), cut, l.state)
	if l.silenced {
		a.sayIdle(list)
	}
	return nil
}

// sayIdle says how many silences could be ended.
func (a *app) sayIdle(list []console.Leak) {
	idle := 0
	for _, l := range list {
		if l.HidNothing() {
			idle++
		}
	}
	fmt.Fprintf(a.stderr, "meetleaks: %d of %d hid nothing: `meetleaks leak unmute` ends a silence\n", idle, len(list))
}

// printLeaks writes the result; n is how many digits of the ids text shows.
func (a *app) printLeaks(o leakListOptions, r leakReport, n int) error {
	switch o.format {
	case "json":
		return a.writeJSON(r)
	case "jsonl":
		return a.leakLines(r.Leaks)
	case "csv":
		return a.print("%s", leakCSV(r.Leaks))
	}
	if o.silenced {
		return a.print("%s", a.silencedTable(r.Leaks, n))
	}
	return a.print("%s", a.leakTable(r.Leaks, n))
}

// leakLines writes one object a line.
func (a *app) leakLines(list []console.Leak) error {
	encoder := json.NewEncoder(a.stdout)
	encoder.SetEscapeHTML(false)
	for _, l := range list {
		if err := encoder.Encode(l); err != nil {
			return failed("", "write: %w", err)
		}
	}
	return nil
}

// sayCounts says what the list leaves out.
func (a *app) sayCounts(shown, found int, cut bool, state string) {
	what := count(found, strings.TrimPrefix(state+" ", "all ")+"leak")
	if strings.Contains(state, ",") {
		what = count(found, "leak") + " (" + state + ")"
	}
	switch {
	case cut:
		fmt.Fprintf(a.stderr, "meetleaks: there are more than %d leaks: only these, of each organisation the newest, were sorted; use --org, --state and --since\n", maxGathered)
	case shown < found:
		fmt.Fprintf(a.stderr, "meetleaks: %s, the first %d shown: --limit shows more\n", plain(what), shown)
	default:
		fmt.Fprintf(a.stderr, "meetleaks: %s\n", plain(what))
	}
}

// sayNone says that nothing fits, and what there is else.
func (a *app) sayNone(ctx context.Context, q *queue, l leakListOptions) error {
	all, cut, err := q.gather(ctx, nil, time.Time{})
	if err != nil {
		return err
	}
	what := "no " + strings.ReplaceAll(strings.TrimPrefix(l.state+" ", "all "), ",", " or ") + "leaks"
	if l.since != "" {
		what += " in the last " + l.since
	}
	line := what + "; there are none at all"
	if len(all) > 0 {
		line = what + "; there are: " + stateCounts(all)
	}
	if cut {
		line += fmt.Sprintf(" among the newest %d", maxGathered)
	}
	fmt.Fprintf(a.stderr, "meetleaks: %s\n", plain(line))
	return nil
}

// stateCounts is "2 open, 1 muted".
func stateCounts(list []console.Leak) string {
	counts := map[string]int{}
	for _, l := range list {
		counts[l.State]++
	}
	return countsText(counts)
}

func countsText(counts map[string]int) string {
	var parts []string
	for _, name := range stateNames() {
		if counts[name] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
		}
	}
	return strings.Join(parts, ", ")
}

// byHarm sorts: what may be running, then what starts, the soonest first; then all others by risk, then the newest.
func byHarm(list []console.Leak, now time.Time) {
	slices.SortStableFunc(list, func(a, b console.Leak) int {
		first, second := harmOf(a, now), harmOf(b, now)
		return cmp.Or(
			cmp.Compare(first.rank, second.rank), first.at.Compare(second.at),
			cmp.Compare(b.Risk.Score, a.Risk.Score), b.FirstSeen.Compare(a.FirstSeen), cmp.Compare(a.ID, b.ID),
		)
	})
}

// harm is how soon a leak can do harm.
type harm struct {
	rank int       // 0 it may be running, 1 it starts, 2 nobody knows, or it has passed
	at   time.Time // of its start, when it starts
}

func harmOf(l console.Leak, now time.Time) harm {
	w := l.When.Domain()
	switch {
	case !w.Known() || !now.Before(w.Over()):
		return harm{rank: 2}
	case !now.Before(w.Begins()):
		return harm{}
	}
	return harm{1, w.Begins()}
}

// leakCSV is a row for each leak.
func leakCSV(list []console.Leak) string {
	var b strings.Builder
	b.WriteString(report.CSVLine(
		"id", "org", "platform", "kind", "class", "masked_id", "secrets", "state", "state_since", "state_until", "reason", "starts", "starts_by",
		"risk_score", "risk_level", "first_seen", "last_seen", "places", "sightings", "reach", "account", "account_reason",
		"by", "by_ref", "hid", "public_places",
	))
	for _, l := range list {
		w := l.When.Domain()
		fields := []string{
			l.ID, l.Org, l.Platform, l.Kind, l.Class, l.MaskedID, strings.Join(l.Secrets, "; "), l.State, stamp(l.Since), stamp(l.Until), l.Reason,
			stamp(w.Start.Time), string(w.By), strconv.Itoa(l.Risk.Score), l.Risk.Level, stamp(l.FirstSeen), stamp(l.LastSeen),
			strconv.Itoa(l.DistinctPlaces), strconv.Itoa(l.Sightings), strconv.FormatInt(l.Reach, 10), l.Account.Kind, l.Account.Reason,
			l.By, l.ByRef, strconv.Itoa(l.Hid), strconv.Itoa(l.PublicPlaces),
		}
		for i, field := range fields {
			fields[i] = plain(field)
		}
		b.WriteString(report.CSVLine(fields...))
	}
	return b.String()
}

// stamp is a time as machines read it, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
