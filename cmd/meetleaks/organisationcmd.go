package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

func (a *app) organisationCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "organisation",
		Short: "List the organisations of the store, or take all that is kept of one away",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var file, format string
	flags := cmd.PersistentFlags()
	flags.StringVar(&file, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	flags.StringVar(&format, "format", "text", "text or json")
	at := func(work orgWork) func(*cobra.Command, []string) error {
		return func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format, "text", "json"); err != nil {
				return err
			}
			if !cmd.Flags().Changed("config") {
				file = existingDefault()
			}
			return a.atStore(cmd.Context(), file, func(ctx context.Context, loaded *config.Loaded, opened *openedStore) error {
				return work(ctx, orgTask{loaded, opened, args, format == "json"})
			})
		}
	}
	list := &cobra.Command{
		Use: "list", Short: "List organisations, their leaks by state and their ledgers", Args: cobra.NoArgs, RunE: at(a.listOrganisations),
	}
	var sure bool
	erase := &cobra.Command{
		Use:   "erase NAME --yes",
		Short: "Take away an organisation's key, from when on nothing of it can be read, and then all that is kept of it",
		Long: `erase cannot be undone: it takes away the key of an organisation, its leaks, places, deliveries and audit. Backups that hold the
key can still bring it back: they end with the days that you keep them.`,
		Args: cobra.ExactArgs(1),
		RunE: at(func(ctx context.Context, t orgTask) error { return a.eraseOrganisation(ctx, t, sure) }),
	}
	erase.Flags().BoolVar(&sure, "yes", false, "I am sure")
	cmd.AddCommand(list, erase)
	return cmd
}

// orgTask is what a subcommand works with.
type orgTask struct {
	loaded *config.Loaded
	opened *openedStore
	args   []string
	json   bool
}

type orgWork func(ctx context.Context, t orgTask) error

// atStore opens the store of the configuration, works on it, and closes it.
func (a *app) atStore(ctx context.Context, file string, work func(context.Context, *config.Loaded, *openedStore) error) error {
	loaded, err := a.loadConfig(file)
	if err != nil {
		return err
	}
	opened, err := a.existingStore(ctx, loaded.Config)
	if err != nil {
		return deskFault(ctx, err)
	}
	return deskFault(ctx, errors.Join(work(ctx, loaded, opened), opened.store.Close()))
}

// orgRow is an organisation in `organisation list --format json`.
type orgRow struct {
	Name       string         `json:"name"`
	Configured bool           `json:"configured"`
	Key        bool           `json:"key"` // there is a data key: without one nothing sealed of it can be read
	Leaks      map[string]int `json:"leaks"`
	More       bool           `json:"more"` // leaks that were not counted
	Ledger     orgLedger      `json:"ledger"`
}

// orgLedger is the sum that must hold: found = alerted + suppressed + pending.
type orgLedger struct {
	Found      int64  `json:"found"`
	Alerted    int64  `json:"alerted"`
	Suppressed int64  `json:"suppressed"`
	Pending    int64  `json:"pending"`
	Fault      string `json:"fault,omitempty"`
}

func (a *app) listOrganisations(ctx context.Context, t orgTask) error {
	rows, err := orgRows(ctx, t)
	if err != nil {
		return err
	}
	if t.json {
		return a.writeJSON(map[string][]orgRow{"organisations": rows})
	}
	if len(rows) == 0 {
		fmt.Fprintln(a.stderr, "meetleaks: there is no organisation: neither in the store nor in the configuration")
	}
	return a.print("%s", a.orgText(rows))
}

// orgRows is every organisation of the store and of the configuration, by name.
func orgRows(ctx context.Context, t orgTask) ([]orgRow, error) {
	names, err := t.opened.store.Organisations(ctx)
	if err != nil {
		return nil, failed("", "list organisations: %w", err)
	}
	for _, o := range t.loaded.Organisations {
		if !slices.Contains(names, o.Name) {
			names = append(names, o.Name)
		}
	}
	slices.Sort(names)
	rows := make([]orgRow, 0, len(names))
	for _, name := range names {
		row, err := orgRowOf(ctx, t.opened.store, name)
		if err != nil {
			return nil, failed("", "read of organisation %s: %w", name, err)
		}
		row.Configured = isConfigured(t.loaded, name)
		rows = append(rows, row)
	}
	return rows, nil
}

func isConfigured(loaded *config.Loaded, name string) bool {
	return slices.ContainsFunc(loaded.Organisations, func(o config.Organisation) bool { return o.Name == name })
}

func orgRowOf(ctx context.Context, store scanner.Store, name string) (orgRow, error) {
	row := orgRow{Name: name, Key: true, Leaks: map[string]int{}}
	switch _, err := store.OrgKey(ctx, name); {
	case errors.Is(err, scanner.ErrNotFound):
		row.Key = false
	case err != nil:
		return row, err
	}
	books, pending, err := store.Ledger(ctx, name)
	if err != nil {
		return row, err
	}
	row.Ledger = orgLedger{Found: books.Found, Alerted: books.Alerted, Pending: books.Pending}
	for _, n := range books.Suppressed {
		row.Ledger.Suppressed += n
	}
	if err := books.Check(pending); err != nil {
		row.Ledger.Fault = err.Error()
	}
	return row, row.count(ctx, store)
}

