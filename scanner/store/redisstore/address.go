package redisstore

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// kind is how the servers behind an address belong together.
type kind string

const (
	single   kind = "single"
	sentinel kind = "sentinel"
	cluster  kind = "cluster"
)

// The bounds of an address.
const (
	maxAddress  = 8 << 10
	maxSeeds    = 64
	maxDatabase = 1 << 20
)

// Address says where Redis is. It holds passwords and prints none.
type Address struct {
	kind             kind
	tls              bool
	seeds            []string // host:port; of the sentinels where there are any
	master           string   // name of the master, of sentinel
	database         int
	user             string
	password         string
	sentinelUser     string
	sentinelPassword string
}

// ParseAddress reads one of these forms. rediss in the place of redis means TLS, from version 1.2 on.
//
//	redis://user:password@host:6379/0
//	redis+sentinel://user:password@host:26379,host:26379/master/0?sentinel_user=…&sentinel_password=…
//	redis+cluster://user:password@host:6379,host:6379
//
// User, password, port and database may be left out. Marks in passwords are written in percent form. Several hosts are seeds:
// the others are learned from them. Errors name what is wrong and never quote the address, which holds a password.
func ParseAddress(text string) (Address, error) {
	if len(text) > maxAddress {
		return Address{}, fmt.Errorf("redis address: longer than %d bytes", maxAddress)
	}
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		return Address{}, errors.New("redis address: it does not begin with redis://, redis+sentinel:// or redis+cluster://")
	}
	a := Address{kind: single}
	port := "6379"
	switch base, more, _ := strings.Cut(scheme, "+"); {
	case base != "redis" && base != "rediss", more != "" && more != "sentinel" && more != "cluster":
		return Address{}, errors.New("redis address: the scheme is none of redis, redis+sentinel, redis+cluster, and these with rediss")
	default:
		a.tls = base == "rediss"
		if more != "" {
			a.kind = kind(more)
		}
	}
	if a.kind == sentinel {
		port = "26379"
	}
	rest, query, _ := strings.Cut(rest, "?")
	credentials, rest := cutLast(rest, "@")
	hosts, path, _ := strings.Cut(rest, "/")
	err := errors.Join(a.login(credentials), a.hosts(hosts, port), a.path(path), a.query(query))
	if err != nil {
		return Address{}, err
	}
	return a, nil
}

// cutLast cuts at the last sep: before it is "" when there is none.
func cutLast(s, sep string) (before, after string) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):]
	}
	return "", s
}

func (a *Address) login(text string) error {
	user, password, given := strings.Cut(text, ":")
	if !given && user != "" {
		return errors.New("redis address: a user without a password: write user:password@, or :password@")
	}
	var errUser, errPassword error
	a.user, errUser = url.PathUnescape(user)
	a.password, errPassword = url.PathUnescape(password)
	if errUser != nil || errPassword != nil {
		return errors.New("redis address: user or password hold a % that does not begin a percent form")
	}
	return nil
}

func (a *Address) hosts(text, port string) error {
	hosts := strings.Split(text, ",")
	if len(hosts) > maxSeeds {
		return fmt.Errorf("redis address: more than %d hosts", maxSeeds)
	}
	if len(hosts) > 1 && a.kind == single {
		return errors.New("redis address: several hosts: write redis+sentinel:// or redis+cluster://")
	}
	for i, host := range hosts {
		seed, err := hostPort(host, port)
		if err != nil {
			return fmt.Errorf("redis address: host %d %w", i+1, err)
		}
		a.seeds = append(a.seeds, seed)
	}
	return nil
}

// hostPort checks host, host:port, [v6] or [v6]:port.
func hostPort(text, port string) (string, error) {
	host := text
	if bare, isBare := strings.CutPrefix(text, "["); isBare && strings.HasSuffix(bare, "]") {
		host = strings.TrimSuffix(bare, "]")
	} else if strings.Contains(text, ":") {
		var err error
		if host, port, err = net.SplitHostPort(text); err != nil {
			return "", errors.New("is no host:port")
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", errors.New("has no port from 1 to 65535")
	}
	bad := func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("/?#@[]%", r) }
	if host == "" || strings.ContainsFunc(host, bad) {
		return "", errors.New("is empty or holds a mark that no host has")
	}
	return net.JoinHostPort(host, port), nil
}

// path is [/database], or /master[/database] of sentinel.
func (a *Address) path(text string) error {
	database := strings.TrimSuffix(text, "/")
	if a.kind == sentinel {
		a.master, database, _ = strings.Cut(database, "/")
		if a.master == "" || strings.ContainsAny(a.master, " \t\r\n") {
			return errors.New("redis address: the name of the master is missing: redis+sentinel://host:26379/master")
		}
	}
	if database == "" {
		return nil
	}
	n, err := strconv.Atoi(database)
	switch {
	case err != nil || n < 0 || n > maxDatabase:
		return errors.New("redis address: the database is no number")
	case a.kind == cluster && n != 0:
		return errors.New("redis address: a Cluster has database 0 only")
	}
	a.database = n
	return nil
}

func (a *Address) query(text string) error {
	values, err := url.ParseQuery(text)
	if err != nil {
		return errors.New("redis address: what stands behind ? cannot be read")
	}
	for name, given := range values {
		switch {
		case a.kind != sentinel || !slices.Contains([]string{"sentinel_user", "sentinel_password"}, name):
			return errors.New("redis address: an unknown name stands behind ?: there are sentinel_user and sentinel_password, of redis+sentinel")
		case len(given) > 1:
			return errors.New("redis address: a name stands twice behind ?")
		}
	}
	a.sentinelUser, a.sentinelPassword = values.Get("sentinel_user"), values.Get("sentinel_password")
	return nil
}

// String is the address without user and passwords.
func (a Address) String() string {
	scheme := "redis"
	if a.tls {
		scheme = "rediss"
	}
	if a.kind != single {
		scheme += "+" + string(a.kind)
	}
	out := scheme + "://" + strings.Join(a.seeds, ",")
	if a.master != "" {
		out += "/" + a.master
	}
	if a.kind != cluster {
		out += "/" + strconv.Itoa(a.database)
	}
	return out
}

// Format prints String, whatever the verb.
func (a Address) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }
