//go:build browser

package console

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// measure writes into the page what cannot be read from its text: what sticks out of the window, texts that are hard to read, and
// what cannot be used by a thumb.
const measure = `
const out = [], root = document.documentElement;
if (root.scrollWidth > root.clientWidth) {
  for (const e of document.querySelectorAll("body *")) {
    const r = e.getBoundingClientRect();
    if (r.right > root.clientWidth + 1 && !e.closest("pre")) out.push("sticks out: " + e.tagName + "." + e.className + " " + e.textContent.slice(0, 40));
  }
  out.push("scrolls sideways: " + root.scrollWidth + " of " + root.clientWidth);
}
const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return {rgb: m.slice(0, 3), a: m.length > 3 ? m[3] : 1}; };
const light = rgb => { const [r, g, b] = rgb.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const under = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a > 0.99) return c.rgb; } return [255, 255, 255]; };
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const told = new Set();
while (walk.nextNode()) {
  const e = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
  if (!text || e.closest(".hidden,.skip,thead,option,script") || !e.checkVisibility()) continue;
  const a = light(parse(getComputedStyle(e).color).rgb), b = light(under(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const key = e.tagName + "." + e.className;
  if (ratio < 4.5 && !told.has(key)) { told.add(key); out.push("hard to read: " + key + " " + ratio.toFixed(2) + " " + text.slice(0, 30)); }
}
for (const e of document.querySelectorAll("button,summary,input:not([type=hidden]):not([type=radio]),select")) {
  const r = e.getBoundingClientRect();
  if (r.width > 0 && r.height < 24) out.push("too small: " + e.tagName + " " + e.textContent);
}
root.dataset.faults = out.join("\n");
root.dataset.dark = matchMedia("(prefers-color-scheme: dark)").matches;
root.dataset.ground = getComputedStyle(document.body).backgroundColor;
root.dataset.width = innerWidth;
if (parent !== window) Object.assign(parent.document.documentElement.dataset, root.dataset);
`

// phone is the width of a small one. A window of Chromium is never less than 500 wide, so phones are frames.
const phone = 360

// stage serves a rig's pages to somebody who has signed in, and lets nothing but the measuring run in them; /phone frames one.
func stage(t *testing.T, r *rig) *httptest.Server {
	t.Helper()
	cookie := signedIn(t, r).cookies["meetleaks"]
	sum := sha256.Sum256([]byte(measure))
	allow := "; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/phone" {
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprintf(w, `<!DOCTYPE html><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><iframe width="360" height="1400" frameborder="0" src="%s">`,
				html.EscapeString(req.URL.Query().Get("page")))
			return
		}
		if !strings.HasPrefix(req.URL.Path, "/sign-in") {
			req.AddCookie(cookie)
		}
		rec := httptest.NewRecorder()
		r.Private().ServeHTTP(rec, req)
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("X-Frame-Options") // of /phone
		page := rec.Body.Bytes()
		if strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
			policy := strings.Replace(rec.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'", "frame-ancestors 'self'", 1)
			w.Header().Set("Content-Security-Policy", policy+allow)
			page = bytes.Replace(page, []byte("</body>"), []byte("<script>"+measure+"</script></body>"), 1)
		}
		w.Header().Del("Content-Length")
		w.WriteHeader(rec.Code)
		_, _ = w.Write(page)
	}))
	t.Cleanup(server.Close)
	return server
}

// sight is what a browser made of a page.
type sight struct {
	dom     string
	console []string
	asked   []string // hosts other than the stage's
}

// data is what the measuring wrote.
func (s sight) data(name string) string {
	found := regexp.MustCompile(`<html[^>]* data-` + name + `="([^"]*)"`).FindStringSubmatch(s.dom)
	if found == nil {
		return "nothing was measured"
	}
	return html.UnescapeString(found[1])
}

