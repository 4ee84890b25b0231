package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/demo"
	"meetleaks/notify/slack/fakeslack"
	"meetleaks/scanner/meetings/zoom/fakezoom"
	"meetleaks/scanner/source/bluesky/fakejetstream"
)

const anyPort = "127.0.0.1:0"

// watched is an output that is looked at line by line while it is written.
type watched struct {
	see func(demo.Event)

	mu  sync.Mutex
	all bytes.Buffer
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.all.Write(p)
	w.mu.Unlock()
	var e demo.Event
	if w.see != nil && json.Unmarshal(p, &e) == nil {
		w.see(e)
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}

// lines are the events that were written.
func (w *watched) lines(t *testing.T) []demo.Event {
	t.Helper()
	var list []demo.Event
	for line := range strings.Lines(w.String()) {
		var e demo.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		list = append(list, e)
	}
	return list
}

// noneIn looks for what must not be there.
func noneIn(t *testing.T, where string, content []byte) {
	t.Helper()
	for _, secret := range demo.Planted() {
		if bytes.Contains(content, []byte(secret)) {
			t.Errorf("%s holds %q", where, secret)
		}
	}
}

// noneInFiles looks through the files of a folder, and says how many there were.
func noneInFiles(t *testing.T, folder string) (files int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		noneIn(t, d.Name(), content)
		files++
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return files
}

func TestTheDemoComesToItsEnd(t *testing.T) {
	t.Parallel()
	var ready demo.Event
	folder, files := "", 0
	out := &watched{see: func(e demo.Event) {
		switch e.Kind {
		case demo.Ready:
			ready, folder = e, filepath.Dir(e.TokenFile)
		case demo.Ended:
			files = noneInFiles(t, folder)
			allIsWell(t, ready.Console)
			sourcesAreRead(t, ready)
		}
	}}
	var complaints bytes.Buffer
	env := []string{"MEETLEAKS_STORE=redis://127.0.0.1:1/0", "MEETLEAKS_CONSOLE_LISTEN=192.0.2.1:1"} // the same everywhere
	began := time.Now()
	code := run(t.Context(), []string{"demo", "--exit-when-done", "--format", "jsonl"}, env, strings.NewReader(""), out, &complaints)
	if took := time.Since(began); code != exitFine || took > time.Minute {
		t.Fatalf("exit code %d after %v: %s", code, took, complaints.String())
	}
	if complaints.Len() > 0 {
		t.Errorf("it complains: %s", complaints.String())
	}
	noneIn(t, "the output", []byte(out.String()))
	if files < 3 {
		t.Errorf("%d files were looked through: a store, its key and a token belong there", files)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("%s is left behind: %v", folder, err)
	}
	checkStory(t, out.lines(t))
}

// allIsWell wants the service to be ready, and no source to be blind.
func allIsWell(t *testing.T, console string) {
	t.Helper()
	for path, want := range map[string]string{"/readyz": `{"ready":true,"reasons":[],"notes":[]}`, "/metrics": "meetleaks_"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, console+path, nil)
		if err != nil {
			t.Error(err)
			return
		}
		res, err := (&http.Client{Timeout: 10 * time.Second}).Do(r)
		if err != nil {
			t.Error(err)
			return
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		_ = res.Body.Close()
		if err != nil || !bytes.Contains(body, []byte(want)) {
			t.Errorf("%s: %v: %s", path, err, body)
		}
		noneIn(t, path, body)
	}
}

// sourcesAreRead wants the console to show both sources, the stream as one that is listened to, and neither blind.
func sourcesAreRead(t *testing.T, ready demo.Event) {
	t.Helper()
	var list struct {
		Sources []struct {
			Name    string    `json:"name"`
			Blind   string    `json:"blind"`
			Running time.Time `json:"running_since"`
		} `json:"sources"`
	}
	body := asked(t, ready, "/api/v1/sources")
	if err := json.Unmarshal(body, &list); err != nil {
		t.Errorf("%v: %s", err, body)
	}
	noneIn(t, "the sources", body)
	listened := false
	for _, s := range list.Sources {
		if s.Blind != "" {
			t.Errorf("%s is blind: %s", s.Name, s.Blind)
		}
		listened = listened || s.Name == "stream" && !s.Running.IsZero()
	}
	if len(list.Sources) != 2 || !listened {
		t.Errorf("the sources are %s", body)
	}
}

func checkStory(t *testing.T, events []demo.Event) {
	t.Helper()
	var kinds []string
	var before time.Time
	leaks := map[string]string{} // of a place
	for _, e := range events {
		kinds = append(kinds, e.Kind)
		if e.At.Before(before) {
			t.Errorf("%s comes before what was told before it", e.Kind)
		}
		before = e.At
		switch e.Kind {
		case demo.Found:
			leaks[e.Where] = e.Leak
		case demo.Removed:
			if leaks[e.Where] != e.Leak || e.Leak == "" {
				t.Errorf("from %s %q is removed, %q was found", e.Where, e.Leak, leaks[e.Where])
			}
		}
	}
	want := []string{
		demo.Ready, demo.Posted, demo.Found, demo.Alerted, demo.Answered, demo.Safe,
		demo.Posted, demo.Found, demo.Alerted, demo.Alerted, demo.Answered, demo.Safe,
		demo.TakenDown, demo.TakenDown, demo.Clocked, demo.Removed, demo.Removed, demo.Booked, demo.Ended,
	}
	if !slices.Equal(kinds, want) {
		t.Fatalf("the story is %q\nwant %q", kinds, want)
	}
	for i, proof := range map[int]string{5: "waiting room on, read ", 11: "the meeting is gone from the account: the link leads nowhere, read "} {
		if e := events[i]; !strings.HasPrefix(e.Proof, proof) || e.Leak != events[i-3].Leak && e.Leak != events[i-4].Leak {
			t.Errorf("proof %q of %s, want %q", e.Proof, e.Leak, proof)
		}
	}
	checkStream(t, events[6:12])
}

// comesSoon is how long a post on the stream may take to be told: a second is promised, on a machine that does nothing else.
const comesSoon = 8.0

// checkStream looks at the story of the post that calls for a raid.
func checkStream(t *testing.T, events []demo.Event) {
	t.Helper()
	posted, found, alerted := events[0], events[1], events[2]
	if posted.Where != "Bluesky" || found.Where != "Bluesky" || found.Risk != "critical" || !strings.Contains(strings.Join(found.Reasons, " "), "“raid”") {
		t.Errorf("the post on %q, found on %q: risk %q, for %q", posted.Where, found.Where, found.Risk, found.Reasons)
	}
	if found.After <= 0 || alerted.After < found.After || alerted.After > comesSoon || alerted.To != "host" {
		t.Errorf("found after %v s, told the %s after %v s", found.After, alerted.To, alerted.After)
	}
}

// A story that breaks is a failure, and says what is missing.
func TestABrokenDemoFails(t *testing.T) {
	for name, test := range map[string]struct {
		refuse func(*demo.World)
		want   string
	}{
		"Zoom refuses": {func(w *demo.World) {
			w.Zoom.Break(fakezoom.Fault{Path: "/", Times: -1, Status: http.StatusInternalServerError})
		}, "alerted: the host"},
		"Slack refuses": {func(w *demo.World) {
			w.Slack.Fail("chat.postMessage", fakeslack.Fault{Status: http.StatusInternalServerError}, 1000)
		}, "alerted: the host"},
		"the stream refuses": {func(w *demo.World) {
			w.Stream.Break(fakejetstream.Fault{Kind: fakejetstream.Refuse, Status: http.StatusServiceUnavailable})
		}, "the stream is heard"},
		"the host left": {func(w *demo.World) { w.Zoom.RemoveUser("zJane") }, "alerted: the host"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, complaints bytes.Buffer
			a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &complaints, now: time.Now}
			err := a.demo(t.Context(), demoOptions{format: demoJSONL, exitWhenEnd: true, prepare: test.refuse, step: 8 * time.Second})
			if code := conclude(err, &complaints); code != exitIncomplete {
				t.Errorf("exit code %d", code)
			}
			if text := complaints.String(); !strings.Contains(text, "the story stopped: ") || !strings.Contains(text, test.want) {
				t.Errorf("it says %q, want %q", text, test.want)
			}
			if strings.Contains(out.String(), `"event":"end"`) {
				t.Errorf("it came to its end: %s", out.String())
			}
			noneIn(t, "the output", out.Bytes())
			noneIn(t, "the complaint", complaints.Bytes())
		})
	}
}

