package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/extract"
	"meetleaks/scanner/source/files"
)

// The bounds of the flags.
const (
	maxJobs  = 64
	maxDepth = 255
	maxPages = 10_000_000
)

// scanOptions are the flags of `scan`.
type scanOptions struct {
	format, output, summary string
	config, ignore          string
	proof                   string
	reveal, noProgress      bool
	images                  bool
	jobs, depth, maxPages   int
	include, exclude        []string
}

func (a *app) scanCommand() *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:   "scan TARGET...",
		Short: "Look once through files, folders, archives, standard input and public pages",
		Long: `scan looks once through files, folders, archives, pipes, standard input (-) and the pages of a site (https://…), prints
the meeting links that it found, and keeps nothing. It never requests a link. Ids are masked unless --reveal is given (for local
targets only); passcodes and tokens are never printed.

A site is read from the given page on, politely: robots.txt is obeyed, a host is asked by one connection at a time. Listed are
meetings of organisations that --config registers, on pages under their domains or on the services that fetch.allow names;
those of others are counted. Standard error says how to see what stands on a site of your own. Of the configuration only
organisations, keys and fetch are used: mistakes in the rest of it are counted, and stop nothing.

The globs of --include and --exclude are for paths relative to the target (in the target site, "docs/*.md" fits site/docs/a.md),
of a page for the path of its address; one without a slash fits a name at any depth. They choose files and pages: what is itself
a target is read whatever they say, and so is all that an archive or a mail holds.

A file .meetleaksignore beside a target hides findings: that in the folder around the target and, where the target is a folder, that
in it are read, none further up or down, and none around a target in a folder where everybody can put files, as in /tmp; or instead
the file that --ignore names. One entry a line, with an end and a reason:

  mk1:0123456789abcdef0123456789abcdef  until=2027-01-31  public lecture, open to all
  docs/archive/**                       until=2027-06-30  meetings of 2019, long over

Globs are relative to the folder of the file beside a target; those in the file that --ignore names are for places as they are
printed. At most 10,000 lines and 1,000 globs count. A mistake in the file that --ignore names is wrong usage. Of a file beside a
target the other lines are used; standard error names the mistakes, which hide nothing. Symbolic links of that name are not
followed.

Exit codes: 0 nothing found, 1 findings, 2 wrong usage or configuration, 3 incomplete, 130 interrupted.`,
		Example: "  meetleaks scan docs/ mail.zip\n  git log -p | meetleaks scan --format jsonl -\n  meetleaks scan --config meetleaks.yaml --format html --output report.html pages/\n  meetleaks scan --config meetleaks.yaml https://acme.example/news/",
		Args: func(_ *cobra.Command, targets []string) error {
			if len(targets) == 0 {
				return usage("give a file, a folder, or - for standard input, as in `meetleaks scan docs/`", "scan what?")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, targets []string) error { return a.scan(cmd.Context(), o, targets) },
	}
	o.flags(cmd)
	return cmd
}

func (o *scanOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.format, "format", "text", strings.Join(report.Formats(), ", "))
	f.StringVarP(&o.output, "output", "o", "", "write the report to `FILE`, whole or not at all, instead of standard output (-)")
	f.StringVar(&o.summary, "summary", "", "write what was read and not read to `FILE` (- for standard output) as JSON")
	f.StringVar(&o.config, "config", "", "configuration `FILE`, outside of the targets: organisations, keys and fetch are used")
	f.StringVar(&o.ignore, "ignore", "", "ignore `FILE` instead of the .meetleaksignore files beside the targets")
	f.StringArrayVar(&o.include, "include", nil, "read only files that match `GLOB`, relative to the target (may be repeated)")
	f.StringArrayVar(&o.exclude, "exclude", nil, "leave out files and folders that match `GLOB`, relative to the target (may be repeated)")
	f.BoolVar(&o.reveal, "reveal", false, "show ids in clear (never passcodes; local targets only)")
	f.IntVar(&o.jobs, "jobs", 0, "documents read at the same time, at most 64; 0: as many as there are processors")
	f.IntVar(&o.depth, "depth", 2, "how many links away from the first page of a site")
	f.IntVar(&o.maxPages, "max-pages", 1000, "pages of sites read at most, in all")
	f.BoolVar(&o.images, "images", false, "read the images of sites too, for QR codes (those of local targets always are)")
	f.StringVar(&o.proof, "proof", "", "the `WORD` in the file on the site that shows that the site is yours")
	f.BoolVar(&o.noProgress, "no-progress", false, "no progress line, also on a terminal")
}

