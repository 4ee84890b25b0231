package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// The exit codes, everywhere.
const (
	exitFine        = 0
	exitFindings    = 1   // `scan` found something
	exitUsage       = 2   // wrong usage or configuration
	exitIncomplete  = 3   // something failed to be read, reached or written, whatever was found
	exitInterrupted = 130 // what was found so far was printed
)

// outcome is an exit code that needs no message: what there is to say was said.
type outcome int

func (o outcome) Error() string { return fmt.Sprintf("exit code %d", int(o)) }

// fault is an error for people: what failed, and what to try next.
type fault struct {
	code int
	err  error
	hint string // "" when there is nothing to advise
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// usage is a mistake in the command or the configuration.
func usage(hint, format string, args ...any) error {
	return &fault{exitUsage, fmt.Errorf(format, args...), hint}
}

// failed is something that could not be read, reached or written.
func failed(hint, format string, args ...any) error {
	return &fault{exitIncomplete, fmt.Errorf(format, args...), hint}
}

// conclude prints err, if there is anything to say, and turns it into the exit code. Errors that no command made are
// cobra's complaints about flags and arguments.
func conclude(err error, stderr io.Writer) int {
	var code outcome
	var f *fault
	var path *fs.PathError
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &f):
		complain(stderr, f.err, f.hint)
		return f.code
	case errors.As(err, &path): // cobra's completions, where nobody reads or no room is left
		complain(stderr, err, "")
		return exitIncomplete
	default:
		complain(stderr, err, "`meetleaks --help` lists the commands")
		return exitUsage
	}
}

func complain(stderr io.Writer, err error, hint string) {
	for _, line := range plainLines(err.Error()) {
		fmt.Fprintf(stderr, "meetleaks: %s\n", line)
	}
	if hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", plain(hint))
	}
}

// print writes a command's result.
func (a *app) print(format string, args ...any) error {
	if _, err := fmt.Fprintf(a.stdout, format, args...); err != nil {
		return failed("", "write: %w", err)
	}
	return nil
}
