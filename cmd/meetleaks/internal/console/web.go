package console

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"meetleaks/matchers"
)

//go:embed web/*.html web/style.css
var webFiles embed.FS

// webLimits bounds the pages.
type webLimits struct {
	pause time.Duration // before a wrong token is called wrong
	wait  time.Duration // of a page for the order of the queue to be read anew
	fresh time.Duration // how long the order is believed
	most  int           // leaks that are put in order
}

func ownWebLimits() webLimits {
	return webLimits{pause: 500 * time.Millisecond, wait: 15 * time.Millisecond, fresh: 2 * time.Second, most: 200_000}
}

// The bounds of what pages read.
const (
	maxForm     = 32 << 10 // bytes
	maxToken    = 4 << 10  // bytes of a token that is typed in
	webActor    = "console"
	stylePath   = "/style.css"
	signInPath  = "/sign-in"
	signOutPath = "/sign-out"
)

// web is the pages: rendered here, without any script.
type web struct {
	c        *Console
	limits   webLimits
	door     *doorkeeper
	sessions *sessions
	queue    *queueOrder
	pages    *template.Template
	style    []byte
	styleTag string            // of its content
	titles   map[string]string // of platforms
}

func newWeb(c *Console, l webLimits) (*web, error) {
	pages, err := template.New("web").Option("missingkey=error").ParseFS(webFiles, "web/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the templates: %w", err)
	}
	style, err := webFiles.ReadFile("web/style.css")
	if err != nil {
		return nil, fmt.Errorf("read the style: %w", err)
	}
	sum := sha256.Sum256(style)
	w := &web{
		c: c, limits: l, door: newDoorkeeper(c.o, c.limits), pages: pages, style: style, styleTag: hex.EncodeToString(sum[:8]),
		sessions: newSessions(c.o.Now, strings.HasPrefix(c.o.PublicURL, "https://")), titles: make(map[string]string),
	}
	w.queue = newQueueOrder(c.o, l)
	for _, p := range matchers.All() {
		w.titles[p.Name] = p.Title
	}
	return w, nil
}

// mount adds the pages to the console's routes.
func (w *web) mount(mux *http.ServeMux) error {
	forged, err := w.forged()
	if err != nil {
		return err
	}
	open := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, w.framed(forged.Handler(h))) }
	inside := func(pattern string, h func(http.ResponseWriter, *http.Request, session)) {
		open(pattern, w.signedIn(h))
	}
	open("GET "+stylePath, w.serveStyle)
	open("GET "+signInPath, w.askToken)
	open("POST "+signInPath, w.takeToken)
	inside("POST "+signOutPath, w.signOut)
	inside("GET /{$}", w.showQueue)
	inside("GET /leaks/{org}/{id}", w.showLeakPage)
	inside("POST /leaks/{org}/{id}/{act}", w.doAct)
	inside("GET /silenced", w.showSilenced)
	inside("GET /sources", w.showSources)
	inside("GET /coverage", w.showCoverage)
	inside("GET /ledger", w.showLedger)
	inside("GET /config", w.showConfig)
	inside("GET /domains", w.showDomains)
	return nil
}

// forged refuses what pages of other sites send. Behind a proxy that gives another name of the host, the public address is known.
func (w *web) forged() (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	if u, err := url.Parse(w.c.o.PublicURL); err == nil && u.Host != "" {
		if err := p.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, fmt.Errorf("make console: its public address: %w", err)
		}
	}
	p.SetDenyHandler(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		w.sorry(rw, session{}, http.StatusForbidden, "This came from a page of another site, so nothing was done.")
	}))
	return p, nil
}

// framed sets what pages may do in a browser, and bounds requests.
func (w *web) framed(next http.Handler) http.Handler {
	return w.c.bounded(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "+
			"frame-ancestors 'none'; base-uri 'none'")
		r.Body = http.MaxBytesReader(rw, r.Body, maxForm)
		next.ServeHTTP(rw, r)
	}))
}

// signedIn lets requests of a session through. Forms must be of that session too.
func (w *web) signedIn(next func(http.ResponseWriter, *http.Request, session)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		token, ok := w.token(rw)
		if !ok {
			return
		}
		s, found := w.sessions.find(r, token)
		if !found {
			redirect(rw, signInPath+backTo(r))
			return
		}
		if r.Method == http.MethodPost && !w.ownForm(rw, r, s) {
			return
		}
		next(rw, r, s)
	}
}

