package redistest

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
)

// masters of a Cluster: the fewest that Redis calls one.
const masters = 3

// slots of every Redis Cluster.
const slots = 16384

// Cluster is three masters that share the slots.
type Cluster struct {
	t     testing.TB
	Nodes []*Server
}

// StartCluster runs a Cluster and waits until all nodes call it whole.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	for i := range masters {
		bus := 0
		dir := t.TempDir()
		node := start(t, dir, func(port int) []string {
			bus = freePort(t)
			return common(dir, port, []string{
				"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "30000",
				"--cluster-port", fmt.Sprint(bus),
			})
		})
		node.Do("CLUSTER", "ADDSLOTSRANGE", i*slots/masters, (i+1)*slots/masters-1)
		if i > 0 {
			_, port, _ := net.SplitHostPort(node.Addr())
			c.Nodes[0].Do("CLUSTER", "MEET", "127.0.0.1", port, fmt.Sprint(bus))
		}
		c.Nodes = append(c.Nodes, node)
	}
	c.AwaitWhole()
	return c
}

// AwaitWhole waits until all nodes say that every slot is served.
func (c *Cluster) AwaitWhole() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	if !eventually(ctx, c.whole) {
		c.t.Fatalf("the Cluster does not come together: %v", c.Nodes[0].Do("CLUSTER", "INFO"))
	}
}

func (c *Cluster) whole() bool {
	for _, node := range c.Nodes {
		info := fmt.Sprint(node.Do("CLUSTER", "INFO"))
		if !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d", masters)) {
			return false
		}
	}
	return true
}

// URL is the redis+cluster:// address with all nodes.
func (c *Cluster) URL() string {
	addrs := make([]string, 0, len(c.Nodes))
	for _, node := range c.Nodes {
		addrs = append(addrs, node.Addr())
	}
	return "redis+cluster://" + strings.Join(addrs, ",")
}

// Flush deletes everything on all nodes.
func (c *Cluster) Flush() {
	c.t.Helper()
	for _, node := range c.Nodes {
		node.Flush()
	}
}
