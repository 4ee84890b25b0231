package redistest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// The bounds of waiting for a server.
const (
	startWithin = 20 * time.Second
	startTries  = 5 // ports that turned out to be taken
	askEvery    = 20 * time.Millisecond
	answerIn    = 5 * time.Second
)

// Server is one redis-server process.
type Server struct {
	t      testing.TB
	dir    string
	args   []string
	port   int
	cmd    *exec.Cmd
	exited chan struct{}
	stderr *bytes.Buffer
	paused bool
}

// Start runs a server alone. args are more of redis-server's, such as "--requirepass", "…".
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	dir := t.TempDir()
	return start(t, dir, func(port int) []string { return common(dir, port, args) })
}

// start runs a server in dir, with all the arguments that belong to its port.
func start(t testing.TB, dir string, args func(port int) []string) *Server {
	t.Helper()
	var err error
	for range startTries {
		port := freePort(t)
		s := &Server{t: t, dir: dir, port: port, args: args(port)}
		if err = s.launch(); err == nil {
			t.Cleanup(s.Kill)
			return s
		}
	}
	t.Fatalf("redis-server does not start: %v", err)
	return nil
}

func common(dir string, port int, more []string) []string {
	return append([]string{
		"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no",
		"--daemonize", "no", "--maxmemory-policy", "noeviction", "--logfile", filepath.Join(dir, "log"),
	}, more...)
}

// freePort asks the system for a port that nobody uses now.
func freePort(t testing.TB) int {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it was only asked for its port
	return l.Addr().(*net.TCPAddr).Port
}

// launch starts the process and waits until it answers. Where that fails it leaves no process.
func (s *Server) launch() error {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return fmt.Errorf("redis-server 7.0 or newer is needed on the PATH: %w", err)
	}
	cmd := exec.Command(program, s.args...) //nolint:noctx // it outlives the call; Kill ends it
	s.stderr = new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr, cmd.Dir = s.stderr, s.stderr, s.dir
	cmd.SysProcAttr = diesWithParent()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start redis-server: %w", err)
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = cmd.Wait() // killed: that is how it ends
	}()
	s.cmd, s.exited, s.paused = cmd, exited, false
	if err := s.answers(); err != nil {
		s.Kill()
		return err
	}
	return nil
}

// answers waits for the first PONG.
func (s *Server) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	client := s.client("")
	defer client.Close() //nolint:errcheck // what it did is known
	var err error
	waited := eventually(ctx, func() bool {
		select {
		case <-s.exited:
			return true
		default:
		}
		if err = s.listens(ctx); err != nil {
			return false
		}
		if err = client.Ping(ctx).Err(); redis.HasErrorPrefix(err, "NOAUTH") {
			err = nil
		}
		return err == nil
	})
	select {
	case <-s.exited:
		return fmt.Errorf("redis-server ended: %s%s", s.stderr.String(), s.logTail())
	default:
	}
	if !waited {
		return fmt.Errorf("redis-server does not answer: %w", err)
	}
	return nil
}

// listens says whether its port takes connections. The client would wait a second after the first refusal, and log it.
func (s *Server) listens(ctx context.Context) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.Addr())
	if err != nil {
		return err
	}
	return conn.Close()
}

// logTail is the end of the server's log.
func (s *Server) logTail() string {
	log, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return ""
	}
	return string(log[max(0, len(log)-2000):])
}

// eventually asks again and again until done says so, and says whether it did before ctx ended.
func eventually(ctx context.Context, done func() bool) bool {
	ticker := time.NewTicker(askEvery)
	defer ticker.Stop()
	for {
		if done() {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
}

// Addr is host:port.
func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL is the redis:// address of database 0, without credentials.
func (s *Server) URL() string { return "redis://" + s.Addr() + "/0" }

// PID is the process id, 0 when it does not run.
func (s *Server) PID() int {
	if s.cmd == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// client is a connection for this package's own questions. Callers close it.
func (s *Server) client(password string) *redis.Client {
	return redis.NewClient(&redis.Options{
		Addr: s.Addr(), Password: password, Protocol: 2, MaxRetries: -1, PoolSize: 1, PipelinePoolSize: -1,
		DialTimeout: time.Second, DialerRetries: 1, ReadTimeout: answerIn, ContextTimeoutEnabled: true, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
}

// Do sends one command, for instance Do("CONFIG", "SET", "maxmemory", "1mb"), and returns its answer.
func (s *Server) Do(args ...any) any {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), answerIn)
	defer cancel()
	client := s.client("")
	defer client.Close() //nolint:errcheck // what it did is known
	answer, err := client.Do(ctx, args...).Result()
	if err != nil {
		s.t.Fatalf("redis-server at %s: %v: %v", s.Addr(), args, err)
	}
	return answer
}

// Pause stops the process where it is: connections stay open, nothing is answered.
func (s *Server) Pause() {
	s.t.Helper()
	s.signal(syscall.SIGSTOP)
	s.paused = true
}

// Resume lets a paused process go on: what was sent to it in the meantime is carried out.
func (s *Server) Resume() {
	s.t.Helper()
	s.signal(syscall.SIGCONT)
	s.paused = false
}

func (s *Server) signal(sig os.Signal) {
	s.t.Helper()
	if s.cmd == nil {
		s.t.Fatal("redis-server does not run")
	}
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("signal redis-server: %v", err)
	}
}

// Kill ends the process at once, as a crash would. It may be called again.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill() // it may have ended by itself
	<-s.exited
	s.cmd = nil
}

// Restart runs the server anew on its port. What it held is lost.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	if err := s.launch(); err != nil {
		s.t.Fatal(err)
	}
}

// Flush deletes everything, as an operator's slip would.
func (s *Server) Flush() {
	s.t.Helper()
	s.Do("FLUSHALL")
}

// LimitMemory lets the server refuse writes from bytes on (0: no limit). 1 makes it refuse all.
func (s *Server) LimitMemory(bytes int64) {
	s.t.Helper()
	s.Do("CONFIG", "SET", "maxmemory", bytes)
}
