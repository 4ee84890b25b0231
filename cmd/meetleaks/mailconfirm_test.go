package main

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/notify"
	"meetleaks/scanner"
)

// confirmRig is the page on the real desk, pipeline and store.
type confirmRig struct {
	*conversation
	page *confirm
}

func openConfirm(t *testing.T) *confirmRig {
	t.Helper()
	c := openConversation(t)
	page, err := newConfirm(confirmOptions{
		Public: "https://meetleaks.acme.example/", Index: []byte(strings.Repeat("k7", 16)), Desk: c.desk, Now: c.clock.Now,
	})
	must(t, err)
	return &confirmRig{c, page}
}

// ticketFor is the path that a person's mail has.
func (c *confirmRig) ticketFor(email string) string {
	c.t.Helper()
	link := c.page.link(email, notify.Alert{Organisation: "acme", Leak: c.leak().ID, Delivery: "dl1:a"})
	path, ok := strings.CutPrefix(link, "https://meetleaks.acme.example")
	if !ok || strings.Contains(link, "jdoe") || strings.Contains(link, c.leak().ID) {
		c.t.Fatalf("link %q", link)
	}
	return path
}

func (c *confirmRig) ask(method, path, what string, header ...string) *httptest.ResponseRecorder {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), method, path, strings.NewReader(url.Values{"what": {what}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.page.ServeHTTP(w, r)
	return w
}

func TestLookingAtTheAnswerPageDoesNothing(t *testing.T) {
	c := openConfirm(t)
	path, before := c.ticketFor("jdoe@acme.example"), c.leak()
	for range 3 {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions} {
			c.ask(method, path+"?what=done", "done")
		}
	}
	if after := c.leak(); after.Version != before.Version || after.State != scanner.StateOpen {
		t.Fatalf("%s after looking", after.State)
	}
	w := c.ask(http.MethodGet, path, "")
	body := html.UnescapeString(w.Body.String())
	if w.Code != http.StatusOK || !strings.Contains(body, "Zoom 849•••••116") || strings.Count(body, "<button") != 5 || !strings.Contains(body, `<form method="post">`) {
		t.Errorf("%d\n%s", w.Code, body)
	}
	for _, secret := range []string{"84930275116", "http", "acme.example", "jdoe", "<script", "src=", "href="} {
		if strings.Contains(body, secret) {
			t.Errorf("%q is on the page", secret)
		}
	}
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || !strings.Contains(body, "<style>"+answerStyle+"</style>") || len(w.Header()["Set-Cookie"]) != 0 {
		t.Errorf("%s\n%v", policy, w.Header())
	}
	if w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%v", w.Header())
	}
}

func TestATicketTakesOneAnswer(t *testing.T) {
	c := openConfirm(t)
	path := c.ticketFor("jdoe@acme.example")
	for what, want := range map[string]int{"": 400, "confirm": 400, "public-series": 400, "send-to": 400, "done\x00": 400} {
		if w := c.ask(http.MethodPost, path, what); w.Code != want {
			t.Errorf("%q: %d", what, w.Code)
		}
	}
	if w := c.ask(http.MethodPost, path, "done", "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
	if w := c.ask(http.MethodPost, path+"?what=done", ""); w.Code != http.StatusBadRequest {
		t.Errorf("an answer in the address: %d", w.Code)
	}
	if c.leak().State != scanner.StateOpen {
		t.Fatalf("%s", c.leak().State)
	}
	if w := c.ask(http.MethodPost, path, "done", "Sec-Fetch-Site", "same-origin"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Thank you") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if c.leak().State != scanner.StateByWord || !strings.HasPrefix(c.leak().By.Ref, "mail:") || strings.Contains(c.leak().By.Ref, "jdoe") {
		t.Errorf("%s by %q", c.leak().State, c.leak().By.Ref)
	}
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		if w := c.ask(method, path, "help"); w.Code != http.StatusGone || strings.Contains(w.Body.String(), "<button") {
			t.Errorf("%s again: %d", method, w.Code)
		}
	}
	if w := c.ask(http.MethodGet, c.ticketFor("jdoe@acme.example"), ""); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<button") {
		t.Errorf("a leak that has ended: %d %s", w.Code, w.Body)
	}
}

