package matchers

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
	"sync"
)

// KeyID is the printable identity of a meeting: "mk1:" and 128 bits of HMAC-SHA-256 under key, in hexadecimal. Without the
// key a nine-digit number cannot be guessed back. Equal for every form of the link.
func KeyID(key []byte, l Link) string { return newHasher(key).key(l.Key()) }

// Keys makes such identities under one key, for callers with many meetings. It is safe for concurrent use, and shows no key when it is
// printed.
type Keys struct{ hasher *hasher }

// NewKeys returns Keys under a copy of key.
func NewKeys(key []byte) Keys { return Keys{newHasher(key)} }

// ID is KeyID.
func (k Keys) ID(l Link) string { return k.hasher.key(l.Key()) }

// KnownKeyIDs are the identities (see KeyID) that the meetings can have which a meeting or room pattern fits, in whatever space and
// on whatever host of the service: for those who keep no clear id to look up in an Index. Where a service minds the case of ids, they
// are those of the id as it is written and in lower case. A room in a team of Mattermost is found by its whole link only. The error
// says what is wrong with the pattern, and does not repeat it.
func KnownKeyIDs(key []byte, pattern string) ([]string, error) {
	known, err := readKnown(pattern)
	if err != nil {
		return nil, err
	}
	h := newHasher(key)
	ids := []string{}
	for _, clear := range append(known.whole, known.keys()...) {
		if id := h.key(clear); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// keys are those that links to a meeting can have which is registered by its id, in clear. What stands before a slash may be a space,
// a realm or a part of the id.
func (k knownMeeting) keys() []string {
	if k.platform == "" {
		return nil
	}
	var keys []string
	add := func(realm, space, id string) {
		for _, id := range []string{id, strings.ToLower(id)} {
			keys = append(keys, Link{Platform: k.platform, Realm: realm, Space: space, ID: id}.Key())
		}
	}
	realms := []string{""}
	if k.platform == "zoom" {
		realms = []string{"", "commercial"}
	}
	for _, realm := range realms {
		for _, space := range spaces() {
			add(realm, space, k.id)
		}
		if space, id, ok := strings.Cut(k.id, "/"); ok {
			add(realm, strings.ToLower(space), id)
		}
	}
	for i, c := range []byte(k.id) {
		if c == '/' {
			for _, space := range spaces() {
				add(strings.ToLower(k.id[:i]), space, k.id[i+1:])
			}
		}
	}
	return keys
}

// spaces are all that platforms have (see Link.Space), but for the teams of Mattermost.
func spaces() []string {
	return []string{
		"", "blob", "broadcast", "call", "chat", "code", "collabs", "conf", "dm", "dw", "ed", "event", "g", "g2", "group",
		"huddle", "id", "instant", "invite", "j", "join", "joinme", "live", "lookup", "meet", "minutes", "moderated",
		"mtg", "mtid", "my", "name", "num", "number", "page", "rcm", "rec", "recap", "reg", "register",
		"registration", "room", "space", "stream", "thread", "uuid", "vtc", "watch", "webinar",
	}
}

// hasher makes such keys of anything, under one key. Setting up an HMAC costs more than the hash of a short text, so each is used
// again. It is safe for concurrent use, and shows no key when it is printed.
type hasher struct{ macs sync.Pool } // of hash.Hash

func newHasher(key []byte) *hasher {
	key = bytes.Clone(key)
	return &hasher{macs: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

func (h *hasher) key(clear string) string {
	mac := h.macs.Get().(hash.Hash)
	defer h.macs.Put(mac)
	mac.Reset()
	mac.Write([]byte(clear))
	var sum [sha256.Size]byte
	return "mk1:" + hex.EncodeToString(mac.Sum(sum[:0])[:16])
}
