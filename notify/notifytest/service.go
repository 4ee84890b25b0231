package notifytest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// service stands before the real one: it counts what tells, and lets a fault answer instead while one is set.
type service struct {
	tells func(*http.Request) bool
	real  http.Handler

	mu    sync.Mutex
	fault http.Handler
	told  []telling
	extra []chan struct{} // closed when a telling request arrives
}

// telling is a request that told something.
type telling struct {
	request *http.Request
	body    []byte
}

func (s *service) set(fault http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

func (s *service) tellings() []telling {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]telling(nil), s.told...)
}

// arrival is closed when the next telling request arrives.
func (s *service) arrival() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan struct{})
	s.extra = append(s.extra, c)
	return c
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	fault := http.Handler(nil)
	if s.tells(r) {
		s.mu.Lock()
		fault = s.fault
		s.told = append(s.told, telling{r.Clone(r.Context()), body})
		for _, c := range s.extra {
			close(c)
		}
		s.extra = nil
		s.mu.Unlock()
	}
	if fault != nil {
		fault.ServeHTTP(w, r)
		return
	}
	s.real.ServeHTTP(w, r)
}

// echo is a body that repeats all that came, so that whoever quotes an answer quotes secrets.
func echo(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	return fmt.Sprintf("%s %s %v %s", r.Method, r.URL, r.Header, body)
}

// status answers with a code and an echo, as JSON of an API that says no.
func status(code int, header ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("X-Echo", strings.Map(printable, echo(r)))
		w.WriteHeader(code)
		fmt.Fprint(w, echo(r))
	})
}

func printable(r rune) rune {
	if r < ' ' || r > '~' {
		return '?'
	}
	return r
}

// body answers 200 with what write does, as JSON unless another type is named.
func body(kind string, write func(w http.ResponseWriter, r *http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		write(w, r)
	})
}

// broken are the ways to break an answer. The ones before the status are errors for every channel; after it only for those
// that need the body.
func brokenBefore() map[string]http.Handler {
	return map[string]http.Handler{
		"reset": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		"stall": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
		"not-http": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			fmt.Fprintf(conn, "SSH-2.0-%s\r\n", strings.Map(printable, echo(r)))
			_ = conn.Close()
		}),
	}
}

func brokenAfter() map[string]http.Handler {
	const json = "application/json"
	return map[string]http.Handler{
		"empty": body(json, func(http.ResponseWriter, *http.Request) {}),
		"half": body(json, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100000")
			fmt.Fprintf(w, `{"ok":true,"x":%q`, echo(r))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}),
		"drip":      body(json, drip),
		"html":      body("text/html", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "<html>%s</html>", echo(r)) }),
		"html-json": body("text/html", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true,"channel":"C0X","ts":"1.2"}`) }),
		"no-json":   body(json, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, echo(r)) }),
		"other-json": body(json, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"ok":"hunter2","error":{"a":[1,2]},"channel":7}`)
		}),
		"just-ok": body(json, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true}`) }),
		"array":   body(json, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[[[[[`) }),
	}
}

// flood answers with a quarter of a gigabyte, as far as anybody reads it, and counts what it could send.
func flood(sent *atomic.Int64) http.Handler {
	return body("application/json", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"ok":true,"x":"`)
		block := strings.Repeat("x", 64<<10)
		for range 4 << 10 {
			n, err := io.WriteString(w, block)
			sent.Add(int64(n))
			if err != nil || r.Context().Err() != nil {
				return
			}
		}
	})
}

// drip writes a byte now and then until the caller has gone.
func drip(w http.ResponseWriter, r *http.Request) {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		if _, err := io.WriteString(w, " "); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-ticker.C:
		}
	}
}
