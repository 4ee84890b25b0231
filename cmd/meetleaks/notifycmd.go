package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
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
	var file, to, via string
	test := &cobra.Command{
		Use:   "test --to EMAIL",
		Short: "Send one person a sample alert, marked as a test",
		Long: `test sends a sample as serve would send an alert: by Slack, and by mail to whom Slack does not know. It says by which way the sample
was accepted, and why not by the other.

Exit codes: 0 a channel accepted it · 2 wrong usage, or nothing is configured that tells persons · 3 nobody accepted it.`,
		Example: "  meetleaks notify test --to jdoe@acme.example\n  meetleaks notify test --to jdoe@acme.example --via mail",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("config") {
				file = existingDefault()
			}
			return a.notifyTest(cmd.Context(), file, to, via)
		},
	}
	test.Flags().StringVar(&file, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	test.Flags().StringVar(&to, "to", "", "the person's `EMAIL` address, under a registered domain")
	test.Flags().StringVar(&via, "via", "", "`CHANNEL` that is tried alone: slack or mail")
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
nobody. What it says of privacy comes from privacy: in the configuration; whoever is told so is not told again with their first alert.`,
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
func (a *app) notifyTest(ctx context.Context, file, to, via string) error {
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
	ways, err := a.personWays(loaded.Config, via)
	if err != nil {
		return err
	}
	name, err := a.tellPerson(ctx, ways, whom, sampleAlert(whom.org, a.now(), privacyNotice(loaded.Privacy)))
	if err != nil {
		return tellFault(ctx, name, err)
	}
	if name == channelMail {
		fmt.Fprintln(a.stderr, "meetleaks: the mail server took it; what cannot be delivered comes back to who it is from")
	}
	return a.print("accepted by %s: a sample for %s\n", name, plain(whom.email))
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

// personWays are the channels that tell persons by their address, in the order in which they are tried; with via, that one alone.
func (a *app) personWays(c config.Config, via string) ([]notify.Channel, error) {
	if via != "" && via != channelSlack && via != channelMail {
		return nil, usage("", "--via %q is not known: want slack or mail", via)
	}
	clients, err := a.apiClients(c.Fetch)
	if err != nil {
		return nil, err
	}
	var ways []notify.Channel
	if c.Channels.Slack.Token.IsSet() && via != channelMail {
		channel, err := openSlack(c.Channels.Slack, clients)
		if err != nil {
			return nil, usage("", "channels.slack: %w", err)
		}
		ways = append(ways, channel)
	}
	if c.Channels.Mail.URL.IsSet() && via != channelSlack {
		dials, err := a.apiDials(c.Fetch)
		if err != nil {
			return nil, err
		}
		// The key is any: it seals receipts, and none is kept.
		channel, err := openMail(c.Channels.Mail, moreOptions{dials: dials, index: make([]byte, 32), from: mailFrom(c.Organisations)})
		if err != nil {
			return nil, usage("", "channels.mail: %w", err)
		}
		ways = append(ways, channel)
	}
	if len(ways) == 0 {
		return nil, noWay(via)
	}
	return ways, nil
}

// noWay says what is missing.
func noWay(via string) error {
	switch via {
	case channelSlack:
		return usage("`meetleaks slack manifest` begins with it", "--via slack: channels.slack has no token")
	case channelMail:
		return usage("give url_file with smtp:// or smtps://", "--via mail: channels.mail has no url")
	}
	return usage("`meetleaks slack manifest` begins with Slack; channels.mail with its url_file is enough too",
		"no channel is configured that tells persons: channels.slack has no token, channels.mail no url")
}

// tellPerson tells somebody by the first way, and by the next when that does not know them; it returns by which it ended, and says on
// standard error why it was not an earlier one.
func (a *app) tellPerson(ctx context.Context, ways []notify.Channel, whom addressee, what notify.Alert) (name string, err error) {
	for i, way := range ways {
		name = way.Name()
		_, err = way.Send(ctx, notify.Recipient{Email: whom.email, Domains: whom.domains}, what)
		e := notify.AsError(err)
		if e == nil || e.Class != notify.Permanent || !strangerThere(e.Reason) || i == len(ways)-1 {
			return name, err
		}
		fmt.Fprintf(a.stderr, "meetleaks: %s does not know %s (%s): %s is tried\n", name, plain(whom.email), e.Reason, ways[i+1].Name())
	}
	return name, err
}

// tellFault is a channel's failure for people.
func tellFault(ctx context.Context, channel string, err error) error {
	if ctx.Err() != nil {
		return outcome(exitInterrupted)
	}
	hint := "`meetleaks doctor` looks at the connection, the token and its scopes"
	if channel == channelMail {
		hint = "`meetleaks doctor` looks at the connection to the mail server, and signs in there"
	}
	return failed(hint, "tell by %s: %w", channel, err)
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
	ways, err := a.personWays(loaded.Config, "")
	if err != nil {
		return err
	}
	memory, end := a.noticeMemory(ctx, loaded)
	defer end()
	return a.announceAll(ctx, ways, whom, privacyNotice(loaded.Privacy), memory)
}

// noticeMemory is where serve remembers who has had the privacy notice: an announcement has it too. When it cannot be reached that is
// said, and nothing is remembered; nil then. The function lets go of it.
func (a *app) noticeMemory(ctx context.Context, loaded *config.Loaded) (*notices, func()) {
	nothing := func() {}
	if len(privacyNotice(loaded.Privacy)) == 0 {
		return nil, nothing
	}
	opened, err := a.existingStore(ctx, loaded.Config)
	if err != nil {
		a.sayNotRemembered(err)
		return nil, nothing
	}
	end := func() { _ = opened.store.Close() } // what was to be written is
	memory, err := noticesOf(loaded, opened)
	if err != nil {
		a.sayNotRemembered(err)
	}
	return memory, end
}

// noticesOf are the notices of a store.
func noticesOf(loaded *config.Loaded, opened *openedStore) (*notices, error) {
	keys, err := openKeys(loaded.Keys, opened)
	if err != nil {
		return nil, err
	}
	return newNotices(loaded.Privacy, keys.ring.IndexKey(), opened.store, slog.New(slog.DiscardHandler))
}

func (a *app) sayNotRemembered(err error) {
	fmt.Fprintf(a.stderr, "meetleaks: it cannot be remembered who was told, so the first alert tells them of privacy again: %s\n", plain(err.Error()))
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

// announceAll tells one after the other, at the pace of the channels.
func (a *app) announceAll(ctx context.Context, ways []notify.Channel, whom []addressee, notice []string, memory *notices) error {
	told := 0
	var forgot error
	for _, one := range whom {
		name, err := a.tellPerson(ctx, ways, one, announcement(one, notice))
		if ctx.Err() != nil {
			fmt.Fprintf(a.stderr, "meetleaks: interrupted; told %d of %d\n", told, len(whom))
			return outcome(exitInterrupted)
		}
		if err != nil {
			fmt.Fprintf(a.stderr, "meetleaks: %s was not told: %v\n", plain(one.email), err)
			if notify.AsError(err).Class == notify.Config {
				return tellFault(ctx, name, err)
			}
			continue
		}
		told++
		if err := memory.remember(ctx, one.org, one.email); err != nil {
			forgot = err
		}
	}
	if forgot != nil {
		a.sayNotRemembered(forgot)
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
