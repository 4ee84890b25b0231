package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/scanner"
)

// The most that is named on standard error; --summary lists all.
const (
	maxShownFailures = 20
	maxShownLeft     = 5
)

// printUnread names on w what could not be read, then some of what was left out on purpose, or judged by less than all of it.
func printUnread(w io.Writer, skipped []scanner.Skip, targets []string) {
	failures, left, judged := report.Divided(skipped)
	printSome(w, "not read", failures, maxShownFailures)
	byInterest(left, targets)
	printSome(w, "left out", left, maxShownLeft)
	printSome(w, "judged by less", judged, maxShownLeft)
}

func printSome(w io.Writer, what string, list []scanner.Skip, most int) {
	for _, skip := range list[:min(len(list), most)] {
		fmt.Fprintf(w, "meetleaks: %s: %s: %s\n", what, plain(skip.URI), plain(skip.Reason))
	}
	if n := len(list) - most; n > 0 {
		fmt.Fprintf(w, "meetleaks: %s: %d more; --summary FILE lists all\n", what, n)
	}
}

// byInterest sorts what was left out: what was asked for by name first, what was excluded by name last.
func byInterest(left []scanner.Skip, targets []string) {
	rank := func(skip scanner.Skip) int {
		byHand := func(target string) bool { return skip.URI == target || strings.HasPrefix(skip.URI, target+"!") }
		switch {
		case slices.ContainsFunc(targets, byHand):
			return 0
		case skip.Reason == "excluded" || skip.Reason == "not included":
			return 2
		}
		return 1
	}
	slices.SortStableFunc(left, func(a, b scanner.Skip) int { return cmp.Compare(rank(a), rank(b)) })
}

// printPossible says that there were links which nothing here can read.
func printPossible(w io.Writer, n int64) {
	switch {
	case n == 1:
		fmt.Fprintln(w, "meetleaks: 1 wrapped link names a meeting service but cannot be decoded offline: see `meetleaks explain`")
	case n > 1:
		fmt.Fprintf(w, "meetleaks: %d wrapped links name a meeting service but cannot be decoded offline: see `meetleaks explain`\n", n)
	}
}

// closingLine is the last line on standard error.
func closingLine(sum report.Summary, interrupted bool) string {
	failures, left, judged := report.Divided(sum.Skipped)
	var b strings.Builder
	fmt.Fprintf(&b, "meetleaks: %s (%s) in %s, %s, %s", count(sum.Findings, "finding"), count(sum.Meetings, "meeting"),
		count(int(sum.Documents), "document"), amount(sum.Bytes), time.Duration(sum.Seconds*float64(time.Second)).Round(time.Millisecond))
	if sum.Ignored > 0 {
		fmt.Fprintf(&b, "; %d ignored", sum.Ignored)
	}
	if len(left) > 0 {
		fmt.Fprintf(&b, "; %d left out on purpose", len(left))
	}
	if len(judged) > 0 {
		fmt.Fprintf(&b, "; %d judged by less", len(judged))
	}
	switch {
	case len(failures) > 0:
		fmt.Fprintf(&b, "; INCOMPLETE: %d could not be read", len(failures))
	case sum.Incomplete:
		b.WriteString("; INCOMPLETE")
	}
	if interrupted {
		b.WriteString("; interrupted")
	}
	return b.String()
}

// sameTerminal reports whether two streams are one terminal, so that who reads one reads both.
func sameTerminal(a, b any) bool {
	if !isTerminal(a) || !isTerminal(b) {
		return false
	}
	one, err1 := a.(*os.File).Stat()
	other, err2 := b.(*os.File).Stat()
	return err1 == nil && err2 == nil && os.SameFile(one, other)
}
