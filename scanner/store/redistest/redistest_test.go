package redistest_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"meetleaks/scanner/store/redistest"
)

func TestAServerAnswersPausesAndRestartsEmpty(t *testing.T) {
	s := redistest.Start(t)
	s.Do("SET", "answer", "42")
	s.Pause()
	s.Resume()
	if got := s.Do("GET", "answer"); got != "42" {
		t.Errorf("after a pause GET says %v", got)
	}
	s.Restart()
	if got := s.Do("EXISTS", "answer"); got != int64(0) {
		t.Errorf("after a restart EXISTS says %v", got)
	}
	if got := fmt.Sprint(s.Do("CONFIG", "GET", "bind")); !strings.Contains(got, "127.0.0.1") || strings.Contains(got, "*") {
		t.Errorf("it listens on %s", got)
	}
}

func TestNoServerOutlivesItsTest(t *testing.T) {
	pid := 0
	t.Run("inner", func(t *testing.T) {
		s := redistest.Start(t)
		s.Pause()
		pid = s.PID()
	})
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d still is there: %v", pid, err)
	}
}

func TestAClusterOfThreeMastersComesTogether(t *testing.T) {
	c := redistest.StartCluster(t)
	if len(c.Nodes) != 3 {
		t.Fatalf("%d nodes", len(c.Nodes))
	}
	c.Flush()
}

func TestASentinelPairFailsOver(t *testing.T) {
	s := redistest.StartSentinel(t)
	s.Master.Do("SET", "answer", "42")
	s.AwaitReplicated()
	before := s.Master
	s.FailOver()
	if s.Master == before {
		t.Fatal("the master is the same")
	}
	if got := s.Master.Do("GET", "answer"); got != "42" {
		t.Errorf("after the failover GET says %v", got)
	}
}
