package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// maxExplained bounds the text that is explained.
const maxExplained = 4 << 20

func (a *app) explainCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "explain [TEXT|-]",
		Short: "Say what becomes of each candidate in a piece of text, and why",
		Long: `explain shows every stage for one piece of text (at most 4 MiB; standard input without TEXT or with -): the candidates,
the wrappers that were taken off, what was kept or dropped, whose it is, and why. Ids are masked. The exit code is 0
whatever is found.`,
		Example: "  meetleaks explain 'https://acme.zoom.us/j/…'\n  meetleaks explain < page.html",
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := a.textToExplain(cmd.Context(), args)
			if err != nil {
				return err
			}
			return a.explain(cmd.Context(), text, file)
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE` whose organisations are looked for")
	return cmd
}

func (a *app) textToExplain(ctx context.Context, args []string) ([]byte, error) {
	if len(args) > 0 && (len(args) > 1 || args[0] != "-") {
		if info, err := os.Stat(args[0]); len(args) == 1 && err == nil && info.Mode().IsRegular() {
			fmt.Fprintf(a.stderr, "meetleaks: this explains the name %s; for what is in the file: `meetleaks explain < FILE`\n", plain(args[0]))
		}
		return []byte(strings.Join(args, " ")), nil
	}
	if len(args) == 0 && isTerminal(a.stdin) {
		return nil, usage("give the text as an argument, or - to type it", "explain what?")
	}
	text, err := readAllUntil(ctx, io.LimitReader(a.stdin, maxExplained+1))
	switch {
	case ctx.Err() != nil:
		return nil, outcome(exitInterrupted)
	case err != nil:
		return nil, failed("", "read standard input: %w", err)
	case len(text) > maxExplained:
		return nil, usage("cut out the part that matters; `meetleaks scan` reads text of any length", "the text is longer than 4 MiB")
	}
	return text, nil
}

// readAllUntil is io.ReadAll that gives up when ctx is done; the read that was under way may then last until the process
// ends.
func readAllUntil(ctx context.Context, r io.Reader) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := io.ReadAll(r)
		done <- result{text, err}
	}()
	select {
	case got := <-done:
		return got.text, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (a *app) explain(ctx context.Context, text []byte, file string) error {
	loaded, err := a.loadConfig(file)
	if err != nil {
		return err
	}
	key, _, err := a.indexKey(loaded.Keys)
	if err != nil {
		return err
	}
	index, err := newIndex(loaded.Organisations, key)
	if err != nil {
		return err
	}
	judge, finder := newJudge(index, a.now(), nil), a.finder(loaded.Organisations).Knowing(index)
	_, steps, truncated := finder.Explain(text)
	var out bytes.Buffer
	for _, step := range steps {
		writeStep(&out, text, step)
	}
	if truncated {
		fmt.Fprintf(&out, "… more than %d candidates: the rest is not shown\n", matchers.MaxSteps)
	}
	doc := scanner.Document{URI: "-", Text: bytes.NewBuffer(text)}
	findings, _, skips := scanner.NewMatcher(finder, judge).Match(ctx, doc)
	writeFindings(&out, findings, len(loaded.Organisations) > 0)
	for _, skip := range skips {
		fmt.Fprintf(&out, "not read: %s\n", plain(skip.Reason))
	}
	if _, err := out.WriteTo(a.stdout); err != nil {
		return failed("", "write: %w", err)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return outcome(exitInterrupted)
	}
	return nil
}

// writeStep prints one candidate's way. Step texts are masked already.
func writeStep(out *bytes.Buffer, text []byte, step matchers.Step) {
	fmt.Fprintf(out, "line %d: %s\n", 1+bytes.Count(text[:min(step.Start, len(text))], []byte("\n")), stripped(step.Shown))
	if len(step.Via) > 0 {
		fmt.Fprintf(out, "    wrappers taken off: %s\n", strings.Join(step.Via, ", "))
	}
	platform := step.Platform
	if platform == "" {
		platform = "no platform"
	}
	fmt.Fprintf(out, "    %s: %s", platform, step.Outcome)
	if step.Reason != "" {
		fmt.Fprintf(out, ": %s", stripped(step.Reason))
	}
	if step.Possible != "" {
		fmt.Fprintf(out, " (it may hide a link of %s)", step.Possible)
	}
	out.WriteByte('\n')
}

func writeFindings(out *bytes.Buffer, findings []scanner.Finding, registered bool) {
	if len(findings) == 0 {
		fmt.Fprintln(out, "result: no meeting link")
		return
	}
	fmt.Fprintf(out, "result: %s\n", count(len(findings), "meeting"))
	for _, f := range findings {
		l := f.Link
		fmt.Fprintf(out, "  %s %s %s, class %s\n", l.Platform, l.Kind, stripped(l.MaskedID()), l.Class)
		row(out, "link", stripped(l.MaskedURL()))
		row(out, "carries", strings.Join(l.Secrets, ", "))
		row(out, "names the organisation", stripped(l.Org))
		if registered {
			row(out, "whose", whose(f))
		}
		row(out, "risk", fmt.Sprintf("%d of 100 (%s): %s", f.Risk.Score, f.Risk.Level, stripped(strings.Join(f.Risk.Reasons, "; "))))
	}
}

func whose(f scanner.Finding) string {
	if f.Org == "" {
		return "nobody's who is registered"
	}
	text := f.Org + ", by " + f.MatchedBy
	if f.Public {
		text += " (public on purpose)"
	}
	return plain(text)
}

func row(out *bytes.Buffer, name, value string) {
	if value != "" {
		fmt.Fprintf(out, "    %s: %s\n", name, value)
	}
}
