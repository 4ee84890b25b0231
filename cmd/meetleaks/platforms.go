package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"meetleaks/matchers"
)

func (a *app) platformsCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "platforms",
		Short: "List the meeting services and forms of links that are recognised",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch format {
			case "text":
				return a.printPlatforms(matchers.All())
			case "json":
				return a.writeJSON(platformRows(matchers.All()))
			}
			return usage("", "--format %q is not known: want text or json", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// platformRow is one platform in `platforms --format json`.
type platformRow struct {
	Name    string    `json:"name"`
	Title   string    `json:"title"`
	Hosts   []string  `json:"hosts"`
	Forms   []formRow `json:"forms"`
	Docs    string    `json:"docs,omitempty"`
	Retired string    `json:"retired,omitempty"`
}

type formRow struct {
	Shape string         `json:"shape"`
	Kind  matchers.Kind  `json:"kind"`
	Class matchers.Class `json:"class"`
}

func platformRows(list []matchers.Platform) []platformRow {
	rows := make([]platformRow, 0, len(list))
	for _, p := range list {
		row := platformRow{Name: p.Name, Title: p.Title, Hosts: append([]string{}, p.Hosts...), Forms: []formRow{}, Docs: p.Docs, Retired: p.Retired}
		for _, f := range p.Forms {
			row.Forms = append(row.Forms, formRow(f))
		}
		rows = append(rows, row)
	}
	return rows
}

func (a *app) printPlatforms(list []matchers.Platform) error {
	var out strings.Builder
	for _, p := range list {
		retired := ""
		if p.Retired != "" {
			retired = ", retired " + p.Retired
		}
		fmt.Fprintf(&out, "%s (%s%s)  %s\n", p.Name, p.Title, retired, strings.Join(p.Hosts, " "))
		for _, f := range p.Forms {
			fmt.Fprintf(&out, "    %s  %-16s %s\n", f.Class, f.Kind, f.Shape)
		}
	}
	return a.print("%s", out.String())
}

// writeJSON prints value indented, with "<" and "&" as they are.
func (a *app) writeJSON(value any) error {
	encoder := json.NewEncoder(a.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return failed("", "write: %w", err)
	}
	return nil
}
