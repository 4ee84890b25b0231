package main

import (
	"os"
)

func main() {
	ctx, stop := untilInterrupted()
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
