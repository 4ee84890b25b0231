package redisstore

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestAddressesOfTheContract(t *testing.T) {
	for _, c := range []struct {
		text, shown string
		want        Address
	}{
		{"redis://redis.acme.example", "redis://redis.acme.example:6379/0", Address{kind: single}},
		{"redis://bob:s3cr%40t@10.1.2.3:7000/4", "redis://10.1.2.3:7000/4",
			Address{kind: single, user: "bob", password: "s3cr@t", database: 4}},
		{"rediss://:pw@[2001:db8::1]:6380", "rediss://[2001:db8::1]:6380/0", Address{kind: single, tls: true, password: "pw"}},
		{"redis://[2001:db8::1]/1", "redis://[2001:db8::1]:6379/1", Address{kind: single, database: 1}},
		{"redis+sentinel://bob:pw@a:26379,b/main/2?sentinel_user=eve&sentinel_password=p%26w",
			"redis+sentinel://a:26379,b:26379/main/2", Address{kind: sentinel, master: "main", database: 2, user: "bob",
				password: "pw", sentinelUser: "eve", sentinelPassword: "p&w"}},
		{"redis+cluster://a:1,b:2,c:3", "redis+cluster://a:1,b:2,c:3", Address{kind: cluster}},
		{"rediss+cluster://:p@a", "rediss+cluster://a:6379", Address{kind: cluster, tls: true, password: "p"}},
	} {
		got, err := ParseAddress(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got.String() != c.shown {
			t.Errorf("%s is shown as %s", c.text, got)
		}
		got.seeds = nil
		if same := fmt.Sprintf("%+v", struct{ A any }{fields(got)}); same != fmt.Sprintf("%+v", struct{ A any }{fields(c.want)}) {
			t.Errorf("%s is read as %s", c.text, same)
		}
	}
}

// fields shows what String hides.
func fields(a Address) []any {
	return []any{a.kind, a.tls, a.master, a.database, a.user, a.password, a.sentinelUser, a.sentinelPassword}
}

func TestBadAddressesAreRefusedWithoutQuotingThem(t *testing.T) {
	const secret = "hunter2"
	for _, text := range []string{
		"", "localhost", "http://:hunter2@a", "redis+other://:hunter2@a", "+cluster://:hunter2@a",
		"redis://:hunter2@", "redis://:hunter2@a:0", "redis://:hunter2@a:x", "redis://:hunter2@a:99999", "redis://:hunter2@a,b",
		"redis://hunter2@a", "redis://:hunter2%zz@a", "redis://:hunter2@a/x", "redis://:hunter2@a/-1", "redis://:hunter2@a/0/1",
		"redis://:hunter2@a?db=hunter2", "redis+cluster://:hunter2@a/3", "redis+sentinel://:hunter2@a", "redis+sentinel://:hunter2@a//0",
		"redis+sentinel://a/m?sentinel_password=hunter2&sentinel_password=b", "redis+sentinel://a/m?sentinel_password=hunter2%z",
		"redis+sentinel://a/m?hunter2=1", "redis://:hunter2@a b", "redis://" + strings.Repeat("hunter2", 2000),
	} {
		a, err := ParseAddress(text)
		if err == nil {
			t.Errorf("%q is taken as %s", text, a)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q: the error quotes it: %v", text, err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{
		"redis://u:p@h:1/0", "rediss://[::1]:2", "redis+sentinel://a,b:3/m/1?sentinel_user=u", "redis+cluster://a,b,c", "redis://@/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err != nil {
			return
		}
		shown := a.String()
		again, err := ParseAddress(shown)
		if err != nil || again.String() != shown || !slices.Equal(again.seeds, a.seeds) {
			t.Errorf("%q is shown as %q, which is read as %q: %v", text, shown, again, err)
		}
		if shown != fmt.Sprintf("%v", a) || shown != fmt.Sprintf("%#v", a) || shown != fmt.Sprintf("%+v", a) || shown != fmt.Sprintf("%d", a) {
			t.Errorf("%q prints more than its String", text)
		}
		a.Client(0).Close()
	})
}
