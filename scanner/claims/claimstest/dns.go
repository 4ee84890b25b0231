// Package claimstest is a name server for tests of domains' proofs, on loopback: what it says is set while it runs, and it can lie, be slow,
// cut short and talk nonsense.
package claimstest

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Entry is what stands at a name. The zero entry: the name does not exist.
type Entry struct {
	Texts    [][]string       // TXT records, each of strings
	Alias    string           // CNAME, "other.example."
	Code     dnsmessage.RCode // instead of all else
	Exists   bool             // without a TXT record
	Negative uint32           // seconds of the SOA record that comes with nothing; 0: none comes
	Address  [4]byte          // A record, for whoever asks for that; zero: there is none
}

// One is the entry of a single record.
func One(text string) Entry { return Entry{Texts: [][]string{{text}}} }

// Server is a name server. Safe for concurrent use.
type Server struct {
	Address string

	mu      sync.Mutex
	names   map[string]Entry
	hostile func(network string, message []byte) [][]byte
	asked   []string
}

// Start starts a server that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	packets, stream, err := listen()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Address: stream.Addr().String(), names: map[string]Entry{}}
	var parts sync.WaitGroup
	parts.Go(func() { s.servePackets(packets) })
	parts.Go(func() { s.serveStreams(stream) })
	t.Cleanup(func() {
		_ = errors.Join(packets.Close(), stream.Close())
		parts.Wait()
	})
	return s
}

// listen takes one port for both.
func listen() (net.PacketConn, net.Listener, error) {
	var failed error
	for range 20 {
		stream, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a server for tests
		if err != nil {
			return nil, nil, err
		}
		packets, err := net.ListenPacket("udp", stream.Addr().String()) //nolint:noctx // as above
		if err == nil {
			return packets, stream, nil
		}
		failed = errors.Join(err, stream.Close())
	}
	return nil, nil, failed
}

// Set says what stands at a name, "" for whatever is not set.
func (s *Server) Set(name string, e Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names[strings.ToLower(strings.TrimSuffix(name, "."))] = e
}

// Clear takes all entries away.
func (s *Server) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.names)
}

// Hostile lets messages be answered by do: each that it returns is sent as it is, over a stream with its length in front. Nil ends it.
func (s *Server) Hostile(do func(network string, message []byte) [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hostile = do
}

// Asked are the networks and names that were asked for: "udp _meetleaks.acme.example".
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

func (s *Server) servePackets(conn net.PacketConn) {
	buffer := make([]byte, 64<<10)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		for _, answer := range s.answers("udp", buffer[:n]) {
			_, _ = conn.WriteTo(answer, from) // who asked sees that nothing came
		}
	}
}

func (s *Server) serveStreams(listener net.Listener) {
	var under sync.WaitGroup
	defer under.Wait()
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		under.Go(func() { s.serveStream(conn) })
	}
}

func (s *Server) serveStream(conn net.Conn) {
	defer conn.Close() //nolint:errcheck // a server for tests
	if conn.SetDeadline(time.Now().Add(10*time.Second)) != nil {
		return
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return
	}
	message := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, message); err != nil {
		return
	}
	for _, answer := range s.answers("tcp", message) {
		framed := binary.BigEndian.AppendUint16(nil, uint16(len(answer))) //nolint:gosec // up to 64 KiB
		if _, err := conn.Write(append(framed, answer...)); err != nil {
			return
		}
	}
}

func (s *Server) answers(network string, message []byte) [][]byte {
	s.mu.Lock()
	hostile := s.hostile
	s.mu.Unlock()
	if hostile != nil {
		return hostile(network, message)
	}
	if answer := s.Answer(network, message); answer != nil {
		return [][]byte{answer}
	}
	return nil
}

// Answer is what the server says by its entries, over UDP cut at 1,232 bytes. Nil when it was asked nothing that can be answered.
func (s *Server) Answer(network string, message []byte) []byte {
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	s.mu.Lock()
	e, ok := s.names[name]
	if !ok {
		e = s.names[""]
	}
	s.asked = append(s.asked, network+" "+name)
	s.mu.Unlock()
	answer, err := Build(header.ID, q, e)
	if err != nil {
		return nil
	}
	if network == "udp" && len(answer) > 1232 {
		short, err := Build(header.ID, q, Entry{Exists: true})
		if err != nil {
			return nil
		}
		short[2] |= 0x02 // truncated
		return short
	}
	return answer
}

// Build makes a message that answers a question by an entry.
func Build(id uint16, q dnsmessage.Question, e Entry) ([]byte, error) {
	code := e.Code
	if code == 0 && len(e.Texts) == 0 && e.Alias == "" && e.Address == [4]byte{} && !e.Exists {
		code = dnsmessage.RCodeNameError
	}
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, Response: true, RecursionDesired: true, RecursionAvailable: true, RCode: code})
	b.EnableCompression()
	errs := []error{b.StartQuestions(), b.Question(q), b.StartAnswers()}
	head := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 3600}
	owner := head
	if e.Alias != "" {
		to, err := dnsmessage.NewName(e.Alias)
		errs = append(errs, err, b.CNAMEResource(head, dnsmessage.CNAMEResource{CNAME: to}))
		owner.Name = to
	}
	if q.Type == dnsmessage.TypeA && e.Address != [4]byte{} {
		errs = append(errs, b.AResource(owner, dnsmessage.AResource{A: e.Address}))
	}
	for _, text := range e.Texts {
		errs = append(errs, b.TXTResource(owner, dnsmessage.TXTResource{TXT: text}))
	}
	if e.Negative > 0 {
		errs = append(errs, b.StartAuthorities(), b.SOAResource(head, dnsmessage.SOAResource{NS: q.Name, MBox: q.Name, MinTTL: e.Negative, Serial: 1}))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return b.Finish()
}
