package main

import (
	"net"
	"sync/atomic"
	"testing"
)

// TestSourcesOpenTheStoreOnce: one that does not answer is waited for once.
func TestSourcesOpenTheStoreOnce(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var asked atomic.Int64
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			_ = c.Close()
		}
	}()
	file := writeFile(t, "meetleaks.yaml", "store: redis://"+listener.Addr().String()+"/0\nkeys: {master_file: none}\n"+
		"sources:\n  - {name: news, kind: feed, start: [\"https://www.acme.example/news.xml\"]}\n  - {name: bluesky, kind: bluesky}\n")
	code, _, diagnostics := carryOut(t, "", "organisation", "list", "--config", file)
	once := asked.Swap(0)
	if code != exitIncomplete || once == 0 {
		t.Fatalf("exit code %d after %d connections: %s", code, once, diagnostics)
	}
	if code, _, diagnostics := carryOut(t, "", "sources", "--config", file); code != exitIncomplete || asked.Load() != once {
		t.Errorf("exit code %d after %d connections, want %d: %s", code, asked.Load(), once, diagnostics)
	}
}
