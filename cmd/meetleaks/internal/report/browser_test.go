//go:build browser

package report

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
)

// seen is what a browser made of a page.
type seen struct {
	dom     string
	console []string // what was written to the console
	asked   []string // hosts under .example that were requested
}

// browse opens a page in Chromium, whose way out leads to a proxy in this process.
func browse(t *testing.T, page, fragment string) seen {
	t.Helper()
	var s seen
	var mu sync.Mutex
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if host := r.URL.Hostname() + r.Host; strings.Contains(host, ".example") { // others are the browser's own
			s.asked = append(s.asked, host)
		}
		http.Error(w, "nothing is outside", http.StatusForbidden)
	}))
	defer proxy.Close()
	folder := t.TempDir()
	file := filepath.Join(folder, "report.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	address := url.URL{Scheme: "file", Path: file, Fragment: fragment}
	cmd := exec.CommandContext(ctx, chromium(t), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--no-first-run", "--user-data-dir="+filepath.Join(folder, "profile"),
		"--proxy-server="+strings.TrimPrefix(proxy.URL, "http://"), "--proxy-bypass-list=<-loopback>",
		"--enable-logging=stderr", "--virtual-time-budget=3000", "--dump-dom", address.String())
	var diagnostics bytes.Buffer
	cmd.Stderr = &diagnostics
	dom, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, diagnostics.String())
	}
	mu.Lock()
	defer mu.Unlock()
	s.dom = string(dom)
	s.console = regexp.MustCompile(`(?m)^.*:CONSOLE[:(].*$`).FindAllString(diagnostics.String(), -1)
	return s
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium: .ci/deps long installs it")
	return ""
}

// shownRows gives the platforms of the rows that are not hidden.
func (s seen) shownRows() []string {
	var platforms []string
	for _, row := range regexp.MustCompile(`<tr[^>]* data-platform="([^"]*)"[^>]*>`).FindAllStringSubmatch(s.dom, -1) {
		if !strings.Contains(row[0], ` hidden=""`) {
			platforms = append(platforms, row[1])
		}
	}
	slices.Sort(platforms)
	return platforms
}

// hostileSample is the sample with places that try to be markup.
func hostileSample() []scanner.Finding {
	list := sample()
	for i := range list {
		list[i].Places[0].URI += `"><img src=http://leak.example/a.png><script>console.error("run")</script><!--`
	}
	return list
}

func TestBrowserFilters(t *testing.T) {
	page := render(t, "html", testOptions(), sampleSummary(), hostileSample()...)
	for fragment, want := range map[string][]string{
		"":                      {"google-meet", "whatsapp", "zoom", "zoom", "zoom"},
		"platform=zoom&class=A": {"zoom"},
		"platform=whatsapp":     {"whatsapp"},
		"text=fake names":       {"zoom"},
		"text=nothing has this": nil,
		"nosuch=1":              {"google-meet", "whatsapp", "zoom", "zoom", "zoom"},
	} {
		got := browse(t, page, fragment)
		if !slices.Equal(got.shownRows(), want) {
			t.Errorf("#%s shows %q, want %q", fragment, got.shownRows(), want)
		}
		if len(got.console) > 0 || len(got.asked) > 0 {
			t.Errorf("#%s: console %q, requests %q", fragment, got.console, got.asked)
		}
	}
}

// TestBrowserTestsCanFail holds that the browser would tell of errors and requests.
func TestBrowserTestsCanFail(t *testing.T) {
	got := browse(t, `<!DOCTYPE html><img src="http://leak.example/a.png"><script>console.error("run"); none();</script>`, "")
	if len(got.console) < 2 || len(got.asked) == 0 {
		t.Errorf("console %q, requests %q", got.console, got.asked)
	}
}
