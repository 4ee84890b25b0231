package main

import (
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	known := &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}
	for _, test := range []struct {
		stamp string
		info  *debug.BuildInfo
		want  string
	}{
		{"", nil, "devel"}, {"", &debug.BuildInfo{}, "devel"}, {"", &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "devel"},
		{"", known, "v1.2.3"}, {"4f1c0d2", known, "4f1c0d2"},
	} {
		if got := versionOf(test.stamp, test.info); got != test.want {
			t.Errorf("%q, %+v: %q, want %q", test.stamp, test.info, got, test.want)
		}
	}
}

// TestBuildIsStamped holds that `make build` tells the linker the name of the variable.
func TestBuildIsStamped(t *testing.T) {
	cmd := exec.Command("make", "--no-print-directory", "-n", "build", "VERSION=v9.8.7")
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "-X main.stamped=v9.8.7") {
		t.Errorf("%v: %s", err, out)
	}
}
