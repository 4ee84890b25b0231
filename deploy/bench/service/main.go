// Command service measures a running `meetleaks serve` from outside: how long it takes from a document to the call that tells
// Slack, from a press in Slack to the card that shows what came of it, and how fast a long queue is listed.
//
//	service latency -meetleaks PROGRAM -store URL [-seconds N] [-documents N] [-leaks N]
//	service presses -meetleaks PROGRAM -store URL [-presses N] [-way http|socket] [-every D]
//	service listing -meetleaks PROGRAM -store URL [-leaks N] [-sightings N]
//
// It starts PROGRAM with a configuration of its own, a stand-in for Slack on loopback, and one feeder that hands in signed
// documents; it stops what it started. Everything it writes lies in one temporary folder, which it removes.
//
// Exit codes: 0 measured, however fast or slow; 1 could not measure, or something was lost; 2 wrong usage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// plan is what is measured.
type plan struct {
	program, store     string
	seconds            int
	documents, leaks   int // a second; of listing: leaks in all
	sightings, perPage int
	presses            int
	every              time.Duration // from one group of presses to the next
	way                string        // of presses: "http" or "socket"; "": none are heard
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(stderr, "usage: service latency|presses|listing -meetleaks PROGRAM -store URL …")
		return 2
	}
	var p plan
	flags := flag.NewFlagSet("service "+args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&p.program, "meetleaks", "", "the program")
	flags.StringVar(&p.store, "store", "", "its store, redis://… or sqlite:PATH; it must be empty")
	flags.IntVar(&p.seconds, "seconds", 60, "how long documents are handed in, at most 3600")
	flags.IntVar(&p.documents, "documents", 1000, "documents a second, at most 100000")
	flags.IntVar(&p.sightings, "sightings", 10, "places of each leak, at most 100")
	flags.IntVar(&p.perPage, "page", 100, "leaks on a page of the list, at most 1000")
	flags.IntVar(&p.presses, "presses", 120, "presses in all, at most 5000")
	flags.DurationVar(&p.every, "every", groupEvery, "from one group of five presses to the next, from 1s: the default keeps below Slack's limit")
	flags.StringVar(&p.way, "way", "http", "how presses come: http (signed requests) or socket (Socket Mode)")
	leaks := flags.Int("leaks", 0, "leaks a second (1); of listing: in all (100000)")
	if flags.Parse(args[1:]) != nil {
		return 2
	}
	measure := map[string]func(context.Context, plan, io.Writer) error{"latency": latency, "presses": presses, "listing": listing}[args[0]]
	p.leaks = *leaks
	if p.leaks == 0 {
		p.leaks = map[string]int{"latency": 1, "presses": 1, "listing": 100_000}[args[0]]
	}
	if measure == nil || p.program == "" || p.store == "" || flags.NArg() > 0 || !p.fits() {
		flags.Usage()
		return 2
	}
	if err := measure(ctx, p, stdout); err != nil {
		fmt.Fprintln(stderr, "service:", err)
		return 1
	}
	return 0
}

// fits says whether all numbers are within their bounds.
func (p plan) fits() bool {
	within := func(n, most int) bool { return n >= 1 && n <= most }
	return within(p.seconds, 3600) && within(p.documents, 100_000) && within(p.sightings, 100) && within(p.perPage, 1000) &&
		within(p.leaks, 1_000_000) && within(p.presses, 5000) && p.every >= groupOf*groupGap && p.every <= time.Hour && (p.way == wayHTTP || p.way == waySocket)
}

// quantile is the time that a share of the sorted times does not exceed.
func quantile(times []time.Duration, share float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return times[min(int(share*float64(len(times))), len(times)-1)]
}

// report prints how the times are spread.
func report(w io.Writer, what string, times []time.Duration) {
	slices.Sort(times)
	fmt.Fprintf(w, "%-34s %6d  p50 %7s  p90 %7s  p99 %7s  max %7s\n", what, len(times), ms(quantile(times, 0.5)),
		ms(quantile(times, 0.9)), ms(quantile(times, 0.99)), ms(quantile(times, 1)))
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1fms", float64(d.Microseconds())/1000) }

var errLost = errors.New("leaks were not told")
