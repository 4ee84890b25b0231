package main

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The test binary plays the program that is measured: MEASURE_PLAY says what it does.
func TestMain(m *testing.M) {
	switch os.Getenv("MEASURE_PLAY") {
	case "exit 3":
		os.Exit(3)
	case "hang":
		<-time.After(time.Hour)
	case "memory":
		block := make([]byte, 64<<20)
		for i := range block {
			block[i] = byte(i)
		}
		runtime.KeepAlive(block)
	default:
		m.Run()
	}
}

func play(t *testing.T, part string, flags ...string) (code int, fields []string, complaint string) {
	t.Helper()
	t.Setenv("MEASURE_PLAY", part)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	code = run(t.Context(), append(flags, "--", self), &stdout, &stderr)
	return code, strings.Fields(stdout.String()), stderr.String()
}

func TestReportsExitCodeAndTime(t *testing.T) {
	code, fields, complaint := play(t, "exit 3", "-runs", "3", "-warm", "0")
	if code != 0 || len(fields) != 4 || fields[3] != "3" {
		t.Fatalf("code %d, fields %q, stderr %q; want 0 and a fourth field of 3", code, fields, complaint)
	}
	shortest, err1 := strconv.ParseFloat(fields[0], 64)
	longest, err2 := strconv.ParseFloat(fields[1], 64)
	if err1 != nil || err2 != nil || shortest <= 0 || longest < shortest {
		t.Errorf("times %q and %q are no shortest and longest", fields[0], fields[1])
	}
}

func TestReportsMemory(t *testing.T) {
	_, fields, complaint := play(t, "memory", "-runs", "1", "-warm", "0")
	if len(fields) != 4 {
		t.Fatalf("fields %q, stderr %q", fields, complaint)
	}
	memory, err := strconv.Atoi(fields[2])
	if err != nil || memory != 0 && memory < 64<<10 {
		t.Errorf("memory %q KiB of a program that fills 64 MiB", fields[2])
	}
}

func TestStopsAtTheLimit(t *testing.T) {
	code, fields, complaint := play(t, "hang", "-timeout", (300 * time.Millisecond).String())
	if code != 0 || len(fields) != 4 || fields[3] != "-1" || fields[0] != "0.3000" {
		t.Errorf("code %d, fields %q, stderr %q; want the limit and -1", code, fields, complaint)
	}
}

func TestInterrupted(t *testing.T) {
	t.Setenv("MEASURE_PLAY", "hang")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	var stdout, stderr strings.Builder
	if code := run(ctx, []string{"--", self}, &stdout, &stderr); code != 2 || stdout.Len() != 0 || stderr.Len() == 0 {
		t.Errorf("code %d, stdout %q, stderr %q; want 2 and a complaint, and no numbers", code, stdout.String(), stderr.String())
	}
}

func TestRefusesWrongUsage(t *testing.T) {
	for _, args := range [][]string{
		{}, {"-runs", "0", "--", "x"}, {"-runs", "1001", "--", "x"}, {"-warm", "-1", "--", "x"}, {"-nonsense"},
		{"-timeout", "0s", "--", "x"}, {"--", "/no/such/program"},
	} {
		var stdout, stderr strings.Builder
		if code := run(t.Context(), args, &stdout, &stderr); code != 2 || stderr.Len() == 0 || stdout.Len() != 0 {
			t.Errorf("run(%q) = %d, stdout %q, stderr %q; want 2 and a complaint", args, code, stdout.String(), stderr.String())
		}
	}
}
