package main

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// standIn plays a service: its stream, and what else is asked of it before that.
type standIn struct {
	service  string
	server   *http.Server
	listener net.Listener

	mu     sync.Mutex
	write  func([]byte) error // to whoever listens; nil: nobody does
	opened int                // streams, ever
	joined chan struct{}      // closed when the first listens
	rules  []rule             // of X
}

type rule struct {
	ID    string `json:"id"`
	Value string `json:"value"`
	Tag   string `json:"tag"`
}

// writeBound is how long whoever listens may take nothing at all.
const writeBound = 30 * time.Second

func play(ctx context.Context, service string) (*standIn, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &standIn{service: service, listener: listener, joined: make(chan struct{})}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

func (s *standIn) close() { _ = s.server.Close() }

func (s *standIn) address() string { return "http://" + s.listener.Addr().String() }

// send writes bytes to whoever listens.
func (s *standIn) send(wire []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.write == nil {
		return errors.New("nobody listens to the stream any more")
	}
	return s.write(wire)
}

// wait waits until somebody listens.
func (s *standIn) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	select {
	case <-s.joined:
		return nil
	case <-ctx.Done():
		return errors.New("the stream was not opened")
	}
}

// steady fails when the stream was opened anew: what was sent in between is lost here, where nothing is sent again.
func (s *standIn) steady() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened != 1 {
		return fmt.Errorf("the stream was opened %d times", s.opened)
	}
	return nil
}

// ServeHTTP answers a request.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/subscribe":
		s.webSocket(w, r)
	case path == "/api/v1/streaming/public":
		s.stream(w, r, "text/event-stream")
	case path == "/2/tweets/search/stream":
		s.stream(w, r, "application/json; charset=utf-8")
	case path == "/2/tweets/search/stream/rules":
		s.answerRules(w, r)
	case path == "/api/v2/instance":
		answer(w, map[string]any{"domain": s.listener.Addr().String(), "title": "A stand-in", "version": "4.5.0"})
	case strings.HasPrefix(path, "/api/v1/timelines/"):
		answer(w, []any{})
	case strings.HasPrefix(path, "/2/tweets"):
		answer(w, map[string]any{"meta": map[string]any{"result_count": 0}})
	default:
		http.NotFound(w, r)
	}
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(body)
}

// answerRules keeps the rules of X.
func (s *standIn) answerRules(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodGet {
		answer(w, map[string]any{"data": s.rules, "meta": map[string]any{"result_count": len(s.rules)}})
		return
	}
	var change struct {
		Add []rule `json:"add"`
	}
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&change) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if r.URL.Query().Get("dry_run") != "true" {
		for _, one := range change.Add {
			one.ID = fmt.Sprint(1_992_200_411_000_000_000 + len(s.rules)*7919)
			s.rules = append(s.rules, one)
		}
	}
	answer(w, map[string]any{"data": change.Add, "meta": map[string]any{"summary": map[string]any{"created": len(change.Add)}}})
}

// join lets frames go to write until ctx ends.
func (s *standIn) join(ctx context.Context, write func([]byte) error) {
	s.mu.Lock()
	s.write = write
	if s.opened++; s.opened == 1 {
		close(s.joined)
	}
	mine := s.opened
	s.mu.Unlock()
	<-ctx.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened == mine {
		s.write = nil
	}
}

// stream plays a stream over HTTP.
func (s *standIn) stream(w http.ResponseWriter, r *http.Request, media string) {
	w.Header().Set("Content-Type", media)
	out := http.NewResponseController(w)
	if out.Flush() != nil {
		return
	}
	s.join(r.Context(), func(wire []byte) error {
		_ = out.SetWriteDeadline(time.Now().Add(writeBound))
		_, err := w.Write(wire)
		return errors.Join(err, out.Flush())
	})
}

// webSocket plays a stream over a web socket. What the client says is read and left alone.
func (s *standIn) webSocket(w http.ResponseWriter, r *http.Request) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		for {
			if _, err := buffered.ReadByte(); err != nil {
				return
			}
		}
	}()
	s.join(ctx, func(wire []byte) error {
		_ = conn.SetWriteDeadline(time.Now().Add(writeBound))
		_, err := conn.Write(wire)
		return err
	})
}
