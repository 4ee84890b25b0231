package matchers

import "strings"

// nextcloudTalk knows the conversations of Nextcloud Talk, which organisations run on their own hosts: /call/ and a token of eight small letters and
// digits, with or without /index.php before it. Without it the host must look like a cloud's, for others have a path /call/ too.
//
// From the sources of Talk (spreed): lib/Manager.php makes the token.
func nextcloudTalk() Platform {
	return Platform{
		Name:    "nextcloud-talk",
		Title:   "Nextcloud Talk",
		Anchors: []string{"/call/", "\\/call\\/", "%2fcall%2f"},
		Docs:    "https://nextcloud-talk.readthedocs.io",
		Parse:   parseNextcloudTalk,
		Forms:   []Form{{"<host>/call/<8>, <host>/index.php/call/<8>", PersonalRoom, PermanentRoom}},
	}
}

func parseNextcloudTalk(u *URL) (Link, error) {
	segs := u.Segs()
	n := len(segs)
	if n < 2 || n > 4 || segs[n-2] != "call" || !strings.Contains(u.Host, ".") {
		return Link{}, NotAMeeting
	}
	token := segs[n-1]
	plain := n < 3 || segs[n-3] != "index.php"
	switch {
	case placeholderWord(token) || sampleHost(u.Host):
		return Link{}, Placeholder
	case len(token) != 8 || !all(token, isTalkByte) || plain && (!cloudHost(u.Host, segs[:n-2]) || !strings.ContainsAny(token, "0123456789")):
		return Link{}, NotAMeeting
	case inventedCode(token):
		return Link{}, Placeholder
	}
	site := strings.Join(append([]string{u.Host}, segs[:n-2]...), "/")
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: strings.TrimSuffix(site, "/index.php"), ID: token, Org: u.Host, Host: u.Host}
	l.Path = strings.TrimPrefix(site, u.Host) + "/call/{id}"
	return l, nil
}

func isTalkByte(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'z' }

// cloudHost reports whether a host's labels, or the path that the service lies under, are those that people give a Nextcloud.
func cloudHost(host string, under []string) bool {
	for label := range strings.SplitSeq(host, ".") {
		switch label {
		case "nc", "next", "talk", "files", "drive", "share", "office", "nuage", "nube", "wolke", "box", "sync", "oc", "collab", "hub", "work", "portal":
			return true
		}
		if strings.Contains(label, "cloud") {
			return true
		}
	}
	for _, seg := range under {
		if strings.Contains(seg, "cloud") || seg == "nc" {
			return true
		}
	}
	return false
}
