package console

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// doorkeeper lets those in who have the token.
//
// Wrong tokens are counted together, whoever sends them: beyond limits.guesses a second the answer is 429, without a log line. The
// right token is let in all the same, so that guessing locks nobody out; its length makes guessing hopeless at any pace.
type doorkeeper struct {
	token func() (string, error)
	now   func() time.Time
	log   *slog.Logger
	wrong *rate.Limiter
}

func newDoorkeeper(o Options, l limits) *doorkeeper {
	return &doorkeeper{token: o.Token, now: o.Now, log: o.Log, wrong: rate.NewLimiter(rate.Limit(l.guesses), max(int(l.guesses), 1))}
}

// guard lets requests with the token through to next.
func (d *doorkeeper) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := d.refuse(r); p != nil {
			p.write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse says why a request is not let in; nil: it is.
func (d *doorkeeper) refuse(r *http.Request) *problem {
	token, err := d.token()
	switch {
	case err != nil:
		if d.wrong.AllowN(d.now(), 1) { // anyone may ask
			d.log.Error("read the token of the API", "error", shown(err.Error()))
		}
		return newProblem(http.StatusServiceUnavailable, "the service cannot read its own token").after(retryUnavailable)
	case token == "":
		return newProblem(http.StatusForbidden, "the API is switched off: no token is configured")
	case len(token) < MinToken:
		return newProblem(http.StatusForbidden, "the API is switched off: the configured token is too short")
	case sameToken(bearer(r.Header), token):
		return nil
	case !d.wrong.AllowN(d.now(), 1):
		return newProblem(http.StatusTooManyRequests, "too many wrong tokens").after(time.Second)
	}
	d.log.Warn("a token was not accepted", "from", peer(r), "given", bearer(r.Header) != "")
	p := newProblem(http.StatusUnauthorized, "a bearer token is needed, and this is not it")
	p.header.Set("WWW-Authenticate", `Bearer realm="meetleaks"`)
	return p
}

// bearer is the token of a request, "" when there is none, or more than one.
func bearer(h http.Header) string {
	fields := h.Values("Authorization")
	if len(fields) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(fields[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// sameToken compares digests, so that the time it takes tells neither the length nor any part of the token.
func sameToken(given, want string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// peer is the address at the other end of the connection, without its port.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "unknown"
	}
	return shown(host)
}
