package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner/store/redisstore"
)

// redisServer is what one server says of itself.
type redisServer struct {
	addr     string
	info     map[string]string // of INFO
	settings map[string]string // of CONFIG GET; nil: it is not allowed
	ahead    time.Duration     // our clock before its
	bad      error             // it does not answer
}

// lookAtRedis asks the servers how they are set up, and whether a store is in them. It sends nothing that writes.
func (s *storeLook) lookAtRedis(ctx context.Context, at redisstore.Address) []diagnosis {
	redisstore.QuietLibrary()
	client := at.Client(0)
	s.atEnd(func() { _ = client.Close() })
	servers := s.servers(ctx, client)
	var list []diagnosis
	for _, server := range servers {
		list = append(list, server.judge(s.replicated())...)
	}
	if slices.ContainsFunc(servers, func(r redisServer) bool { return r.bad != nil }) {
		s.why = "the store does not answer"
		return list
	}
	list = append(list, s.history(ctx, client))
	return append(list, lookAtQueue(ctx, client, s.app.now()))
}

// replicated says whether the store is meant to outlive a server.
func (s *storeLook) replicated() bool {
	scheme, _, _ := strings.Cut(s.place.String(), "://")
	return strings.Contains(scheme, "+")
}

// servers asks the one server, that which the sentinels name, or all masters of a Cluster, in the order of their addresses.
func (s *storeLook) servers(ctx context.Context, client redis.UniversalClient) []redisServer {
	cluster, ok := client.(*redis.ClusterClient)
	if !ok {
		return []redisServer{s.server(ctx, s.place.String(), client)}
	}
	var mu sync.Mutex
	var list []redisServer
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
		seen := s.server(ctx, master.Options().Addr, master)
		mu.Lock()
		defer mu.Unlock()
		list = append(list, seen)
		return nil
	})
	if err != nil || len(list) == 0 {
		return []redisServer{{addr: s.place.String(), bad: errors.Join(err, errors.New("no master of the Cluster is known"))}}
	}
	slices.SortFunc(list, func(a, b redisServer) int { return cmp.Compare(a.addr, b.addr) })
	return list
}

// redisSettings are what is asked of CONFIG.
func redisSettings() []string {
	return []string{"save", "appendfsync", "min-replicas-to-write", "set-max-intset-entries"}
}

func (s *storeLook) server(ctx context.Context, addr string, client redis.Cmdable) redisServer {
	r := redisServer{addr: addr}
	asked := s.app.now()
	theirs, err := client.Time(ctx).Result()
	if err != nil {
		r.bad = err
		return r
	}
	answered := s.app.now()
	r.ahead = asked.Add(answered.Sub(asked) / 2).Sub(theirs)
	info, err := client.Info(ctx).Result()
	if err != nil {
		r.bad = err
		return r
	}
	r.info = infoFields(info)
	for _, name := range redisSettings() {
		found, err := client.ConfigGet(ctx, name).Result()
		if err != nil {
			r.settings = nil
			break
		}
		if r.settings == nil {
			r.settings = map[string]string{}
		}
		r.settings[name] = found[name]
	}
	return r
}

// infoFields reads INFO.
func infoFields(text string) map[string]string {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			fields[name] = value
		}
	}
	return fields
}

// judge says what is wrong with a server.
func (r redisServer) judge(replicated bool) []diagnosis {
	if r.bad != nil {
		return []diagnosis{ailing("store", r.addr, redisComplaint(r.bad), redisMend(r.bad))}
	}
	return []diagnosis{
		r.version(), clockAgainst(r.addr, r.ahead), r.eviction(), r.memory(), r.persistence(), r.replication(replicated), r.sets(),
	}
}

// redisComplaint is what went wrong, in a line: the library joins one for each try.
func redisComplaint(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return "does not answer: " + line
}

func redisMend(err error) string {
	switch {
	case redis.HasErrorPrefix(err, "NOAUTH"), redis.HasErrorPrefix(err, "WRONGPASS"), redis.HasErrorPrefix(err, "ERR AUTH"):
		return "give the right user and password in store_file: redis://user:password@host:6379/0"
	case redis.HasErrorPrefix(err, "NOPERM"):
		return "let this user's ACL allow all commands on meetleaks:* and asynq:*, and INFO and TIME"
	case redis.HasErrorPrefix(err, "LOADING"):
		return "wait: Redis still reads its data"
	}
	return "start Redis, and see whether the address is right and a firewall lets this machine through"
}

