package bluesky

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

const testDID = "did:plc:q3mfk7w2vxtzr4nbahl6yc5d"

func TestReadEvent(t *testing.T) {
	t.Parallel()
	const commit = `{"did":"` + testDID + `","time_us":1732361900123456,"kind":"commit","commit":`
	for frame, want := range map[string]event{
		commit + `{"rev":"3l","operation":"create","collection":"app.bsky.feed.post","rkey":"3lxyz","record":{"a":["}\"",{}]},"cid":"bafy"}}`: {
			did: []byte(testDID), kind: []byte("commit"), time: 1732361900123456, operation: []byte("create"),
			collection: []byte("app.bsky.feed.post"), key: []byte("3lxyz"), record: []byte(`{"a":["}\"",{}]}`), revision: []byte("bafy"),
		},
		commit + "{}}": {did: []byte(testDID), kind: []byte("commit"), time: 1732361900123456},
		" { \"kind\" : \"account\" ,\r\n\t\"cursor\":17,\"account\": {\"active\":false} , \"time_us\" : 1732361900123456, \"did\":\"" + testDID + "\"} ": {
			did: []byte(testDID), kind: []byte("account"), time: 1732361900123456, account: []byte(`{"active":false}`),
		},
		// what a post says cannot pass for what the service says
		commit + `{"operation":"create","record":{"text":"\",\"operation\":\"delete\"","operation":"delete","time_us":1}}}`: {
			did: []byte(testDID), kind: []byte("commit"), time: 1732361900123456, operation: []byte("create"),
			record: []byte(`{"text":"\",\"operation\":\"delete\"","operation":"delete","time_us":1}`),
		},
		commit + `{"operation":7,"collection":null,"rkey":{"x":"y"},"cid":"a\u0062"}}`: {did: []byte(testDID), kind: []byte("commit"), time: 1732361900123456},
	} {
		got, err := readEvent([]byte(frame))
		if err != nil || !same(got, want) {
			t.Errorf("%s\n got %s %v\nwant %s", frame, say(got), err, say(want))
		}
	}
	for _, frame := range []string{
		"", "null", "[]", "{}", "{", `{"did"`, `{"did":`, commit, commit + "{", commit + "{}", commit + "null}", commit + "{}} x",
		commit + `{"rkey":"x}}`, commit + `{"rkey":"x",}}`, commit + `{"rkey" "x"}}`, commit + `{"rkey":}}`, commit + `{,}}`,
		`{"did":"` + testDID + `","kind":"commit"}`, `{"did":"` + testDID + `","time_us":"1732361900123456"}`,
		`{"did":"` + testDID + `","time_us":-1732361900123456}`, `{"did":"` + testDID + `","time_us":1e15}`,
		`{"did":"` + testDID + `","time_us":17323619001234567890}`, `{"did":"did:plc:x","time_us":1732361900123456}`,
		`{"did":"did:key:q3mfk7w2vxtzr4nbahl6yc5d","time_us":1732361900123456}`, `{"time_us":1732361900123456}`,
		commit + strings.Repeat("[", 1<<20), commit + strings.Repeat(`{"a":`, 1<<18),
	} {
		if e, err := readEvent([]byte(frame)); !errors.Is(err, errFrame) {
			t.Errorf("%.200s: got %s", frame, say(e))
		}
	}
}

func same(a, b event) bool { return say(a) == say(b) }

func say(e event) string {
	return strings.Join([]string{
		string(e.did), string(e.kind), time.UnixMicro(e.time).UTC().Format(time.RFC3339Nano), string(e.operation), string(e.collection),
		string(e.key), string(e.revision), string(e.record), string(e.account),
	}, "|")
}

