package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// apiToken protects nothing but this run.
const apiToken = "a-token-of-this-measurement-only"

// serving is a running meetleaks that reads a stand-in.
type serving struct {
	folder, base string
	process      *exec.Cmd
	client       *http.Client
	stream       *standIn
	soc          *endpoint
}

// start runs the program, which knows the meetings, and waits until it listens to the stream.
func start(ctx context.Context, p plan, meetings []string) (*serving, error) {
	folder, err := os.MkdirTemp("", "meetleaks-bench-")
	if err != nil {
		return nil, err
	}
	s := &serving{folder: folder, client: &http.Client{Timeout: 30 * time.Second}}
	if s.stream, err = play(ctx, p.service); err != nil {
		return s, err
	}
	if s.soc, err = startEndpoint(ctx); err != nil {
		return s, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return s, err
	}
	s.base = "http://127.0.0.1:" + port
	if err := s.configure(p, port, meetings); err != nil {
		return s, err
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return s, err
	}
	defer log.Close()
	s.process = pinned(ctx, p.core, p.program, "serve", "--config", filepath.Join(folder, "meetleaks.yaml"), "--log-format", "json")
	s.process.Stderr = log
	s.process.Dir = folder
	if err := s.process.Start(); err != nil {
		return s, fmt.Errorf("start %s: %w", p.program, err)
	}
	return s, s.ready(ctx)
}

// pinned is a command that is ended in order with ctx; from core 0 on it may use that core alone.
func pinned(ctx context.Context, core int, program string, args ...string) *exec.Cmd {
	if core >= 0 {
		program, args = "taskset", append([]string{"-c", strconv.Itoa(core), program}, args...)
	}
	command := exec.CommandContext(ctx, program, args...)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 30 * time.Second
	if core >= 0 {
		command.Env = append(os.Environ(), "GOMAXPROCS=1")
	}
	return command
}

func freePort(ctx context.Context) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

func (s *serving) configure(p plan, port string, meetings []string) error {
	var hosts strings.Builder // meetings that are known are told one by one, however many they are
	hosts.WriteString("meeting,email,topic\nzoom:84930275116,somebody@acme.example,Another meeting\n")
	for i, number := range meetings {
		fmt.Fprintf(&hosts, "zoom:%s,person%d@acme.example,Meeting\n", number, i%20)
	}
	config := fmt.Sprintf(`store: %q
console: {listen: "127.0.0.1:%s", token_file: token}
keys: {master_file: master.key}
alerts: {mode: channel}
organisations:
  - name: acme
    domains: [acme.example]
    patterns: [{vanity: acme.zoom.us}]
    hosts_file: hosts.csv
sources: [{name: stream, kind: %s, api_url: %q%s}]
channels: {webhook: [{name: soc, url_file: soc.url, secret_file: soc.key}]}
`, p.store, port, p.service, s.stream.address(), map[string]string{serviceX: ", token_file: x"}[p.service])
	for name, text := range map[string]string{
		"meetleaks.yaml": config, "hosts.csv": hosts.String(), "token": apiToken, "x": "a-token-of-nobody", "soc.url": s.soc.url(),
		"soc.key":    "whsec_" + base64.StdEncoding.EncodeToString([]byte("a key of this measurement only..")),
		"master.key": base64.StdEncoding.EncodeToString([]byte("the master key of a measurement.")),
	} {
		if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// ready waits until the service answers and listens to the stream.
func (s *serving) ready(ctx context.Context) error {
	err := s.stream.wait(ctx)
	for err == nil {
		if _, err := s.get(ctx, "/readyz"); err == nil {
			return nil
		}
		if err = ctx.Err(); err == nil {
			err = pause(ctx, 50*time.Millisecond)
		}
	}
	text, _ := os.ReadFile(filepath.Join(s.folder, "log"))
	return fmt.Errorf("the service did not become ready: %w\n%s", err, text[:min(len(text), 4000)])
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (s *serving) get(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+apiToken)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s was answered with %d", path, response.StatusCode)
	}
	return body, err
}

// metrics are the numbers of the program, by their names with labels.
func (s *serving) metrics(ctx context.Context) (map[string]float64, error) {
	body, err := s.get(ctx, "/metrics")
	if err != nil {
		return nil, err
	}
	numbers := map[string]float64{}
	for line := range strings.Lines(string(body)) {
		at := strings.LastIndexByte(strings.TrimSpace(line), ' ')
		if at < 0 || line[0] == '#' {
			continue
		}
		if value, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64); err == nil {
			numbers[line[:at]] = value
		}
	}
	return numbers, nil
}