func (r redisServer) version() diagnosis {
	version := r.info["redis_version"]
	major, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(major)
	switch {
	case err != nil:
		return unexamined("store version", r.addr, "it does not say its version")
	case n < 7:
		return ailing("store version", r.addr, "Redis "+version+" is too old", "install Redis 7.0 or newer")
	case r.info["role"] == "slave":
		return ailing("store version", r.addr, "Redis "+version+", but a replica: nothing can be written", "name the master, or the sentinels: redis+sentinel://host:26379/master")
	}
	return healthy("store version", r.addr, "Redis %s", version)
}

func (r redisServer) eviction() diagnosis {
	policy := r.info["maxmemory_policy"]
	switch policy {
	case "noeviction":
		return healthy("store eviction", r.addr, "noeviction")
	case "":
		return unexamined("store eviction", r.addr, "it does not say its maxmemory-policy, which must be noeviction")
	}
	return ailing("store eviction", r.addr, "maxmemory-policy is "+policy+": leaks would vanish when memory is short, and tasks would be stuck",
		"CONFIG SET maxmemory-policy noeviction, and the same in redis.conf")
}

// memory compares what is used with the limit, or where there is none with the machine.
func (r redisServer) memory() diagnosis {
	const name = "store memory"
	used, limit := r.number("used_memory"), r.number("maxmemory")
	what := "maxmemory"
	if limit == 0 {
		limit, what = r.number("total_system_memory"), "the machine (maxmemory is not set)"
	}
	if used == 0 || limit == 0 {
		return unexamined(name, r.addr, "it does not say how much it uses")
	}
	share := used * 100 / limit
	seen := fmt.Sprintf("%d MiB, %d %% of %d MiB of %s", used>>20, share, limit>>20, what)
	const mend = "raise maxmemory, or shorten retention in the configuration"
	switch {
	case share >= 95:
		return ailing(name, r.addr, seen+": writes are refused, or will be soon", mend)
	case share >= 75:
		return worry(name, r.addr, seen, mend)
	}
	return healthy(name, r.addr, "%s", seen)
}

