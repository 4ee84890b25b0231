package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/hosts"
	"meetleaks/notify"
)

func (a *app) notifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "Try out how people are told",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var file, to string
	test := &cobra.Command{
		Use:     "test --to EMAIL",
		Short:   "Send one person a sample alert, marked as a test",
		Example: "  meetleaks notify test --to jdoe@acme.example",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("config") {
				file = existingDefault()
			}
			return a.notifyTest(cmd.Context(), file, to)
		},
	}
	test.Flags().StringVar(&file, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	test.Flags().StringVar(&to, "to", "", "the person's `EMAIL` address, under a registered domain")
	cmd.AddCommand(test)
	return cmd
}

func (a *app) announceCommand() *cobra.Command {
	var file string
	var to []string
	var hostsToo, sure bool
	cmd := &cobra.Command{
		Use:   "announce (--to-hosts | --to EMAIL...)",
		Short: "Tell people before their first alert what this is",
		Long: `announce tells hosts what the service does, before it tells them of a leak. Without --yes it prints whom it would tell, and tells
nobody. What it says of privacy comes from privacy: in the configuration.`,
		Example: "  meetleaks announce --to-hosts\n  meetleaks announce --to-hosts --yes",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("config") {
				file = existingDefault()
			}
			return a.announce(cmd.Context(), file, to, hostsToo, sure)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&file, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	flags.StringSliceVar(&to, "to", nil, "`EMAIL` addresses, divided by commas")
	flags.BoolVar(&hostsToo, "to-hosts", false, "all hosts and delegates of the configuration and its lists")
	flags.BoolVar(&sure, "yes", false, "send it; else it is only printed whom it would reach")
	return cmd
}

// addressee is somebody who is told by a command.
type addressee struct {
	org, email string
	domains    []string
}

// notifyTest sends a sample.
func (a *app) notifyTest(ctx context.Context, file, to string) error {
	loaded, err := a.loadConfig(file)
	if err != nil {
		return err
	}
	if to == "" {
		return usage("", "--to is needed: the address of who gets the sample")
	}
	whom, err := addresseeOf(loaded.Organisations, to)
	if err != nil {
		return err
	}
	channel, err := a.personChannel(loaded.Config)
	if err != nil {
		return err
	}
	if _, err := channel.Send(ctx, notify.Recipient{Email: whom.email, Domains: whom.domains}, sampleAlert(whom.org, a.now(), privacyNotice(loaded.Privacy))); err != nil {
		return tellFault(ctx, channel.Name(), err)
	}
	return a.print("accepted by %s: a sample for %s\n", channel.Name(), plain(whom.email))
}

// sampleAlert is what an alert looks like, and says that it is none.
func sampleAlert(org string, now time.Time, notice []string) notify.Alert {
	return notify.Alert{
		Delivery: newDeliveryName("sample"), Leak: "sample", Organisation: org, Platform: "zoom", Service: "Zoom", MaskedID: "849•••••116",
		Class: "B", Topic: "Sample", Starts: now.Add(30 * time.Hour), Urgency: notify.StartsInWeek, Places: []string{"a page that is not there"},
		Kind: notify.Sample, Audience: "host", Reason: "somebody tries this service out", Notice: notice,
	}
}

// newDeliveryName draws a name that no other delivery has.
func newDeliveryName(kind string) string {
	var draw [12]byte
	_, _ = rand.Read(draw[:]) // never fails
	return kind + ":" + hex.EncodeToString(draw[:])
}

// addresseeOf finds the organisation under whose domains the address lies.
func addresseeOf(list []config.Organisation, email string) (addressee, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	_, host, ok := strings.Cut(email, "@")
	for _, o := range list {
		for _, domain := range o.Domains {
			if ok && (host == domain || strings.HasSuffix(host, "."+domain)) {
				return addressee{o.Name, email, o.Domains}, nil
			}
		}
	}
	return addressee{}, usage("people are told only when their address lies under a registered domain",
		"%s lies under no domain of organisations: in the configuration", plain(email))
}

// personChannel is the channel that tells persons by their address.
func (a *app) personChannel(c config.Config) (notify.Channel, error) {
	if !c.Channels.Slack.Token.IsSet() {
		return nil, usage("`meetleaks slack manifest` begins with it", "no channel is configured that tells persons: channels.slack has no token")
	}
	clients, err := a.apiClients(c.Fetch)
	if err != nil {
		return nil, err
	}
	channel, err := openSlack(c.Channels.Slack, clients)
	if err != nil {
		return nil, usage("", "channels.slack: %w", err)
	}
	return channel, nil
}

// tellFault is a channel's failure for people.
func tellFault(ctx context.Context, channel string, err error) error {
	if ctx.Err() != nil {
		return outcome(exitInterrupted)
	}
	return failed("`meetleaks doctor` looks at the connection, the token and its scopes", "tell by %s: %w", channel, err)
}

// announce tells people what is to come.
func (a *app) announce(ctx context.Context, file string, to []string, toHosts, sure bool) error {
	loaded, err := a.loadConfig(file)
	if err != nil {
		return err
	}
	if toHosts == (len(to) > 0) {
		return usage("", "say either --to-hosts or --to EMAIL")
	}
	whom, err := a.addressees(loaded, to, toHosts)
	if err != nil {
		return err
	}
	if !sure {
		return a.wouldTell(whom)
	}
	if loaded.Alerts.Mode == "observe" {
		return usage("set alerts.mode to hosts, or leave --yes out", "alerts.mode is observe: nobody is told anything")
	}
	channel, err := a.personChannel(loaded.Config)
	if err != nil {
		return err
	}
	return a.announceAll(ctx, channel, whom, privacyNotice(loaded.Privacy))
}

// addressees are those of the flags, or all hosts; of a pilot, those who take part.
func (a *app) addressees(loaded *config.Loaded, to []string, toHosts bool) ([]addressee, error) {
	var all []addressee
	for _, email := range to {
		one, err := addresseeOf(loaded.Organisations, email)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	if toHosts {
		all = a.hostsOf(loaded)
	}
	slices.SortFunc(all, func(x, y addressee) int {
		return cmp.Or(strings.Compare(x.email, y.email), strings.Compare(x.org, y.org))
	})
	all = slices.CompactFunc(all, func(x, y addressee) bool { return x.email == y.email })
	if takesPart := pilot(loaded.Config); takesPart != nil && toHosts {
		all = slices.DeleteFunc(all, func(one addressee) bool { return !takesPart(one.org, one.email) })
	}
	if len(all) == 0 {
		return nil, usage("`hosts` and `hosts_file` of an organisation say who hosts what", "there is nobody to be told")
	}
	return all, nil
}

// hostsOf are the hosts and delegates that the configuration and its lists name.
func (a *app) hostsOf(loaded *config.Loaded) []addressee {
	book, reports := hosts.New(loaded.Organisations, make([]byte, 32)) // nothing is looked up by the key
	for _, r := range reports {
		for _, line := range r.Lines() {
			fmt.Fprintf(a.stderr, "meetleaks: %s\n", plain(line))
		}
	}
	var all []addressee
	for _, o := range loaded.Organisations {
		for _, email := range book.People(o.Name) {
			all = append(all, addressee{o.Name, email, o.Domains})
		}
	}
	return all
}

func (a *app) wouldTell(whom []addressee) error {
	for _, one := range whom {
		if err := a.print("%s  %s\n", plain(one.email), plain(one.org)); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.stderr, "meetleaks: nobody was told; --yes tells these %s\n", count(len(whom), "person"))
	return nil
}

// errNotAllTold says that some are not told.
var errNotAllTold = errors.New("not all were told")

// announceAll tells one after the other, at the pace of the channel.
func (a *app) announceAll(ctx context.Context, channel notify.Channel, whom []addressee, notice []string) error {
	told := 0
	for _, one := range whom {
		_, err := channel.Send(ctx, notify.Recipient{Email: one.email, Domains: one.domains}, announcement(one, notice))
		if ctx.Err() != nil {
			fmt.Fprintf(a.stderr, "meetleaks: interrupted; told %d of %d\n", told, len(whom))
			return outcome(exitInterrupted)
		}
		if err != nil {
			fmt.Fprintf(a.stderr, "meetleaks: %s was not told: %v\n", plain(one.email), err)
			if notify.AsError(err).Class == notify.Config {
				return tellFault(ctx, channel.Name(), err)
			}
			continue
		}
		told++
	}
	if err := a.print("told %d of %d\n", told, len(whom)); err != nil {
		return err
	}
	if told < len(whom) {
		return failed("", "announce: %w", errNotAllTold)
	}
	return nil
}

// announcement says what is to come. Its name is the same for the same person on every run, so that a channel that can tell repeats apart does.
func announcement(whom addressee, notice []string) notify.Alert {
	sum := sha256.Sum256([]byte("announce\n" + whom.org + "\n" + whom.email))
	return notify.Alert{
		Delivery: "announce:" + hex.EncodeToString(sum[:12]), Organisation: whom.org, Kind: notify.Announce, Audience: "host",
		Status: "From now on you are told here when a link to a meeting of yours stands in public, and what to do.",
		Reason: "you host meetings of " + whom.org, Notice: notice,
	}
}

// privacyNotice is what the first alert to a person says: from privacy: in the configuration, a line each.
func privacyNotice(p config.Privacy) []string {
	var lines []string
	for _, line := range []struct{ mark, text string }{
		{"", p.Purpose}, {"On the ground of: ", p.Authority}, {"Questions and objections: ", p.Contact},
	} {
		if line.text != "" {
			lines = append(lines, line.mark+line.text)
		}
	}
	return lines
}