// look opens a page in Chromium, whose way out leads to a proxy in this process. With a folder in MEETLEAKS_TEST_SHOTS it also makes a picture.
func look(t *testing.T, server *httptest.Server, path string, width int, dark bool) sight {
	t.Helper()
	var s sight
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
	if width == phone {
		path = "/phone?page=" + url.QueryEscape(path)
	}
	scheme := "1"
	if dark {
		scheme = "0"
	}
	args := []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--no-first-run", "--hide-scrollbars", "--user-data-dir=" + filepath.Join(t.TempDir(), "profile"), "--enable-logging=stderr",
		"--proxy-server=" + strings.TrimPrefix(proxy.URL, "http://"), "--proxy-bypass-list=127.0.0.1", "--blink-settings=preferredColorScheme=" + scheme,
	}
	out, diagnostics := chromiumRun(t, append(args, fmt.Sprintf("--window-size=%d,900", width), "--virtual-time-budget=3000", "--dump-dom", server.URL+path))
	if folder := os.Getenv("MEETLEAKS_TEST_SHOTS"); folder != "" {
		name := fmt.Sprintf("%s-%d-%v.png", regexp.MustCompile(`\W+`).ReplaceAllString(path, "_"), width, dark)
		chromiumRun(t, append(args, fmt.Sprintf("--window-size=%d,%d", width, 1500), "--screenshot="+filepath.Join(folder, name), server.URL+path))
	}
	mu.Lock()
	defer mu.Unlock()
	s.dom = out
	s.console = regexp.MustCompile(`(?m)^.*:CONSOLE[:(].*$`).FindAllString(diagnostics, -1)
	return s
}

func chromiumRun(t *testing.T, args []string) (out, diagnostics string) {
	t.Helper()
	name := ""
	for _, one := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(one); err == nil && name == "" {
			name = path
		}
	}
	if name == "" {
		t.Fatal("no Chromium: .ci/deps long installs it")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	dom, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	return string(dom), stderr.String()
}

// TestBrowserPages: on a phone in the dark and on a desk in the light, no page asks for anything elsewhere, complains, scrolls
// sideways, or is hard to read; hostile texts change nothing.
func TestBrowserPages(t *testing.T) {
	fine, hostile := stage(t, furnish(t, false)), stage(t, furnish(t, true))
	for _, path := range append(sitePages(), "/sign-in?next=/ledger") {
		checkSight(t, path+" on a phone", look(t, fine, path, phone, true), phone, true)
		checkSight(t, path+" on a desk", look(t, fine, path, 1280, false), 1280, false)
	}
	for _, path := range []string{"/", rigLeakPage, "/sources", "/coverage", "/domains", "/config"} {
		checkSight(t, path+", hostile", look(t, hostile, path, phone, false), phone, false)
	}
}

func checkSight(t *testing.T, what string, s sight, width int, dark bool) {
	t.Helper()
	if faults := s.data("faults"); faults != "" {
		t.Errorf("%s: %s", what, faults)
	}
	if s.data("width") != fmt.Sprint(width) || s.data("dark") != fmt.Sprint(dark) {
		t.Errorf("%s: shown %s wide, dark %s", what, s.data("width"), s.data("dark"))
	}
	if ground := s.data("ground"); dark != strings.HasPrefix(ground, "rgb(20") {
		t.Errorf("%s: dark is %v, but the ground is %s: the style is not there", what, dark, ground)
	}
	var complaints []string
	for _, line := range s.console {
		if !strings.Contains(line, "status of 404") { // the page of a leak that is not there
			complaints = append(complaints, line)
		}
	}
	if len(complaints) > 0 || len(s.asked) > 0 {
		t.Errorf("%s: console %q, requests %q", what, complaints, s.asked)
	}
}

// TestBrowserPagesCanFail holds that the measuring would tell.
func TestBrowserPagesCanFail(t *testing.T) {
	sum := sha256.Sum256([]byte(measure))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, `<!DOCTYPE html><meta name="viewport" content="width=device-width"><p><font color="#999999">pale</font><pre>`, strings.Repeat("wide ", 40),
			`</pre><img src="http://leak.example/a.png"><script>alert(1)</script><script>`, measure, `</script>`)
	}))
	defer server.Close()
	got := look(t, server, "/", 500, false)
	for _, want := range []string{"scrolls sideways", "hard to read: FONT"} {
		if !strings.Contains(got.data("faults"), want) {
			t.Errorf("faults %q, want %q", got.data("faults"), want)
		}
	}
	if len(got.console) < 2 {
		t.Errorf("console %q", got.console)
	}
}