// FuzzReadEvent holds what is picked out of a frame against what encoding/json says.
func FuzzReadEvent(f *testing.F) {
	for _, seed := range []string{
		`{"did":"` + testDID + `","time_us":1732361900123456,"kind":"commit","commit":{"operation":"create","rkey":"3l","record":{"text":"x"}}}`,
		`{"did":"` + testDID + `","time_us":1732361900123456,"kind":"account","account":{"active":false,"status":"deleted"}}`,
		`{"did":"did:web:acme.example%3A8443","time_us":1732361900123456, "commit":{"record":[1,2.5e-3,true,null,"\\"]},"cursor":4}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		got, err := readEvent(frame)
		var fields map[string]json.RawMessage
		if json.Unmarshal(frame, &fields) != nil || bytes.Contains(frame, []byte(`\`)) || !bytes.HasPrefix(bytes.TrimSpace(frame), []byte("{")) {
			return // only that it comes back
		}
		if err != nil {
			return
		}
		var did string
		if json.Unmarshal(fields["did"], &did) != nil || did != string(got.did) {
			t.Errorf("%q: did %q, not %q", frame, got.did, did)
		}
		var at int64
		if json.Unmarshal(fields["time_us"], &at) != nil || at != got.time {
			t.Errorf("%q: time %d, not %d", frame, got.time, at)
		}
		if strings.Count(string(frame), `"commit"`) > 1 { // then the parts of both count
			return
		}
		var commit map[string]json.RawMessage
		if json.Unmarshal(fields["commit"], &commit) == nil && string(commit["record"]) != string(got.record) {
			t.Errorf("%q: record %q, not %q", frame, got.record, commit["record"])
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	for did, want := range map[string]bool{
		testDID: true, "did:web:acme.example": true, "did:web:acme.example%3A8443": true, "did:web:": false, "did:plc:": false, "": false,
		"did:plc:Q3MFK7W2VXTZR4NBAHL6YC5D": false, "did:plc:q3mfk7w2vxtzr4nbahl6yc5": false, "did:web:acme.example/x": false,
		"did:web:a b": false, "did:web:" + strings.Repeat("a", maxDID): false, "did:web:acme:": false, "did:plc:q3mfk7w2vxtzr4nbahl6yc1d": false,
	} {
		if isDID(did) != want || isDID([]byte(did)) != want {
			t.Errorf("DID %q: want %v", did, want)
		}
	}
	for name, want := range map[string]bool{
		PostCollection: true, "com.whtwnd.blog.entry": true, "pub.leaflet.document": true, "app.bsky": false, "app..post": false, "": false,
		"app.bsky.feed.": false, ".app.bsky": false, "app.bsky.-x": false, "app.bsky-.x": false, "app.bsky.feed/post": false,
		"app.bsky." + strings.Repeat("x", 64): false,
	} {
		if isCollection(name) != want {
			t.Errorf("collection %q: want %v", name, want)
		}
	}
	for key, want := range map[string]bool{
		"3lxyz": true, "self": true, "a:b~c_d-e.f": true, ".": false, "..": false, "": false, "a/b": false, "a%2f": false, "a?b": false,
		strings.Repeat("k", maxKey): true, strings.Repeat("k", maxKey+1): false,
	} {
		if isKey(key) != want {
			t.Errorf("key %.40q: want %v", key, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	for uri, parts := range map[string][3]string{
		"https://bsky.app/profile/" + testDID + "/post/3lxyz":   {testDID, PostCollection, "3lxyz"},
		"at://" + testDID + "/com.whtwnd.blog.entry/3lxyz":      {testDID, "com.whtwnd.blog.entry", "3lxyz"},
		"at://did:web:acme.example/app.bsky.actor.profile/self": {"did:web:acme.example", "app.bsky.actor.profile", "self"},
	} {
		did, collection, key, ok := partsOf(uri)
		if !ok || [3]string{did, collection, key} != parts || placeOf(did, collection, key) != uri {
			t.Errorf("%s: %q %q %q %v", uri, did, collection, key, ok)
		}
	}
	for _, uri := range []string{"", "https://bsky.app/profile/", "at://", "at://" + testDID, "https://acme.example/post/3l", "at://" + testDID + "/x/y/z"} {
		if _, _, _, ok := partsOf(uri); ok {
			t.Errorf("%q was taken for a place", uri)
		}
	}
	p := newPlaces(2)
	uris := []string{placeOf(testDID, PostCollection, "3la"), placeOf(testDID, "com.whtwnd.blog.entry", "3lb"), placeOf("did:web:acme.example", PostCollection, "3lc")}
	for range 2 {
		for _, uri := range uris {
			p.add(uri)
		}
	}
	if got := p.of(testDID); len(got) != 2 || !p.full() || len(p.of("did:web:acme.example")) != 0 {
		t.Errorf("places %q, full %v", got, p.full())
	}
	p.forget(uris[0])
	if got := p.of(testDID); len(got) != 1 || got[0] != uris[1] {
		t.Errorf("places %q", got)
	}
}

func TestWanted(t *testing.T) {
	t.Parallel()
	names := []string{"app.bsky.feed.*", "com.whtwnd.blog.entry"}
	for collection, want := range map[string]string{
		"app.bsky.feed.post": "app.bsky.feed.*", "app.bsky.feed.": "", "app.bsky.feedx.post": "", "com.whtwnd.blog.entry": "com.whtwnd.blog.entry",
		"com.whtwnd.blog.entryx": "", "app.bsky.actor.profile": "",
	} {
		if got := wanted(names, []byte(collection)); got != want {
			t.Errorf("%s: %q, want %q", collection, got, want)
		}
	}
}

func TestRecent(t *testing.T) {
	t.Parallel()
	r := newRecent(2)
	made := func(operation, key, cid string) event {
		return event{did: []byte(testDID), collection: []byte(PostCollection), key: []byte(key), operation: []byte(operation), revision: []byte(cid)}
	}
	r.add(made("create", "a", "1"))
	if !r.has(made("create", "a", "1")) || r.has(made("update", "a", "2")) || r.has(made("create", "b", "1")) {
		t.Error("what was added is not what is known")
	}
	r.add(made("delete", "a", ""))
	if r.has(made("create", "a", "1")) {
		t.Error("a record that comes back after its deletion is not known")
	}
	r.add(made("create", "b", "1"))
	r.add(made("create", "c", "1"))
	if r.has(made("delete", "a", "")) || !r.has(made("create", "c", "1")) || len(r.state) != 2 {
		t.Errorf("%d places are remembered", len(r.state))
	}
}

func TestPosition(t *testing.T) {
	t.Parallel()
	now := time.UnixMicro(1732361900123456)
	for cursor, want := range map[string]position{
		"1732361900123456": {time: 1732361900123456}, "1732361900123456~": {time: 1732361900123456, about: true}, "": {}, "~": {}, "x": {}, "-1": {},
		"999999999999999": {}, "17323619001234567890123": {},
	} {
		if got, future := startOf(cursor, now); got != want || future {
			t.Errorf("%q: %+v %v", cursor, got, future)
		}
	}
	if p, future := startOf("1732369900123456", now); p != (position{}) || !future {
		t.Errorf("the future: %+v %v", p, future)
	}
}

func TestBombsAreRefused(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	u, err := newUnpacker(d)
	if err != nil {
		t.Fatal(err)
	}
	defer u.close()
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderDict(d), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer encoder.Close()
	for size, fits := range map[int]bool{100: true, MaxFrame: true, MaxFrame + 1: false, 32 << 20: false} {
		out, err := u.unpack(encoder.EncodeAll(make([]byte, size), nil))
		if (err == nil) != fits || fits && len(out) != size || cap(u.room) > 2*MaxFrame {
			t.Errorf("%d bytes: %d, %v, room for %d", size, len(out), err, cap(u.room))
		}
	}
	if _, err := newUnpacker(make([]byte, maxDictionary+1)); err == nil {
		t.Error("a dictionary that is too long was taken")
	}
}

func TestStateOf(t *testing.T) {
	t.Parallel()
	for account, want := range map[string][2]bool{
		`{"active":false,"status":"deleted"}`: {true, true}, `{"active":false}`: {true, true}, `{"active":false,"status":"new"}`: {true, true},
		`{"active":true}`: {false, true}, `{"active":false,"status":"throttled"}`: {false, true}, `{}`: {}, `null`: {}, ``: {}, `{"active":"no"}`: {},
		`{"active":null,"status":"deleted"}`: {}, `[]`: {}, `{"active":false,"status":7}`: {},
	} {
		gone, shown, ok := stateOf([]byte(account))
		if [2]bool{gone, ok} != want || shown != (account == `{"active":true}`) {
			t.Errorf("%s: %v %v %v", account, gone, shown, ok)
		}
	}
}
