package claims

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"meetleaks/scanner"
)

// The bounds of asking.
const (
	MaxResolvers   = scanner.MaxClaimSeen
	defaultTimeout = 6 * time.Second // for one name at one resolver
	udpTries       = 2
	maxPackets     = 64 // of one try that may come and be none of ours
)

// ResolverOptions say who is asked.
type ResolverOptions struct {
	Addresses []string      // host:port, 1 to MaxResolvers; hosts are addresses or names
	Quorum    int           // of them must have seen a record; 0: more than half
	Timeout   time.Duration // for one name at one resolver; 0: 6 s. UDP gets two thirds of it
}

// Resolvers are asked directly: each for itself, without any cache between. Safe for concurrent use.
type Resolvers struct {
	addresses []string
	quorum    int
	timeout   time.Duration
}

// NewResolvers checks the options. It asks nobody.
func NewResolvers(o ResolverOptions) (*Resolvers, error) {
	if len(o.Addresses) == 0 || len(o.Addresses) > MaxResolvers {
		return nil, fmt.Errorf("%d resolvers: want 1 to %d", len(o.Addresses), MaxResolvers)
	}
	seen := map[string]bool{}
	for _, address := range o.Addresses {
		if _, _, err := net.SplitHostPort(address); err != nil {
			return nil, fmt.Errorf("resolver %s: want host:port, as in 192.0.2.53:53", shown(address))
		}
		if seen[address] {
			return nil, fmt.Errorf("resolver %s is given twice: it would count twice", shown(address))
		}
		seen[address] = true
	}
	r := &Resolvers{addresses: o.Addresses, quorum: o.Quorum, timeout: o.Timeout}
	if r.quorum == 0 {
		r.quorum = len(r.addresses)/2 + 1
	}
	if r.quorum < 0 || r.quorum > len(r.addresses) {
		return nil, fmt.Errorf("a quorum of %d among %d resolvers", o.Quorum, len(o.Addresses))
	}
	if r.timeout <= 0 {
		r.timeout = defaultTimeout
	}
	return r, nil
}

// SystemResolvers are those of a resolv.conf, in its order, at most MaxResolvers; those of this machine when it names none, as the
// system's own library has it. What follows the first 64 KiB does not count.
func SystemResolvers(file io.Reader) []string {
	content, _ := io.ReadAll(io.LimitReader(file, 64<<10)) // what could be read counts
	var list []string
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "nameserver" || len(list) == MaxResolvers {
			continue
		}
		address := net.JoinHostPort(fields[1], "53")
		host, _, _ := strings.Cut(fields[1], "%") // a zone
		if net.ParseIP(host) != nil && !contains(list, address) {
			list = append(list, address)
		}
	}
	if len(list) == 0 {
		list = []string{"127.0.0.1:53"}
	}
	return list
}

func contains(list []string, text string) bool {
	for _, have := range list {
		if have == text {
			return true
		}
	}
	return false
}

// Texts asks all resolvers at once for the TXT records of a name. Answers stand in the order of [ResolverOptions].Addresses. It ends within the timeout.
func (r *Resolvers) Texts(ctx context.Context, name string) []Answer {
	answers := make([]Answer, len(r.addresses))
	var asked sync.WaitGroup
	for i, address := range r.addresses {
		asked.Go(func() {
			a, err := r.ask(ctx, address, name)
			if err != nil {
				a = Answer{Status: StatusFailed, Err: err}
			}
			a.Resolver = address
			answers[i] = a
		})
	}
	asked.Wait()
	return answers
}

// ask asks one resolver: over UDP, and over TCP when its answer does not fit or none came.
func (r *Resolvers) ask(ctx context.Context, address, name string) (Answer, error) {
	asked, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return Answer{}, errors.New("the name is too long")
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	edns := true
	for range udpTries {
		a, err := r.exchange(ctx, "udp", address, asked, edns, r.timeout/(udpTries+1))
		switch {
		case errors.Is(err, errNoEDNS) && edns:
			edns = false
			continue
		case errors.Is(err, errTruncated):
			return r.overTCP(ctx, address, asked, edns)
		case isTimeout(err) && ctx.Err() == nil:
			continue
		}
		return a, plainly(err)
	}
	return r.overTCP(ctx, address, asked, edns)
}

func (r *Resolvers) overTCP(ctx context.Context, address string, name dnsmessage.Name, edns bool) (Answer, error) {
	a, err := r.exchange(ctx, "tcp", address, name, edns, r.timeout)
	return a, plainly(err)
}

// exchange is one question and its answer.
func (r *Resolvers) exchange(ctx context.Context, network, address string, name dnsmessage.Name, edns bool, limit time.Duration) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var id [2]byte
	_, _ = rand.Read(id[:]) // never fails
	number := binary.BigEndian.Uint16(id[:])
	message, err := question(number, name, edns)
	if err != nil {
		return Answer{}, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return Answer{}, err
	}
	defer conn.Close()                                                               //nolint:errcheck // what came was read
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // wakes up whoever reads
	defer stop()
	if network == "tcp" {
		return overStream(conn, message, number, name)
	}
	return overPackets(conn, message, number, name)
}

// overPackets sends a packet and waits for the one that answers it: what is forged, late or broken is passed over, 64 of them at most.
func overPackets(conn net.Conn, message []byte, id uint16, name dnsmessage.Name) (Answer, error) {
	if _, err := conn.Write(message); err != nil {
		return Answer{}, err
	}
	packet := make([]byte, maxMessage)
	for range maxPackets {
		n, err := conn.Read(packet)
		if err != nil {
			return Answer{}, err
		}
		a, err := readAnswer(packet[:n], id, name)
		if errors.Is(err, errNotOurs) || errors.Is(err, errBroken) {
			continue
		}
		return a, err
	}
	return Answer{}, errors.New("too many forged answers came")
}

// overStream is the same with the length in front of each message (RFC 1035, 4.2.2).
func overStream(conn net.Conn, message []byte, id uint16, name dnsmessage.Name) (Answer, error) {
	framed := binary.BigEndian.AppendUint16(nil, uint16(len(message))) //nolint:gosec // a question is short
	if _, err := conn.Write(append(framed, message...)); err != nil {
		return Answer{}, err
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return Answer{}, err
	}
	answer := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return Answer{}, err
	}
	return readAnswer(answer, id, name)
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// plainly says in words what went wrong.
func plainly(err error) error {
	var op *net.OpError
	switch {
	case err == nil:
		return nil
	case isTimeout(err):
		return errors.New("no answer in time")
	case errors.Is(err, errNoEDNS):
		return errors.New("it does not understand the question")
	case errors.Is(err, errTruncated):
		return errors.New("its answer is cut short even over TCP")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it hung up in the middle of its answer")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nothing listens there")
	case errors.As(err, &op):
		return errors.New(shown(op.Err.Error()) + " (" + op.Op + " " + op.Net + ")")
	}
	return err
}

// nameOf is a resolver as it is named to people: the port is shown only where it is not DNS's own.
func nameOf(address string) string {
	host, port, err := net.SplitHostPort(address)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || n != 53 {
		return address
	}
	return host
}
