// Package terms reads what may be looked for at X, or at what speaks as X did: hosts, paths and meeting numbers. How they are written
// into rules and queries is another matter in each version of the API; what is nobody's own is looked for in none.
package terms

import (
	"errors"
	"slices"
	"strings"

	"meetleaks/matchers"
)

// The characters that terms are made of.
const (
	Digits  = "0123456789"
	Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

	inHosts = Letters + Digits + "-."
)

const (
	maxLink   = 200 // characters
	leastPath = 4   // characters of a path below a host that is everybody's
)

// Why terms are refused.
var (
	errCharacters = errors.New("want a host, and a path, of the characters that are allowed")
	errBroad      = errors.New("it would find what is not the organisation's")
	errNumber     = errors.New("a number has 9 to 15 digits")
)

// Link is a host with a path or without, in lower case but for the path, which ends in no slash.
type Link struct {
	Host, Port, Path string // Port and Path may be ""
}

// ReadLink takes a link apart, with or without its scheme: at most 200 characters, the path of those in inPaths alone. One that lies at a
// host of everybodys, and not below a path that may be somebody's own, is refused.
func ReadLink(text, inPaths string, everybodys map[string]bool) (Link, error) {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "https://"), "http://")
	host, path, _ := strings.Cut(text, "/")
	name, port, hasPort := strings.Cut(strings.ToLower(host), ":")
	labels := strings.Split(name, ".")
	switch {
	case len(text) > maxLink || strings.Trim(name, inHosts) != "" || strings.Trim(path, inPaths) != "",
		hasPort && (port == "" || len(port) > 5 || strings.Trim(port, Digits) != ""),
		len(labels) < 2 || slices.Contains(labels, ""):
		return Link{}, errCharacters
	case everybodys[name] && len(strings.Trim(path, "/")) < leastPath:
		return Link{}, errBroad
	}
	return Link{name, port, strings.TrimRight(path, "/")}, nil
}

// String is the link without a scheme.
func (l Link) String() string {
	text := l.Host
	if l.Port != "" {
		text += ":" + l.Port
	}
	if l.Path != "" {
		text += "/" + l.Path
	}
	return text
}

// WaysToWrite are the ways in which a meeting number is written: in one piece, and in groups with spaces between them.
func WaysToWrite(number string) ([]string, error) {
	if len(number) < 9 || len(number) > 15 || strings.Trim(number, Digits) != "" {
		return nil, errNumber
	}
	out := []string{number}
	for _, groups := range groupings(len(number)) {
		var parts []string
		rest := number
		for _, n := range groups {
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
		out = append(out, strings.Join(parts, " "))
	}
	return out, nil
}

// groupings is how numbers of meetings are written: those of Zoom as 3-3-3, 3-3-4 and 3-4-4, those of Webex as 3-3-3, 3-3-4 and 4-3-4.
func groupings(n int) [][]int {
	switch n {
	case 9:
		return [][]int{{3, 3, 3}}
	case 10:
		return [][]int{{3, 3, 4}}
	case 11:
		return [][]int{{3, 4, 4}, {4, 3, 4}}
	}
	return nil
}

// Everybodys are the hosts of meeting services, which are everybody's.
func Everybodys() map[string]bool {
	hosts := map[string]bool{}
	for _, platform := range matchers.All() {
		for _, host := range platform.Hosts {
			if !strings.Contains(host, "/") {
				hosts[host], hosts["www."+host] = true, true
			}
		}
	}
	return hosts
}
