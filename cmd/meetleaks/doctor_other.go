//go:build !linux

package main

func openFileLimit() (uint64, bool) { return 0, false }

func coreLimit() (uint64, bool) { return 0, false }

func diskOf(string) (disk, bool) { return disk{}, false }
