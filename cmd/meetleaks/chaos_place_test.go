//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"

	"meetleaks/scanner/store/redistest"
)

// chaosPlace is where a deployment keeps what it knows.
type chaosPlace struct {
	name     string
	address  string // "": SQLite in the deployment's folder
	servers  []*redistest.Server
	sentinel *redistest.Sentinel
	cluster  *redistest.Cluster
}

func (p *chaosPlace) url(folder string) string {
	if p.address == "" {
		return "sqlite:" + filepath.Join(folder, "state", "meetleaks.db")
	}
	return p.address
}

func placeFor(t *testing.T, name string) *chaosPlace {
	t.Helper()
	p := &chaosPlace{name: name}
	switch name {
	case "redis":
		server := redistest.Start(t, "--appendonly", "yes", "--appendfsync", "always", "--aof-use-rdb-preamble", "no")
		p.address, p.servers = server.URL(), []*redistest.Server{server}
	case "sentinel":
		p.sentinel = redistest.StartSentinel(t)
		p.address, p.servers = p.sentinel.URL(), []*redistest.Server{p.sentinel.Master, p.sentinel.Replica}
		p.keepLog()
	case "cluster":
		p.cluster = redistest.StartCluster(t)
		p.address, p.servers = p.cluster.URL(), p.cluster.Nodes
		p.keepLog()
	}
	return p
}

// keepLog lets servers write down each command, for the search for secrets.
func (p *chaosPlace) keepLog() {
	for _, s := range p.servers {
		s.Do("CONFIG", "SET", "aof-use-rdb-preamble", "no")
		s.Do("CONFIG", "SET", "appendonly", "yes")
	}
}

// folders are where its bytes lie. Servers must run.
func (p *chaosPlace) folders(folder string) []string {
	if p.address == "" {
		return []string{filepath.Join(folder, "state")}
	}
	var folders []string
	for _, s := range p.servers {
		if s.PID() == 0 {
			continue
		}
		if answer, ok := s.Do("CONFIG", "GET", "dir").([]any); ok && len(answer) == 2 {
			if dir, ok := answer[1].(string); ok {
				folders = append(folders, dir)
			}
		}
	}
	return folders
}

// bytesIn is everything in the files of folders, by name.
func bytesIn(t *testing.T, folders []string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(name string, entry os.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			all[name], err = os.ReadFile(name)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	return all
}
