package extract

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"meetleaks/scanner"
)

// withChild reads a source with a child, and returns the documents' texts, the places of what is looked for, and the skips.
func withChild(t testing.TB, s Source, look string) (text string, places []scanner.Spot, skips []string) {
	t.Helper()
	x := New(Options{Child: self(t, "read-untrusted")})
	_, err := x.Read(t.Context(), s, func(d scanner.Document) error {
		b, err := io.ReadAll(d.Text)
		must(t, err)
		text += string(b)
		for from := 0; look != ""; {
			i := bytes.Index(b[from:], []byte(look))
			if i < 0 {
				break
			}
			places = append(places, d.Where.Locate(int64(from+i)))
			from += i + 1
		}
		return nil
	}, func(s scanner.Skip) { skips = append(skips, s.URI+" ("+string(s.Cause)+"): "+s.Reason) })
	must(t, err)
	return text, places, skips
}

func quick() childLimits { return childLimits{5 * time.Second, 1 << 20, 1 << 20} }

func run(t *testing.T, how string, limits childLimits, in io.Reader) *reply {
	t.Helper()
	return runChild(t.Context(), append(self(t, "misbehave"), how), limits, in)
}

func TestAChildThatFailsIsToldAndWhatItHadSaidIsUsed(t *testing.T) {
	short := quick()
	short.time = 300 * time.Millisecond
	for _, c := range []struct {
		how    string
		limits childLimits
		want   error
		said   bool
	}{
		{"crash", quick(), errChildCrash, true},
		{"deaf", quick(), errChildCrash, true},
		{"hang", short, errChildSlow, true},
		{"unheard", short, errChildSlow, false},
		{"silent", quick(), errChildReply, true},
		{"garbage", quick(), errChildReply, true},
		{"one-line", quick(), errChildReply, false},
	} {
		got := run(t, c.how, c.limits, strings.NewReader(strings.Repeat("in", 100_000)))
		if len(got.problems) != 1 || !errors.Is(got.problems[0], c.want) {
			t.Errorf("%s: %q, want %q", c.how, got.problems, c.want)
		}
		if strings.Contains(string(got.view.text), "84930275116") != c.said {
			t.Errorf("%s: said %q", c.how, got.view.text)
		}
	}
}

func TestAnEndlessAnswerIsCut(t *testing.T) {
	got := run(t, "endless", quick(), strings.NewReader(""))
	if len(got.problems) != 1 || got.problems[0].Error() != "holds more than 1024 KiB of text: the rest was not read" {
		t.Errorf("%q", got.problems)
	}
	if n := len(got.view.text); n != 1<<20 {
		t.Errorf("%d bytes", n)
	}
}

func TestAChildNeedsNoMoreMemoryThanItMay(t *testing.T) {
	got := run(t, "memory", childLimits{20 * time.Second, 1 << 20, 1 << 20}, strings.NewReader(""))
	if len(got.problems) != 1 || !errors.Is(got.problems[0], errChildMemory) {
		t.Errorf("%q", got.problems)
	}
}

func TestAChildIsGivenNothing(t *testing.T) {
	t.Setenv("MEETLEAKS_SECRET", "x")
	got := run(t, "environment", quick(), strings.NewReader(""))
	if string(got.view.text) != "0 variables in /, more than 12 files: false" && runtime.GOOS == "linux" {
		t.Errorf("%q %q", got.view.text, got.problems)
	}
}

func TestContentThatIsTooLargeStopsTheChild(t *testing.T) {
	got := run(t, "environment", quick(), strings.NewReader(strings.Repeat("x", 1<<20+1)))
	if len(got.problems) != 1 || got.problems[0].Error() != "larger than 1 MiB: it was not read" {
		t.Errorf("%q", got.problems)
	}
	large := bytesSource{"a.pdf", append([]byte("%PDF-1.7\n"), make([]byte, maxPDF)...), false}
	if _, _, skips := withChild(t, large, ""); len(skips) != 1 || skips[0] != "a.pdf (failure): larger than 30 MiB: it was not read" {
		t.Errorf("%q", skips)
	}
}

func TestCancellingKillsTheChild(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		runChild(ctx, append(self(t, "misbehave"), "hang"), childLimits{time.Hour, 1 << 20, 1 << 20}, strings.NewReader("in"))
	}()
	cancel()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("the child lives")
	}
}

func TestNothingIsLeftOfChildren(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 5 {
		run(t, "crash", quick(), strings.NewReader("in"))
	}
	for range 200 {
		if runtime.NumGoroutine() <= before {
			break
		}
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > before+1 {
		t.Errorf("%d goroutines, were %d", after, before)
	}
	if runtime.GOOS == "linux" && hasZombies(t) {
		t.Error("a child was not waited for")
	}
}

// hasZombies looks for ended children of this process.
func hasZombies(t *testing.T) bool {
	t.Helper()
	processes, err := os.ReadDir("/proc")
	must(t, err)
	for _, p := range processes {
		stat, err := os.ReadFile("/proc/" + p.Name() + "/stat")
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[0] == "Z" && f[1] == strconv.Itoa(os.Getpid()) {
			return true
		}
	}
	return false
}

func TestWithoutAChildTheKindIsAChoice(t *testing.T) {
	both(t, Limits{}, "a.pdf", []byte("%PDF-1.7\n"), nil,
		[]string{"a.pdf (policy): this kind is read only in a process of its own, and there is none: application/pdf"})
}

func TestAChildThatIsNotThereIsAFailure(t *testing.T) {
	got := runChild(t.Context(), []string{"/no/such/program", "x"}, quick(), strings.NewReader("in"))
	if len(got.problems) != 1 || got.problems[0].Error() != "start the process that reads it: vanished or not there" {
		t.Errorf("%q", got.problems)
	}
}

func TestASourceThatBreaksOffIsToldAndTheRestIsRead(t *testing.T) {
	data := samplePDF(t, plainPDF{})
	s := readerSource{io.MultiReader(bytes.NewReader(data[:len(data)-30]), iotest.ErrReader(io.ErrUnexpectedEOF))}
	text, _, skips := withChild(t, s, "")
	if !strings.Contains(text, "84930275116") || len(skips) != 1 || !strings.HasSuffix(skips[0], "(failure): truncated: it ends too early") {
		t.Errorf("%q %q", text, skips)
	}
}

func TestTheChildRefusesWrongArguments(t *testing.T) {
	for _, args := range [][]string{nil, {"sound"}, {"pdf", "image"}} {
		if ServeChild(t.Context(), strings.NewReader(""), io.Discard, args) == nil {
			t.Errorf("%q was taken", args)
		}
	}
}

func TestManySourcesAtOnceEachGetTheirAnswer(t *testing.T) {
	x := New(Options{Child: self(t, "read-untrusted")})
	data := samplePDF(t, plainPDF{})
	results := make(chan bool)
	for range 6 {
		go func() {
			found := false
			_, err := x.Read(t.Context(), bytesSource{"a.pdf", data, true}, func(d scanner.Document) error {
				b, err := io.ReadAll(d.Text)
				found = strings.Contains(string(b), "84930275116")
				return err
			}, func(scanner.Skip) {})
			results <- found && err == nil
		}()
	}
	for range 6 {
		if !<-results {
			t.Error("no answer")
		}
	}
}

func BenchmarkChildPDF(b *testing.B) {
	data := samplePDF(b, plainPDF{})
	for b.Loop() {
		if _, _, skips := withChild(b, bytesSource{"a.pdf", data, false}, ""); len(skips) > 0 {
			b.Fatal(skips)
		}
	}
}