// scan is the story: settle what is asked, read, match, judge, ignore, report, sum up.
func (a *app) scan(ctx context.Context, o scanOptions, targets []string) error {
	a.limitMemory()
	go matchers.Standard() // a lateFinder waits for it, the plan does not
	plan, err := a.planScan(ctx, o, targets)
	if err != nil {
		return err
	}
	defer plan.close()
	started := a.now()
	line := startProgress(a.stderr, a.showsProgress(o))
	plan.matcher.Watch(line.read)
	sink := &scanSink{plan: plan, line: line, meetings: scanner.NewHashSet(maxMeetings)}
	stats, err := plan.read(ctx, o.defaultJobs(), sink, a.extractor())
	line.finish()
	interrupted := ctx.Err() != nil
	if interrupted {
		sink.Skip(scanner.Skip{URI: "…", Reason: "interrupted: what had not been read by then was not read", Cause: scanner.Failure})
	}
	if err != nil && !interrupted {
		err = failed("", "scan: %w", err)
	}
	sum := sink.summary(stats, a.now().Sub(started))
	if plan.network != nil {
		sum.Requests = plan.network.requests()
	}
	sum.Incomplete = sum.Incomplete || err != nil
	if closing := a.finishScan(plan, sum, interrupted); closing != nil {
		return closing
	}
	return verdict(err, sum, interrupted)
}

// extractor makes documents of what was read. What is not safe to read in this process is read by another of this program.
func (a *app) extractor() *extract.Extractor {
	return extract.New(extract.Options{Child: childCommand(), Now: a.now})
}

// read reads the local targets, then the sites.
func (p *scanPlan) read(ctx context.Context, jobs int, sink *scanSink, unpack *extract.Extractor) (scanner.Stats, error) {
	var stats scanner.Stats
	if len(p.local) > 0 {
		local, err := p.matcher.Each(ctx, jobs, sink, func(yield func(scanner.Unit) error, skip func(scanner.Skip)) error {
			return files.Walk(ctx, p.local, p.walk, func(item files.Item) error { return yield(unpack.Unit(item)) }, skip)
		})
		if stats = local; err != nil {
			return stats, err
		}
	}
	if p.network == nil {
		return stats, nil
	}
	p.network.options.Again, p.network.options.Waits = sink.line.again, sink.line.waits
	pages, err := p.network.crawl(ctx, p.matcher, jobs, crawlSink{sink}, unpack)
	stats.Add(pages)
	return stats, err
}

// scanMemory is the heap that scan aims to stay under, in bytes; with code and stacks that is less than 100 MiB, also when a collection
// comes late.
const scanMemory = 48 << 20

// limitMemory collects garbage only when there is no room left. Who sets GOGC or GOMEMLIMIT knows better.
func (a *app) limitMemory() {
	for _, setting := range a.env {
		if strings.HasPrefix(setting, "GOGC=") || strings.HasPrefix(setting, "GOMEMLIMIT=") {
			return
		}
	}
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(scanMemory)
}

// verdict decides the exit code: an interruption before what failed, and that before what was found.
func verdict(err error, sum report.Summary, interrupted bool) error {
	switch {
	case interrupted:
		return outcome(exitInterrupted)
	case err != nil:
		return err
	case sum.Incomplete:
		return outcome(exitIncomplete)
	case sum.Findings > 0:
		return outcome(exitFindings)
	}
	return nil
}

// scanPlan is everything that can be settled before the first file is opened, so that a mistake costs nothing.
type scanPlan struct {
	matcher *scanner.Matcher
	walk    files.Options
	targets []string
	local   []string
	network *network // nil without network targets
	ignore  *ignoreList
	hidden  *hider // learns no id when ids are to be shown
	reveal  bool
	key     []byte // of the findings' keys
	outputs *outputs
	report  report.Writer
	buffer  *bufio.Writer
	stream  bool      // flush after each document
	summary io.Writer // nil when none is asked for
	saysAll bool      // who reads standard error reads the same in the report
}

// close gives back what the plan holds, and discards outputs that were not finished.
func (p *scanPlan) close() {
	p.outputs.discard()
	if p.network != nil {
		p.network.client.Close()
	}
}

// shownTargets are the targets as places show them.
func (p *scanPlan) shownTargets() []string {
	shown := make([]string, 0, len(p.targets))
	for _, target := range p.targets {
		shown = append(shown, p.hidden.hide(target))
	}
	return shown
}

