package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify/slack"
)

func (a *app) slackCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "slack",
		Short: "Set the Slack app up",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var file, format string
	var socket bool
	manifest := &cobra.Command{
		Use:   "manifest",
		Short: "Print the app's manifest, to be pasted at api.slack.com/apps",
		Long: `manifest prints what Slack has to know of the app: its scopes, no more than are used, each with its reason, and how answers come
back. With an app token, or without a console.public_url that Slack can reach, that is Socket Mode, for which the service needs no
address of its own; else Slack sends signed requests to console.public_url.`,
		Example: "  meetleaks slack manifest --config meetleaks.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(format, "yaml", "json"); err != nil {
				return err
			}
			if !cmd.Flags().Changed("config") {
				file = existingDefault()
			}
			return a.slackManifest(file, format, socket)
		},
	}
	flags := manifest.Flags()
	flags.StringVar(&file, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	flags.BoolVar(&socket, "socket", false, "Socket Mode, whatever the configuration says")
	flags.StringVar(&format, "format", "yaml", "yaml or json")
	cmd.AddCommand(manifest)
	return cmd
}

func (a *app) slackManifest(file, format string, socket bool) error {
	loaded, err := a.loadConfig(file)
	if err != nil {
		return err
	}
	o := manifestOptions(loaded.Config, socket)
	manifest, err := slack.Manifest(o)
	if err != nil {
		fmt.Fprintln(a.stderr, "meetleaks: console.public_url is none that Slack could reach; this is the manifest for Socket Mode")
		o = slack.ManifestOptions{}
		manifest, err = slack.Manifest(o)
	}
	if err != nil {
		return failed("", "make the manifest: %w", err)
	}
	if format == "json" {
		return a.writeJSON(manifest)
	}
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(manifest); err != nil {
		return failed("", "write the manifest: %w", err)
	}
	return a.print("%s%s", manifestHead(o), explained(text.String()))
}

// manifestOptions says how answers come back.
func manifestOptions(c config.Config, socket bool) slack.ManifestOptions {
	if socket || c.Channels.Slack.AppToken.IsSet() {
		return slack.ManifestOptions{}
	}
	return slack.ManifestOptions{PublicURL: c.Console.PublicURL}
}

// manifestHead says what to do with the manifest.
func manifestHead(o slack.ManifestOptions) string {
	lines := []string{
		"Paste this at https://api.slack.com/apps under Create New App, From a manifest.",
		"Install the app; put its bot token (xoxb-…) into the file that channels.slack.token_file names.",
	}
	if o.PublicURL == "" {
		lines = append(lines, "Make an app-level token (xapp-…) with connections:write, for channels.slack.app_token_file.")
	} else {
		lines = append(lines, "Put its signing secret into the file that channels.slack.signing_secret_file names.")
	}
	lines = append(lines, "Then invite the app into each fallback channel: /invite @meetleaks")
	return "# " + strings.Join(lines, "\n# ") + "\n"
}

// explained puts the reason beside each scope.
func explained(text string) string {
	for _, scope := range slack.Scopes() {
		line := "- " + scope.Name + "\n"
		text = strings.Replace(text, line, fmt.Sprintf("- %-16s # %s\n", scope.Name, scope.Why), 1)
	}
	return text
}
