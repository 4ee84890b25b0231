//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"meetleaks/notify/slack/fakeslack"
	"meetleaks/scanner/store/redistest"
)

// What compose.yaml starts is started here, with the arguments, the environment and the secrets that it gives, paths replaced:
// Redis, each role, and commands by hand.

const (
	deployedID     = "84930275116"
	deployedSecret = "Wq7Tz2Ld"
	deployedBot    = "xoxb-deployed-7d19c4"
	deployedWithin = time.Minute
)

// deployment is compose.yaml, running.
type deployment struct {
	t       *testing.T
	spec    composeSpec
	folder  string // of the configuration, where processes begin
	secrets map[string]string
	env     []string
	redis   *redistest.Server
	ctx     context.Context
}

// deployed is one process of it.
type deployed struct {
	d       *deployment
	service string
	cmd     *exec.Cmd
	log     string
	ended   chan struct{}
	err     error // how it ended; not before
}

func newDeployment(t *testing.T) *deployment {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*deployedWithin)
	t.Cleanup(cancel)
	d := &deployment{t: t, ctx: ctx, folder: t.TempDir(), spec: parseCompose(t, readDeployed(t, composeFile))}
	d.secrets = map[string]string{
		"master-key": "u3Jq0rYd5lGQm1c8p2V9nX4bK7sT6wZaE0hR5yUiOqM=", "console-token": "deployed-token-41c9a7e205bd83f6",
		"slack-token": deployedBot, "redis-auth": "requirepass 9f2c71d05b8e4a36\n",
	}
	d.startRedis()
	d.secrets["store-url"] = "redis://:9f2c71d05b8e4a36@" + d.redis.Addr() + "/0\n"
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<p>Town hall: https://acme.zoom.us/j/%s?pwd=%s</p>", deployedID, deployedSecret)
	}))
	t.Cleanup(site.Close)
	slack, err := fakeslack.Start("", fakeslack.Options{Token: deployedBot})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slack.Close() })
	slack.AddRoom(fakeslack.Room{ID: "C0SECOPS"})
	d.configure(site.URL)
	d.env = []string{
		"MEETLEAKS_FETCH_ALLOW=" + strings.TrimPrefix(site.URL, "http://"), "MEETLEAKS_CHANNELS_SLACK_API_URL=" + slack.URL(),
		"TMPDIR=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "GORACE=atexit_sleep_ms=0",
	}
	return d
}

// configure writes the configuration with addresses of this test.
func (d *deployment) configure(site string) {
	d.t.Helper()
	text := string(readDeployed(d.t, "../../deploy/compose/meetleaks.yaml"))
	for from, to := range map[string]string{
		"https://www.acme.example/\"]": site + "/\"]", "0.0.0.0:8470": "127.0.0.1:0", "0.0.0.0:8471": "localhost:0",
	} {
		if !strings.Contains(text, from) {
			d.t.Fatalf("the configuration does not say %s", from)
		}
		text = strings.Replace(text, from, to, 1)
	}
	if err := os.WriteFile(filepath.Join(d.folder, "meetleaks.yaml"), []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// give writes some secrets into a folder of their own.
func (d *deployment) give(names []string) (folder string) {
	d.t.Helper()
	folder = d.t.TempDir()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(d.secrets[name]), 0o440); err != nil {
			d.t.Fatal(err)
		}
	}
	return folder
}

func (d *deployment) startRedis() {
	d.t.Helper()
	service := d.spec.Services["redis"]
	folder := d.give(service.Secrets)
	var args []string
	for _, arg := range service.Command[1:] {
		args = append(args, strings.ReplaceAll(arg, "/run/secrets", folder))
	}
	d.redis = redistest.Start(d.t, args...)
	check := service.Healthcheck.Test
	_, port, _ := strings.Cut(d.redis.Addr(), ":")
	healthy := func(line string) error {
		line = strings.NewReplacer("$$", "$", "/run/secrets", folder, "redis-cli ping", "redis-cli -p "+port+" ping").Replace(line)
		return exec.CommandContext(d.ctx, "/bin/sh", "-c", line).Run()
	}
	if err := healthy(check[1]); err != nil {
		d.t.Errorf("Redis runs, but its health check says %v", err)
	}
	if healthy(strings.Replace(check[1], "redis-auth", "redis-none", 1)) == nil {
		d.t.Error("the health check is content without a password: it asks nothing, or Redis wants none")
	}
}

// command is what a service would run, with args in the place of its own unless there are none.
func (d *deployment) command(name string, args ...string) *exec.Cmd {
	d.t.Helper()
	service := d.spec.Services[name]
	program, err := exec.LookPath("meetleaks")
	if err != nil {
		d.t.Fatal(err)
	}
	if len(args) == 0 {
		args = service.Command
	}
	cmd := exec.CommandContext(d.ctx, program, args...)
	cmd.Dir = d.folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	folder := d.give(service.Secrets)
	cmd.Env = slices.Clone(d.env)
	for key, value := range service.Environment {
		cmd.Env = append(cmd.Env, key+"="+strings.Replace(value, "/run/secrets", folder, 1))
	}
	return cmd
}