// Whoever ends a story before its end gets another exit code than who ends what runs on after it.
func TestADemoIsEnded(t *testing.T) {
	for name, test := range map[string]struct {
		on   string
		want int
	}{"before its end": {demo.Posted, exitInterrupted}, "after its end": {demo.Ended, exitFine}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			folder := ""
			out := &watched{see: func(e demo.Event) {
				switch e.Kind {
				case demo.Ready:
					folder = filepath.Dir(e.TokenFile)
					consoleAnswers(t, e)
				case test.on:
					cancel()
				}
			}}
			a := &app{stdin: strings.NewReader(""), stdout: out, stderr: io.Discard, now: time.Now}
			err := a.demo(ctx, demoOptions{format: demoJSONL, console: anyPort})
			if code := conclude(err, io.Discard); code != test.want {
				t.Errorf("exit code %d, want %d: %v", code, test.want, err)
			}
			if _, err := os.Stat(folder); folder == "" || !os.IsNotExist(err) {
				t.Errorf("folder %q: %v", folder, err)
			}
		})
	}
}

// consoleAnswers asks the API with the token that the demo names.
func consoleAnswers(t *testing.T, e demo.Event) { asked(t, e, "/api/v1/organisations") }

// asked is the console's answer to who signs in with the token that the demo names.
func asked(t *testing.T, ready demo.Event, path string) []byte {
	t.Helper()
	token, err := os.ReadFile(ready.TokenFile)
	if err != nil {
		t.Error(err)
		return nil
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, ready.Console+path, nil)
	if err != nil {
		t.Error(err)
		return nil
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	res, err := (&http.Client{Timeout: 10 * time.Second}).Do(r)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%s: the console answers %s, %v", path, res.Status, err)
	}
	return body
}

