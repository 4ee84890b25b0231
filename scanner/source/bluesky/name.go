package bluesky

import (
	"strings"
)

// The names of AT Protocol, as far as they are needed to tell places apart. Their syntax is that of the protocol's specifications "DID",
// "NSID", "Record Key" and "Handle", bounded more tightly where nothing longer is used.

// The longest names, in bytes.
const (
	maxDID        = 256
	maxCollection = 317
	maxKey        = 512
	maxVersion    = 128
)

// The ways in which places begin.
const (
	webPlace  = "https://bsky.app/profile/"
	webPost   = "/post/"
	wirePlace = "at://"
)

// isDID knows the two methods that the protocol has.
func isDID[T string | []byte](s T) bool {
	const plc, web = "did:plc:", "did:web:"
	switch {
	case len(s) > maxDID || len(s) <= len(plc):
		return false
	case string(s[:len(plc)]) == plc:
		return len(s) == len(plc)+24 && only(s[len(plc):], isBase32)
	case string(s[:len(web)]) == web:
		last := s[len(s)-1]
		return only(s[len(web):], isHostByte) && last != ':' && last != '%' && last != '.'
	}
	return false
}

func only[T string | []byte](s T, fits func(byte) bool) bool {
	for i := range len(s) {
		if !fits(s[i]) {
			return false
		}
	}
	return len(s) > 0
}

func isBase32(c byte) bool   { return c >= 'a' && c <= 'z' || c >= '2' && c <= '7' }
func isHostByte(c byte) bool { return isAlnum(c) || strings.IndexByte(".-:%", c) >= 0 }
func isKeyByte(c byte) bool  { return isAlnum(c) || strings.IndexByte("._:~-", c) >= 0 }

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// isKey: the key of a record.
func isKey[T string | []byte](s T) bool {
	return len(s) <= maxKey && only(s, isKeyByte) && string(s) != "." && string(s) != ".."
}

// isCollection: a name of three parts or more, with full stops between.
func isCollection[T string | []byte](s T) bool { return isNames(s, 3) }

// isNames says whether there are least parts, or more.
func isNames[T string | []byte](s T, least int) bool {
	if len(s) > maxCollection {
		return false
	}
	parts, length := 1, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			if length == 0 || s[i-1] == '-' {
				return false
			}
			parts, length = parts+1, 0
		case isAlnum(c) || c == '-' && length > 0:
			if length++; length > 63 {
				return false
			}
		default:
			return false
		}
	}
	return parts >= least && length > 0
}

// isVersion: the CID of a record, in base 32.
func isVersion(s []byte) bool { return len(s) > 8 && len(s) <= maxVersion && only(s, isBase32) }

// placeOf is a record's URI: for posts the page on which people see it. It can be made from a deletion alone.
func placeOf(did, collection, key string) string {
	if collection == PostCollection {
		return webPlace + did + webPost + key
	}
	return wirePlace + did + "/" + collection + "/" + key
}

// partsOf is the inverse of placeOf.
func partsOf(uri string) (did, collection, key string, ok bool) {
	if rest, isPost := strings.CutPrefix(uri, webPlace); isPost {
		did, key, ok = strings.Cut(rest, webPost)
		collection = PostCollection
	} else if rest, isWire := strings.CutPrefix(uri, wirePlace); isWire {
		did, rest, _ = strings.Cut(rest, "/")
		collection, key, ok = strings.Cut(rest, "/")
	}
	return did, collection, key, ok && isDID(did) && isCollection(collection) && isKey(key)
}

// isWirePlace says whether a text is nothing but the URI of an account, or of a record of one.
func isWirePlace(text string) bool {
	rest, isWire := strings.CutPrefix(text, wirePlace)
	did, rest, more := strings.Cut(rest, "/")
	collection, key, whole := strings.Cut(rest, "/")
	return isWire && isDID(did) && (!more || isCollection(collection) && (!whole || isKey(key)))
}

// wanted returns which of the configured names a collection falls under, "" when under none.
func wanted(names []string, collection []byte) string {
	for _, name := range names {
		beginning, isBeginning := strings.CutSuffix(name, "*")
		if isBeginning && len(collection) > len(beginning) && string(collection[:len(beginning)]) == beginning {
			return name
		}
		if !isBeginning && string(collection) == name {
			return name
		}
	}
	return ""
}

// shownOf is how people are told the place: the service, and nobody's name.
func shownOf(name string) string {
	if strings.HasPrefix(name, "app.bsky.") {
		return "bsky.app"
	}
	return "AT Protocol (" + name + ")"
}
