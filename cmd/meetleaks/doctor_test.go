package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// patient is a doctor's run in a test: the program in this process, with a clock that may be wrong.
type patient struct {
	folder string
	shift  time.Duration // of the clock
}

func newPatient(t *testing.T) *patient {
	t.Helper()
	return &patient{folder: t.TempDir()}
}

// file writes a file of mode 0600 into the folder, and returns its path.
func (p *patient) file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(p.folder, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// look runs doctor with a configuration, and returns its report, exit code and all that it printed.
func (p *patient) look(t *testing.T, yaml string) (doctorReport, int, string) {
	t.Helper()
	var out, complaints bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &complaints, env: []string{"HOME=" + p.folder},
		now: func() time.Time { return time.Now().Add(p.shift) }}
	code := conclude(a.doctor(t.Context(), p.file(t, "meetleaks.yaml", yaml), "json"), &complaints)
	var report doctorReport
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), complaints.String())
	}
	for _, c := range report.Checks {
		if (c.Status == statusFailure || c.Status == statusWarning) != (c.Mend != "") {
			t.Errorf("%s without a mend, or a mend without need: %+v", c.Status, c)
		}
	}
	return report, code, out.String() + complaints.String()
}

// of gives the checks of a name.
func (r doctorReport) of(name string) []diagnosis {
	return slices.DeleteFunc(slices.Clone(r.Checks), func(c diagnosis) bool { return c.Name != name })
}

// wants fails the test unless a check of that name ended so, with these words in it or in its mend.
func (r doctorReport) wants(t *testing.T, name string, status checkStatus, words ...string) {
	t.Helper()
	for _, c := range r.of(name) {
		text := c.Target + " " + c.Detail + " " + c.Mend
		missing := slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
		if c.Status == status && !missing {
			return
		}
	}
	t.Errorf("no check %q is %q with %q, but: %+v", name, status, words, r.of(name))
}

func idle(context.Context) []diagnosis { return []diagnosis{healthy("idle", "", "fine")} }

func TestAStuckCheckEndsItsExaminationAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		stuck := func(context.Context) []diagnosis { <-release; return nil }
		slow := func(ctx context.Context) []diagnosis { <-ctx.Done(); return idle(ctx) }
		d := &doctor{}
		began := time.Now()
		list := d.examine(t.Context(), []examination{
			{{"stuck", "a", stuck}, {"after", "", idle}},
			{{"slow", "", slow}, {"idle", "", idle}},
		})
		close(release)
		var got []string
		for _, c := range list {
			got = append(got, c.Name+"="+string(c.Status))
		}
		want := []string{"stuck=failure", "after=not checked", "idle=ok", "idle=ok"}
		if !slices.Equal(got, want) || time.Since(began) != stepBound+stepGrace {
			t.Errorf("after %v: %q, want %q", time.Since(began), got, want)
		}
		if list[0].Mend == "" {
			t.Error("what is stuck has no mend")
		}
	})
}

func TestAllChecksTogetherAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(ctx context.Context) []diagnosis { <-ctx.Done(); return idle(ctx) }
		var many []examination
		for range 200 {
			many = append(many, examination{{"slow", "", slow}})
		}
		began := time.Now()
		list := (&doctor{}).examine(t.Context(), many)
		if took := time.Since(began); took > doctorBound+stepGrace {
			t.Errorf("took %v", took)
		}
		unchecked := doctorReport{Checks: list}.of("slow")
		most := 200 - sideBySide*int(doctorBound/stepBound) // at the very end of the time some may begin still
		if len(list) != 200 || len(unchecked) > most || len(unchecked) < most-sideBySide {
			t.Errorf("%d checks, %d not done", len(list), len(unchecked))
		}
		for _, c := range unchecked {
			if c.Status != statusUnchecked || !strings.Contains(c.Detail, "30s") {
				t.Fatalf("%+v", c)
			}
		}
	})
}

