package console

import (
	"bytes"
	"log"
	"log/slog"
	"net/http"
	"time"
)

// maxHeader bounds the header of a request, in bytes; net/http adds 4 KiB of its own.
const maxHeader = 64 << 10

// NewServer makes the server of a handler, for one listener. Slow clients are cut off: 10 s for the header of a request, 30 s for
// all of it, a minute until it is answered, two minutes between requests. Log gets what the server itself complains about, without
// any text of a client; nil: nothing. See [Bound] for its listener.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           counted(h),
		ConnContext:       withMember,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          complaints(log),
	}
}

func complaints(to *slog.Logger) *log.Logger {
	if to == nil {
		to = slog.New(slog.DiscardHandler)
	}
	return log.New(complaint{to}, "", 0)
}

// complaint logs what kind of complaint a line of net/http is: the lines themselves can hold what a client sent.
type complaint struct{ to *slog.Logger }

func (c complaint) Write(line []byte) (int, error) {
	kind := "other"
	for _, known := range []struct{ begin, kind string }{
		{"http: panic serving", "a request broke"},
		{"http: Accept error", "cannot accept connections"},
		{"http: TLS handshake error", "tls handshake failed"},
		{"http: superfluous", "answered twice"},
	} {
		if bytes.HasPrefix(line, []byte(known.begin)) {
			kind = known.kind
		}
	}
	c.to.Warn("http server", "complaint", kind)
	return len(line), nil
}
