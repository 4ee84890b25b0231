//go:build !linux

package main

// noCoreDumps does nothing here: whoever runs the service on such a system turns them off for it.
func noCoreDumps() error { return nil }