func TestAnInterruptedDoctorPrintsWhatItHas(t *testing.T) {
	p := newPatient(t)
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: &out, env: []string{"HOME=" + p.folder}, now: time.Now}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var code outcome
	if err := a.doctor(ctx, p.file(t, "meetleaks.yaml", "store: sqlite:m.db\n"), "text"); !errors.As(err, &code) || code != exitInterrupted {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"✓ configuration", "interrupted", " checks: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("without %q: %s", want, out.String())
		}
	}
}

func TestTextHasColourOnlyWhereItIsWanted(t *testing.T) {
	r := newDoctorReport([]diagnosis{
		healthy("a", "x", "y"), worry("b", "", "y", "do this"), ailing("c", "\x1b[2J", leak, "do that"), unexamined("d", "", "y"),
	})
	if got, want := r.text(false), "✓ a x: y\n! b: y\n    mend: do this\n✗ c"; !strings.HasPrefix(got, want) {
		t.Errorf("got %q", got)
	}
	for _, text := range []string{r.text(false), strings.ReplaceAll(r.text(true), "\x1b[3", "")} {
		if strings.Contains(text, "[2J") && strings.Contains(text, "\x1b[2J") || strings.Contains(text, "84930275116") || strings.Contains(text, "Zk1FaWx5") {
			t.Errorf("shows what it must not: %q", text)
		}
		if !strings.HasSuffix(text, "\n4 checks: 1 failure, 1 warning\n") {
			t.Errorf("ends in %q", text)
		}
	}
	if !strings.Contains(r.text(true), "\x1b[31m✗\x1b[0m c") || strings.Contains(r.text(false), "\x1b") {
		t.Error("colour is wrong")
	}
}

