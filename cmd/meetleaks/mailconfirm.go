package main

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"meetleaks/notify"
	"meetleaks/scanner"
)

// answerPath is where the page is on which people answer who were told by mail; the ticket follows.
const answerPath = "/answer/"

// The bounds of the page.
const (
	ticketLife   = 48 * time.Hour
	maxTicket    = 800     // characters
	maxPress     = 1 << 10 // bytes of a form
	maxPressing  = 64      // answers under way at once
	ticketFormat = 1
)

// confirmOptions are what the page needs. Public may be "": then nobody gets a link. Log and Now may be left out.
type confirmOptions struct {
	Public string // console.public_url
	Index  []byte // the deployment's index key
	// Desk takes the answers. Who answers is who the mail went to: its member is not asked.
	Desk *answering
	Log  *slog.Logger
	Now  func() time.Time
}

// confirm is the page on which a host answers who was told by mail. The ticket in its address says of which leak and in whose name; it is
// sealed under a key of the deployment, good for ticketLife, and for one answer. Looking at the page does nothing: programs that
// look at links in mail do so too. It shows nothing of the meeting but what the mail had, asks for no sign-in, sets no cookie, and
// runs no script. It is safe for concurrent use.
type confirm struct {
	o    confirmOptions
	key  []byte
	seal cipher.AEAD

	mu       sync.Mutex
	pressing map[uint64]bool // tickets whose answers are under way
}

// ticket is what an address says.
type ticket struct {
	org, leak, delivery, email string
	until                      time.Time
	print                      uint64 // of its nonce, by which it is used once
	nonce                      string
}

func newConfirm(o confirmOptions) (*confirm, error) {
	key, err := keyFor(o.Index, labelAnswer)
	if err != nil {
		return nil, err
	}
	seal, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Public = strings.TrimRight(o.Public, "/")
	return &confirm{o: o, key: key, seal: seal, pressing: make(map[uint64]bool)}, nil
}

// link is the address of the page for one person and one alert, "" when the page cannot be reached from outside. It is what mail.Options.Answer wants.
func (c *confirm) link(address string, a notify.Alert) string {
	if c.o.Public == "" || a.Organisation == "" || a.Leak == "" || strings.Contains(a.Organisation+address, "\x00") {
		return ""
	}
	plain := binary.BigEndian.AppendUint64([]byte{ticketFormat}, uint64(c.o.Now().Add(ticketLife).Unix()))
	plain = append(plain, strings.Join([]string{a.Organisation, a.Leak, a.Delivery, address}, "\x00")...)
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	_, _ = rand.Read(nonce) // never fails
	text := base64.RawURLEncoding.EncodeToString(c.seal.Seal(nonce, nonce, plain, nil))
	if len(text) > maxTicket {
		return ""
	}
	return c.o.Public + answerPath + text
}

var (
	errNoTicket  = errors.New("no ticket of ours")
	errOldTicket = errors.New("the ticket's time is over")
)

// open reads a ticket.
func (c *confirm) open(text string) (ticket, error) {
	if len(text) > maxTicket {
		return ticket{}, errNoTicket
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(sealed) < chacha20poly1305.NonceSizeX {
		return ticket{}, errNoTicket
	}
	nonce := sealed[:chacha20poly1305.NonceSizeX]
	plain, err := c.seal.Open(nil, nonce, sealed[chacha20poly1305.NonceSizeX:], nil)
	if err != nil || len(plain) < 9 || plain[0] != ticketFormat {
		return ticket{}, errNoTicket
	}
	parts := strings.Split(string(plain[9:]), "\x00")
	if len(parts) != 4 {
		return ticket{}, errNoTicket
	}
	t := ticket{org: parts[0], leak: parts[1], delivery: parts[2], email: parts[3], nonce: hex.EncodeToString(nonce)}
	t.until = time.Unix(int64(binary.BigEndian.Uint64(plain[1:9])), 0)
	t.print = binary.BigEndian.Uint64(c.mac("used", string(nonce)))
	if !c.o.Now().Before(t.until) {
		return t, errOldTicket
	}
	return t, nil
}

// mac is an HMAC under the page's key.
func (c *confirm) mac(what, text string) []byte {
	sum := hmac.New(sha256.New, c.key)
	sum.Write([]byte(what + "\x00" + text))
	return sum.Sum(nil)
}

// ServeHTTP implements [http.Handler]: GET shows, POST answers.
func (c *confirm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, value := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src '" + styleHash() + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		"Referrer-Policy":         "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		w.Header().Set(name, value)
	}
	text, ok := strings.CutPrefix(r.URL.Path, answerPath)
	if !ok {
		c.show(w, http.StatusNotFound, answerPage{Title: "There is nothing here"})
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		c.look(w, r, text)
	case http.MethodPost:
		c.press(w, r, text)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		c.show(w, http.StatusMethodNotAllowed, answerPage{Title: "That is not possible here"})
	}
}