// A demo that cannot be written anywhere ends.
func TestADemoThatNobodyCanReadEnds(t *testing.T) {
	t.Parallel()
	a := &app{stdin: strings.NewReader(""), stdout: brokenPipe{}, stderr: io.Discard, now: time.Now}
	var complaints bytes.Buffer
	err := a.demo(t.Context(), demoOptions{format: demoText, console: anyPort})
	if code := conclude(err, &complaints); code != exitIncomplete || !strings.Contains(complaints.String(), "write: ") {
		t.Errorf("exit code %d: %s", code, complaints.String())
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTheDemoIsToldInText(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 7, 0, time.UTC)
	tale := demoTale{width: 60}
	card := demo.Event{
		At: at, Kind: demo.Alerted, To: "host", After: 4.9, Words: []string{"A card of so many words that they do not have room in one row."},
		Card: []string{"A Zoom meeting of acme is public.", "[Done] [Help me now]"},
	}
	want := `
09:00:07  ALERTED  to the host after 5 s
          A card of so many words that they do not have room
          in one row.
          │ A Zoom meeting of acme is public.
          │ [Done] [Help me now]
`
	if got := tale.page(card); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	long := demo.Event{At: at, Kind: demo.Safe, Proof: "the meeting is gone from the account: the link leads nowhere"}
	want = `
09:00:07  SAFE  the meeting is gone from the account: the
          link leads nowhere
`
	if got := tale.page(long); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	found := demo.Event{At: at, Kind: demo.Found, Where: "the site", Meeting: "951•••••843", Risk: "high", Reasons: []string{"one", "two"}, After: 0.004}
	want = `
09:00:07  FOUND  on the site after 0.01 s: Zoom 951•••••843, risk high
          Why high: one; two.
`
	if got := (demoTale{width: 80}).page(found); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	tale.ink = true
	if got := tale.page(card); !strings.Contains(got, "\x1b[1;36mALERTED\x1b[0m") {
		t.Errorf("no colour: %q", got)
	}
	hostile := demo.Event{At: at, Kind: demo.Found, Where: "the\x1b[2J site", Meeting: "951•••••843", Words: []string{"https://acme.zoom.us/j/84930275116?pwd=Zk1FaWx5"}}
	if got := (demoTale{width: 80}).page(hostile); strings.Contains(got, "\x1b") || strings.Contains(got, "84930275116") || strings.Contains(got, "Zk1FaWx5") {
		t.Errorf("%q", got)
	}
}

// The console is where people expect it, unless somebody is there.
func TestTheDemosConsoleIsWhereItUsuallyIs(t *testing.T) {
	usual := config.Default().Console.Listen
	if got := demoConsole(t.Context(), demoOptions{exitWhenEnd: true}); got != anyPort {
		t.Errorf("unattended: %s", got)
	}
	var taking net.ListenConfig
	if l, err := taking.Listen(t.Context(), "tcp", usual); err == nil {
		defer l.Close()
	}
	if got := demoConsole(t.Context(), demoOptions{}); got != anyPort {
		t.Errorf("where somebody is: %s", got)
	}
}

func TestTheDemosLogIsBounded(t *testing.T) {
	l := &lastLines{}
	if l.err() != nil {
		t.Error("nothing was written")
	}
	for range 3 * mostLines {
		_, _ = io.WriteString(l, "a line "+strings.Repeat("x", 2*mostLine)+"\nanother\n")
	}
	if len(l.lines) != mostLines || len(l.err().Error()) > 2*mostLines*mostLine {
		t.Errorf("%d lines", len(l.lines))
	}
}

func TestTheDemoReadsNoSettings(t *testing.T) {
	got := withoutOurs([]string{"HOME=/h", config.Prefix + "STORE=x", "NO_COLOR=1"})
	if !slices.Equal(got, []string{"HOME=/h", "NO_COLOR=1"}) {
		t.Errorf("%q", got)
	}
}
