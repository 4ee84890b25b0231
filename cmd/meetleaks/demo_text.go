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

// page is an event: a line that says what happened, the words, the card.
func (t demoTale) page(e demo.Event) string {
	var b strings.Builder
	switch e.Kind {
	case demo.Ready:
		return t.opening(e)
	case demo.Ended:
		return t.closing()
	}
	name := strings.ToUpper(strings.ReplaceAll(e.Kind, "-", " "))
	fmt.Fprintf(&b, "\n%s  %s%s\n", t.ink.dim(e.At.UTC().Format("15:04:05")), t.ink.with(taleColour(e.Kind), name), t.summary(e))
	b.WriteString(t.paragraphs(e.Words))
	for _, line := range e.Card {
		for _, row := range wrapped(plain(line), t.columns()-2) {
			b.WriteString(taleIndent + t.ink.dim("│") + " " + row + "\n")
		}
	}
	return b.String()
}

// opening says what is shown, and where one can click along.
func (t demoTale) opening(e demo.Event) string {
	var b strings.Builder
	b.WriteString(t.ink.bold("meetleaks demo") + ": a leaked meeting link becomes a meeting that is provably safe\n\n")
	b.WriteString(t.paragraphs(e.Words))
	fmt.Fprintf(&b, "\n%s%s  %s\n", taleIndent, t.ink.dim("console"), t.ink.bold(e.Console))
	fmt.Fprintf(&b, "%s%s    %s\n", taleIndent, t.ink.dim("token"), plain(e.TokenFile))
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
		text = "on " + e.Where + ": Zoom " + e.Meeting + ", risk " + e.Risk + ", leak " + e.Leak
	case demo.Alerted:
		text = e.To
	case demo.Answered:
		text = "by the " + e.By + ": “" + e.Answer + "”"
	case demo.Safe:
		text = e.Proof
	case demo.Clocked:
		text = "put forward by " + e.Forward
	case demo.TakenDown:
		text = "from " + e.Where
	case demo.Removed:
		text = "from " + e.Where + ", seen at two looks"
	case demo.Booked:
		text = fmt.Sprintf("%d found = %d alerted + %d suppressed + %d pending", e.Ledger.Found, e.Ledger.Alerted, e.Ledger.Suppressed, e.Ledger.Pending)
	}
	if text == "" {
		return ""
	}
	return "  " + plain(text)
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