func TestClocks(t *testing.T) {
	for _, c := range []struct {
		ahead time.Duration
		want  checkStatus
	}{
		{0, statusFine}, {29 * time.Second, statusFine}, {-29 * time.Second, statusFine}, {31 * time.Second, statusWarning},
		{-31 * time.Second, statusWarning}, {2 * time.Minute, statusWarning}, {121 * time.Second, statusFailure}, {-time.Hour, statusFailure},
	} {
		got := clockAgainst("x", c.ahead)
		if got.Status != c.want || (got.Mend != "") != (c.want != statusFine) {
			t.Errorf("%v: %+v", c.ahead, got)
		}
	}
	now := time.Now()
	for name, c := range map[string]struct {
		began, now time.Time
		want       checkStatus
	}{
		"right":         {now, now, statusFine},
		"jumped":        {now, now.Add(time.Hour), statusWarning},
		"jumped back":   {now, now.Add(-time.Hour), statusWarning},
		"long ago":      {time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC), statusFailure},
		"an old kernel": {time.Date(2019, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(2019, 1, 2, 0, 0, 0, 0, time.UTC), statusFailure},
	} {
		d := &doctor{app: &app{now: func() time.Time { return c.now }}, began: c.began, steady: time.Now()}
		if got := d.machineClock(); got.Status != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestFilesAndOrganisations(t *testing.T) {
	p := newPatient(t)
	open := p.file(t, "open.key", "whsec_c29tZSByYW5kb20gYnl0ZXMgb2YgYSBmZWVkZXI=")
	shared := p.file(t, "shared.key", "whsec_c29tZSByYW5kb20gYnl0ZXMgb2YgYSBmZWVkZXI=")
	p.file(t, "group.key", "whsec_c29tZSByYW5kb20gYnl0ZXMgb2YgYSBmZWVkZXI=")
	p.file(t, "hosts.csv", "meeting,email\nzoom:98123456210,jdoe@acme.example\nzoom:93615048227,eve@elsewhere.example\n")
	for path, mode := range map[string]os.FileMode{open: 0o644, shared: 0o620, filepath.Join(p.folder, "group.key"): 0o640} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	r, code, printed := p.look(t, `
store: sqlite:m.db
console: {listen: "127.0.0.1:0"}
alerts: {mode: observe}
organisations:
  - {name: acme, domains: [acme.example], hosts_file: hosts.csv}
sources:
  - {name: a, kind: hook, secret_file: open.key}
  - {name: b, kind: hook, secret_file: shared.key}
  - {name: c, kind: hook, secret_file: group.key}
  - {name: d, kind: hook, secret: whsec_planted}
`)
	r.wants(t, "secret file", statusFailure, "open.key", "everybody", "chmod 600")
	r.wants(t, "secret file", statusFailure, "shared.key", "others can change it")
	r.wants(t, "secret files", statusFine, "1 file in order")
	r.wants(t, "hosts", statusWarning, "hosts.csv", "left out")
	r.wants(t, "organisation", statusWarning, "acme", "nobody is told", "fallback.slack_channel")
	r.wants(t, "source", statusFailure, "d", "sources[3].secret", "openssl rand")
	if code != exitIncomplete || r.Failures != 3 || strings.Contains(printed, "98123456210") || strings.Contains(printed, "planted") {
		t.Errorf("exit code %d, %s", code, printed)
	}
	if err := os.Chmod(filepath.Join(p.folder, "meetleaks.yaml"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, _, _ = p.look(t, "store: sqlite:m.db\nconsole: {listen: \"127.0.0.1:0\", token: planted-planted-planted-planted-planted}\n")
	r.wants(t, "secret file", statusFailure, "meetleaks.yaml", "console.token", "everybody")
	r.wants(t, "organisations", statusWarning, "none")
	r.wants(t, "sources", statusWarning, "nothing is watched")
	r.wants(t, "channels", statusWarning, "alerts wait")
}

// TestNoSecretIsPrinted plants a secret in every place that may hold one, in place and in files, and lets every check fail.
func TestNoSecretIsPrinted(t *testing.T) {
	const planted = "hunter2planted"
	p := newPatient(t)
	for name, content := range map[string]string{
		"store": "redis://jdoe:" + planted + "@127.0.0.1:1/0", "url": "https://jdoe:" + planted + "@127.0.0.1:1/" + planted + "?x=" + planted,
		"key": planted, "proxy": "http://jdoe:" + planted + "@127.0.0.1:1", "master": planted, "odd": planted + "://" + planted,
		"smtp": "smtp://jdoe:" + planted + "@127.0.0.1:1",
	} {
		p.file(t, name, content)
	}
	yaml := `
store_file: %[2]s
keys: {master_file: master}
fetch: {allow: ["127.0.0.1:1"], proxy: {url_file: proxy}}
organisations:
  - {name: acme, domains: [acme.example]}
sources:
  - {name: site, kind: web, start: ["https://127.0.0.1:1/?token=%[1]s"]}
  - {name: feeder, kind: hook, secret: %[1]s}
channels:
  slack: {token: xoxb-%[1]s, app_token: xapp-%[1]s, signing_secret: %[1]s, api_url: "http://127.0.0.1:1/"}
  mail: {url_file: smtp}
  webhook:
    - {name: soc, url_file: url, secret_file: key}
    - {name: two, url_file: odd, secret_file: key}
    - {name: three, url_file: key, secret_file: key}
    - {name: four, url: "https://127.0.0.1:1/%[1]s", secret: "whsec_c29tZSByYW5kb20gYnl0ZXMgb2YgYSBmZWVkZXI="}
  siem: [{format: ocsf, to: "https://127.0.0.1:1/", token: %[1]s}]
`
	for _, store := range []string{"store", "odd", "key", "none"} {
		_, code, printed := p.look(t, fmt.Sprintf(yaml, planted, store))
		if code != exitIncomplete || strings.Contains(printed, planted) {
			t.Errorf("%s: exit code %d, %s", store, code, printed)
		}
		for _, format := range []string{"text", "json"} {
			var out bytes.Buffer
			a := &app{stdout: &out, stderr: &out, env: []string{"HOME=" + p.folder}, now: time.Now}
			err := a.egress(filepath.Join(p.folder, "meetleaks.yaml"), format)
			if conclude(err, &out) != exitIncomplete || strings.Contains(out.String(), planted) {
				t.Errorf("egress: %s", out.String())
			}
		}
	}
}
