package matchers

import (
	"bytes"
	"slices"
	"strings"
)

// jitsi knows Jitsi Meet: the public meet.jit.si, other public servers, and organisations' own servers whose host begins with
// "jitsi.", or with "meet." where the text beside the link names the service. A room exists while somebody is in it, and whoever knows
// its name comes in, so every room is permanent.
//
// Documented: rooms, jwt tokens and the mobile scheme org.jitsi.meet (jitsi.github.io/handbook). A room is compared percent-decoded and
// without case; the id keeps its writing, and its lower-case form is an alias. Configuration in the fragment belongs to the visitor.
func jitsi() Platform {
	return Platform{
		Name:    "jitsi",
		Title:   "Jitsi Meet",
		Hosts:   append([]string{"meet.jit.si"}, jitsiServers()...),
		Anchors: []string{"://jitsi.", ":\\/\\/jitsi.", `:\u002f\u002fjitsi.`, "://jitsi-meet.", "org.jitsi.meet:", "jitsi-meet://", "://meet.", ":\\/\\/meet."},
		Docs:    "https://jitsi.github.io/handbook/docs/user-guide/user-guide-share-a-jitsi-meeting",
		Parse:   parseJitsi,
		Forms: []Form{
			{"meet.jit.si/<room>, jitsi.<domain>/<room>, meet.<domain>/<room> beside the service's name", PersonalRoom, PermanentRoom},
			{"org.jitsi.meet://<host>/<room>", PersonalRoom, PermanentRoom},
			{"/static/dialInInfo.html?room=<room>", DialIn, NumberOnly},
		},
	}
}

// jitsiServers are public servers, open to everybody, from the community's list of instances. They name no organisation.
func jitsiServers() []string {
	return []string{
		"framatalk.org", "talk.brave.com", "talk.fdn.fr", "talk.snopyta.org", "meet.ffmuc.net", "meet.golem.de", "meet.systemli.org", "meet.in-berlin.de",
		"meet.opensuse.org", "jitsi.riot.im", "kuketz-meet.de", "fairmeeting.net", "meet.hostpoint.ch", "meet.scheible.it", "meet.guifi.net",
		"meet.calyx.net", "meet.nerd.re", "meet.mayfirst.org", "meet.greenhost.net", "vc.autistici.org", "rendez-vous.renater.fr", "meet.evolix.org",
		"webconf.numerique.gouv.fr", "meet.domainepublic.net", "meet.waag.org", "meet.adminforge.de", "meet.roflcopter.fr", "suricate.tv",
		"meet.linus-neumann.de", "meet.infomaniak.com", "visio.ecloud.global", "meet.jitsi.world", "teamjoin.de", "meet.nixnet.services", "calls.disroot.org",
		"meet.golem.network", "meet.speakup.info", "meet.isf.es", "konferenz.netzbegruenung.de",
	}
}

func parseJitsi(u *URL) (Link, error) {
	if u.Base == "" && (jitsiProject(u.Host) || u.Scheme == "" || anybodysMeet(u)) || !strings.Contains(u.Host, ".") {
		return Link{}, NotAMeeting
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: u.Host, Host: u.Host}
	if u.Base == "" {
		l.Org = u.Host
	} else {
		l.Realm = strings.TrimPrefix(u.Host, "www.")
	}
	if u.SecretParams("jwt") != nil {
		l.AddSecret("jwt")
	}
	segs := u.Segs()
	switch {
	case len(segs) == 0:
		return Link{}, NotAMeeting
	case strings.EqualFold(segs[0], "static"):
		if !strings.EqualFold(u.Seg(1), "dialInInfo.html") || u.Param("room") == "" {
			return Link{}, NotAMeeting
		}
		l.Kind, l.Class, l.Path = DialIn, NumberOnly, "/static/dialInInfo.html?room={id}"
		return jitsiRoom(u, l, []string{strings.ReplaceAll(u.Param("room"), "+", " ")})
	case u.Base == "" && len(segs) > 1 || len(segs) > 2 || jitsiPage(segs):
		return Link{}, NotAMeeting
	}
	l.Path = "/{id}"
	return jitsiRoom(u, l, segs)
}

// anybodysMeet reports whether nothing says that a host which begins with "meet.", as those of many services do, is a server of this
// one. A host that its organisation registered has no anchor. "meet.jitsi" is what containers call theirs.
func anybodysMeet(u *URL) bool {
	if !strings.HasSuffix(u.Anchor, "/meet.") {
		return false
	}
	return strings.Count(u.Host, ".") < 2 || isSitePage(u.Seg(0)) || !namesJitsi(u)
}

// namesJitsi reports whether the text before the link, or the few words behind it, name the service.
func namesJitsi(u *URL) bool {
	name := []byte("jitsi")
	return bytes.Contains(bytes.ToLower(u.head), name) || bytes.Contains(bytes.ToLower(u.tail[:min(len(u.tail), maxNaming)]), name)
}

const maxNaming = 60 // bytes

// jitsiProject: the project's own hosts, which begin with its name.
func jitsiProject(host string) bool {
	return slices.Contains([]string{"jitsi.org", "jitsi.net", "jitsi.com", "jitsi.github.io", "jitsi.support", "jitsi.dev", "jitsi.readthedocs.io"}, host)
}

// jitsiPage: what a server serves beside rooms, and the service's front pages.
func jitsiPage(segs []string) bool {
	switch strings.ToLower(segs[0]) {
	case "http-bind", "http-pre-bind", "xmpp-websocket", "colibri-ws", "conference-request", "room-info", "stats", "about", "accueil", "home", "libs", "static", "css", "images", "sounds", "fonts", "lang", "api",
		"favicon.ico", "config", "_unlock", "authenticate", "login", "app-login", "shibboleth", "shibboleth.sso", "voxapi", "download", "downloads", "etherpad", "metadata", "pwa-worker.js", "base.html", "privacy", "terms", "info", "faq", "docs", "blog", "impressum", "imprint", "datenschutz", "widget":
		return true
	}
	return isSiteFile(lastOf(segs))
}

// jitsiRoom reads a room, or a tenant and a room in it.
func jitsiRoom(u *URL, l Link, segs []string) (Link, error) {
	room, err := roomName(u, lastOf(segs))
	switch {
	case err != nil:
		return Link{}, err
	case u.Base == "" && sampleHost(u.Host):
		return Link{}, Placeholder
	case len(room) < 2 || strings.ContainsAny(room, "/?&:'\"@#"):
		return Link{}, Incomplete
	case u.Base != "" && len(segs) == 1 && strings.EqualFold(room, "moderated"): // the part before a moderated room's code
		return Link{}, Incomplete
	case u.Base != "" && len(segs) == 1 && genericRoom(room) && !u.believes(room):
		return Link{}, Placeholder
	}
	if len(segs) == 2 {
		if first := lowerASCII(segs[0]); u.Host != "meet.jit.si" && (first == "c" || first == "t" || first == "u") { // a forum's section, subject or user
			return Link{}, NotAMeeting
		}
		if sampleRoom(segs[0]) {
			return Link{}, Placeholder
		}
		room = segs[0] + "/" + room
	}
	l.ID, l.Fold = room, true
	return l, nil
}
