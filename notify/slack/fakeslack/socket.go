package fakeslack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The bounds of web sockets.
const (
	socketPath = "socket-mode"
	maxSockets = 10
	pingEvery  = 5 * time.Second
	writeFor   = 5 * time.Second
)

// socket is one connection in Socket Mode.
type socket struct {
	conn *websocket.Conn
	gone chan struct{}

	mu      sync.Mutex // of writing, and of what waits
	waiting map[string]chan struct{}
	count   int
}

// serveSocket speaks Socket Mode until the program leaves.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // Slack's own client sends a foreign one
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	conn.SetReadLimit(64 << 10)
	k := &socket{conn: conn, gone: make(chan struct{}), waiting: map[string]chan struct{}{}}
	if !s.addSocket(k) {
		return
	}
	defer s.removeSocket(k)
	defer close(k.gone)
	if k.write(map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": "A0LEAKS"}}) != nil {
		return
	}
	var pings sync.WaitGroup
	defer pings.Wait()
	ended := make(chan struct{})
	defer close(ended)
	pings.Go(func() { k.ping(ended) })
	k.read()
}

func (k *socket) ping(ended chan struct{}) {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		k.mu.Lock()
		err := k.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeFor))
		k.mu.Unlock()
		if err != nil {
			return
		}
		select {
		case <-ended:
			return
		case <-ticker.C:
		}
	}
}

// read takes acknowledgements.
func (k *socket) read() {
	for {
		var ack struct {
			Envelope string `json:"envelope_id"`
		}
		if k.conn.ReadJSON(&ack) != nil {
			return
		}
		k.mu.Lock()
		if done := k.waiting[ack.Envelope]; done != nil {
			delete(k.waiting, ack.Envelope)
			close(done)
		}
		k.mu.Unlock()
	}
}

func (k *socket) write(message any) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.conn.SetWriteDeadline(time.Now().Add(writeFor))
	return k.conn.WriteJSON(message)
}

// hand sends an envelope and waits for its acknowledgement, three seconds at most, as Slack does.
func (k *socket) hand(ctx context.Context, kind string, payload []byte) error {
	done := make(chan struct{})
	k.mu.Lock()
	k.count++
	id := fmt.Sprintf("envelope-%d", k.count)
	k.waiting[id] = done
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		delete(k.waiting, id)
		k.mu.Unlock()
	}()
	if err := k.write(map[string]any{"envelope_id": id, "type": kind, "payload": json.RawMessage(payload), "accepts_response_payload": false}); err != nil {
		return err
	}
	bound := time.NewTimer(3 * time.Second)
	defer bound.Stop()
	select {
	case <-done:
		return nil
	case <-k.gone:
		return errNobody
	case <-bound.C:
		return errNotDone
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) addSocket(k *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sockets) >= maxSockets {
		return false
	}
	s.sockets[k] = true
	return true
}

func (s *Server) removeSocket(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sockets, k)
}

// anySocket is one that is open, nil when there is none.
func (s *Server) anySocket() *socket {
	for k := range s.sockets {
		return k
	}
	return nil
}

// Sockets counts the open connections in Socket Mode.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// Disconnect asks the program to connect anew, as Slack does every few hours.
func (s *Server) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.sockets {
		_ = k.write(map[string]any{"type": "disconnect", "reason": "refresh_requested"})
	}
}

func (s *Server) closeSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.sockets {
		_ = k.conn.Close()
	}
}

// Flood sends an envelope of about size bytes over the web socket.
func (s *Server) Flood(ctx context.Context, size int) error {
	s.mu.Lock()
	k := s.anySocket()
	s.mu.Unlock()
	if k == nil {
		return errNobody
	}
	payload, err := json.Marshal(map[string]string{"type": "block_actions", "padding": strings.Repeat("x", size)})
	if err != nil {
		return err
	}
	return k.hand(ctx, "interactive", payload)
}