// ready reads the ticket and sees whether it is good; else it has told the reader.
func (c *confirm) ready(w http.ResponseWriter, r *http.Request, text string) (ticket, bool) {
	t, err := c.open(text)
	switch {
	case errors.Is(err, errOldTicket):
		c.show(w, http.StatusGone, answerPage{Title: "This link was good for two days", Text: "Nothing was changed. Please use the newest message about the meeting, or tell security operations."})
		return t, false
	case err != nil:
		c.show(w, http.StatusNotFound, answerPage{Title: "There is nothing here", Text: "The link is not whole. Please copy it from the message once more."})
		return t, false
	}
	seen, err := c.o.Desk.store.SeenItems(r.Context(), []uint64{t.print})
	switch {
	case err != nil:
		c.later(w, err)
		return t, false
	case seen[0]:
		c.show(w, http.StatusGone, answerPage{Title: "You have answered already", Text: "Each link takes one answer. To say something else, use the newest message, or tell security operations."})
		return t, false
	}
	return t, true
}

// later says that it could not be done just now.
func (c *confirm) later(w http.ResponseWriter, err error) {
	c.o.Log.Warn("an answer by mail was not taken", "error", err)
	w.Header().Set("Retry-After", "60")
	c.show(w, http.StatusServiceUnavailable, answerPage{Title: "Just now that is not possible", Text: sayLater})
}

// look shows what the mail said, and the buttons.
func (c *confirm) look(w http.ResponseWriter, r *http.Request, text string) {
	t, ok := c.ready(w, r, text)
	if !ok {
		return
	}
	leak, err := c.o.Desk.store.Leak(r.Context(), t.org, t.leak)
	switch {
	case errors.Is(err, scanner.ErrNotFound), errors.Is(err, scanner.ErrNoOrganisation):
		c.show(w, http.StatusGone, answerPage{Title: "This alert is not known any more", Text: sayUnknown})
		return
	case err != nil:
		c.later(w, err)
		return
	}
	item := c.o.Desk.item(leak)
	page := answerPage{Title: "A public meeting link: what do you say?", Meeting: strings.TrimSpace(item.Service + " " + item.MaskedID), State: item.Status}
	if !leak.State.End() {
		page.Buttons = answerButtons()
	}
	c.show(w, http.StatusOK, page)
}

// press takes an answer.
func (c *confirm) press(w http.ResponseWriter, r *http.Request, text string) {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		c.show(w, http.StatusForbidden, answerPage{Title: "That came from another page", Text: "Please open the link in the message, and press there."})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxPress)
	what := notify.Choice(r.PostFormValue("what"))
	if !offered(what) {
		c.show(w, http.StatusBadRequest, answerPage{Title: "That is not understood", Text: "Please press one of the buttons."})
		return
	}
	t, ok := c.ready(w, r, text)
	if !ok {
		return
	}
	if !c.begin(t.print) {
		c.later(w, errors.New("it is being taken, or too many are"))
		return
	}
	defer c.end(t.print)
	reply, err := c.take(r.Context(), t, what)
	if err != nil {
		c.later(w, err)
		return
	}
	if reply.Text == "" {
		reply.Text = "It was said already."
	}
	c.show(w, http.StatusOK, answerPage{Title: "Thank you", Text: reply.Text})
}