// ownForm reads a form, and says whether it was made for this session.
func (w *web) ownForm(rw http.ResponseWriter, r *http.Request, s session) bool {
	if err := r.ParseForm(); err != nil {
		w.sorry(rw, s, formStatus(err), "What the browser sent cannot be read, or is too long.")
		return false
	}
	if !s.sent(r.PostForm.Get("form")) {
		w.sorry(rw, s, http.StatusForbidden, "This form is not of the present session, so nothing was done. Load the page again.")
		return false
	}
	return true
}

func formStatus(err error) int {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// token is the console's; false: there is none, and that was answered.
func (w *web) token(rw http.ResponseWriter) (string, bool) {
	token, err := w.c.o.Token()
	switch {
	case err != nil:
		if w.door.wrong.AllowN(w.c.o.Now(), 1) { // anyone may ask
			w.c.o.Log.Error("read the token of the console", "error", shown(err.Error()))
		}
		w.sorry(rw, session{}, http.StatusServiceUnavailable, "The service cannot read its own token.")
		return "", false
	case len(token) < MinToken:
		w.sorry(rw, session{}, http.StatusForbidden, fmt.Sprintf("The console is switched off: no token of %d characters or more is "+
			"configured. Name a file with one in console.token_file.", MinToken))
		return "", false
	}
	return token, true
}

// frame is what every page has.
type frame struct {
	Title, Here, Version, Style, Form string
	SignedIn                          bool
	Blind                             int // sources
}

func (w *web) frame(s session, title, here string) frame {
	f := frame{Title: title, Here: here, Version: shown(w.c.o.Version), Style: stylePath + "?v=" + w.styleTag, Form: s.form, SignedIn: s.form != ""}
	if f.SignedIn {
		for _, o := range w.c.o.Outlooks() {
			if o.Blind != "" {
				f.Blind++
			}
		}
	}
	return f
}

// render writes a page whole, or that it broke.
func (w *web) render(rw http.ResponseWriter, status int, name string, view any) {
	var b bytes.Buffer
	if err := w.pages.ExecuteTemplate(&b, name, view); err != nil {
		w.c.o.Log.Error("make a page", "page", name, "error", shown(err.Error()))
		http.Error(rw, "the page cannot be made; the log says more", http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	rw.WriteHeader(status)
	_, _ = rw.Write(b.Bytes())
}

type sorryView struct {
	frame
	Words string
}

// sorry is a page that says what is wrong.
func (w *web) sorry(rw http.ResponseWriter, s session, status int, words string) {
	w.render(rw, status, "sorry", sorryView{w.frame(s, http.StatusText(status), ""), words})
}

// failed is sorry for an error of the API's operations and of the store.
func (w *web) failed(rw http.ResponseWriter, s session, err error) {
	status, words := said(err)
	if status == http.StatusServiceUnavailable {
		rw.Header().Set("Retry-After", "5")
	}
	w.sorry(rw, s, status, words)
}

// said is the status of an error and what it says, as a sentence.
func said(err error) (int, string) {
	var known interface {
		error
		GetStatus() int
	}
	if errors.As(err, &known) {
		return known.GetStatus(), sentence(shown(known.Error()))
	}
	p := classify("", err)
	return p.model.Status, sentence(p.model.Detail)
}

func sentence(text string) string {
	if text == "" {
		return "That did not work."
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func (w *web) serveStyle(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("Content-Type", "text/css; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == w.styleTag {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = rw.Write(w.style)
}

// redirect leads to a path of ours, which the browser gets with GET.
func redirect(rw http.ResponseWriter, to string) {
	rw.Header().Set("Location", to)
	rw.WriteHeader(http.StatusSeeOther)
}

// actorKey is the key in a context of who acts.
type actorKey struct{}

// withActor says who acts, for the audit.
func withActor(ctx context.Context, ref string) context.Context {
	return context.WithValue(ctx, actorKey{}, ref)
}

// actorIn is who acts: callers of the API, unless something else is said.
func actorIn(ctx context.Context) string {
	if ref, ok := ctx.Value(actorKey{}).(string); ok {
		return ref
	}
	return apiActor
}
