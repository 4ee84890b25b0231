package console

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"strings"

	"meetleaks/cmd/meetleaks/internal/report"
)

// maxStack bounds the stack of a fault in the log, in bytes.
const maxStack = 4 << 10

// guarded sets the headers that every answer has, and ends what breaks: the connection is closed and the fault is logged.
func guarded(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if fault := recover(); fault != nil {
				logFault(log, r, fault)
				panic(http.ErrAbortHandler)
			}
		}()
		setHeaders(w.Header())
		if !straight(r.URL.EscapedPath()) {
			newProblem(http.StatusNotFound, "there is nothing at this path").write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// straight says whether a path has no detours ("//", "/../"). A mux would answer others with a redirect that repeats the request.
func straight(p string) bool {
	return p == "/" || strings.HasPrefix(p, "/") && path.Clean(p) == strings.TrimSuffix(p, "/")
}

// setHeaders: nothing here is to be framed, run, guessed, kept or told to others.
func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// logFault logs a fault, unless it is that the client has gone.
func logFault(log *slog.Logger, r *http.Request, fault any) {
	err, isError := fault.(error)
	if r.Context().Err() != nil || isError && errors.Is(err, http.ErrAbortHandler) {
		return
	}
	stack := debug.Stack()
	log.Error("a request broke", "route", r.Pattern, "fault", shown(fmt.Sprint(fault)), "stack", string(stack[:min(len(stack), maxStack)]))
}

// shown makes a text fit to be sent or logged: one line without control characters, meeting links masked, 4 KiB at most.
func shown(text string) string { return report.MaskText(text) }
