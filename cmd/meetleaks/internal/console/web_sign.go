package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

type signView struct {
	frame
	Next    string
	Problem string
}

// askToken is the page that asks for the token. A browser does not send the cookie when somebody comes from elsewhere; from here it
// does, so the page also leads on.
func (w *web) askToken(rw http.ResponseWriter, r *http.Request) {
	token, ok := w.token(rw)
	if !ok {
		return
	}
	next := nextPath(r.URL.Query().Get("next"))
	if _, found := w.sessions.find(r, token); found {
		redirect(rw, next)
		return
	}
	w.askAgain(rw, http.StatusOK, next, "")
}

func (w *web) askAgain(rw http.ResponseWriter, status int, next, problem string) {
	w.render(rw, status, "sign-in", signView{w.frame(session{}, "Sign in", ""), next, problem})
}

// takeToken begins a session when the token is right. Wrong ones are slow, and counted with a bound as those of the API are; the right
// one is let in all the same, so that guessing locks nobody out.
func (w *web) takeToken(rw http.ResponseWriter, r *http.Request) {
	token, ok := w.token(rw)
	if !ok {
		return
	}
	if err := r.ParseForm(); err != nil {
		w.askAgain(rw, formStatus(err), "/", "What the browser sent cannot be read, or is too long.")
		return
	}
	next := nextPath(r.PostForm.Get("next"))
	given := strings.TrimSpace(r.PostForm.Get("token"))
	if len(given) <= maxToken && sameToken(given, token) {
		w.sessions.begin(rw, r, token)
		w.c.o.Log.Info("somebody signed in to the console", "from", peer(r))
		redirect(rw, next)
		return
	}
	if !w.door.wrong.AllowN(w.c.o.Now(), 1) {
		rw.Header().Set("Retry-After", "1")
		w.askAgain(rw, http.StatusTooManyRequests, next, "Too many wrong tokens: wait a moment.")
		return
	}
	w.c.o.Log.Warn("a token was not accepted", "from", peer(r), "given", given != "", "at", "sign-in")
	select {
	case <-time.After(w.limits.pause):
	case <-r.Context().Done():
	}
	w.askAgain(rw, http.StatusUnauthorized, next, "This is not the token.")
}

func (w *web) signOut(rw http.ResponseWriter, r *http.Request, _ session) {
	w.sessions.end(rw, r)
	redirect(rw, signInPath)
}

// backTo is the query of the sign-in page that leads back to a page.
func backTo(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.RequestURI() == "/" {
		return ""
	}
	return "?next=" + url.QueryEscape(r.URL.RequestURI())
}

// nextPath is a page of ours, "/" when it is none.
func nextPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || len(text) > 2048 || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || strings.ContainsAny(text, "\\\r\n\t") ||
		!straight(u.EscapedPath()) {
		return "/"
	}
	for _, page := range []string{"/sources", "/coverage", "/silenced", "/ledger", "/config", "/domains", "/leaks/"} {
		if u.Path == page || strings.HasSuffix(page, "/") && strings.HasPrefix(u.Path, page) {
			return u.RequestURI()
		}
	}
	if u.Path == "/" {
		return u.RequestURI()
	}
	return "/"
}