// Whoever the mail went to speaks for themselves, and for nobody else.
func TestAStrangersTicketSaysNothing(t *testing.T) {
	c := openConfirm(t)
	before := c.leak()
	for _, email := range []string{"peer@acme.example", "x@globex.example", "jdoe@notacme.example", "sec@acme.example"} {
		if w := c.ask(http.MethodPost, c.ticketFor(email), "done"); !strings.Contains(html.UnescapeString(w.Body.String()), sayStranger) {
			t.Errorf("%s: %d %s", email, w.Code, w.Body)
		}
	}
	if c.leak().Version != before.Version {
		t.Error("the leak was changed")
	}
}

func TestTicketsEndAndCannotBeMade(t *testing.T) {
	c := openConfirm(t)
	path := c.ticketFor("jdoe@acme.example")
	other, err := newConfirm(confirmOptions{Public: "https://x.example", Index: []byte(strings.Repeat("q3", 16)), Desk: c.desk, Now: c.clock.Now})
	must(t, err)
	foreign, _ := strings.CutPrefix(other.link("jdoe@acme.example", notify.Alert{Organisation: "acme", Leak: c.leak().ID, Delivery: "dl1:a"}), "https://x.example")
	flipped := []byte(path)
	flipped[len(flipped)/2] ^= 1
	for name, bad := range map[string]string{
		"none": answerPath, "short": path[:len(path)-4], "flipped": string(flipped), "longer": path + "AAAA", "another key": foreign,
		"huge": answerPath + strings.Repeat("A", 100_000), "no path of ours": "/elsewhere", "deeper": path + "/x",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if w := c.ask(method, bad, "done"); w.Code != http.StatusNotFound {
				t.Errorf("%s %s: %d", method, name, w.Code)
			}
		}
	}
	if w := c.ask(http.MethodGet, path, ""); w.Code != http.StatusOK {
		t.Errorf("in time: %d", w.Code)
	}
	c.page.o.Now = func() time.Time { return c.clock.Now().Add(ticketLife + time.Second) }
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if w := c.ask(method, path, "done"); w.Code != http.StatusGone {
			t.Errorf("%s after its time: %d", method, w.Code)
		}
	}
	if c.leak().State != scanner.StateOpen {
		t.Errorf("%s", c.leak().State)
	}
	c.page.o.Public = ""
	if link := c.page.link("jdoe@acme.example", notify.Alert{Organisation: "acme", Leak: "lk1:1"}); link != "" {
		t.Errorf("a link to a page that nobody reaches: %s", link)
	}
}

func TestManyPressesAreOneAnswer(t *testing.T) {
	c := openConfirm(t)
	path := c.ticketFor("jdoe@acme.example")
	before := c.audits(scanner.Help)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader("what=help"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			c.page.ServeHTTP(httptest.NewRecorder(), r)
		})
	}
	wait.Wait()
	if n := c.audits(scanner.Help) - before; n != 1 {
		t.Errorf("%d answers were taken", n)
	}
}

// deadItems is a store whose memory does not answer.
type deadItems struct{ answerStore }

func (deadItems) SeenItems(context.Context, []uint64) ([]bool, error) {
	return nil, errors.New("down at 127.0.0.1 hunter2")
}

func TestAnswersWaitForTheStore(t *testing.T) {
	c := openConfirm(t)
	path := c.ticketFor("jdoe@acme.example")
	whole := c.desk.store
	c.desk.store = deadItems{whole}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if w := c.ask(method, path, "done"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "hunter2") {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
	c.desk.store = whole
	if w := c.ask(http.MethodPost, path, "done"); w.Code != http.StatusOK || c.leak().State != scanner.StateByWord {
		t.Errorf("afterwards: %d, %s", w.Code, c.leak().State)
	}
}

func FuzzTickets(f *testing.F) {
	page, err := newConfirm(confirmOptions{Public: "https://m.example", Index: []byte(strings.Repeat("k7", 16))})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("", "acme", "lk1:1", "jdoe@acme.example")
	f.Add(strings.Repeat("A", 200), "a\x00b", "", "\x00")
	f.Fuzz(func(t *testing.T, text, org, leak, email string) {
		if _, err := page.open(text); err == nil {
			t.Errorf("%q was taken for a ticket", text)
		}
		link := page.link(email, notify.Alert{Organisation: org, Leak: leak, Delivery: "dl1:a"})
		if link == "" {
			return
		}
		got, err := page.open(strings.TrimPrefix(link, "https://m.example"+answerPath))
		if !strings.Contains(leak, "\x00") && (err != nil || got.org != org || got.leak != leak || got.email != email) {
			t.Errorf("%q %q %q came back as %+v, %v", org, leak, email, got, err)
		}
	})
}