// count counts the leaks by state, maxGathered at most.
func (row *orgRow) count(ctx context.Context, store scanner.Store) error {
	q := scanner.LeakQuery{Org: row.Name, Limit: scanner.MaxBatch}
	for range maxGathered / scanner.MaxBatch {
		page, err := store.ListLeaks(ctx, q)
		if err != nil {
			return err
		}
		for _, l := range page.Leaks {
			row.Leaks[string(l.State)]++
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
	row.More = true
	return nil
}

func (a *app) orgText(rows []orgRow) string {
	var b strings.Builder
	i := a.ink()
	for _, row := range rows {
		fmt.Fprintf(&b, "%s  %s\n", i.bold(plain(row.Name)), row.standing())
		leaks := cmp.Or(countsText(row.Leaks), "none")
		if row.More {
			leaks += fmt.Sprintf(" among the newest %d", maxGathered)
		}
		l := row.Ledger
		fmt.Fprintf(&b, "  %s %s\n", i.dim("leaks "), leaks)
		fmt.Fprintf(&b, "  %s found %d = alerted %d + suppressed %d + pending %d\n", i.dim("ledger"), l.Found, l.Alerted, l.Suppressed, l.Pending)
		if l.Fault != "" {
			fmt.Fprintf(&b, "  %s\n", i.with("1;31", "the sum does not hold: "+plain(l.Fault)))
		}
	}
	return b.String()
}

// standing says where an organisation is known.
func (row orgRow) standing() string {
	switch {
	case row.Configured && row.Key:
		return "in the configuration"
	case row.Configured:
		return "in the configuration, not yet in the store: `meetleaks serve` adds it"
	case row.Key:
		return "not in the configuration; `meetleaks organisation erase " + plain(row.Name) + " --yes` takes away what is kept"
	}
	return "being erased: `meetleaks organisation erase " + plain(row.Name) + " --yes` brings it to its end"
}

// maxEraseSteps bounds one run; what is left is taken by the next.
const maxEraseSteps = 1_000_000

// errErasing says that there is more to take away.
var errErasing = errors.New("not all is taken away")

// eraseOrganisation takes all away. What is in the configuration would come back.
func (a *app) eraseOrganisation(ctx context.Context, t orgTask, sure bool) error {
	name := t.args[0]
	names, err := t.opened.store.Organisations(ctx)
	switch {
	case err != nil:
		return failed("", "erase: %w", err)
	case isConfigured(t.loaded, name):
		return usage("take it out of "+cmp.Or(t.loaded.File, "the configuration")+" first, and restart the service",
			"organisation %s stands in the configuration: it would come back", name)
	case !slices.Contains(names, name):
		return usage(known(names), "there is no organisation %q in the store", name)
	case !sure:
		return a.askSure(ctx, t, name)
	}
	removed, err := erase(ctx, t.opened.store, name)
	if err == nil {
		err = staysAway(ctx, t.opened.store, name)
	}
	if err != nil {
		fmt.Fprintf(a.stderr, "meetleaks: taken away so far: %s; run it again to end it\n", removedText(removed))
		return err
	}
	return a.sayErased(t, name, removed)
}

// askSure says what would be taken away.
func (a *app) askSure(ctx context.Context, t orgTask, name string) error {
	row, err := orgRowOf(ctx, t.opened.store, name)
	if err != nil {
		return failed("", "erase: %w", err)
	}
	return usage("say --yes when you are sure; it cannot be undone",
		"nothing is taken away: of %s these leaks are kept: %s", name, cmp.Or(countsText(row.Leaks), "none"))
}

func erase(ctx context.Context, store scanner.Store, name string) (scanner.Removed, error) {
	var sum scanner.Removed
	for range maxEraseSteps {
		r, err := store.EraseOrganisation(ctx, name)
		if err != nil {
			return sum, failed("", "erase %s: %w", name, err)
		}
		sum.Leaks += r.Leaks
		sum.Sightings += r.Sightings
		sum.Deliveries += r.Deliveries
		sum.Audits += r.Audits
		if !r.More {
			return sum, nil
		}
	}
	return sum, failed("", "erase %s: %w", name, errErasing)
}

// staysAway looks whether a running service has brought it back.
func staysAway(ctx context.Context, store scanner.Store, name string) error {
	names, err := store.Organisations(ctx)
	if err != nil {
		return failed("", "erase %s: %w", name, err)
	}
	if slices.Contains(names, name) {
		return failed("restart the service with a configuration without it, then run this again",
			"%s was erased, but is there again: a running service still has it in its configuration", name)
	}
	return nil
}

func removedText(r scanner.Removed) string {
	return fmt.Sprintf("%s, %s, deliveries: %d, entries of the audit: %d",
		count(int(r.Leaks), "leak"), count(int(r.Sightings), "sighting"), r.Deliveries, r.Audits)
}

func (a *app) sayErased(t orgTask, name string, r scanner.Removed) error {
	fmt.Fprintln(a.stderr, "meetleaks: backups that were made before still hold it, until you delete them")
	if t.json {
		return a.writeJSON(map[string]any{
			"erased": name, "leaks": r.Leaks, "sightings": r.Sightings, "deliveries": r.Deliveries, "audit_entries": r.Audits,
		})
	}
	return a.print("erased %s: %s\n", plain(name), removedText(r))
}