// begin lets one answer on a ticket in at a time.
func (c *confirm) begin(print uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pressing[print] || len(c.pressing) >= maxPressing {
		return false
	}
	c.pressing[print] = true
	return true
}

func (c *confirm) end(print uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pressing, print)
}

// take hands the answer to the desk, in the name of who got the mail, and then tears the ticket. Who answers is known to the audit by
// an HMAC of their address.
func (c *confirm) take(ctx context.Context, t ticket, what notify.Choice) (notify.Reply, error) {
	seen, err := c.o.Desk.store.SeenItems(ctx, []uint64{t.print}) // once more, now that nobody else is at it
	if err != nil || seen[0] {
		return notify.Reply{}, err
	}
	desk := *c.o.Desk
	desk.member = func(_ context.Context, _ string, domains []string) (string, error) {
		if !liesUnder(t.email, domains) {
			return "", &notify.Error{Class: notify.Permanent, Reason: "outside-domain"}
		}
		return t.email, nil
	}
	reply, err := desk.handle(ctx, notify.Answer{
		Organisation: t.org, Leak: t.leak, Delivery: t.delivery, Who: "mail:" + hex.EncodeToString(c.mac("who", strings.ToLower(t.email))[:8]),
		What: what, When: c.o.Now(), Nonce: "mail:" + t.nonce,
	})
	if err != nil {
		return reply, err
	}
	return reply, c.o.Desk.store.RememberItems(ctx, []uint64{t.print})
}

// liesUnder says whether an address lies under one of the domains.
func liesUnder(email string, domains []string) bool {
	host := strings.ToLower(email[strings.LastIndexByte(email, '@')+1:])
	for _, domain := range domains {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}

// answerButton is a choice and its words.
type answerButton struct {
	What  notify.Choice
	Words string
}

// answerButtons are what can be said on the page. What needs a date, a place or an analyst cannot.
func answerButtons() []answerButton {
	return []answerButton{
		{notify.Done, "Done: it is locked, or has a new link"},
		{notify.Help, "Help me now"},
		{notify.Rescheduled, "It is rescheduled, with a new link"},
		{notify.Removing, "The post is being taken down"},
		{notify.NotMine, "Not my meeting"},
	}
}

func offered(what notify.Choice) bool {
	for _, b := range answerButtons() {
		if b.What == what {
			return true
		}
	}
	return false
}

// answerPage is what is shown.
type answerPage struct {
	Title, Text    string
	Meeting, State string
	Buttons        []answerButton
	Style          template.CSS
}

// show writes a page.
func (c *confirm) show(w http.ResponseWriter, status int, page answerPage) {
	page.Style = answerStyle
	var out bytes.Buffer
	tmpl, err := template.New("answer").Parse(answerHTML)
	if err == nil {
		err = tmpl.Execute(&out, page)
	}
	if err != nil {
		c.o.Log.Error("a page cannot be made", "error", err)
		http.Error(w, "a mistake of ours", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // who has gone need not be told
}

// styleHash is what the policy calls the style by.
func styleHash() string {
	sum := sha256.Sum256([]byte(answerStyle))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

const answerStyle = `:root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}` +
	`h1{font-size:1.4rem}button{display:block;width:100%;margin:.6rem 0;padding:.8rem;font:inherit;text-align:left;cursor:pointer}`

const answerHTML = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{{.Title}}</title><style>{{.Style}}</style></head>
<body><main><h1>{{.Title}}</h1>
{{with .Meeting}}<p>{{.}}</p>{{end}}{{with .State}}<p>It is {{.}} now.</p>{{end}}{{with .Text}}<p>{{.}}</p>{{end}}
{{with .Buttons}}<form method="post">{{range .}}<button name="what" value="{{.What}}">{{.Words}}</button>{{end}}</form>
<p>This page takes one answer. Lock or move the meeting in its own service, as the message says: nothing is changed there from here.</p>{{end}}
</main></body></html>
`
