package fakemastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// listener is one open connection with the streams that are sent on it.
type listener struct {
	messages chan message
	over     chan struct{}
	once     sync.Once

	mu      sync.Mutex
	streams []channel
}

// message is an event for a listener; a raw one is sent as it is.
type message struct {
	stream  []string
	event   string
	payload []byte
	raw     []byte
}

// channel is one stream.
type channel struct {
	words []string // as messages of a WebSocket name it
	fits  func(*post) bool
}

func newListener() *listener {
	return &listener{messages: make(chan message, 4096), over: make(chan struct{})}
}

func (l *listener) end() { l.once.Do(func() { close(l.over) }) }

// send ends a connection that is too slow.
func (l *listener) send(m message) {
	select {
	case l.messages <- m:
	default:
		l.end()
	}
}

func channelOf(name string, query url.Values) (channel, bool) {
	tag, list := query.Get("tag"), query.Get("list")
	switch {
	case name == "public":
		return channel{[]string{name}, (*post).public}, true
	case name == "public:local":
		return channel{[]string{name}, func(p *post) bool { return p.public() && p.local() }}, true
	case name == "public:remote":
		return channel{[]string{name}, func(p *post) bool { return p.public() && !p.local() }}, true
	case name == "hashtag" && tag != "":
		return channel{[]string{name, tag}, func(p *post) bool { return p.public() && p.tagged(tag) }}, true
	case name == "list" && list != "":
		return channel{[]string{name, list}, func(*post) bool { return true }}, true
	}
	return channel{}, false
}

// told sends an update or an edit to all whom it concerns. The caller holds mu.
func (s *Server) told(event string, p *post) {
	if s.config.withheld {
		return
	}
	payload := encoded(s.entity(p))
	s.each(p, func(l *listener, c channel) { l.send(message{stream: c.words, event: event, payload: payload}) })
}

// deleted tells of a deletion. The caller holds mu.
func (s *Server) deleted(p *post) {
	s.each(p, func(l *listener, c channel) { l.send(message{stream: c.words, event: "delete", payload: []byte(p.id)}) })
}

func (s *Server) each(p *post, f func(*listener, channel)) {
	for l := range s.listeners {
		l.mu.Lock()
		for _, c := range l.streams {
			if c.fits(p) {
				f(l, c)
			}
		}
		l.mu.Unlock()
	}
}

// Event sends any event to all streams.
func (s *Server) Event(event, payload string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		l.mu.Lock()
		for _, c := range l.streams {
			l.send(message{stream: c.words, event: event, payload: []byte(payload)})
		}
		l.mu.Unlock()
	}
}

// Raw sends bytes as they are: on a connection of server-sent events into the stream, on a WebSocket as one message.
func (s *Server) Raw(bytes string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		l.send(message{raw: []byte(bytes)})
	}
}

// stream opens one.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	c := s.config
	s.mu.Unlock()
	upgrade := strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
	switch {
	case c.noStreams:
		fail(w, http.StatusNotFound, "Not found")
	case upgrade && r.URL.Path == "/api/v1/streaming":
		s.socket(w, r, c)
	case c.sockets || upgrade:
		fail(w, http.StatusBadRequest, "Bad Request: websocket: the client is not using the websocket protocol")
	default:
		s.events(w, r, c)
	}
}

func (s *Server) join(l *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range s.config.greeting {
		l.send(message{raw: []byte(text)})
	}
	s.listeners[l] = struct{}{}
	s.opened++
}

func (s *Server) leave(l *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
}

// events streams server-sent events.
func (s *Server) events(w http.ResponseWriter, r *http.Request, c config) {
	name := strings.ReplaceAll(strings.TrimPrefix(r.URL.Path, "/api/v1/streaming/"), "/", ":")
	of, known := channelOf(name, r.URL.Query())
	if !known {
		fail(w, http.StatusBadRequest, "Unknown channel requested")
		return
	}
	l := newListener()
	l.streams = []channel{of}
	s.join(l)
	defer s.leave(l)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	write := func(text string) bool {
		_, err := w.Write([]byte(text))
		return err == nil && out.Flush() == nil
	}
	for alive := write(":)\n"); alive; {
		select {
		case <-l.over:
			return
		case <-r.Context().Done():
			return
		case <-time.After(c.heartbeat):
			alive = write(":thump\n")
		case m := <-l.messages:
			if m.raw != nil {
				alive = write(string(m.raw))
				continue
			}
			alive = write("event: " + m.event + "\ndata: " + string(m.payload) + "\n\n")
		}
	}
}

// socket streams by WebSocket.
func (s *Server) socket(w http.ResponseWriter, r *http.Request, c config) {
	l := newListener()
	if name := r.URL.Query().Get("stream"); name != "" {
		of, known := channelOf(name, r.URL.Query())
		if !known {
			fail(w, http.StatusBadRequest, "Unknown stream type")
			return
		}
		l.streams = []channel{of}
	}
	s.join(l) // before the client hears that it listens
	defer s.leave(l)
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow() //nolint:errcheck // nothing is to be said any more
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go l.subscriptions(ctx, conn)
	for {
		var out []byte
		select {
		case <-l.over:
			conn.Close(websocket.StatusGoingAway, "") //nolint:errcheck // nor here
			return
		case <-ctx.Done():
			return
		case <-time.After(c.heartbeat):
			go ping(ctx, conn)
			continue
		case m := <-l.messages:
			out = m.envelope(c.payloadObjects)
		}
		if conn.Write(ctx, websocket.MessageText, out) != nil {
			return
		}
	}
}

func ping(ctx context.Context, conn *websocket.Conn) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_ = conn.Ping(ctx) // who does not answer is not missed
}

// envelope is a message as a WebSocket has it.
func (m message) envelope(objects bool) []byte {
	if m.raw != nil {
		return m.raw
	}
	e := map[string]any{"stream": m.stream, "event": m.event, "payload": string(m.payload)}
	if objects && json.Valid(m.payload) {
		e["payload"] = json.RawMessage(m.payload)
	}
	if m.payload == nil {
		delete(e, "payload")
	}
	return encoded(e)
}

// subscriptions takes what the client asks for, until it goes away.
func (l *listener) subscriptions(ctx context.Context, conn *websocket.Conn) {
	defer l.end()
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var ask map[string]string
		if json.Unmarshal(text, &ask) != nil {
			continue
		}
		of, known := channelOf(ask["stream"], url.Values{"tag": {ask["tag"]}, "list": {ask["list"]}})
		if ask["type"] != "subscribe" || !known {
			l.send(message{raw: []byte(`{"error":"Unknown stream type","status":400}`)})
			continue
		}
		l.mu.Lock()
		l.streams = append(l.streams, of)
		l.mu.Unlock()
	}
}
