// Command streams measures from outside how `meetleaks serve` reads streams of posts: how long it takes from a post to the alert, and how
// many posts one core can read, beside the usual bot on the same stream.
//
//	streams latency -meetleaks PROGRAM -store URL -service NAME [-rate N] [-seconds N]
//	streams flood   -meetleaks PROGRAM -store URL -service NAME [-frames N] [-core N]
//	streams peer    -service NAME [-frames N] [-url URL] [-core N]
//
// It plays the service and the endpoint that is alerted on loopback, starts PROGRAM with a configuration of its own, and stops what it
// started. Everything it writes lies in one temporary folder, which it removes. Of a hundred frames two hold meeting links of people who
// are registered nowhere, and what is sent ends by itself.
//
// latency: frames come at an even pace, and once a second one that holds a meeting of the organisation, each time another. Printed are the
// times from before such a frame is sent to the document being read (the program's word, in the alert) and to the alert coming in.
//
// flood: frames come as fast as they are taken, and PROGRAM may use one core. The peer reads the same from the same socket after it. What
// counts are frames by the second of processor time: what else the machine did does not lengthen that much.
//
// peer: the peer alone; without -url it is handed the frames in memory. It is the bot that people write: each frame is decoded with
// encoding/json into a struct of what is read of it, and its texts are searched with one regular expression of hosts. It keeps no cursor,
// checks no id, unpacks no wrapper, and tells nobody.
//
// Exit codes: 0 measured, however fast or slow; 1 could not measure, or something was lost; 2 wrong usage.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// plan is what is measured.
type plan struct {
	program, store string
	service        string
	rate, seconds  int
	frames         int
	core           int // that may be used alone; -1: all
	url            string
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(stderr, "usage: streams latency|flood|peer …")
		return 2
	}
	var p plan
	flags := flag.NewFlagSet("streams "+args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&p.program, "meetleaks", "", "the program")
	flags.StringVar(&p.store, "store", "", "its store, redis://… or sqlite:PATH; it must be empty")
	flags.StringVar(&p.service, "service", serviceBluesky, "bluesky, mastodon or x")
	flags.IntVar(&p.rate, "rate", 1000, "frames a second, 100 to 100000")
	flags.IntVar(&p.seconds, "seconds", 40, "how long, at most 3600")
	flags.IntVar(&p.frames, "frames", 300_000, "frames in all, at most 100000000")
	flags.IntVar(&p.core, "core", -1, "the core that may be used alone (needs taskset); -1: all")
	flags.StringVar(&p.url, "url", "", "where the stream is played; \"\": in memory")
	if flags.Parse(args[1:]) != nil {
		return 2
	}
	measure := map[string]func(context.Context, plan, io.Writer) error{"latency": latency, "flood": flood, "peer": peer}[args[0]]
	if measure == nil || flags.NArg() > 0 || !p.fits(args[0] != "peer") {
		flags.Usage()
		return 2
	}
	if err := measure(ctx, p, stdout); err != nil {
		fmt.Fprintln(stderr, "streams:", err)
		return 1
	}
	return 0
}

// fits says whether all is given and within its bounds.
func (p plan) fits(program bool) bool {
	within := func(n, least, most int) bool { return n >= least && n <= most }
	return slices.Contains([]string{serviceBluesky, serviceMastodon, serviceX}, p.service) &&
		(!program || p.program != "" && p.store != "") &&
		within(p.rate, beats, 100_000) && within(p.seconds, 1, 3600) && within(p.frames, 1, 100_000_000) && within(p.core, -1, 4095)
}