func (a *app) planScan(ctx context.Context, o scanOptions, targets []string) (*scanPlan, error) {
	local, pages, err := splitTargets(targets)
	if err != nil {
		return nil, err
	}
	if err := checkScan(o, len(pages) > 0); err != nil {
		return nil, err
	}
	globs, err := parseGlobs(o)
	if err != nil {
		return nil, err
	}
	loaded, err := a.loadScanConfig(o.config, local)
	if err != nil {
		return nil, err
	}
	key, stable, err := a.indexKey(loaded.Keys)
	if err != nil {
		return nil, err
	}
	ignore, err := ignoreFor(o.ignore, local, a.now())
	if err != nil {
		return nil, err
	}
	if ignore.hasKeys() && !stable {
		fmt.Fprintln(a.stderr, "meetleaks: the ignore file names keys (mk1:…), but without keys.index_file or keys.master_file in the configuration every run makes new keys: they hide nothing")
	}
	plan := &scanPlan{
		walk:    files.Options{Globs: globs, Stdin: a.stdin},
		targets: targets,
		local:   local,
		ignore:  ignore,
		hidden:  newHider(),
		reveal:  o.reveal,
		key:     key,
		outputs: &outputs{reads: append([]string{o.config, o.ignore}, local...)},
		stream:  o.format == "jsonl",
	}
	if err := a.completePlan(ctx, plan, o, loaded.Config, globs, pages, stable); err != nil {
		plan.close()
		return nil, err
	}
	return plan, nil
}

// completePlan does what touches the outside: the network first, then the outputs.
func (a *app) completePlan(ctx context.Context, plan *scanPlan, o scanOptions, c config.Config, globs files.Globs, pages []*url.URL, stable bool) error {
	var may func(org, page string) bool
	organisations := c.Organisations
	if len(pages) > 0 {
		var err error
		if plan.network, err = a.planNetwork(ctx, o, c, globs, pages); err != nil {
			return err
		}
		may = plan.network.lists.may
		organisations = append(slices.Clone(organisations), plan.network.lists.proved.organisations()...)
	}
	index, err := newIndex(organisations, plan.key)
	if err != nil {
		return err
	}
	var finder scanner.Finder = lateFinder{}
	if len(c.Organisations) > 0 {
		finder = a.finder(c.Organisations).Knowing(index)
	}
	plan.matcher = scanner.NewMatcher(finder, newJudge(index, a.now(), may))
	if err := a.openReport(ctx, plan, o, stable); err != nil {
		return err
	}
	plan.walk.Own = plan.outputs.paths()
	return nil
}

// lateFinder is the standard one. Building that takes longer than reading a few files: who looks first waits until it is there.
type lateFinder struct{}

func (lateFinder) FindIn(text []byte, from, to int) []matchers.Sighting {
	return matchers.Standard().FindIn(text, from, to)
}

// finder finds the links of all platforms, and those on the organisations' own hosts.
func (a *app) finder(list []config.Organisation) *matchers.Finder {
	hosts := config.OwnHosts(list)
	if len(hosts) == 0 {
		return matchers.Standard()
	}
	if n := len(hosts) - matchers.MaxOwnHosts; n > 0 {
		fmt.Fprintf(a.stderr, "meetleaks: %d of the %d `host` patterns are not looked for: at most %d\n", n, len(hosts), matchers.MaxOwnHosts)
	}
	for _, host := range hosts {
		if len(host) < matchers.MinOwnHost {
			fmt.Fprintf(a.stderr, "meetleaks: the `host` pattern %s is not looked for: it is shorter than %d bytes\n", plain(host), matchers.MinOwnHost)
		}
	}
	return matchers.NewFinder(matchers.All(), hosts...)
}

// checkScan finds the mistakes in the flags that can be seen without looking at anything else.
func checkScan(o scanOptions, network bool) error {
	switch {
	case !slices.Contains(report.Formats(), o.format):
		return usage("", "--format: unknown format %q: use one of %s", o.format, strings.Join(report.Formats(), ", "))
	case network && o.reveal:
		return usage("leave --reveal out, or save the pages and scan the files", "--reveal is for local targets only")
	case !network && o.proof != "":
		return usage("", "--proof is for network targets (https://…) only")
	case o.jobs < 0 || o.jobs > maxJobs:
		return usage("", "--jobs wants a number from 0 (as many as there are processors) to %d", maxJobs)
	case o.depth < 0 || o.depth > maxDepth:
		return usage("", "--depth wants a number from 0 to %d", maxDepth)
	case o.maxPages < 1 || o.maxPages > maxPages:
		return usage("", "--max-pages wants a number from 1 to %d", maxPages)
	case o.summary != "" && o.output != "" && sameOutput(o.output, o.summary):
		return usage("", "--output and --summary name the same file")
	}
	return checkProof(o.proof)
}

