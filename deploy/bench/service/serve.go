package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The secrets of the run: they protect nothing but themselves.
const (
	feedKey    = "a key of this measurement only.."
	apiToken   = "a-token-of-this-measurement-only"
	signingKey = "a-signing-secret-of-this-measurement"
)

// people is how many hosts there are: few enough that Slack's limits for looking people up are not what is measured.
const people = 20

// service is a running meetleaks.
type service struct {
	folder, base string
	process      *exec.Cmd
	client       *http.Client
	slack        *slack
}

// start runs the program with hosts for the meetings, and waits until it is ready.
func start(ctx context.Context, p plan, mode string, meetings []string) (*service, error) {
	folder, err := os.MkdirTemp("", "meetleaks-bench-")
	if err != nil {
		return nil, err
	}
	s := &service{folder: folder, client: &http.Client{
		Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 8},
	}}
	if s.slack, err = startSlack(ctx); err != nil {
		return s, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return s, err
	}
	s.base = "http://127.0.0.1:" + port
	if err := s.configure(p, mode, port, meetings); err != nil {
		return s, err
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return s, err
	}
	defer log.Close()
	s.process = exec.CommandContext(ctx, p.program, "serve", "--config", filepath.Join(folder, "meetleaks.yaml"), "--log-format", "json")
	s.process.Stderr = log
	s.process.Dir = folder
	s.process.Cancel = func() error { return s.process.Process.Signal(syscall.SIGTERM) }
	if err := s.process.Start(); err != nil {
		return s, fmt.Errorf("start %s: %w", p.program, err)
	}
	return s, s.ready(ctx)
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

func (s *service) configure(p plan, mode, port string, meetings []string) error {
	var hosts strings.Builder
	hosts.WriteString("meeting,email,topic\nzoom:81239876540,somebody@acme.example,Another meeting\n")
	for i, number := range meetings {
		fmt.Fprintf(&hosts, "zoom:%s,person%d@acme.example,Meeting\n", number, i%people)
	}
	config := fmt.Sprintf(`store: %q
console: {listen: "127.0.0.1:%s", token_file: token}
keys: {master_file: master.key}
alerts: {mode: %s}
organisations:
  - name: acme
    domains: [acme.example]
    patterns: [{vanity: acme.zoom.us}]
    hosts_file: hosts.csv
    fallback: {slack_channel: C0BENCH}
sources: [{name: feeder, kind: hook, secret_file: feeder.key}]
channels: {slack: {token_file: slack, api_url: %q%s}}
`, p.store, port, mode, s.slack.url(), map[string]string{
		wayHTTP: ", signing_secret_file: signing", waySocket: ", app_token_file: app",
	}[p.way])
	for name, text := range map[string]string{
		"meetleaks.yaml": config, "hosts.csv": hosts.String(), "slack": "xoxb-bench", "token": apiToken, "signing": signingKey, "app": "xapp-bench",
		"master.key": base64.StdEncoding.EncodeToString([]byte("the master key of a measurement.")),
		"feeder.key": "whsec_" + base64.StdEncoding.EncodeToString([]byte(feedKey)),
	} {
		if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// ready waits until the service takes documents.
func (s *service) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if status, _, err := s.get(ctx, "/readyz"); err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(filepath.Join(s.folder, "log"))
			return fmt.Errorf("the service did not become ready:\n%s", text[:min(len(text), 4000)])
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (s *service) get(ctx context.Context, path string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+apiToken)
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	return response.StatusCode, body, err
}

// document is one that is handed in.
type document struct {
	URI  string `json:"uri"`
	Text string `json:"text"`
}

// feed hands documents in, signed as Standard Webhooks are.
func (s *service) feed(ctx context.Context, id string, documents []document) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	for _, d := range documents {
		if err := encoder.Encode(d); err != nil {
			return err
		}
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(feedKey))
	fmt.Fprintf(mac, "%s.%s.%s", id, at, body.Bytes())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/hooks/feed", &body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-ndjson")
	request.Header.Set("Webhook-Id", id)
	request.Header.Set("Webhook-Timestamp", at)
	request.Header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil || response.StatusCode/100 != 2 {
		return fmt.Errorf("a feed was answered with %d: %s %w", response.StatusCode, text[:min(len(text), 300)], err)
	}
	return nil
}

// memory is the largest resident memory of the service, in MiB; 0 where the system does not say.
func (s *service) memory() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			return kib >> 10
		}
	}
	return 0
}

// stop ends the service in order and gives everything back.
func (s *service) stop() {
	if s.process != nil && s.process.Process != nil {
		_ = s.process.Process.Signal(syscall.SIGTERM)
		_ = s.process.Wait()
	}
	if s.slack != nil {
		s.slack.close()
	}
	_ = os.RemoveAll(s.folder)
}
