package main

import (
	"path/filepath"
	"testing"
)

func TestDisks(t *testing.T) {
	d, ok := diskOf(t.TempDir())
	if !ok || d.free == 0 || d.network {
		t.Errorf("%+v, %v", d, ok)
	}
	if _, ok := diskOf(filepath.Join(t.TempDir(), "none")); ok {
		t.Error("a folder that is not there lies on a disk")
	}
	if got := existingFolder(filepath.Join(t.TempDir(), "a", "b")); isMissing(got) {
		t.Errorf("%s is not there", got)
	}
}