func parseGlobs(o scanOptions) (files.Globs, error) {
	var globs files.Globs
	var bad []error
	parse := func(flag string, patterns []string, into *[]files.Glob) {
		for _, pattern := range patterns {
			glob, err := files.ParseGlob(pattern)
			if err != nil {
				bad = append(bad, fmt.Errorf("%s: %w", flag, err))
				continue
			}
			*into = append(*into, glob)
		}
	}
	parse("--include", o.include, &globs.Include)
	parse("--exclude", o.exclude, &globs.Exclude)
	if err := errors.Join(bad...); err != nil {
		return files.Globs{}, usage("", "%w", err)
	}
	return globs, nil
}

// openReport begins the report and the summary.
func (a *app) openReport(ctx context.Context, plan *scanPlan, o scanOptions, stable bool) error {
	to, err := a.output(ctx, plan.outputs, "--output", o.output)
	if err != nil {
		return err
	}
	if o.summary != "" {
		if plan.summary, err = a.output(ctx, plan.outputs, "--summary", o.summary); err != nil {
			return err
		}
	}
	plan.saysAll = o.format == "text" && sameTerminal(to, a.stderr)
	plan.buffer = bufio.NewWriterSize(to, 64<<10)
	plan.report, err = report.New(o.format, plan.buffer, report.Options{
		Reveal:    o.reveal,
		Color:     isTerminal(to) && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb",
		Width:     width(to),
		Hide:      plan.hidden.hide,
		Key:       plan.key,
		StableKey: stable,
		Version:   version(),
		Now:       a.now(),
	})
	if err != nil {
		return usage("", "--format: %w", err)
	}
	return nil
}

// showsProgress: only a person at a terminal sees progress, and not between the lines of a report.
func (a *app) showsProgress(o scanOptions) bool {
	if o.noProgress || !isTerminal(a.stderr) || a.getenv("TERM") == "dumb" {
		return false
	}
	return !toStdout(o.output) || o.format != "jsonl" || !isTerminal(a.stdout)
}

// finishScan ends the report, puts the files in their places and sums up on standard error.
func (a *app) finishScan(plan *scanPlan, sum report.Summary, interrupted bool) error {
	err := errors.Join(plan.report.Close(sum), plan.buffer.Flush())
	if plan.summary != nil {
		text, encoding := sum.JSON()
		_, writing := plan.summary.Write(text)
		err = errors.Join(err, encoding, writing)
	}
	if err == nil {
		err = plan.outputs.commit()
	}
	plan.ignore.report(a.stderr, !sum.Incomplete && !interrupted, plan.hidden.hide)
	printUnread(a.stderr, sum.Skipped, plan.shownTargets())
	printPossible(a.stderr, sum.Possible)
	if plan.network != nil {
		plan.network.printUnregistered(a.stderr, sum.Unregistered)
	}
	if !plan.saysAll || interrupted || err != nil {
		fmt.Fprintln(a.stderr, closingLine(sum, interrupted))
	}
	if err != nil {
		return failed("", "write the report: %w", err)
	}
	return nil
}

// defaultJobs is used when --jobs is 0 or not given.
func (o scanOptions) defaultJobs() int {
	if o.jobs > 0 {
		return o.jobs
	}
	return runtime.GOMAXPROCS(0)
}

// loadScanConfig reads what scan uses of the file that was named, if any; of the rest it says only that there are mistakes. Settings of
// a folder that is being scanned are not to be trusted: whoever can write a page there could say what is found.
func (a *app) loadScanConfig(file string, targets []string) (*config.Loaded, error) {
	for _, target := range targets {
		if file != "" && target != files.Stdin && holds(target, file) {
			return nil, usage("keep the configuration outside of what is scanned",
				"--config %s lies in the target %s: whoever can change what is scanned could change what is found", file, target)
		}
	}
	loaded, elsewhere, err := config.LoadSections(file, a.env, "organisations", "keys", "fetch")
	if elsewhere > 0 {
		check := strings.TrimSpace("meetleaks config check " + file)
		fmt.Fprintf(a.stderr, "meetleaks: %s in what `scan` does not use; `%s` lists all\n", count(elsewhere, "mistake"), plain(check))
	}
	return loaded, asUsage(err)
}
