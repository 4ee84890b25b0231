package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/claims"
)

func (a *app) domainCommand() *cobra.Command {
	o := &domainOptions{}
	cmd := &cobra.Command{
		Use:   "domain",
		Short: "Register the domains of an organisation, and have them proved by DNS",
		Long: `domain works on the store that the configuration names, beside a running service or without one; the store is made by serve.

A domain is proved by a TXT record at _meetleaks.DOMAIN. Nothing is looked for because of a domain before it is proved; from then on each
running serve watches it within two minutes, without a restart, and looks for the record again each day. When it is missing, the claim is warned on the first day, frozen on the third (nothing new is watched, but people are told of
what was found, and answer), stopped on the seventh, and purged on the thirtieth: then an organisation without another proof is erased, unless it stands in the configuration.

Exit codes: 0 done, or proved · 2 wrong usage, a domain is refused, no such claim · 3 not proved, or the store does not answer ·
130 interrupted.`,
		Example: `  meetleaks domain add acme acme.example acme-events.example
  meetleaks domain verify --all
  meetleaks domain show acme.example`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&o.file, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	flags.StringVar(&o.format, "format", "text", "text or json")
	cmd.AddCommand(a.domainAddCommand(o), a.domainListCommand(o), a.domainShowCommand(o), a.domainVerifyCommand(o), a.domainSuggestCommand(o),
		a.domainRemoveCommand(o))
	return cmd
}

// domainOptions are the flags of all subcommands.
type domainOptions struct{ file, format string }

// domainTask is what a subcommand works with.
type domainTask struct {
	loaded   *config.Loaded
	opened   *openedStore
	registry *claims.Registry // nil without keys
	args     []string
	json     bool
}

type domainWork func(ctx context.Context, t domainTask) error

// domainRun makes a subcommand of work. With keys it reads the master key: of it are the values of records made.
func (a *app) domainRun(o *domainOptions, keys bool, work domainWork) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := checkFormat(o.format, "text", "json"); err != nil {
			return err
		}
		if !cmd.Flags().Changed("config") {
			o.file = existingDefault()
		}
		return a.atStore(cmd.Context(), o.file, func(ctx context.Context, loaded *config.Loaded, opened *openedStore) error {
			t := domainTask{loaded: loaded, opened: opened, args: args, json: o.format == "json"}
			if keys {
				var err error
				if t.registry, err = a.storeRegistry(loaded, opened); err != nil {
					return err
				}
			}
			return domainFault(work(ctx, t))
		})
	}
}

// storeRegistry is the claims of a store, with its keys.
func (a *app) storeRegistry(loaded *config.Loaded, opened *openedStore) (*claims.Registry, error) {
	keys, err := openKeys(loaded.Keys, opened)
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: plainAttr}))
	return newRegistry(loaded.Config, opened.store, keys.ring, a.now, log)
}

// newRegistry is the claims of a store, as the configuration has them proved.
func newRegistry(c config.Config, store scanner.Store, ring *scanner.Keyring, now func() time.Time, log *slog.Logger) (*claims.Registry, error) {
	addresses := c.DNS.Resolvers
	if len(addresses) == 0 {
		addresses = systemResolvers()
	}
	quorum := c.DNS.Quorum
	if quorum > len(addresses) {
		return nil, usage("give dns.resolvers too", "dns.quorum is %d, but the system names %s", quorum, count(len(addresses), "resolver"))
	}
	dns, err := claims.NewResolvers(claims.ResolverOptions{Addresses: addresses, Quorum: quorum})
	if err != nil {
		return nil, usage("", "dns: %w", err)
	}
	registry, err := claims.New(claims.Options{Store: store, Keys: ring, DNS: dns, Vouched: vouchedFor(c), Now: now, Log: log})
	if err != nil {
		return nil, failed("", "%w", err)
	}
	return registry, nil
}

// systemResolvers are those of this machine.
func systemResolvers() []string {
	file, err := os.Open(resolvConf)
	if err != nil {
		return claims.SystemResolvers(strings.NewReader(""))
	}
	defer file.Close()
	return claims.SystemResolvers(file)
}

// vouchedFor is the organisations of the configuration, with their domains.
func vouchedFor(c config.Config) []claims.Vouched {
	list := make([]claims.Vouched, 0, len(c.Organisations))
	for _, o := range c.Organisations {
		list = append(list, claims.Vouched{Name: o.Name, Domains: o.Domains})
	}
	return list
}

// domainFault makes of an error of claims what people are told.
func domainFault(err error) error {
	var refusal *claims.Refusal
	switch {
	case err == nil || isFault(err):
		return err
	case errors.As(err, &refusal):
		return usage(refusal.Hint, "%w", err)
	case errors.Is(err, claims.ErrErasing):
		return usage("try again in a while", "%w", err)
	case errors.Is(err, scanner.ErrFull):
		return usage(fmt.Sprintf("an organisation may claim %d domains", scanner.MaxOrgClaims), "%w", err)
	case errors.Is(err, scanner.ErrConflict):
		return failed("run it again", "%w", err)
	}
	return err
}

// cliActor is whoever runs this process.
func cliActor() scanner.Actor {
	return scanner.Actor{Role: scanner.RoleAnalyst, Ref: "cli:" + userName()}
}

func (a *app) domainAddCommand(o *domainOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "add ORG DOMAIN...",
		Short: "Claim domains for an organisation, and print the TXT records that prove them",
		Long: `add claims domains and prints one TXT record for each, as values for a form and as lines of a zone file. The organisation is made when it
is new. Run again it prints the same records.`,
		Args: cobra.MinimumNArgs(2),
		RunE: a.domainRun(o, true, func(ctx context.Context, t domainTask) error {
			records, err := t.registry.Add(ctx, t.args[0], t.args[1:], cliActor())
			if err != nil {
				return err
			}
			if t.json {
				return a.writeJSON(map[string][]domainRecord{"records": recordRows(records)})
			}
			return a.print("%s", a.recordsText(records))
		}),
	}
}

