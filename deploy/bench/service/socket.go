package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socketMethod is the last part of the path of the web socket.
const socketMethod = "socket-mode"

// socket is a connection in Socket Mode.
type socket struct {
	conn *websocket.Conn

	mu      sync.Mutex // of writing, and of what waits
	waiting map[string]chan struct{}
	count   int
}

// serveSocket speaks Socket Mode until the service leaves.
func (s *slack) serveSocket(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	conn.SetReadLimit(64 << 10)
	k := &socket{conn: conn, waiting: map[string]chan struct{}{}}
	if k.write(map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": "A0BENCH"}}) != nil {
		return
	}
	s.mu.Lock()
	s.socket = k
	s.mu.Unlock()
	stop := make(chan struct{})
	defer close(stop)
	go k.ping(stop)
	k.read()
}

// ping keeps the connection alive.
func (k *socket) ping(stop chan struct{}) {
	ticker := time.NewTicker(5 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			_ = k.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(5*time.Second))
		}
	}
}

// read takes acknowledgements until the connection ends.
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
	return errors.Join(k.conn.SetWriteDeadline(time.Now().Add(5*time.Second)), k.conn.WriteJSON(message))
}

// connected waits until the service listens in Socket Mode.
func (s *slack) connected(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		s.mu.Lock()
		open := s.socket != nil
		s.mu.Unlock()
		if open {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("the service did not connect in Socket Mode")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// hand sends a press and waits for its acknowledgement, three seconds at most, as Slack does.
func (s *slack) hand(ctx context.Context, payload []byte) error {
	s.mu.Lock()
	k := s.socket
	s.mu.Unlock()
	if k == nil {
		return errors.New("the service is not connected")
	}
	done := make(chan struct{})
	k.mu.Lock()
	k.count++
	id := fmt.Sprintf("envelope-%d", k.count)
	k.waiting[id] = done
	k.mu.Unlock()
	if err := k.write(map[string]any{"envelope_id": id, "type": "interactive", "payload": json.RawMessage(payload), "accepts_response_payload": false}); err != nil {
		return err
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(3 * time.Second):
		return errors.New("the service did not acknowledge it")
	}
}