func (d *deployment) start(name string) *deployed {
	d.t.Helper()
	p := &deployed{d: d, service: name, cmd: d.command(name), log: filepath.Join(d.t.TempDir(), "log"), ended: make(chan struct{})}
	log, err := os.Create(p.log)
	if err != nil {
		d.t.Fatal(err)
	}
	defer log.Close()
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.ended) }()
	d.t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

// text is its log.
func (p *deployed) text() string {
	p.d.t.Helper()
	return string(readDeployed(p.d.t, p.log))
}

// address is where it serves, "" as long as it does not.
func (p *deployed) address() string {
	for line := range strings.Lines(p.text()) {
		var entry struct{ Msg, Console string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "meetleaks serves" {
			return entry.Console
		}
	}
	return ""
}

// ask gives the status and the body of an answer; 0 when there is none.
func (p *deployed) ask(path string) (int, string) {
	at := p.address()
	if at == "" {
		return 0, ""
	}
	req, err := http.NewRequestWithContext(p.d.ctx, http.MethodGet, at+path, nil)
	if err != nil {
		return 0, ""
	}
	req.Header.Set("Authorization", "Bearer "+p.d.secrets["console-token"])
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	_, _ = body.ReadFrom(resp.Body)
	return resp.StatusCode, body.String()
}

// over says whether it has ended.
func (p *deployed) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

func (p *deployed) readyOrOver() bool {
	status, _ := p.ask("/readyz")
	return status == http.StatusOK || p.over()
}

// await asks again and again until the answer is right.
func (d *deployment) await(what string, right func() bool) bool {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.ctx, deployedWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !right() {
		select {
		case <-ctx.Done():
			d.t.Errorf("this does not come about: %s", what)
			return false
		case <-tick.C:
		}
	}
	return true
}

// stop ends it as Docker does.
func (p *deployed) stop() {
	t := p.d.t
	t.Helper()
	grace, err := time.ParseDuration(p.d.spec.Services[p.service].StopGrace)
	if err != nil {
		t.Fatal(err)
	}
	bound := time.NewTimer(grace)
	defer bound.Stop()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		if p.err != nil {
			t.Errorf("%s ended with %v:\n%s", p.service, p.err, p.text())
		}
	case <-bound.C:
		t.Errorf("%s did not end within %v", p.service, grace)
	}
}

func TestComposeServes(t *testing.T) {
	d := newDeployment(t)
	var all []*deployed
	var console, reads *deployed
	for name, service := range d.spec.Services {
		if !service.ours() || len(service.Profiles) > 0 {
			continue
		}
		for range max(service.Deploy.Replicas, 1) {
			p := d.start(name)
			all = append(all, p)
			if slices.Contains(service.roles(), roleConsole) {
				console = p
			} else {
				reads = p
			}
		}
	}
	if len(all) != 4 {
		t.Fatalf("%d processes, want a console, two readers and one that tells people", len(all))
	}
	for _, p := range all {
		if !d.await(p.service+" is ready", p.readyOrOver) || p.over() {
			t.Fatalf("%s\n%s", p.service, p.text())
		}
		if status, _ := p.ask("/metrics"); status != http.StatusOK {
			t.Errorf("%s has no figures: %d", p.service, status)
		}
	}
	if status, _ := reads.ask("/api/v1/ledger"); status != http.StatusNotFound {
		t.Errorf("%s has an API: %d", reads.service, status)
	}
	masked := deployedID[:3] + "•••••" + deployedID[8:]
	var leaks string
	d.await("the leak is seen", func() bool {
		_, leaks = console.ask("/api/v1/organisations/acme/leaks")
		return strings.Contains(leaks, masked)
	})
	d.byHand(masked)
	for _, p := range all {
		p.stop()
		for _, secret := range append(slices.Collect(maps.Values(d.secrets)), deployedID, deployedSecret, "9f2c71d05b8e4a36") {
			if strings.Contains(p.text(), strings.TrimSpace(secret)) {
				t.Errorf("%s logs a secret", p.service)
			}
		}
	}
}

// byHand runs what the guide runs by hand.
func (d *deployment) byHand(masked string) {
	d.t.Helper()
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, " 0 failures"},
		{[]string{"leak", "list"}, masked},
		{[]string{"config", "check"}, ""},
		{[]string{"egress"}, d.redis.Addr()},
		{[]string{"organisation", "list"}, "acme"},
	} {
		out, err := d.command("tools", c.args...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			d.t.Errorf("%v: %v, want %q in\n%s", c.args, err, c.want, out)
		}
	}
}
