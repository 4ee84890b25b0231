package redisstore_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// keyKind is a row of the table in doc.go.
type keyKind struct {
	name string // "o:T:l:ID"
	like *regexp.Regexp
	ends bool
}

// keyKinds reads the table.
func keyKinds(t testing.TB) []keyKind {
	t.Helper()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []keyKind
	row := regexp.MustCompile(`(?m)^//\t(\S+) +(?:string|hash|set|zset) +(.+)$`)
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		pattern := regexp.QuoteMeta(m[1])
		for _, part := range [][2]string{
			{":T", ":[0-9a-f]{24}"}, {`W\.L\.N`, `[0-9]+\.[0-9]+\.[0-9]+`}, {"NONCE", "[0-9a-f]{24}"}, {"STATE", "[a-z-]+"},
			{"ID", ".+"}, {"KEY", ".+"}, {"PLACE", ".+"}, {"LEAK", ".*"}, {"WHO", ".+"},
		} {
			pattern = strings.ReplaceAll(pattern, part[0], part[1])
		}
		kinds = append(kinds, keyKind{m[1], regexp.MustCompile("(?s)^" + pattern + "$"), !strings.Contains(m[2], " none: ")})
	}
	if len(kinds) != 45 {
		t.Fatalf("the table in doc.go has %d rows", len(kinds))
	}
	return kinds
}

// everyKeyIsInTheTable checks all keys that there are against the table: of a known kind, and with an end where it says so.
// It says which kinds it met.
func everyKeyIsInTheTable(t testing.TB, d deployment, met map[string]int) {
	t.Helper()
	kinds := keyKinds(t)
	scan(t, d, func(client *redis.Client, key string) {
		_, name, _ := strings.Cut(key, "}:")
		left, err := client.PTTL(context.WithoutCancel(t.Context()), key).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			t.Fatal(err)
		}
		for _, kind := range kinds {
			if kind.like.MatchString(name) {
				met[kind.name]++
				if left != -2 && kind.ends != (left > 0) { // -2: it has ended since
					t.Errorf("key %s: %v left, the table says %v", key, left, kind.ends)
				}
				return
			}
		}
		t.Errorf("key %q is not in the table", key)
	})
}
