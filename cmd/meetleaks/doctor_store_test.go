package main

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/redistest"
	"meetleaks/scanner/store/sqlitestore"
)

// keyOf is a ring of one master key, and the key's text.
func keyOf(t *testing.T, letter byte) (*scanner.Keyring, string) {
	t.Helper()
	raw := append(bytes.Repeat([]byte{letter}, scanner.MasterBytes-1), 7)
	master, err := scanner.NewMaster(raw)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := scanner.NewKeyring(raw, master)
	if err != nil {
		t.Fatal(err)
	}
	return ring, base64.StdEncoding.EncodeToString(raw)
}

// addOrganisation gives an organisation a data key, as serve does.
func addOrganisation(t *testing.T, store scanner.Store, ring *scanner.Keyring, org string) {
	t.Helper()
	_, wrapped, err := ring.NewDataKey(org)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.AddOrgKey(t.Context(), org, wrapped); err != nil {
		t.Fatal(err)
	}
}

// makeSQLite makes a store with one organisation and its master key.
func makeSQLite(t *testing.T, p *patient) (path string) {
	t.Helper()
	path = filepath.Join(p.folder, "data", "m.db")
	store, err := sqlitestore.Open(t.Context(), sqlitestore.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	ring, text := keyOf(t, 'a')
	addOrganisation(t, store, ring, "acme")
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	p.file(t, "data/master.key", text)
	return path
}

const sqliteConfig = `
store: sqlite:data/m.db
console: {listen: "127.0.0.1:0"}
alerts: {mode: observe}
organisations: [{name: acme, domains: [acme.example], fallback: {slack_channel: C0SECOPS}}]
`

// contents are modes and sums of all files in a folder.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		out[entry.Name()] = fmt.Sprintf("%s %x", info.Mode(), sha256.Sum256(content))
	}
	return out
}

