package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/demo"
	"meetleaks/scanner"
)

// demoOptions are the flags of `demo`.
type demoOptions struct {
	format      string
	exitWhenEnd bool
	prepare     func(*demo.World) // tests let stand-ins refuse; nil: nothing
	console     string            // where it listens; "": see demoConsole
	step        time.Duration     // what has to come may take so long, each time; 0: demoStep
}

// The formats of `demo`.
const (
	demoText  = "text"
	demoJSONL = "jsonl"
)

// The bounds of a story, and of what people are given to read it.
const (
	demoAlone  = 55 * time.Second // unattended
	demoShown  = 3 * time.Minute  // with rests
	demoStep   = 20 * time.Second
	demoRest   = 2 * time.Second
	demoEvery  = 4 * time.Second // between looks at the site
	demoFolder = "meetleaks-demo-"
)

func (a *app) demoCommand() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See a leak found, its host alerted and the meeting proved safe, in a minute",
		Long: `demo runs the real service against a sample web site, a sample stream of posts (as Bluesky has it), and stand-ins for Slack and Zoom,
all on loopback and in this process. It needs no network, no account and no configuration, and reads none.

One link is posted on the site, one on the stream with a call for a raid. The service finds each, tells the host, takes the answer,
reads the meeting's settings again, and notices when the posts are taken down. The console is there to click along. Nothing is left
behind: the store lies in a folder of its own, which is removed at the end. What is a trick is said where it happens: the service's
clock is put forward by an hour, once.

With --format jsonl each line has "at" and "event". The story is posted, found, alerted, answered, safe (with "proof"), once for each
link, then removed for each. found and alerted say how many seconds after the post they came ("after_seconds"). Further events: ready
("console", "token_file"), taken-down, clock, ledger (found = alerted + suppressed + pending), and end.

Exit codes: 0 the story came to its end · 2 wrong usage · 3 it did not · 130 interrupted before its end.`,
		Example: "  meetleaks demo\n  meetleaks demo --exit-when-done --format jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.format != demoText && o.format != demoJSONL {
				return usage("use text or jsonl", "--format: unknown format %q", o.format)
			}
			return a.demo(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.format, "format", demoText, "text, or jsonl: one event a line")
	cmd.Flags().BoolVar(&o.exitWhenEnd, "exit-when-done", false, "end with the story, instead of running until Ctrl-C")
	return cmd
}

// demo plays the story against a service of its own, and gives everything back.
func (a *app) demo(ctx context.Context, o demoOptions) (err error) {
	folder, err := os.MkdirTemp("", demoFolder)
	if err != nil {
		return failed("", "make a folder for the demo: %w", err)
	}
	defer func() {
		if left := os.RemoveAll(folder); left != nil && err == nil {
			err = failed("remove it yourself", "the demo's folder is left behind: %w", left)
		}
	}()
	clock := &demo.Clock{}
	world, err := demo.Start(ctx, clock)
	if err != nil {
		return failed("", "%w", err)
	}
	defer func() { _ = world.Close() }()
	if o.prepare != nil {
		o.prepare(world)
	}
	loaded, err := config.Parse("", world.Config(folder, cmp.Or(o.console, demoConsole(ctx, o))), nil)
	if err != nil {
		return failed("", "configure the demo: %w", err)
	}
	for i, source := range loaded.Sources {
		if source.Kind == sourceWeb {
			loaded.Sources[i].Every = config.Duration(demoEvery)
		}
	}
	lines := &lastLines{}
	log, err := newLog(lines, logText, "warn")
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	p := &playing{
		world: world, tell: a.demoTeller(o), token: filepath.Join(folder, tokenName), rest: a.demoRest(o), bound: demoShown, step: cmp.Or(o.step, demoStep),
		stay: !o.exitWhenEnd, stop: stop, ended: make(chan struct{}),
	}
	if o.exitWhenEnd {
		p.bound = demoAlone
	}
	inner := &app{env: withoutOurs(a.env), stdin: a.stdin, stdout: io.Discard, stderr: lines, now: clock.Now}
	served := inner.serveLoaded(running, serveOptions{roles: allRoles(), ready: func(s *service) { p.begin(running, s) }}, loaded, log)
	stop()
	return p.conclude(ctx, served, lines)
}