func (r redisServer) number(name string) int64 {
	n, err := strconv.ParseInt(r.info[name], 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// persistence says what a restart would take.
func (r redisServer) persistence() diagnosis {
	const name = "store persistence"
	const mend = "CONFIG SET appendonly yes, and the same in redis.conf"
	switch {
	case r.info["aof_last_write_status"] == "err", r.info["rdb_last_bgsave_status"] == "err":
		return ailing(name, r.addr, "Redis could not write its data to disk", "look into Redis's log and make room on its disk")
	case r.info["aof_enabled"] == "1":
		if sync := r.settings["appendfsync"]; sync == "no" {
			return worry(name, r.addr, "appendonly, but appendfsync is no: half a minute may be lost with the machine", "CONFIG SET appendfsync everysec")
		}
		return healthy(name, r.addr, "appendonly")
	case r.settings == nil:
		return worry(name, r.addr, "appendonly is off, and CONFIG, which tells of snapshots, is not allowed", mend)
	case r.settings["save"] == "":
		return worry(name, r.addr, "none: a restart loses the history, and everything is alerted again", mend)
	}
	return worry(name, r.addr, "snapshots only (save "+r.settings["save"]+"): what came after the last is lost at a crash, and alerted again", mend)
}

// replication looks whether a failover can take what was acknowledged.
func (r redisServer) replication(replicated bool) diagnosis {
	const name = "store replication"
	replicas := r.number("connected_slaves")
	switch {
	case !replicated && replicas == 0:
		return healthy(name, r.addr, "one server, no replica")
	case replicas == 0:
		return worry(name, r.addr, "no replica is connected: there is nobody to take over", "start the replica, or see why it is not connected")
	case r.settings == nil:
		return unexamined(name, r.addr, "%s; CONFIG, which tells of min-replicas-to-write, is not allowed", count(int(replicas), "replica"))
	case r.settings["min-replicas-to-write"] == "0":
		return worry(name, r.addr, count(int(replicas), "replica")+", but min-replicas-to-write is 0: a master that is cut off accepts what is lost later",
			"CONFIG SET min-replicas-to-write 1, and the same in redis.conf")
	}
	return healthy(name, r.addr, "%s, min-replicas-to-write %s", count(int(replicas), "replica"), r.settings["min-replicas-to-write"])
}

// packedSets is Redis's default of set-max-intset-entries, and what the store needs.
const packedSets = 512

func (r redisServer) sets() diagnosis {
	const name = "store sets"
	if r.settings == nil {
		return unexamined(name, r.addr, "CONFIG is not allowed: set-max-intset-entries must be %d or more", packedSets)
	}
	n, err := strconv.Atoi(r.settings["set-max-intset-entries"])
	if err != nil || n < packedSets {
		return worry(name, r.addr, "set-max-intset-entries is "+r.settings["set-max-intset-entries"]+": remembered pages take five times the memory",
			fmt.Sprintf("CONFIG SET set-max-intset-entries %d, and the same in redis.conf", packedSets))
	}
	return healthy(name, r.addr, "set-max-intset-entries %d", n)
}

// storePartitions is how many parts a store in Redis has; each has a key that tells when its history began, see package redisstore.
const storePartitions = 16

// history looks whether there is a store. Only a whole one is opened: to open another would make its missing parts.
func (s *storeLook) history(ctx context.Context, client redis.Cmdable) diagnosis {
	const name = "store"
	there := int64(0)
	for i := range storePartitions {
		n, err := client.Exists(ctx, fmt.Sprintf("meetleaks:{%x}:epoch", i)).Result()
		if err != nil {
			return ailing(name, s.place.String(), redisComplaint(err), redisMend(err))
		}
		there += n
	}
	switch there {
	case storePartitions:
		s.why = ""
		return healthy(name, s.place.String(), "answers")
	case 0:
		s.why = "there is no store yet"
		return healthy(name, s.place.String(), "answers; not made yet, serve makes it")
	}
	s.why = "a part of the store is lost"
	return ailing(name, s.place.String(), fmt.Sprintf("%d of its %d parts are lost", storePartitions-there, storePartitions),
		"find out who deleted keys or which node lost its data; serve begins the lost parts anew, and alerts again what it finds")
}

// The queue's keys in Redis, and how many tasks are looked at.
const (
	queueActive = "asynq:{meetleaks}:active"
	queueLease  = "asynq:{meetleaks}:lease"
	maxTasks    = 1000
	leaseOver   = 3 * time.Minute // serve takes a task of a dead worker up again within two minutes
)

// lookAtQueue looks for tasks that count as under way but that nobody works on: asynq leaves them so for ever when their lease entry
// is lost; serve mends that.
func lookAtQueue(ctx context.Context, client redis.Cmdable, now time.Time) diagnosis {
	const name = "queue"
	ids, err := client.LRange(ctx, queueActive, 0, maxTasks-1).Result()
	if err != nil {
		return unexamined(name, "", "%s", redisComplaint(err))
	}
	if len(ids) == 0 {
		return healthy(name, "", "no pass is under way")
	}
	leases, err := client.ZRangeWithScores(ctx, queueLease, 0, 2*maxTasks).Result()
	if err != nil {
		return unexamined(name, "", "%s", redisComplaint(err))
	}
	until := map[string]time.Time{}
	for _, lease := range leases {
		if id, ok := lease.Member.(string); ok {
			until[id] = time.Unix(int64(lease.Score), 0)
		}
	}
	stuck := 0
	for _, id := range ids {
		if end, ok := until[id]; !ok || now.Sub(end) > leaseOver {
			stuck++
		}
	}
	if stuck > 0 {
		return worry(name, "", count(stuck, "task")+" count as under way, but nobody works on them: their worker died and their lease entry was lost",
			"start serve with the role read: it takes them up within half a minute; sources are read all the same, for what is due stands in the store")
	}
	return healthy(name, "", "%s under way", passes(len(ids)))
}

func passes(n int) string {
	if n == 1 {
		return "1 pass is"
	}
	return fmt.Sprintf("%d passes are", n)
}
