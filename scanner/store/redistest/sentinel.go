package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// MasterName is how the sentinels call what they watch.
const MasterName = "meetleaks-test"

// sentinels: two of the three must agree.
const sentinels, quorum = 3, 2

// Sentinel is a master, its replica, and the sentinels that watch them.
type Sentinel struct {
	t        testing.TB
	Master   *Server // at the start; [Sentinel.FailOver] exchanges them
	Replica  *Server
	Watchers []*Server
}

// StartSentinel runs them and waits until the sentinels know each other and the replica.
func StartSentinel(t testing.TB) *Sentinel {
	t.Helper()
	s := &Sentinel{t: t, Master: Start(t, "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1")}
	_, port, _ := net.SplitHostPort(s.Master.Addr())
	s.Replica = Start(t, "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1", "--replicaof", "127.0.0.1 "+port)
	s.await("the replica follows", func() bool { return s.replicates(s.Replica) })
	for range sentinels {
		s.Watchers = append(s.Watchers, s.watcher(port))
	}
	s.await("the sentinels know each other", s.acquainted)
	return s
}

// watcher runs one sentinel. It writes into its configuration file, so each has its own.
func (s *Sentinel) watcher(masterPort string) *Server {
	s.t.Helper()
	dir := s.t.TempDir()
	return start(s.t, dir, func(port int) []string {
		file := filepath.Join(dir, fmt.Sprintf("sentinel-%d.conf", port))
		lines := []string{
			fmt.Sprintf("port %d", port), "bind 127.0.0.1", "dir " + dir, "logfile " + filepath.Join(dir, "log"),
			fmt.Sprintf("sentinel monitor %s 127.0.0.1 %s %d", MasterName, masterPort, quorum),
			"sentinel down-after-milliseconds " + MasterName + " 1000",
			"sentinel failover-timeout " + MasterName + " 5000",
		}
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			s.t.Fatal(err)
		}
		return []string{file, "--sentinel"}
	})
}

// replicates says whether a server follows its master and has all of it.
func (s *Sentinel) replicates(server *Server) bool {
	info := fmt.Sprint(server.Do("INFO", "replication"))
	return strings.Contains(info, "role:slave") && strings.Contains(info, "master_link_status:up") &&
		strings.Contains(info, "master_sync_in_progress:0")
}

// acquainted says whether every sentinel knows the others and a replica.
func (s *Sentinel) acquainted() bool {
	for _, w := range s.Watchers {
		info := fmt.Sprint(w.Do("INFO", "sentinel"))
		if !strings.Contains(info, fmt.Sprintf("status=ok,address=%s,slaves=1,sentinels=%d", s.Master.Addr(), sentinels)) {
			return false
		}
	}
	return true
}

// await waits until done, at most a minute: what waits here is Sentinel's own timeouts.
func (s *Sentinel) await(what string, done func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if !eventually(ctx, done) {
		s.t.Fatalf("this does not come about: %s", what)
	}
}

// URL is the redis+sentinel:// address.
func (s *Sentinel) URL() string {
	addrs := make([]string, 0, len(s.Watchers))
	for _, w := range s.Watchers {
		addrs = append(addrs, w.Addr())
	}
	return "redis+sentinel://" + strings.Join(addrs, ",") + "/" + MasterName + "/0"
}

// AwaitReplicated waits until the replica has everything that the master has acknowledged.
func (s *Sentinel) AwaitReplicated() {
	s.t.Helper()
	s.await("the replica has caught up", func() bool {
		return offset(s.Master, "master_repl_offset:") == offset(s.Replica, "slave_repl_offset:")
	})
}

// offset reads one figure of INFO replication.
func offset(server *Server, name string) string {
	for line := range strings.Lines(fmt.Sprint(server.Do("INFO", "replication"))) {
		if value, found := strings.CutPrefix(line, name); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// FailOver kills the master and waits until the sentinels have made the replica the master: it is s.Master then, and the old
// one, which does not run, is s.Replica.
func (s *Sentinel) FailOver() {
	s.t.Helper()
	s.Master.Kill()
	s.await("the replica is promoted", func() bool {
		for _, w := range s.Watchers {
			answer, ok := w.Do("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MasterName).([]any)
			if !ok || len(answer) != 2 || net.JoinHostPort(fmt.Sprint(answer[0]), fmt.Sprint(answer[1])) != s.Replica.Addr() {
				return false
			}
		}
		return strings.Contains(fmt.Sprint(s.Replica.Do("INFO", "replication")), "role:master")
	})
	s.Master, s.Replica = s.Replica, s.Master
}