// balanced waits until the books say that so many leaks were found and all of them alerted, and so many meetings were nobody's.
func (s *serving) balanced(ctx context.Context, leaks, nobodys int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		m, err := s.metrics(ctx)
		got := fmt.Sprintf("found %.0f, alerted %.0f, pending %.0f, suppressed %.0f; nobody's %.0f", m["meetleaks_ledger_found"],
			m[`meetleaks_ledger{account="alerted"}`], m[`meetleaks_ledger{account="pending"}`], m[`meetleaks_ledger{account="suppressed"}`],
			m["meetleaks_unregistered_total"])
		want := fmt.Sprintf("found %d, alerted %d, pending 0, suppressed 0; nobody's %d", leaks, leaks, nobodys)
		if err == nil && got == want && m["meetleaks_ledger_imbalances"] == 0 {
			return s.stream.steady()
		}
		if pause(ctx, 200*time.Millisecond) != nil {
			return errors.Join(fmt.Errorf("the books say: %s; posted was: %s", got, want), err, s.stream.steady())
		}
	}
}

// stop ends the service in order and gives everything back.
func (s *serving) stop() {
	if s.process != nil && s.process.Process != nil {
		_ = s.process.Process.Signal(syscall.SIGTERM)
		_ = s.process.Wait()
	}
	if s.stream != nil {
		s.stream.close()
	}
	if s.soc != nil {
		_ = s.soc.server.Close()
	}
	_ = os.RemoveAll(s.folder)
}

// usage is what a process used.
type usage struct {
	cpu    time.Duration
	memory int // largest resident set, in MiB
}

// usageOf reads it of a process id, or of "self"; zero where the system does not say.
func usageOf(pid string) usage {
	var u usage
	if line, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil {
		if fields := strings.Fields(string(line[bytes.LastIndexByte(line, ')')+1:])); len(fields) > 12 {
			user, _ := strconv.Atoi(fields[11])
			system, _ := strconv.Atoi(fields[12])
			u.cpu = time.Duration(user+system) * (time.Second / 100) // a tick is 10 ms on every Linux of today
		}
	}
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return u
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			u.memory = kib >> 10
		}
	}
	return u
}

func (s *serving) usage() usage { return usageOf(strconv.Itoa(s.process.Process.Pid)) }

// endpoint is told of alerts, and takes each at once.
type endpoint struct {
	server   *http.Server
	listener net.Listener

	mu   sync.Mutex
	told map[string]told // by masked id: the first alert that names it
}

type told struct{ found, came time.Time }

func startEndpoint(ctx context.Context) (*endpoint, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &endpoint{listener: listener, told: map[string]told{}}
	e.server = &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = e.server.Serve(listener) }()
	return e, nil
}

func (e *endpoint) url() string { return "http://" + e.listener.Addr().String() + "/alerts" }

// ServeHTTP takes an alert.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	came := time.Now()
	var event struct {
		Timestamp time.Time `json:"timestamp"`
		Payload   struct {
			Object struct {
				ID string `json:"id"`
			} `json:"object"`
		} `json:"payload"`
	}
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&event) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
	e.mu.Lock()
	defer e.mu.Unlock()
	if id := event.Payload.Object.ID; e.told[id].came.IsZero() {
		e.told[id] = told{event.Timestamp, came}
	}
}

// of waits until a meeting was alerted.
func (e *endpoint) of(ctx context.Context, number string, within time.Duration) (told, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		e.mu.Lock()
		t := e.told[maskOf(number)]
		e.mu.Unlock()
		if !t.came.IsZero() {
			return t, nil
		}
		if pause(ctx, 10*time.Millisecond) != nil {
			return t, errors.New("a leak was not alerted")
		}
	}
}
