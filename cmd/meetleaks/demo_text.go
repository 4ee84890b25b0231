package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/demo"
)

// demoTeller writes events as the format wants it.
func (a *app) demoTeller(o demoOptions) func(demo.Event) error {
	if o.format == demoJSONL {
		return func(e demo.Event) error {
			line, err := json.Marshal(e)
			if err == nil {
				_, err = fmt.Fprintf(a.stdout, "%s\n", line)
			}
			return err
		}
	}
	t := demoTale{ink: a.ink(), width: min(cmp.Or(width(a.stdout), 80), 96), stay: !o.exitWhenEnd}
	return func(e demo.Event) error {
		_, err := io.WriteString(a.stdout, t.page(e))
		return err
	}
}

// demoRest is how long people are given to read: none where nobody reads.
func (a *app) demoRest(o demoOptions) time.Duration {
	if o.format == demoText && isTerminal(a.stdout) {
		return demoRest
	}
	return 0
}

// demoTale tells events to a person.
type demoTale struct {
	ink   ink
	width int  // columns
	stay  bool // the service runs on after the end
}

// Where the words of an event stand.
const (
	taleIndent = "          "
	taleLeast  = 40 // columns of words, however narrow the terminal is
)

// page is an event: a line that says what happened, the words, the post or the card.
func (t demoTale) page(e demo.Event) string {
	var b strings.Builder
	switch e.Kind {
	case demo.Ready:
		return t.opening(e)
	case demo.Ended:
		return t.closing()
	}
	b.WriteString(t.headline(e))
	b.WriteString(t.paragraphs(e.Words))
	if len(e.Reasons) > 0 {
		b.WriteString(t.paragraphs([]string{"Why " + e.Risk + ": " + strings.Join(e.Reasons, "; ") + "."}))
	}
	for _, line := range e.Card {
		for _, row := range wrapped(plain(line), t.columns()-2) {
			b.WriteString(taleIndent + t.ink.dim("│") + " " + row + "\n")
		}
	}
	return b.String()
}

// headline is the time, the name of what happens, and the rest of it, in as many rows as that takes.
func (t demoTale) headline(e demo.Event) string {
	name := strings.ToUpper(strings.ReplaceAll(e.Kind, "-", " "))
	rows := wrapped(name+" "+plain(t.summary(e)), t.columns()-1) // one more space behind the name
	first := t.ink.with(taleColour(e.Kind), name)
	if rest := strings.TrimPrefix(rows[0], name); rest != "" {
		first += " " + rest
	}
	rows[0] = first
	return "\n" + t.ink.dim(e.At.UTC().Format("15:04:05")) + "  " + strings.Join(rows, "\n"+taleIndent) + "\n"
}

// opening says what is shown, and where one can click along.
func (t demoTale) opening(e demo.Event) string {
	var b strings.Builder
	b.WriteString(t.ink.bold("meetleaks demo") + ": a leaked meeting link becomes a meeting that is provably safe\n\n")
	b.WriteString(t.paragraphs(e.Words))
	fmt.Fprintf(&b, "\n%s%s  %s\n", taleIndent, t.ink.dim("console"), t.ink.bold(e.Console))
	fmt.Fprintf(&b, "%s%s    %s\n\n", taleIndent, t.ink.dim("token"), plain(e.TokenFile))
	b.WriteString(t.paragraphs([]string{"Open the console to click along; what that file holds signs you in."}))
	return b.String()
}

func (t demoTale) closing() string {
	words := "That was it. To watch over your own meetings: `meetleaks config init` prints a configuration, `meetleaks serve` runs it."
	if t.stay {
		words += " The service of this demonstration runs on, with its console, until Ctrl-C; then nothing of it is left."
	}
	return "\n" + t.paragraphs([]string{words})
}

// summary is what the first line of an event says behind its name.
func (t demoTale) summary(e demo.Event) string {
	text := ""
	switch e.Kind {
	case demo.Posted:
		text = "on " + e.Where
	case demo.Found:
		text = "on " + e.Where + sincePosted(e.After) + ": Zoom " + e.Meeting + ", risk " + e.Risk
	case demo.Alerted:
		text = "to " + strings.Replace(e.To, "host", "the host", 1) + sincePosted(e.After)
	case demo.Answered:
		text = "by the " + e.By + ": “" + e.Answer + "”"
	case demo.Safe:
		text = e.Proof
	case demo.Clocked:
		text = "put forward by " + e.Forward
	case demo.TakenDown:
		text = "from " + e.Where
	case demo.Removed:
		text = "from " + e.Where + ", believed after an hour"
	case demo.Booked:
		text = fmt.Sprintf("%d found = %d alerted + %d suppressed + %d pending", e.Ledger.Found, e.Ledger.Alerted, e.Ledger.Suppressed, e.Ledger.Pending)
	}
	return text
}

// sincePosted says how long after the post something came, "" when that is not known.
func sincePosted(seconds float64) string {
	switch {
	case seconds <= 0:
		return ""
	case seconds < 1:
		return fmt.Sprintf(" after %.2f s", max(seconds, 0.01))
	}
	return fmt.Sprintf(" after %.0f s", seconds)
}

func taleColour(kind string) string {
	switch kind {
	case demo.Posted, demo.Found:
		return "1;31"
	case demo.Safe, demo.Removed:
		return "1;32"
	case demo.Clocked:
		return "1;33"
	}
	return "1;36"
}

func (t demoTale) columns() int { return max(t.width-len(taleIndent), taleLeast) }

func (t demoTale) paragraphs(texts []string) string {
	var b strings.Builder
	for _, text := range texts {
		for _, row := range wrapped(plain(text), t.columns()) {
			b.WriteString(taleIndent + row + "\n")
		}
	}
	return b.String()
}
