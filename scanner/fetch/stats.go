package fetch

import (
	"maps"
	"sync"
	"sync/atomic"
)

// MaxStatsHosts bounds the hosts that Stats tells apart; what goes to others is counted together.
const MaxStatsHosts = 10_000

// Stats is what a Client did since it was made.
type Stats struct {
	Hosts       map[string]HostStats // by host, with its port where that is unusual
	OtherHosts  HostStats            // beyond MaxStatsHosts
	Requests    int64                // sent, each hop counted; robots.txt too
	Wire        int64                // bytes received by all connections, with headers and TLS
	NotModified int64                // answers 304
	Saved       int64                // bytes that those did not send, as far as the Validators knew their Length
	Truncated   int64                // bodies that were cut
	Refusals    map[Class]int64      // what was not read, by class; a failed request counts too
}

// HostStats is what went to one host.
type HostStats struct {
	Requests int64
	Wire     int64 // bytes received, headers included, TLS handshakes not
}

func (h *HostStats) add(requests, wire int64) {
	h.Requests += requests
	h.Wire += wire
}

// counters gathers Stats. It is safe for concurrent use.
type counters struct {
	wire atomic.Int64

	mu    sync.Mutex
	stats Stats
}

func newCounters() *counters {
	return &counters{stats: Stats{Hosts: map[string]HostStats{}, Refusals: map[Class]int64{}}}
}

func (c *counters) snapshot() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Hosts, s.Refusals = maps.Clone(s.Hosts), maps.Clone(s.Refusals)
	s.Wire = c.wire.Load()
	return s
}

func (c *counters) refuse(class Class) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Refusals[class]++
}

func (c *counters) truncated() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Truncated++
}

func (c *counters) notModified(saved int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.NotModified++
	c.stats.Saved += max(saved, 0)
}

// host counts for a host; requests is 1 when one is sent, 0 when its bytes are known.
func (c *counters) host(name string, requests, wire int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Requests += requests
	h, known := c.stats.Hosts[name]
	if !known && len(c.stats.Hosts) >= MaxStatsHosts {
		c.stats.OtherHosts.add(requests, wire)
		return
	}
	h.add(requests, wire)
	c.stats.Hosts[name] = h
}
