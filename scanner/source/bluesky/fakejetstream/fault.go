package fakejetstream

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/coder/websocket"
)

// Kind is a way in which the service breaks.
type Kind int

// The kinds.
const (
	Refuse     Kind = iota + 1 // answers with Status, and Retry-After when Number is set
	Redirect                   // leads elsewhere
	Page                       // answers 200 with a page
	Hang                       // takes the request and does not answer
	Silent                     // opens the stream and sends nothing
	Drop                       // cuts the connection after Number events
	Goodbye                    // closes with status 1013 after Number events
	Garbage                    // sends Number frames that are no events, then goes on
	Huge                       // sends a frame of Number bytes, then goes on
	Endless                    // sends a frame that does not end
	Bomb                       // sends a packed frame that is Number bytes of nothing, then goes on
	Everything                 // ignores the cursor and sends all it has
)

// Fault is ordered with Break, and lasts until it is mended.
type Fault struct {
	Kind   Kind
	Status int
	Number int
}

// Break orders a fault for connections that are opened from now on. mend takes it back.
func (s *Server) Break(f Fault) (mend func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, other := range s.faults {
			if other == &f {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
				return
			}
		}
	}
}

// fault is the one that was ordered last, nil when none is.
func (s *Server) fault() *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) == 0 {
		return nil
	}
	return s.faults[len(s.faults)-1]
}

// answers plays the faults before a stream is open, and says whether that was all.
func (f *Fault) answers(w http.ResponseWriter, r *http.Request) bool {
	if f == nil {
		return false
	}
	switch f.Kind {
	case Refuse:
		if f.Number > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(f.Number))
		}
		w.WriteHeader(f.Status)
	case Redirect:
		w.Header().Set("Location", "/elsewhere/subscribe")
		w.WriteHeader(http.StatusFound)
	case Page:
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Welcome</title>"))
	case Hang:
		<-r.Context().Done()
	default:
		return false
	}
	return true
}

// opens plays the faults at the beginning of a stream, and says whether it goes on.
func (f *Fault) opens(ctx context.Context, connection *websocket.Conn, s *Server) bool {
	if f == nil {
		return true
	}
	switch f.Kind {
	case Silent:
		<-ctx.Done()
		return false
	case Drop:
		return f.Number > 0
	case Garbage:
		garbage := [][]byte{[]byte(`{"did":`), []byte("[]"), []byte(`{"did":7,"time_us":"now","kind":[]}`), []byte("\xff\x00"), []byte(`null`)}
		for i := range f.Number {
			if connection.Write(ctx, websocket.MessageText, garbage[i%len(garbage)]) != nil {
				return false
			}
		}
	case Huge:
		return connection.Write(ctx, websocket.MessageText, bytes.Repeat([]byte{'x'}, f.Number)) == nil
	case Bomb:
		return connection.Write(ctx, websocket.MessageBinary, s.pack(make([]byte, f.Number))) == nil
	case Endless:
		w, err := connection.Writer(ctx, websocket.MessageText)
		for err == nil {
			_, err = w.Write(make([]byte, 1<<16))
		}
		return false
	}
	return true
}

// ends plays the faults after so many events, and says whether the stream is over.
func (f *Fault) ends(connection *websocket.Conn, sent int) bool {
	if f == nil || sent < f.Number {
		return false
	}
	switch f.Kind {
	case Drop:
		return true
	case Goodbye:
		_ = connection.Close(websocket.StatusTryAgainLater, "too slow")
		return true
	}
	return false
}