// demoConsole is where the console listens: where it usually does when people look and nobody else is there, else anywhere.
func demoConsole(ctx context.Context, o demoOptions) string {
	if usual := config.Default().Console.Listen; !o.exitWhenEnd {
		var free net.ListenConfig
		if l, err := free.Listen(ctx, "tcp", usual); err == nil {
			_ = l.Close()
			return usual
		}
	}
	return "127.0.0.1:0"
}

// withoutOurs is an environment without our settings: the demo is the same everywhere.
func withoutOurs(env []string) []string {
	var out []string
	for _, entry := range env {
		if !strings.HasPrefix(entry, config.Prefix) {
			out = append(out, entry)
		}
	}
	return out
}

// playing is the story while it is played beside the service.
type playing struct {
	world *demo.World
	tell  func(demo.Event) error
	token string
	rest  time.Duration
	bound time.Duration
	step  time.Duration
	stay  bool   // after the end
	stop  func() // ends the service

	begun bool
	ended chan struct{} // is closed when err and over are settled
	err   error         // of the story, or of telling it
}

// begin plays the story in a goroutine of its own. It is called once, when the service listens.
func (p *playing) begin(ctx context.Context, s *service) {
	p.begun = true
	go func() {
		defer close(p.ended)
		p.err = p.play(ctx, s)
		if p.err != nil || !p.stay {
			p.stop()
		}
	}()
}

func (p *playing) play(ctx context.Context, s *service) error {
	ctx, cancel := context.WithTimeout(ctx, p.bound)
	defer cancel()
	var told error
	story := &demo.Story{
		World: p.world, Service: demoService{s}, Console: s.front.address(), Token: p.token,
		Tell: func(e demo.Event) {
			if told == nil {
				if told = p.tell(e); told != nil {
					cancel()
				}
			}
		},
		Rest: func(ctx context.Context) error { return demo.Pause(ctx, p.rest) }, Bound: p.step,
	}
	err := story.Play(ctx)
	if told != nil {
		return fmt.Errorf("write: %w", told)
	}
	return err
}

// conclude is what came of it, once the service has ended. outside is the command's own context: when that was done, somebody wanted
// the end.
func (p *playing) conclude(outside context.Context, served error, log *lastLines) error {
	if p.begun {
		<-p.ended
	}
	switch {
	case outside.Err() != nil && (!p.begun || p.err != nil):
		return outcome(exitInterrupted)
	case served != nil:
		return errors.Join(served, log.err())
	case !p.begun:
		return failed("", "demo: the service ended before the story began")
	case p.err != nil:
		return failed("", "demo: the story stopped: %w", errors.Join(p.err, log.err()))
	}
	return nil
}

// demoService is what the story sees of a service.
type demoService struct{ s *service }

// Leaks implements [demo.Service].
func (d demoService) Leaks(ctx context.Context) ([]scanner.Leak, error) {
	page, err := d.s.opened.store.ListLeaks(ctx, scanner.LeakQuery{Org: demo.Org, Limit: scanner.MaxBatch})
	return page.Leaks, err
}

// Ledger implements [demo.Service].
func (d demoService) Ledger(ctx context.Context) (scanner.Ledger, error) { return d.s.ledger(ctx) }

// Wake implements [demo.Service]. The store knows the machine's clock alone, by which leases end; so the leaks that sleep until an hour
// has passed are given another time to wake.
func (d demoService) Wake(ctx context.Context) error {
	list, err := d.Leaks(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	change := scanner.Change{Org: demo.Org}
	for _, l := range list {
		change.Leaks = append(change.Leaks, scanner.LeakWrite{Leak: l, Wake: time.Now()})
	}
	return d.s.opened.store.Commit(ctx, change)
}

// lastLines keeps the last lines that were written to it. It is safe for concurrent use.
type lastLines struct {
	mu    sync.Mutex
	lines []string
}

// The bounds of what is kept of a log.
const (
	mostLines = 20
	mostLine  = 1000 // bytes
)

// Write implements [io.Writer].
func (l *lastLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(string(p)) {
		line = strings.TrimRight(line, "\n")
		l.lines = append(l.lines, line[:min(len(line), mostLine)])
	}
	if more := len(l.lines) - mostLines; more > 0 {
		l.lines = append([]string(nil), l.lines[more:]...)
	}
	return len(p), nil
}

// err is the lines as an error, nil when there are none.
func (l *lastLines) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == 0 {
		return nil
	}
	return fmt.Errorf("the service's log ends:\n%s", strings.Join(l.lines, "\n"))
}
