package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"meetleaks/cmd/meetleaks/internal/config"
)

// terms are what of an organisation may stand in a query to a service that is searched: hosts, sites and rooms, never words, passcodes
// or tokens, and meeting numbers only where the organisation wants it.
type terms struct {
	tag     string // tells organisations apart, and names none
	urls    []string
	numbers []string
}

// termsOf reads an organisation's patterns. What names it by a tenant, a thread or a code is no term: services match whole words of
// addresses. Key makes the tag.
func termsOf(o config.Organisation, key []byte) terms {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("tag of an organisation in queries " + o.Name))
	t := terms{tag: "o" + hex.EncodeToString(mac.Sum(nil)[:8])}
	for _, p := range o.Patterns {
		switch {
		case p.Vanity != "":
			t.urls = append(t.urls, p.Vanity)
		case p.WebexSite != "":
			t.urls = append(t.urls, p.WebexSite+".webex.com")
		case p.S4BDomain != "":
			t.urls = append(t.urls, "meet."+p.S4BDomain)
		case p.Workspace != "":
			t.urls = append(t.urls, p.Workspace+".slack.com", "join.slack.com/t/"+p.Workspace)
		case p.Host != "":
			t.urls = append(t.urls, p.Host)
		case p.Room.IsSet():
			t.urls = append(t.urls, roomURL(p.Room.Clear())...)
		case p.Meeting.IsSet() && o.SearchNumbers:
			t.numbers = append(t.numbers, numberOf(p.Meeting.Clear())...)
		}
	}
	return t
}

// roomURL is where a personal room stands, for services whose rooms have telling names: "zoom:my/jdoe" is at zoom.us/my/jdoe.
func roomURL(text string) []string {
	if rest, ok := strings.CutPrefix(text, "zoom:my/"); ok && isName(rest) {
		return []string{"zoom.us/my/" + rest}
	}
	if rest, ok := strings.CutPrefix(text, "whereby:"); ok && isName(rest) {
		return []string{"whereby.com/" + rest}
	}
	return nil
}

func isName(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
	})
}

// numberOf is the number of a meeting that is given as "zoom:98…", without separators.
func numberOf(text string) []string {
	_, id, _ := strings.Cut(text, ":")
	id = strings.NewReplacer(" ", "", "-", "").Replace(id)
	if len(id) < 9 || len(id) > 15 || strings.Trim(id, "0123456789") != "" {
		return nil
	}
	return []string{id}
}