// pragma changes the file behind the store's back.
func pragma(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// TestEmbeddedStores breaks a store in each way that doctor knows. It must not change any.
func TestEmbeddedStores(t *testing.T) {
	for _, c := range []struct {
		name  string
		harm  func(t *testing.T, path string)
		check string
		want  checkStatus
		words []string
	}{
		{"whole", func(*testing.T, string) {}, "data keys", statusFine, []string{"1 key opened"}},
		{"whole, alerts", func(*testing.T, string) {}, "alerts", statusFine, []string{"0 alerts due"}},
		{"whole, schema", func(*testing.T, string) {}, "store schema", statusFine, []string{"the newest"}},
		{"others may read", func(t *testing.T, path string) { chmod(t, path, 0o644) }, "store file", statusFailure, []string{"0644", "chmod 600"}},
		{"newer", func(t *testing.T, path string) { pragma(t, path, "PRAGMA user_version = 99") }, "store schema", statusFailure, []string{"99", "restore a backup"}},
		{"older", func(t *testing.T, path string) { pragma(t, path, "PRAGMA user_version = 0") }, "store schema", statusFine, []string{"serve takes it"}},
		{"no store at all", func(t *testing.T, path string) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("planted "), 1000), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "store", statusFailure, []string{"cannot be read", "restore a backup"}},
		{"damaged", damage, "store integrity", statusFailure, []string{"damaged", "restore a backup"}},
		{"the key is lost", func(t *testing.T, path string) {
			if err := os.Remove(filepath.Join(filepath.Dir(path), "master.key")); err != nil {
				t.Fatal(err)
			}
		}, "master key", statusFailure, []string{"is not there, but the store is", "backup"}},
		{"others may read the key", func(t *testing.T, path string) { chmod(t, filepath.Join(filepath.Dir(path), "master.key"), 0o604) },
			"master key", statusFailure, []string{"others can read", "chmod 600"}},
		{"another key", func(t *testing.T, path string) {
			_, text := keyOf(t, 'b')
			if err := os.WriteFile(filepath.Join(filepath.Dir(path), "master.key"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "data key", statusFailure, []string{"acme", "another master key", "further line"}},
		{"no key but words", func(t *testing.T, path string) {
			if err := os.WriteFile(filepath.Join(filepath.Dir(path), "master.key"), []byte("planted words"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "master key", statusFailure, []string{"32 random bytes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPatient(t)
			if err := os.Mkdir(filepath.Join(p.folder, "data"), 0o700); err != nil {
				t.Fatal(err)
			}
			path := makeSQLite(t, p)
			c.harm(t, path)
			before := contents(t, filepath.Dir(path))
			r, code, printed := p.look(t, sqliteConfig)
			r.wants(t, c.check, c.want, c.words...)
			if (code == exitIncomplete) != (c.want == statusFailure) || strings.Contains(printed, "planted") {
				t.Errorf("exit code %d: %s", code, printed)
			}
			if after := contents(t, filepath.Dir(path)); !maps.Equal(before, after) {
				t.Errorf("doctor changed the store: %v\nbecame %v", before, after)
			}
		})
	}
}

// damage overwrites the middle of the file.
func damage(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 3 * 4096; i < 6*4096 && i < len(content); i++ {
		content[i] = 0xa5
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAnEmbeddedStoreInUse looks at a store while serve has it open, and sees what is only in its log of writes yet.
func TestAnEmbeddedStoreInUse(t *testing.T) {
	p := newPatient(t)
	if err := os.Mkdir(filepath.Join(p.folder, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	path := makeSQLite(t, p)
	store, err := sqlitestore.Open(t.Context(), sqlitestore.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ring, _ := keyOf(t, 'a')
	addOrganisation(t, store, ring, "globex")
	record(t, store, "deaf", `{"blind":"robots.txt says no","since":"2026-11-20T10:00:00Z","fails":3}`)
	record(t, store, "hearing", `{"passed":"2026-11-20T10:00:00Z"}`)
	r, _, printed := p.look(t, sqliteConfig+`
fetch: {allow: ["127.0.0.1:1"]}
sources:
  - {name: deaf, kind: web, start: ["http://127.0.0.1:1/"], every: 1h}
  - {name: hearing, kind: web, start: ["http://127.0.0.1:1/"], every: 1h}
`)
	r.wants(t, "data keys", statusFine, "2 keys opened")
	r.wants(t, "store integrity", statusFine)
	r.wants(t, "source's record", statusWarning, "deaf", "is blind: robots.txt says no, since 2026-11-20", "log of serve")
	r.wants(t, "source's record", statusFine, "hearing", "2026-11-20")
	_, code, _ := p.look(t, sqliteConfig)
	if code != exitFine {
		t.Errorf("exit code %d: %s", code, printed)
	}
}

// record writes what the store knows of a source.
func record(t *testing.T, store scanner.Store, source, state string) {
	t.Helper()
	lease, err := store.Acquire(t.Context(), scanner.LeaseOfSource(source), "test", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.SaveCursor(t.Context(), lease, scanner.Cursor{Value: []byte(state), Next: time.Now().Add(30 * time.Minute)}); err != nil {
		t.Fatal(err)
	}
}

func redisConfig(p *patient, t *testing.T, address string) string {
	t.Helper()
	_, text := keyOf(t, 'a')
	p.file(t, "master.key", text)
	p.file(t, "store", address)
	return `
store_file: store
keys: {master_file: master.key}
console: {listen: "127.0.0.1:0"}
alerts: {mode: observe}
organisations: [{name: acme, domains: [acme.example]}]
sources: [{name: own-site, kind: web, start: ["http://127.0.0.1:1/"], every: 1h}]
fetch: {allow: ["127.0.0.1:1"], contact: "https://acme.example/bot"}
`
}

func TestARedisStore(t *testing.T) {
	p := newPatient(t)
	server := redistest.Start(t)
	yaml := redisConfig(p, t, server.URL())
	r, _, printed := p.look(t, yaml)
	r.wants(t, "store", statusFine, "not made yet")
	r.wants(t, "store version", statusFine, "Redis ")
	r.wants(t, "store eviction", statusFine, "noeviction")
	r.wants(t, "store persistence", statusWarning, "none", "appendonly yes")
	r.wants(t, "store replication", statusFine, "no replica")
	r.wants(t, "store sets", statusFine, "512")
	r.wants(t, "queue", statusFine)
	r.wants(t, "clock", statusFine, server.Addr())
	r.wants(t, "data keys", statusUnchecked, "no store yet")
	if n := server.Do("DBSIZE"); n != int64(0) {
		t.Fatalf("doctor wrote %v keys: %s", n, printed)
	}

	address, err := redisstore.ParseAddress(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	store, err := redisstore.Open(t.Context(), redisstore.Options{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ring, _ := keyOf(t, 'a')
	addOrganisation(t, store, ring, "acme")
	stranger, _ := keyOf(t, 'b')
	addOrganisation(t, store, stranger, "globex")
	for _, setting := range [][]any{
		{"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"}, {"CONFIG", "SET", "set-max-intset-entries", "64"},
		{"CONFIG", "SET", "appendonly", "yes"}, {"LPUSH", queueActive, "own-site@0"},
	} {
		server.Do(setting...)
	}
	p.shift = 90 * time.Second
	r, _, _ = p.look(t, yaml)
	r.wants(t, "store", statusFine, "answers")
	r.wants(t, "store eviction", statusFailure, "allkeys-lru", "CONFIG SET maxmemory-policy noeviction")
	r.wants(t, "store sets", statusWarning, "64", "CONFIG SET set-max-intset-entries 512")
	r.wants(t, "store persistence", statusFine, "appendonly")
	r.wants(t, "queue", statusWarning, "1 task", "role read")
	r.wants(t, "clock", statusWarning, "ahead of theirs", "NTP")
	r.wants(t, "data keys", statusFine, "1 key opened")
	r.wants(t, "data key", statusFailure, "globex", "another master key")
	r.wants(t, "source's record", statusUnchecked, "own-site", "not read yet")

	server.Do("ZADD", queueLease, time.Now().Add(3*time.Minute).Unix(), "own-site@0")
	server.Do("DEL", "meetleaks:{3}:epoch")
	p.shift = -time.Hour
	r, _, _ = p.look(t, yaml)
	r.wants(t, "queue", statusFine, "1 pass is under way")
	r.wants(t, "store", statusFailure, "1 of its 16 parts", "alerts again")
	r.wants(t, "clock", statusFailure, "behind theirs")
	if n := server.Do("EXISTS", "meetleaks:{3}:epoch"); n != int64(0) {
		t.Error("doctor began the lost part anew")
	}
}

func TestARedisThatDoesNotLetUsIn(t *testing.T) {
	p := newPatient(t)
	server := redistest.Start(t, "--requirepass", "right")
	r, code, printed := p.look(t, redisConfig(p, t, "redis://:hunter2planted@"+server.Addr()+"/0"))
	r.wants(t, "store", statusFailure, "does not answer", "user and password")
	if code != exitIncomplete || strings.Contains(printed, "hunter2planted") {
		t.Errorf("exit code %d: %s", code, printed)
	}
}

func TestARedisThatHangsDoesNotHoldDoctor(t *testing.T) {
	p := newPatient(t)
	server := redistest.Start(t)
	server.Pause()
	defer server.Resume()
	began := time.Now()
	r, _, _ := p.look(t, redisConfig(p, t, server.URL()))
	r.wants(t, "store", statusFailure, "does not answer", "start Redis")
	if took := time.Since(began); took > 2*stepBound+2*stepGrace {
		t.Errorf("took %v", took)
	}
}

func TestAWatchedPair(t *testing.T) {
	p := newPatient(t)
	pair := redistest.StartSentinel(t)
	r, _, _ := p.look(t, redisConfig(p, t, pair.URL()))
	r.wants(t, "store replication", statusWarning, "1 replica", "min-replicas-to-write 1")
	r.wants(t, "store", statusFine, "not made yet")
	pair.Master.Do("CONFIG", "SET", "min-replicas-to-write", "1")
	r, _, _ = p.look(t, redisConfig(p, t, pair.URL()))
	r.wants(t, "store replication", statusFine, "min-replicas-to-write 1")
	r, _, _ = p.look(t, redisConfig(p, t, pair.Replica.URL()))
	r.wants(t, "store version", statusFailure, "replica", "name the master")
}

func TestACluster(t *testing.T) {
	p := newPatient(t)
	cluster := redistest.StartCluster(t)
	r, _, _ := p.look(t, redisConfig(p, t, cluster.URL()))
	for _, node := range cluster.Nodes {
		r.wants(t, "store version", statusFine, node.Addr())
		r.wants(t, "store replication", statusWarning, node.Addr(), "no replica")
	}
	r.wants(t, "store", statusFine, "not made yet")
}

// TestWhatServersSay judges what a server may say that is hard to bring about.
func TestWhatServersSay(t *testing.T) {
	good := redisServer{
		addr: "127.0.0.1:6379",
		info: map[string]string{
			"redis_version": "7.0.15", "role": "master", "maxmemory_policy": "noeviction", "used_memory": "1000000", "maxmemory": "100000000",
			"aof_enabled": "1", "aof_last_write_status": "ok", "rdb_last_bgsave_status": "ok", "connected_slaves": "0",
		},
		settings: map[string]string{"save": "", "appendfsync": "everysec", "min-replicas-to-write": "0", "set-max-intset-entries": "512"},
	}
	for _, c := range []struct {
		name, field, value string
		check              string
		want               checkStatus
		words              []string
	}{
		{"too old", "redis_version", "6.2.14", "store version", statusFailure, []string{"6.2.14", "7.0"}},
		{"no version", "redis_version", "", "store version", statusUnchecked, nil},
		{"newer", "redis_version", "8.2.1", "store version", statusFine, nil},
		{"nearly full", "used_memory", "80000000", "store memory", statusWarning, []string{"80 %", "maxmemory"}},
		{"full", "used_memory", "99000000", "store memory", statusFailure, []string{"refused", "raise maxmemory"}},
		{"no memory told", "used_memory", "many", "store memory", statusUnchecked, nil},
		{"disk full", "aof_last_write_status", "err", "store persistence", statusFailure, []string{"disk"}},
		{"no snapshot", "rdb_last_bgsave_status", "err", "store persistence", statusFailure, []string{"disk"}},
		{"no policy", "maxmemory_policy", "", "store eviction", statusUnchecked, nil},
		{"volatile", "maxmemory_policy", "volatile-ttl", "store eviction", statusFailure, []string{"volatile-ttl", "noeviction"}},
		{"replicated", "connected_slaves", "2", "store replication", statusWarning, []string{"2 replicas", "min-replicas-to-write 1"}},
	} {
		bad := good
		bad.info = maps.Clone(good.info)
		bad.info[c.field] = c.value
		doctorReport{Checks: bad.judge(false)}.wants(t, c.check, c.want, c.words...)
	}
	closed := good
	closed.settings = nil
	r := doctorReport{Checks: closed.judge(true)}
	r.wants(t, "store sets", statusUnchecked, "CONFIG")
	r.wants(t, "store replication", statusWarning, "no replica")
	snapshots := good
	snapshots.info = maps.Clone(good.info)
	snapshots.info["aof_enabled"] = "0"
	snapshots.settings = maps.Clone(good.settings)
	snapshots.settings["save"] = "3600 1"
	doctorReport{Checks: snapshots.judge(false)}.wants(t, "store persistence", statusWarning, "3600 1", "appendonly yes")
	for _, seen := range good.judge(false) {
		if seen.Status != statusFine {
			t.Errorf("%+v", seen)
		}
	}
}
