package fakejetstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"
)

// Options describe the service.
type Options struct {
	// Window is how far back a cursor may lie; 36 hours when zero.
	Window time.Duration
	// Dictionary is what events are packed with for who asks for that; nil: a request for it is refused.
	Dictionary []byte
	// Sequence adds to each event the "cursor" that version 2 adds on this wire.
	Sequence bool
	Now      func() time.Time // nil: time.Now
	// Check is called with each event before it is sent; its error ends the connection, and is kept for Err. Nil: nothing is checked.
	Check func(frame []byte) error
}

// The bounds of the service.
const (
	maxEvents      = 100_000 // that are kept
	maxCollections = 100
	maxOptions     = 10 << 20 // bytes of a message to the service
	writeBound     = 10 * time.Second
)

// Server is an [http.Handler]. It is safe for concurrent use.
type Server struct {
	o       Options
	encoder *zstd.Encoder // nil: nothing is packed

	mu      sync.Mutex
	events  []entry
	dropped int   // events that are kept no more
	last    int64 // time of the latest event
	more    chan struct{}
	records map[string]int // how often each was written, by address
	faults  []*Fault
	asked   []url.Values // of the requests that were taken
	err     error
}

// entry is one event.
type entry struct {
	time       int64
	collection string // "" for what everybody is told
	frame      []byte
}

// New makes a service without events.
func New(o Options) (*Server, error) {
	if o.Window <= 0 {
		o.Window = 36 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{o: o, more: make(chan struct{}), records: map[string]int{}}
	if o.Dictionary != nil {
		encoder, err := zstd.NewWriter(nil, zstd.WithEncoderDict(o.Dictionary), zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, fmt.Errorf("fake jetstream: %w", err)
		}
		s.encoder = encoder
	}
	return s, nil
}

// Err is the first event that was not as it should be.
func (s *Server) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Asked is the parameters of the requests that were taken, in order.
func (s *Server) Asked() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// add keeps an event that make makes for its time and number.
func (s *Server) add(collection string, make func(time, number int64) []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last+1, s.o.Now().UnixMicro())
	number := int64(s.dropped + len(s.events) + 1)
	s.push(entry{s.last, collection, make(s.last, number)})
}

// push keeps an event. The caller holds mu.
func (s *Server) push(e entry) {
	if len(s.events) == maxEvents {
		s.events = slices.Delete(s.events, 0, maxEvents/10)
		s.dropped += maxEvents / 10
	}
	s.events = append(s.events, e)
	s.wake()
}

// wake tells all connections that something is new. The caller holds mu.
func (s *Server) wake() {
	close(s.more)
	s.more = make(chan struct{})
}

// Forget drops what is older than the window, as if it had been longer ago.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped += len(s.events)
	s.events = nil
}

// subscription is what one connection asked for.
type subscription struct {
	wanted []string
	cursor int64 // 0: none
	packed bool
	most   int
}

func (s *Server) subscription(r *http.Request) (subscription, error) {
	q := r.URL.Query()
	sub := subscription{wanted: q["wantedCollections"], packed: q.Get("compress") == "true" || r.Header.Get("Socket-Encoding") == "zstd"}
	if len(sub.wanted) > maxCollections {
		return sub, fmt.Errorf("more than %d wanted collections", maxCollections)
	}
	if text := q.Get("cursor"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return sub, errors.New("invalid cursor")
		}
		sub.cursor = n
	}
	sub.most, _ = strconv.Atoi(q.Get("maxMessageSizeBytes"))
	if sub.packed && s.encoder == nil {
		return sub, errors.New("this instance does not compress events")
	}
	return sub, nil
}

func (u subscription) wants(e entry) bool {
	switch {
	case u.most > 0 && len(e.frame) > u.most:
		return false
	case e.collection == "" || len(u.wanted) == 0:
		return true
	}
	return slices.ContainsFunc(u.wanted, func(name string) bool {
		beginning, isBeginning := strings.CutSuffix(name, "*")
		return isBeginning && strings.HasPrefix(e.collection, beginning) || name == e.collection
	})
}

// ServeHTTP answers /subscribe as Jetstream does, unless a fault was ordered.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/subscribe") {
		http.NotFound(w, r)
		return
	}
	fault := s.fault()
	if fault.answers(w, r) {
		return
	}
	sub, err := s.subscription(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.asked = append(s.asked, r.URL.Query())
	at := s.start(sub, fault)
	s.mu.Unlock()
	connection, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // it was answered
	}
	defer func() { _ = connection.CloseNow() }()
	connection.SetReadLimit(maxOptions)
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	go func() { // messages to the service change nothing here
		defer cancel()
		for {
			if _, _, err := connection.Read(ctx); err != nil {
				return
			}
		}
	}()
	s.serve(ctx, connection, sub, at, fault)
}

// start is the number of the first event that a connection is sent: the oldest that is kept when its cursor lies before, the next that
// comes when it has none or it lies in the future. The caller holds mu.
func (s *Server) start(sub subscription, fault *Fault) int {
	if fault != nil && fault.Kind == Everything {
		return s.dropped
	}
	now := s.o.Now()
	if sub.cursor == 0 || sub.cursor > now.UnixMicro() {
		return s.dropped + len(s.events)
	}
	least := max(sub.cursor, now.Add(-s.o.Window).UnixMicro())
	i, _ := slices.BinarySearchFunc(s.events, least, func(e entry, at int64) int { return int(min(max(e.time-at, -1), 1)) })
	return s.dropped + i
}

// next waits for the event of a number.
func (s *Server) next(ctx context.Context, number int) (entry, int, bool) {
	for {
		s.mu.Lock()
		more := s.more
		i := max(number-s.dropped, 0)
		if i < len(s.events) {
			e := s.events[i]
			number = s.dropped + i
			s.mu.Unlock()
			return e, number, true
		}
		s.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return entry{}, 0, false
		}
	}
}

// serve sends events until the other side goes away.
func (s *Server) serve(ctx context.Context, connection *websocket.Conn, sub subscription, at int, fault *Fault) {
	if !fault.opens(ctx, connection, s) {
		return
	}
	for sent := 0; ; at++ {
		e, number, ok := s.next(ctx, at)
		if !ok {
			return
		}
		if at = number; !sub.wants(e) {
			continue
		}
		if err := s.send(ctx, connection, sub, e.frame); err != nil {
			return
		}
		if sent++; fault.ends(connection, sent) {
			return
		}
	}
}

func (s *Server) send(ctx context.Context, connection *websocket.Conn, sub subscription, frame []byte) error {
	if s.o.Check != nil {
		if err := s.o.Check(frame); err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.err = fmt.Errorf("%s: %w", frame, err)
			return s.err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, writeBound)
	defer cancel()
	if sub.packed {
		return connection.Write(ctx, websocket.MessageBinary, s.pack(frame))
	}
	return connection.Write(ctx, websocket.MessageText, frame)
}

func (s *Server) pack(frame []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.encoder.EncodeAll(frame, nil)
}
