package web

import (
	"bytes"
	"strings"
)

// maxNoiseName bounds the names of parameters that are looked up, in bytes. None in the tables is longer.
const maxNoiseName = 32

// isNoise reports whether a parameter ("name=value", escaped) says who came from where, and not which page.
func isNoise(parameter []byte) bool {
	name, value, _ := bytes.Cut(parameter, []byte("="))
	if len(name) > maxNoiseName {
		return false
	}
	var room [maxNoiseName]byte
	lower := room[:len(name)]
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	return isTracking(string(lower)) || isSession(string(lower), value)
}

// isTracking knows the parameters that advertisers, mailers and statistics add to links. They are documented by their vendors, or
// listed by browsers that strip them.
func isTracking(name string) bool {
	switch name {
	case "fbclid", "fb_action_ids", "fb_action_types", "fb_source", "fb_ref", "igshid", "igsh", // Meta
		"gclid", "gclsrc", "dclid", "gbraid", "wbraid", "srsltid", "_ga", "_gl", // Google
		"msclkid", "twclid", "ttclid", "li_fat_id", "epik", "yclid", "ysclid", "_openstat", "rdt_cid", "sccid", // other networks
		"mc_eid", "mc_cid", "mkt_tok", "_hsenc", "_hsmi", "__hssc", "__hstc", "__hsfp", "hsctatracking", // mailers
		"oly_anon_id", "oly_enc_id", "vero_id", "vero_conv", "ml_subscriber", "ml_subscriber_hash", "_bta_tid", "_bta_c",
		"wickedid", "rb_clickid", "s_cid", "_branch_match_id", "at_campaign", "at_medium", "at_custom1", "at_custom2":
		return true
	}
	for _, prefix := range [...]string{"utm_", "pk_", "mtm_", "piwik_", "matomo_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// isSession knows the parameters in which servers carry a session. Short names that also mean other things count only with a value
// that looks like a session's.
func isSession(name string, value []byte) bool {
	switch name {
	case "phpsessid", "jsessionid", "cfid", "cftoken", "oscsid", "xtcsid", "zenid", "sessid":
		return true
	case "sid", "session", "sessionid", "session_id", "session-id":
		return isToken(value)
	case "s":
		return len(value) == 32 && all(value, isHex)
	}
	return strings.HasPrefix(name, "aspsessionid")
}

// isToken reports whether a value is long and random enough to be a session's.
func isToken(value []byte) bool {
	return len(value) >= 16 && bytes.ContainsAny(value, "0123456789") && all(value, isUnreserved)
}

func all(text []byte, ok func(byte) bool) bool {
	for _, c := range text {
		if !ok(c) {
			return false
		}
	}
	return true
}

// withoutSession is the length of a segment ("page;jsessionid=1A2B") without the session that Java servers append. Other
// parameters of segments in front of it stay.
func withoutSession(segment []byte) int {
	for i, c := range segment {
		if c == ';' && len(segment)-i > len(";jsessionid=") && bytes.EqualFold(segment[i:i+len(";jsessionid=")], []byte(";jsessionid=")) {
			return i
		}
	}
	return len(segment)
}

// isSessionSegment knows the folder in which ASP.NET carries a session where cookies are off: "(S(lit3py55t21z5v55vlm25s55))".
func isSessionSegment(segment string) bool {
	inside, ok := strings.CutPrefix(segment, "(S(")
	inside, closed := strings.CutSuffix(inside, "))")
	return ok && closed && len(inside) == 24 && all([]byte(inside), isUnreserved)
}
