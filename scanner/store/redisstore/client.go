package redisstore

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// How long a server that hangs is waited for, and what else is set for all kinds of clients.
const (
	dialTimeout    = 2 * time.Second
	defaultTimeout = 2 * time.Second
	patienceTimes  = 2 // of the timeout: what a command takes at most with all its tries and redirections
	tries          = 1 // more, after the first: each script may run twice
	redirections   = 2 // and tries, of a Cluster
	poolSize       = 16
)

// Client connects to what the address names, for stores and for queues. Nothing is sent until the first command. Contexts
// bound every read and write; nothing of the library that its authors call experimental is in use. timeout bounds one try of a
// command, 0 for 2 s; all tries together take twice that at most.
func (a Address) Client(timeout time.Duration) redis.UniversalClient {
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	client := a.client(timeout)
	client.AddHook(patience(patienceTimes * timeout))
	return client
}

func (a Address) client(timeout time.Duration) redis.UniversalClient {
	switch a.kind {
	case cluster:
		return redis.NewClusterClient(a.clusterOptions(timeout))
	case sentinel:
		return redis.NewFailoverClient(a.failoverOptions(timeout))
	}
	return redis.NewClient(a.singleOptions(timeout))
}

// patience bounds each command with all its tries, redirections and connections: the library's own bounds are on each of these.
type patience time.Duration

// DialHook implements [redis.Hook].
func (patience) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements [redis.Hook].
func (p patience) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		ctx, cancel := context.WithTimeout(ctx, time.Duration(p))
		defer cancel()
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook implements [redis.Hook].
func (p patience) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		ctx, cancel := context.WithTimeout(ctx, time.Duration(p))
		defer cancel()
		return next(ctx, cmds)
	}
}

// QuietLibrary keeps the Redis library from writing to standard error, for the whole process: what fails reaches
// the callers as errors. Programs call it once, before they connect.
func QuietLibrary() { logging.Disable() }

func (a Address) singleOptions(timeout time.Duration) *redis.Options {
	return &redis.Options{
		Addr: a.seeds[0], DB: a.database, Username: a.user, Password: a.password, TLSConfig: a.tlsConfig(true),
		Protocol: 2, ContextTimeoutEnabled: true, DisableIdentity: true,
		DialTimeout: dialTimeout, DialerRetries: 1, ReadTimeout: timeout, WriteTimeout: timeout, PoolTimeout: timeout,
		MaxRetries: tries, PoolSize: poolSize, PipelinePoolSize: -1,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

func (a Address) clusterOptions(timeout time.Duration) *redis.ClusterOptions {
	return &redis.ClusterOptions{
		Addrs: a.seeds, Username: a.user, Password: a.password, TLSConfig: a.tlsConfig(len(a.seeds) == 1),
		Protocol: 2, ContextTimeoutEnabled: true, DisableIdentity: true,
		DialTimeout: dialTimeout, DialerRetries: 1, ReadTimeout: timeout, WriteTimeout: timeout, PoolTimeout: timeout,
		MaxRetries: -1, MaxRedirects: redirections, PoolSize: poolSize, PipelinePoolSize: -1, FailingTimeoutSeconds: 1,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

func (a Address) failoverOptions(timeout time.Duration) *redis.FailoverOptions {
	return &redis.FailoverOptions{
		MasterName: a.master, SentinelAddrs: a.seeds, SentinelUsername: a.sentinelUser, SentinelPassword: a.sentinelPassword,
		DB: a.database, Username: a.user, Password: a.password, TLSConfig: a.tlsConfig(false),
		Protocol: 2, ContextTimeoutEnabled: true, DisableIdentity: true,
		DialTimeout: dialTimeout, DialerRetries: 1, ReadTimeout: timeout, WriteTimeout: timeout, PoolTimeout: timeout,
		MaxRetries: tries, PoolSize: poolSize, PipelinePoolSize: -1,
	}
}

// tlsConfig names the server only where one host is dialled: otherwise the library takes the name that it dials.
func (a Address) tlsConfig(one bool) *tls.Config {
	if !a.tls {
		return nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if one {
		config.ServerName, _, _ = net.SplitHostPort(a.seeds[0])
	}
	return config
}