func (a *app) domainListCommand(o *domainOptions) *cobra.Command {
	var org string
	cmd := &cobra.Command{
		Use: "list", Short: "List all domains, whose they are and how far they are proved", Args: cobra.NoArgs,
		RunE: a.domainRun(o, false, func(ctx context.Context, t domainTask) error {
			list, err := claims.List(ctx, t.opened.store, org)
			if err != nil {
				return err
			}
			vouched := vouchedFor(t.loaded.Config)
			rows := domainRows(list, vouched, org)
			if t.json {
				return a.writeJSON(map[string][]domainRow{"domains": rows})
			}
			if len(rows) == 0 {
				fmt.Fprintln(a.stderr, "meetleaks: no domain is registered; `meetleaks domain add ORG DOMAIN` claims one")
			}
			return a.print("%s", a.domainsText(rows, vouched))
		}),
	}
	cmd.Flags().StringVar(&org, "org", "", "of the organisation `NAME` only")
	return cmd
}

func (a *app) domainShowCommand(o *domainOptions) *cobra.Command {
	var org string
	cmd := &cobra.Command{
		Use: "show DOMAIN", Short: "Show a claim: its record, and what each resolver saw at the last look", Args: cobra.ExactArgs(1),
		RunE: a.domainRun(o, true, func(ctx context.Context, t domainTask) error {
			found, err := t.registry.Find(ctx, org, t.args[0])
			if err != nil {
				return err
			}
			return a.showClaims(t, found)
		}),
	}
	cmd.Flags().StringVar(&org, "org", "", "of the organisation `NAME` only")
	return cmd
}

func (a *app) domainVerifyCommand(o *domainOptions) *cobra.Command {
	var org string
	var all bool
	cmd := &cobra.Command{
		Use: "verify DOMAIN | --all", Short: "Look for the record now, and say what each resolver sees and what is wrong", Args: cobra.MaximumNArgs(1),
		RunE: a.domainRun(o, true, func(ctx context.Context, t domainTask) error {
			list, err := t.chosen(ctx, org, all)
			if err != nil {
				return err
			}
			return a.verifyClaims(ctx, t, list)
		}),
	}
	cmd.Flags().StringVar(&org, "org", "", "of the organisation `NAME` only")
	cmd.Flags().BoolVar(&all, "all", false, "all domains")
	return cmd
}

// chosen is the claims that were named.
func (t domainTask) chosen(ctx context.Context, org string, all bool) ([]scanner.DomainClaim, error) {
	switch {
	case all == (len(t.args) == 1):
		return nil, usage("", "want a domain, or --all")
	case all:
		return t.registry.List(ctx, org)
	}
	return t.registry.Find(ctx, org, t.args[0])
}

// verifyClaims looks for the records of claims, one after another. The exit code says whether all are proved.
func (a *app) verifyClaims(ctx context.Context, t domainTask, list []scanner.DomainClaim) error {
	proved := len(list) > 0
	if !proved {
		fmt.Fprintln(a.stderr, "meetleaks: there is no claim to verify; `meetleaks domain add ORG DOMAIN` makes one")
	}
	done := make([]scanner.DomainClaim, 0, len(list))
	for _, c := range list {
		now, err := verifyClaim(ctx, t.registry, c)
		if err != nil {
			return err
		}
		proved = proved && now.State == scanner.ClaimProved && len(now.Said) == 0
		done = append(done, now)
	}
	if err := a.showClaims(t, done); err != nil {
		return err
	}
	if !proved {
		return outcome(exitIncomplete)
	}
	return nil
}

// verifyClaim looks once more when a running service looked at the same moment.
func verifyClaim(ctx context.Context, r *claims.Registry, c scanner.DomainClaim) (scanner.DomainClaim, error) {
	now, err := r.Verify(ctx, c, cliActor())
	if !errors.Is(err, scanner.ErrConflict) {
		return now, err
	}
	found, err := r.Find(ctx, c.Org, c.Domain)
	if err != nil {
		return c, err
	}
	return r.Verify(ctx, found[0], cliActor())
}

func (a *app) domainRemoveCommand(o *domainOptions) *cobra.Command {
	var sure bool
	cmd := &cobra.Command{
		Use: "remove ORG DOMAIN --yes", Short: "Take a claim back: nothing is looked for because of it any more", Args: cobra.ExactArgs(2),
		Long: `remove takes a claim back. What is kept of the organisation stays: "meetleaks organisation erase" takes that away. Claimed again the domain
needs another record.`,
		RunE: a.domainRun(o, true, func(ctx context.Context, t domainTask) error { return a.removeClaim(ctx, t, sure) }),
	}
	cmd.Flags().BoolVar(&sure, "yes", false, "I am sure")
	return cmd
}

func (a *app) removeClaim(ctx context.Context, t domainTask, sure bool) error {
	found, err := t.registry.Find(ctx, t.args[0], t.args[1])
	if err != nil {
		return err
	}
	c := found[0]
	if !sure {
		return usage("say --yes when you are sure", "nothing is taken back: %s of %s is %s", c.Domain, c.Org, c.State)
	}
	if err := t.registry.Remove(ctx, c, cliActor()); err != nil {
		return err
	}
	if t.json {
		return a.writeJSON(map[string]string{"removed": c.Domain, "org": c.Org})
	}
	fmt.Fprintf(a.stderr, "meetleaks: the record at %s can be taken away\n", t.registry.Record(c).Name)
	return a.print("removed %s of %s\n", c.Domain, c.Org)
}
