package redisstore_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/storetest"
)

func TestDumpsSingle(t *testing.T)   { runDumps(t, alone(t)) }
func TestDumpsCluster(t *testing.T)  { runDumps(t, clustered(t)) }
func TestDumpsSentinel(t *testing.T) { runDumps(t, watched(t)) }

func runDumps(t *testing.T, d deployment) {
	var n atomic.Int64
	storetest.RunDump(t, func(t *testing.T, clock *storetest.Clock) scanner.Store {
		s, err := open(t.Context(), fmt.Sprintf("%s dump-%d", d.url, n.Add(1)), redisstore.Options{Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
