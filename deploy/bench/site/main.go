// Command site makes what the crawler is measured on.
//
//	site -serve 127.0.0.1:PORT -pages N [-links N]     serves a site of N invented pages, made while they are asked for
//	site -plant FOLDER [-every N]                      plants meeting links in a folder of web pages, and prints them
//
// A served site is a tree with side ways: each page links to its children and to some pages elsewhere, and one page in a
// thousand names a meeting. Nothing is kept, so a site may have a million pages. It listens on 127.0.0.1 only, and ends when
// it is interrupted.
//
// Planting changes every N-th page of the folder (by name), adds files of other kinds beside the first pages, links to them
// from index.html, and prints one line for each planted link: kind, file, meeting number. Plant in a copy.
//
// Exit codes: 0 done, 1 failed, 2 wrong usage.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
)

const maxPages = 10_000_000

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("site", flag.ContinueOnError)
	flags.SetOutput(stderr)
	listen := flags.String("serve", "", "address on 127.0.0.1 to serve at")
	pages := flags.Int("pages", 10_000, "pages of the served site, at most 10000000")
	links := flags.Int("links", 10, "links of each page, at most 1000")
	folder := flags.String("plant", "", "folder of pages to plant links in")
	every := flags.Int("every", 100, "plant in every N-th page")
	if flags.Parse(args) != nil {
		return 2
	}
	if flags.NArg() > 0 || (*listen == "") == (*folder == "") || *pages < 1 || *pages > maxPages || *links < 2 || *links > 1000 || *every < 1 {
		flags.Usage()
		return 2
	}
	var err error
	if *folder != "" {
		err = plant(*folder, *every, stdout)
	} else {
		err = serve(ctx, *listen, synthetic{*pages, *links})
	}
	if err != nil {
		fmt.Fprintln(stderr, "site:", err)
		return 1
	}
	return 0
}

// onLoopback refuses addresses that others could reach.
func onLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("read %q: %w", address, err)
	}
	if host != "127.0.0.1" {
		return fmt.Errorf("%s is not 127.0.0.1", host)
	}
	return nil
}
