// Command measure runs a program several times and prints its best time and its largest memory.
//
//	measure [-runs N] [-warm N] [-timeout D] -- PROGRAM [ARGUMENT...]
//
// It prints one line, fields parted by tabs: the shortest wall-clock time in seconds, the longest, the largest resident
// memory in KiB (0 where the system does not say), and the exit code of the last run (-1 when the time ran out; the time
// is then the limit). The program's standard input and output are the null device, its standard error is passed on only
// when it cannot be started. The memory has a floor of some MiB, this program's own, because the kernel counts a child
// from before it becomes the other program.
//
// Exit codes: 0 measured, whatever the program's own code was; 2 wrong usage, interrupted (the program is stopped too), or
// the program cannot be started.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

const maxRuns = 1000

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	flags.SetOutput(stderr)
	runs := flags.Int("runs", 5, "runs that count, at most 1000")
	warm := flags.Int("warm", 1, "runs before them that do not, at most 1000")
	timeout := flags.Duration("timeout", 10*time.Minute, "longest time of one run")
	if flags.Parse(args) != nil {
		return 2
	}
	if flags.NArg() == 0 || *runs < 1 || *runs > maxRuns || *warm < 0 || *warm > maxRuns || *timeout <= 0 {
		fmt.Fprintln(stderr, "usage: measure [-runs N] [-warm N] [-timeout D] -- PROGRAM [ARGUMENT...]")
		return 2
	}
	result, err := repeat(ctx, *warm, *runs, *timeout, flags.Args())
	if err != nil {
		fmt.Fprintln(stderr, "measure:", err)
		return 2
	}
	fmt.Fprintf(stdout, "%.4f\t%.4f\t%d\t%d\n", result.shortest.Seconds(), result.longest.Seconds(), result.memory, result.code)
	return 0
}

// outcome is what some runs of one program came to.
type outcome struct {
	shortest, longest time.Duration
	memory            int64 // largest resident set, KiB
	code              int   // exit code of the last run, -1 when it was stopped at the time limit
}

// repeat runs the program warm+runs times and counts the last runs. It stops at the first run that takes too long.
func repeat(ctx context.Context, warm, runs int, timeout time.Duration, command []string) (outcome, error) {
	var all outcome
	for i := range warm + runs {
		one, err := once(ctx, timeout, command)
		if err != nil {
			return outcome{}, err
		}
		if one.code == -1 {
			return one, nil
		}
		if i < warm {
			continue
		}
		if i == warm || one.shortest < all.shortest {
			all.shortest = one.shortest
		}
		all.longest = max(all.longest, one.longest)
		all.memory = max(all.memory, one.memory)
		all.code = one.code
	}
	return all, nil
}

// once runs the program once. A program that ends with any exit code was measured; one that cannot be started is an error.
func once(ctx context.Context, timeout time.Duration, command []string) (outcome, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	child := exec.CommandContext(limited, command[0], command[1:]...)
	child.WaitDelay = time.Second
	started := time.Now()
	err := child.Run()
	took := time.Since(started)
	if child.ProcessState == nil {
		return outcome{}, fmt.Errorf("run %s: %w", command[0], err)
	}
	if ctx.Err() != nil {
		return outcome{}, fmt.Errorf("run %s: %w", command[0], ctx.Err())
	}
	memory := residentKiB(child.ProcessState)
	if limited.Err() != nil && !child.ProcessState.Success() {
		return outcome{shortest: timeout, longest: timeout, memory: memory, code: -1}, nil
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return outcome{}, fmt.Errorf("run %s: %w", command[0], err)
	}
	return outcome{shortest: took, longest: took, memory: memory, code: child.ProcessState.ExitCode()}, nil
}
