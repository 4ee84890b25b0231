package redisstore

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/bits"
	"time"
)

// partitions is the number of hash tags over which everything is spread, in a Cluster as elsewhere. It never changes: what is
// stored under one number would not be found under another.
const partitions = 16

// layout names keys. Each begins with "PREFIX:{P}:", P being the partition: one hexadecimal digit, the hash tag.
type layout struct{ prefix string }

// epoch is the key of a partition from which scripts make all others.
func (l layout) epoch(partition int) string { return fmt.Sprintf("%s:{%x}:epoch", l.prefix, partition) }

// key is a key of a partition.
func (l layout) key(partition int, name string) string {
	return fmt.Sprintf("%s:{%x}:%s", l.prefix, partition, name)
}

// spot is where something named is kept: its partition, and its name in keys. Names themselves are not in keys: they may
// hold any mark, be long, or tell too much to whoever lists keys.
type spot struct {
	partition int
	tag       string
}

// tagLength is 96 bits in hexadecimal.
const tagLength = 24

func spotOf(kind, name string) spot {
	sum := sha256.Sum256([]byte(kind + "\x00" + name))
	return spot{int(sum[31]) % partitions, hex.EncodeToString(sum[:tagLength/2])}
}

func orgSpot(org string) spot       { return spotOf("organisation", org) }
func leaseSpot(name string) spot    { return spotOf("lease", name) }
func sourceSpot(source string) spot { return spotOf("source", source) }

// ofOrg is a key of an organisation.
func (l layout) ofOrg(s spot, name string) string { return l.key(s.partition, "o:"+s.tag+":"+name) }

// ms is a time in milliseconds as scripts compare it; the zero time is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMS is the other way round.
func fromMS(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// optional is ms, "" for the zero time.
func optional(t time.Time) any {
	if t.IsZero() {
		return ""
	}
	return t.UnixMilli()
}

// sortableLength is the length of what sortable returns.
const sortableLength = 16

// sortable is a time, to the millisecond, as text in the order of times.
func sortable(t time.Time) string { return sortableMS(ms(t)) }

func sortableMS(n int64) string { return fmt.Sprintf("%0*x", sortableLength, uint64(n)^1<<63) } //nolint:gosec // order is kept

// whole is a time as it is kept in records: to the nanosecond.
func whole(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// mix spreads a fingerprint over 32 bits, so that sets fill evenly whatever fingerprints are made of.
func mix(print uint64) uint32 {
	hi, lo := bits.Mul64(print^0x9e3779b97f4a7c15, 0xd1342543de82ef95)
	return uint32((hi ^ lo) >> 16) //nolint:gosec // 32 of the bits are wanted
}

// group is the partition in which a fingerprint is remembered. It takes other bits than mix.
func group(print uint64) int {
	hi, lo := bits.Mul64(print^0x2545f4914f6cdd1d, 0x9e3779b97f4a7c15)
	return int((hi ^ lo) >> 59 % partitions) //nolint:gosec // below 16
}
