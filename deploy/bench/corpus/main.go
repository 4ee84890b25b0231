// Command corpus writes text to measure the scanner on: pages that a community might have on the web, or one hostile file.
//
//	corpus -out FOLDER [-files N] [-bytes N] [-seed N]     a folder of markdown, HTML and YAML
//	corpus -hostile KIND [-count N]                        one hostile text to standard output
//
// The same arguments give the same bytes. Every link in the pages is invented. One link stands in about 60 kB, as in
// real community pages. FOLDER must not exist, or be empty: nothing is overwritten.
//
// Exit codes: 0 written, 1 could not be written, 2 wrong usage.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// Limits of the arguments, so that a slip of the finger does not fill the disk.
const (
	maxFiles = 1_000_000
	maxBytes = 8 << 30
	maxCount = 200_000_000
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("corpus", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("out", "", "folder to write pages to")
	files := flags.Int("files", 8400, "number of pages, at most 1000000")
	bytes := flags.Int64("bytes", 88_000_000, "bytes of all pages together (a little more is written), at most 8 GiB")
	seed := flags.Uint64("seed", 1, "another seed gives other pages")
	hostile := flags.String("hostile", "", "hostile text to write: "+hostileKinds())
	count := flags.Int("count", 1_000_000, "how often its unit is repeated, at most 200000000")
	if flags.Parse(args) != nil {
		return 2
	}
	if err := checkArguments(*out, *hostile, *files, *bytes, *count, flags.NArg()); err != nil {
		fmt.Fprintln(stderr, "corpus:", err)
		return 2
	}
	err := write(stdout, *out, *hostile, *files, *bytes, *seed, *count)
	if err != nil {
		fmt.Fprintln(stderr, "corpus:", err)
		return 1
	}
	return 0
}

func checkArguments(out, hostile string, files int, bytes int64, count, rest int) error {
	switch {
	case rest != 0:
		return errors.New("there are arguments that belong to no flag")
	case (out == "") == (hostile == ""):
		return errors.New("give -out FOLDER or -hostile KIND, one of the two")
	case files < 1 || files > maxFiles:
		return fmt.Errorf("-files must lie between 1 and %d", maxFiles)
	case bytes < 1 || bytes > maxBytes:
		return fmt.Errorf("-bytes must lie between 1 and %d", int64(maxBytes))
	case count < 1 || count > maxCount:
		return fmt.Errorf("-count must lie between 1 and %d", maxCount)
	case hostile != "" && hostileUnit(hostile) == "":
		return fmt.Errorf("no hostile text is called %q; there are: %s", hostile, hostileKinds())
	}
	return nil
}

func write(stdout io.Writer, out, hostile string, files int, bytes int64, seed uint64, count int) error {
	if hostile != "" {
		return writeHostile(stdout, hostileUnit(hostile), count)
	}
	return writePages(out, files, bytes, seed)
}
