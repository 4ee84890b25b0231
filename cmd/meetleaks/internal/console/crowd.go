package console

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// maxConnections bounds the connections of one listener.
const maxConnections = 512

// crowd bounds the connections of a listener. When there are too many, the one makes room that has been without a request for the
// longest time: it is idle, or so slow that it has not said yet what it wants. Requests that are being answered are never cut off; when
// all connections have one, new ones are. So nobody keeps others out by holding connections open. It is safe for concurrent use.
type crowd struct {
	net.Listener
	most int

	mu  sync.Mutex
	all map[*member]bool
}

// member is one connection of a crowd. What is not its net.Conn is used under the crowd's lock.
type member struct {
	net.Conn
	of      *crowd
	waiting time.Time // since when it has no request
	busy    int       // requests that are being answered
}

// Bound bounds the connections that a server made by [NewServer] takes from a listener.
func Bound(l net.Listener) net.Listener { return newCrowd(l, maxConnections) }

func newCrowd(l net.Listener, most int) *crowd {
	return &crowd{Listener: l, most: most, all: make(map[*member]bool, most)}
}

// Accept implements [net.Listener].
func (c *crowd) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		m := &member{Conn: conn, of: c, waiting: time.Now()}
		leaves, stays := c.enter(m)
		if leaves != nil {
			_ = leaves.Conn.Close()
		}
		if stays {
			return m, nil
		}
	}
}

// enter takes a connection in, and says which one has to leave for it; that may be itself.
func (c *crowd) enter(m *member) (leaves *member, stays bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.all) >= c.most {
		leaves = c.longest()
		if leaves == nil {
			return m, false
		}
		delete(c.all, leaves)
	}
	c.all[m] = true
	return leaves, true
}

// longest is the connection that has been without a request for the longest time, nil when all have one.
func (c *crowd) longest() *member {
	var found *member
	for m := range c.all {
		if m.busy == 0 && (found == nil || m.waiting.Before(found.waiting)) {
			found = m
		}
	}
	return found
}

// Close implements [net.Conn].
func (m *member) Close() error {
	m.of.mu.Lock()
	delete(m.of.all, m)
	m.of.mu.Unlock()
	return m.Conn.Close()
}

// works counts the requests of a connection.
func (m *member) works(n int) {
	m.of.mu.Lock()
	defer m.of.mu.Unlock()
	m.busy += n
	m.waiting = time.Now()
}

type memberKey struct{}

// withMember lets requests know their connection.
func withMember(ctx context.Context, conn net.Conn) context.Context {
	if m, ok := conn.(*member); ok {
		return context.WithValue(ctx, memberKey{}, m)
	}
	return ctx
}

// counted tells the connection of a request that it has one.
func counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if m, ok := r.Context().Value(memberKey{}).(*member); ok {
			m.works(1)
			defer m.works(-1)
		}
		next.ServeHTTP(w, r)
	})
}
