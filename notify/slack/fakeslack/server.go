package fakeslack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// The bounds of what is kept; beyond them the oldest goes.
const (
	maxMessages = 10_000
	maxPeople   = 10_000
	maxBody     = 1 << 20
)

// Options of a stand-in. The zero value accepts any token.
type Options struct {
	Token string // the only one accepted, any when empty
	// AppToken is the one that opens a web socket, any when empty. Signing signs what is sent to Interactions.
	AppToken, Signing string
	// Interactions is the app's request URL; "" when the app listens in Socket Mode only. See also [Server.Deliver].
	Interactions string
	Team         string // "T0ACME" when empty
	// Enterprise is the organisation's id when the token is that of an Enterprise organisation.
	Enterprise string
	// Limited makes the stand-in refuse more than a message a second in a channel, as Slack does, on the clock Now.
	Limited bool
	Now     func() time.Time // time.Now when nil
}

// User is a person.
type User struct {
	ID, Team, Enterprise, Email                         string // Team is the stand-in's when empty
	Deleted, Bot, Guest, SingleGuest, Stranger, Invited bool
}

// Room is a channel, or a direct conversation, whose id begins with D.
type Room struct {
	ID       string
	Outside  bool // the bot is not in it
	Archived bool
	user     string
}

// Message is one that was posted. It is a copy.
type Message struct {
	Channel, TS, Thread string
	Text                string
	Blocks              string // JSON
	Form                map[string]string
	Updates             int
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	options  Options
	listener net.Listener
	server   *http.Server
	done     chan struct{}

	mu       sync.Mutex
	users    map[string]User // by id
	rooms    map[string]Room
	messages []*Message
	faults   map[string][]*planned // by method
	calls    map[string]int
	last     map[string]time.Time // last message of a room
	count    int
	whispers []Whisper
	windows  []Window
	homes    map[string]Window // by user
	triggers map[string]trigger
	sockets  map[*socket]bool
	deliver  string
}

// Start listens on addr, "127.0.0.1:0" when empty, and serves until Close.
func Start(addr string, o Options) (*Server, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("start slack stand-in: %w", err)
	}
	s := New(o)
	s.listener, s.done = listener, make(chan struct{})
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	go func() {
		defer close(s.done)
		_ = s.server.Serve(listener)
	}()
	return s, nil
}

// New makes a stand-in that listens nowhere: an [http.Handler].
func New(o Options) *Server {
	if o.Team == "" {
		o.Team = "T0ACME"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Server{
		options: o, users: map[string]User{}, rooms: map[string]Room{}, faults: map[string][]*planned{}, calls: map[string]int{},
		last: map[string]time.Time{}, homes: map[string]Window{}, triggers: map[string]trigger{}, sockets: map[*socket]bool{},
		deliver: o.Interactions,
	}
}

// URL is the base of the API, with a slash at its end; "" when it listens nowhere.
func (s *Server) URL() string {
	if s.listener == nil {
		return ""
	}
	return "http://" + s.listener.Addr().String() + "/api/"
}

// Close ends all connections and waits for the listener to end.
func (s *Server) Close() error {
	if s.server == nil {
		return nil
	}
	s.closeSockets() // the server does not know them any more
	err := s.server.Close()
	<-s.done
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// AddUser makes a person known, or changes them.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.Team == "" {
		u.Team = s.options.Team
	}
	if _, known := s.users[u.ID]; known || len(s.users) < maxPeople {
		s.users[u.ID] = u
	}
}

// AddRoom makes a channel known, or changes it.
func (s *Server) AddRoom(r Room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.rooms[r.ID]; known || len(s.rooms) < maxPeople {
		s.rooms[r.ID] = r
	}
}

// Delete takes a message away, as people can.
func (s *Server) Delete(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, m := range s.messages {
		if m.Channel == channel && m.TS == ts {
			s.messages = append(s.messages[:i], s.messages[i+1:]...)
			return
		}
	}
}

// Messages are those that stand now, the oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Message, 0, len(s.messages))
	for _, m := range s.messages {
		out = append(out, *m)
	}
	return out
}

// Calls counts the requests for a method, "chat.postMessage", those that failed included.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}
