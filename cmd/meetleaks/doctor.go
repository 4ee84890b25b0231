package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
)

func (a *app) doctorCommand() *cobra.Command {
	var file, format string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check every connection, key, clock and certificate, changing nothing",
		Long: `doctor checks what serve needs: the configuration, the files it names, the store, keys, sources, channels, clocks and
certificates. It changes nothing, sends no message, and makes no store. Each failure says what mends it.

It looks at every host that egress lists. It asks the sites of web sources for their robots.txt, Slack whose token it has and for the
address of a connection that it does not make, Zoom for a token and a meeting that there cannot be, and resolvers for a record; at
the mail server it signs in and leaves; with webhooks, SIEMs and the APIs of sources it shakes hands only. Each check takes five
seconds at most, all together half a minute.

Exit codes: 0 nothing fails, there may be warnings · 2 mistakes in the configuration · 3 something fails.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return usage("", "--format %q is not known: want text or json", format)
			}
			if !cmd.Flags().Changed("config") {
				file = existingDefault()
			}
			return a.doctor(cmd.Context(), file, format)
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// checkStatus is what came of a check.
type checkStatus string

// The ways in which a check ends.
const (
	statusFine      checkStatus = "ok"
	statusWarning   checkStatus = "warning"
	statusFailure   checkStatus = "failure"
	statusUnchecked checkStatus = "not checked"
)

// diagnosis is one check: what was looked at, what was seen, and what to do about it. It holds no secret.
type diagnosis struct {
	Name   string      `json:"name"`
	Target string      `json:"target"`
	Status checkStatus `json:"status"`
	Detail string      `json:"detail"`
	Mend   string      `json:"mend"` // "" when there is nothing to mend
}

// doctorReport is all that doctor has to say.
type doctorReport struct {
	Checks   []diagnosis `json:"checks"`
	Failures int         `json:"failures"`
	Warnings int         `json:"warnings"`
}

// The makers of diagnoses.
func healthy(name, target, format string, args ...any) diagnosis {
	return diagnosis{name, target, statusFine, fmt.Sprintf(format, args...), ""}
}

func worry(name, target, detail, mend string) diagnosis {
	return diagnosis{name, target, statusWarning, detail, mend}
}

func ailing(name, target, detail, mend string) diagnosis {
	return diagnosis{name, target, statusFailure, detail, mend}
}

func unexamined(name, target, format string, args ...any) diagnosis {
	return diagnosis{name, target, statusUnchecked, fmt.Sprintf(format, args...), ""}
}

// doctor examines everything, prints what came of it, and turns it into the exit code.
func (a *app) doctor(ctx context.Context, file, format string) error {
	loaded, err := config.Load(file, a.env)
	list := mistakesOf(file, err)
	d := &doctor{app: a, loaded: loaded, began: a.now(), steady: time.Now()}
	if err != nil {
		list = append(list, d.examine(ctx, d.withoutConfig())...)
	} else {
		list = append(list, d.examine(ctx, d.examinations())...)
	}
	d.close()
	list = append(list, d.machineClock())
	report := newDoctorReport(list)
	if err := a.printDoctor(report, format); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return outcome(exitInterrupted)
	case err != nil:
		return outcome(exitUsage)
	case report.Failures > 0:
		return outcome(exitIncomplete)
	}
	return nil
}

func newDoctorReport(list []diagnosis) doctorReport {
	report := doctorReport{Checks: list}
	for i := range list {
		list[i].Target, list[i].Detail, list[i].Mend = plain(list[i].Target), plain(list[i].Detail), plain(list[i].Mend)
		switch list[i].Status {
		case statusFailure:
			report.Failures++
		case statusWarning:
			report.Warnings++
		}
	}
	return report
}

// doctor is one run of the checks.
type doctor struct {
	app    *app
	loaded *config.Loaded
	began  time.Time // by the program's clock
	steady time.Time // by the machine's, with the clock that never jumps

	mu      sync.Mutex
	closers []func()
}

// atEnd keeps what is to be done when all checks have ended.
func (d *doctor) atEnd(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closers = append(d.closers, do)
}

// close does what was kept for the end.
func (d *doctor) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, do := range d.closers {
		do()
	}
	d.closers = nil
}

// checkStep is one check, or a few that belong together. do returns soon after its context is done.
type checkStep struct {
	name, target string
	do           func(ctx context.Context) []diagnosis
}

// examination is a row of steps, of which later ones may need what earlier ones found. Examinations run side by side.
type examination []checkStep

// The bounds of the checks.
const (
	stepBound   = 5 * time.Second
	stepGrace   = time.Second // for a step to return after its context was done
	doctorBound = 30 * time.Second
	sideBySide  = 8
)

// examine carries out all and returns what they saw, in the order of the list.
func (d *doctor) examine(ctx context.Context, list []examination) []diagnosis {
	ctx, cancel := context.WithTimeout(ctx, doctorBound)
	defer cancel()
	seen := make([][]diagnosis, len(list))
	places := make(chan struct{}, sideBySide)
	var all sync.WaitGroup
	for i, steps := range list {
		all.Go(func() {
			select {
			case places <- struct{}{}:
				defer func() { <-places }()
			case <-ctx.Done():
			}
			seen[i] = steps.carryOut(ctx)
		})
	}
	all.Wait()
	var out []diagnosis
	for _, part := range seen {
		out = append(out, part...)
	}
	return out
}

// carryOut does the steps one after the other. One that does not end ends all.
func (e examination) carryOut(ctx context.Context) []diagnosis {
	var out []diagnosis
	stuck := ""
	for _, s := range e {
		switch {
		case stuck != "":
			out = append(out, unexamined(s.name, s.target, "the check before did not end"))
		case errors.Is(ctx.Err(), context.Canceled):
			out = append(out, unexamined(s.name, s.target, "interrupted"))
		case ctx.Err() != nil:
			out = append(out, unexamined(s.name, s.target, "no time was left: all checks together have %s", doctorBound))
		default:
			seen, ended := s.carryOut(ctx)
			out = append(out, seen...)
			if !ended {
				stuck = s.name
			}
		}
	}
	return out
}

// carryOut does one step; ended is false when it did not return.
func (s checkStep) carryOut(ctx context.Context) (seen []diagnosis, ended bool) {
	ctx, cancel := context.WithTimeout(ctx, stepBound)
	defer cancel()
	done := make(chan []diagnosis, 1)
	go func() { done <- s.do(ctx) }()
	select {
	case seen := <-done:
		return seen, true
	case <-ctx.Done():
	}
	grace := time.NewTimer(stepGrace)
	defer grace.Stop()
	select {
	case seen := <-done:
		return seen, true
	case <-grace.C:
		return []diagnosis{ailing(s.name, s.target, "did not end in "+stepBound.String(), "look at the disk, or the network drive, that it lies on")}, false
	}
}

// withoutConfig are the checks that need no configuration.
func (d *doctor) withoutConfig() []examination {
	return []examination{{{"machine", "", d.machine}}}
}

// examinations are all checks, in the order of the report.
func (d *doctor) examinations() []examination {
	list := []examination{
		{{"files", "", d.secretFiles}},
		{{"organisations", "", d.organisations}, {"hosts", "", d.hosts}},
		d.storeExamination(),
	}
	list = append(list, d.sourceExaminations()...)
	list = append(list, d.channelExaminations()...)
	list = append(list, d.serviceExaminations()...)
	list = append(list, d.doorExaminations()...)
	return append(list, examination{{"machine", "", d.machine}})
}

// mistakesOf turns what came of reading the configuration into checks.
func mistakesOf(file string, err error) []diagnosis {
	const name = "configuration"
	target := file
	if file == "" {
		target = "no file, defaults and environment"
	}
	var problems *config.Problems
	switch {
	case err == nil:
		return []diagnosis{healthy(name, target, "no mistakes")}
	case !errors.As(err, &problems):
		return []diagnosis{ailing(name, target, err.Error(), "name a file that can be read with --config; `meetleaks config init` prints an example")}
	}
	var out []diagnosis
	for _, p := range problems.List {
		at := target
		if p.Line > 0 {
			at = fmt.Sprintf("%s:%d", target, p.Line)
		}
		detail := strings.TrimPrefix(p.Where+": "+p.What, ": ")
		out = append(out, ailing(name, at, detail, "correct it; what it names is checked once it has no mistakes"))
	}
	if problems.More > 0 {
		out = append(out, ailing(name, target, "and "+count(problems.More, "more mistake"), "mend the others first"))
	}
	return out
}

// printDoctor writes the report.
func (a *app) printDoctor(r doctorReport, format string) error {
	if format == "json" {
		return a.writeJSON(r)
	}
	colour := isTerminal(a.stdout) && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
	return a.print("%s", r.text(colour))
}

// text is the report for people: a line for each check, what mends it below.
func (r doctorReport) text(colour bool) string {
	var out strings.Builder
	for _, c := range r.Checks {
		line := signOf(c.Status, colour) + " " + c.Name
		if c.Target != "" {
			line += " " + c.Target
		}
		out.WriteString(line + ": " + c.Detail + "\n")
		if c.Mend != "" {
			out.WriteString("    mend: " + c.Mend + "\n")
		}
	}
	fmt.Fprintf(&out, "\n%s: %s, %s\n", count(len(r.Checks), "check"), count(r.Failures, "failure"), count(r.Warnings, "warning"))
	return out.String()
}

func signOf(v checkStatus, colour bool) string {
	sign, code := "-", "2"
	switch v {
	case statusFine:
		sign, code = "✓", "32"
	case statusWarning:
		sign, code = "!", "33"
	case statusFailure:
		sign, code = "✗", "31"
	}
	if !colour {
		return sign
	}
	return "\x1b[" + code + "m" + sign + "\x1b[0m"
}
