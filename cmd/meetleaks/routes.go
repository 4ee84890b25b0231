package main

import (
	"fmt"
	"slices"
	"strings"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

// router says which rooms are told. It does not change, and is safe for concurrent use.
type router map[string]orgRoutes

type orgRoutes struct {
	usual  []scanner.Room
	routes []route
}

// route is one of the configuration, in the form in which it is compared.
type route struct {
	keys     []string // one must be among those of the leak; nil: any
	page     string
	platform string
	class    matchers.Class
	to       []scanner.Room
}

// newRouter reads the routes of organisations. Index is the deployment's index key.
func newRouter(list []config.Organisation, c config.Channels, index []byte) router {
	r := make(router)
	for _, o := range list {
		entry := orgRoutes{usual: roomsOf(o, c)}
		for _, configured := range o.Routes {
			one := route{page: configured.Page, platform: configured.Platform, class: matchers.Class(configured.Class)}
			if configured.Pattern.IsSet() {
				one.keys = meetingKeys(index, configured.Pattern.Clear())
			}
			one.to = roomsTo(configured.To, c)
			entry.routes = append(entry.routes, one)
		}
		r[o.Name] = entry
	}
	return r
}

// rooms are all that an organisation may have, the usual ones first, each once.
func (r router) rooms(org string) []scanner.Room {
	all := slices.Clone(r[org].usual)
	for _, one := range r[org].routes {
		for _, room := range one.to {
			if !slices.Contains(all, room) {
				all = append(all, room)
			}
		}
	}
	return all
}

// roomsFor are those that are told of one leak: of the first route that fits, or the usual ones.
func (r router) roomsFor(org string, what scanner.LeakFacts) []scanner.Room {
	for _, one := range r[org].routes {
		if one.fits(what) {
			return one.to
		}
	}
	return r[org].usual
}

// fits looks at the pages last: they are read from the store.
func (r route) fits(what scanner.LeakFacts) bool {
	switch {
	case r.platform != "" && r.platform != what.Platform, r.class != "" && r.class != what.Class:
		return false
	case r.keys != nil && !slices.ContainsFunc(r.keys, func(key string) bool { return slices.Contains(what.Keys, key) }):
		return false
	case r.page != "" && !slices.ContainsFunc(what.Pages(), func(page string) bool { return fitsPage(r.page, page) }):
		return false
	}
	return true
}

// openRouter makes the router of what is configured. Nobody is told of an organisation whose proof is lost.
func (s *service) openRouter() (all func(org string) []scanner.Room, told func(org string, what scanner.LeakFacts) []scanner.Room) {
	r := newRouter(s.loaded.Organisations, s.loaded.Channels, s.keys.ring.IndexKey())
	rooms := make(map[string][]scanner.Room)
	for _, o := range s.loaded.Organisations {
		rooms[o.Name] = r.rooms(o.Name)
	}
	all = func(org string) []scanner.Room {
		if !s.alerted(org) {
			return nil
		}
		return rooms[org]
	}
	return all, r.roomsFor
}

// checkRooms notes organisations of which more rooms would be told at a time than one step of a leak can tell.
func checkRooms(m *mistakes, list []config.Organisation, c config.Channels) {
	note := func(path string, n int, what string) {
		if n > scanner.MaxRooms {
			m.add(path, "%d rooms would be told%s, %d at most are", n, what, scanner.MaxRooms)
		}
	}
	for i, o := range list {
		note(fmt.Sprintf("organisations[%d]", i), len(roomsOf(o, c)), " (fallback, webhooks, SIEMs)")
		for j, configured := range o.Routes {
			note(fmt.Sprintf("organisations[%d].routes[%d].to", i, j), len(roomsTo(configured.To, c)), "")
		}
	}
}

// fitsPage compares with "*" for any stretch. Hosts are compared in lower case, a last slash does not count.
func fitsPage(pattern, page string) bool {
	pattern, page = lowerHost(strings.TrimSuffix(pattern, "/")), lowerHost(strings.TrimSuffix(page, "/"))
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(page, parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, last)
}

func lowerHost(page string) string {
	scheme, rest, ok := strings.Cut(page, "://")
	if !ok {
		return page
	}
	host, path, _ := strings.Cut(rest, "/")
	return strings.ToLower(scheme+"://"+host) + "/" + path
}

// meetingKeys are the keys that the leaks of a meeting can have, which is written as patterns are. Never nil: what cannot be read, which
// the configuration has refused, fits nothing.
func meetingKeys(index []byte, text string) []string {
	keys, err := matchers.KnownKeyIDs(index, text)
	if err != nil {
		return []string{}
	}
	return keys
}

// roomsTo are the rooms of a route, each once: "siem" and "siem:0" name the same.
func roomsTo(names []string, c config.Channels) []scanner.Room {
	var to []scanner.Room
	for _, name := range names {
		for _, room := range roomsNamed(name, c) {
			if !slices.Contains(to, room) {
				to = append(to, room)
			}
		}
	}
	return to
}

// roomsNamed reads the name of a room in a route, which the configuration has checked; "siem" is all of them.
func roomsNamed(name string, c config.Channels) []scanner.Room {
	kind, id, named := strings.Cut(name, ":")
	switch {
	case kind == channelSlack || kind == channelMail:
		return []scanner.Room{{Channel: kind, ID: id}}
	case kind == "siem" && !named:
		return roomsOf(config.Organisation{}, config.Channels{SIEM: c.SIEM})
	}
	return []scanner.Room{{Channel: name}}
}
