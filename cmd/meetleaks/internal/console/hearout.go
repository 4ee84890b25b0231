package console

import (
	"io"
	"net/http"
	"time"
)

// The bounds of what is read of a body that is refused.
const (
	maxRefused   = 64 << 20 // bytes
	refusedBound = 10 * time.Second
)

// heardOut reads what is left of a body that next refuses as too large, and throws it away. Many senders read no answer before all is
// sent: they would see a connection that breaks, and try again, instead of a 413. Those that ask first send nothing then, unless next
// has begun to read: that told them to go on.
func heardOut(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := &notedBody{ReadCloser: r.Body} // before next puts a bound around it
		noted := &notedWriter{ResponseWriter: w}
		r.Body = body
		next.ServeHTTP(noted, r)
		if noted.status != http.StatusRequestEntityTooLarge || r.Header.Get("Expect") != "" && !body.read {
			return
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(refusedBound))
		_, _ = io.CopyN(io.Discard, body, maxRefused) // who sends more, or slowly, is cut off
	})
}

// notedBody knows whether it was read.
type notedBody struct {
	io.ReadCloser
	read bool
}

// Read implements [io.Reader].
func (b *notedBody) Read(p []byte) (int, error) {
	b.read = true
	return b.ReadCloser.Read(p)
}

// notedWriter knows the status that was written.
type notedWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements [http.ResponseWriter].
func (w *notedWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *notedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
