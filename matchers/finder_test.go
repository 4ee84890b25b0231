package matchers

import (
	"slices"
	"strings"
	"testing"
)

// The sweep stops at every form that package unwrap reads: a link is told with its wrapper, from where that begins.
// Left out are wrappers on the very host of a platform, whose pages are the platform's.
func TestWrappersAreFoundByTheSweep(t *testing.T) {
	const target = "https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116"
	for text, wrapper := range map[string]string{
		"https://www.google.com/url?q=" + target:                                                "google",
		"https://www.google.com/url/?q=" + target + "&sa=D":                                     "google",
		`https:\/\/www.google.co.uk\/url?q=` + target:                                           "google",
		"https%3A%2F%2Fwww.google.com%2Furl%3Fq%3D" + target:                                    "google",
		"https%3A%2F%2Fwww.google.com%2Furl%2F%3Fq%3D" + target:                                 "google",
		"https://translate.google.com/translate?sl=de&u=" + target:                              "google",
		"https://docs.google.com/viewer?url=" + target:                                          "google",
		"https://docs.google.com/gview?url=" + target:                                           "google",
		"https://meet.google.com/linkredirect?authuser=0&dest=" + target:                        "google",
		"https://www.google.com/amp/s/acme.zoom.us/j/84930275116":                               "google-amp",
		"https://l.facebook.com/l.php?u=" + target + "&h=AT0":                                   "meta",
		"https://social-plugins.line.me/lineit/share?url=" + target:                             "line-share",
		"https://www.facebook.com/sharer/sharer.php?u=" + target:                                "facebook-share",
		"data:text/plain;base64,aHR0cHM6Ly9tZWV0Lmdvb2dsZS5jb20venJhLXpieW4tdmNp":               "data",
		"https://calendar.google.com/calendar/render?action=TEMPLATE&text=x&location=" + target: "google-calendar",
	} {
		found := Find([]byte(text))
		if len(found) != 1 || found[0].Start != 0 || !slices.Contains(found[0].Via, wrapper) {
			t.Errorf("%s: found %+v, want one from the start via %s", text, found, wrapper)
		}
	}
}

// Heads only save work: what is passed over for them is what Parse says no to.
func TestHeadsLeaveNoFormOut(t *testing.T) {
	for _, p := range All() {
		for _, form := range p.Forms {
			for shape := range strings.SplitSeq(form.Shape, ", ") {
				_, path, _ := strings.Cut(strings.ReplaceAll(shape, "[/join]", ""), "/")
				if headedElsewhere([]byte("/"+path), p.Heads) {
					t.Errorf("%s: the form %s is passed over", p.Name, shape)
				}
			}
		}
	}
}

// The longest name that the DNS allows can be somebody's own host.
func TestLongestOwnHost(t *testing.T) {
	host := strings.Repeat(strings.Repeat("q", 60)+".", 5)[:maxHost-len(".example")] + ".example"
	if s := one(t, NewFinder(All(), host), "https://"+host+"/weekly-sync"); s.Platform != "jitsi" || s.ID != "weekly-sync" {
		t.Errorf("found %+v", s.Link)
	}
	NewFinder(All(), "q"+host) // too long for a name: not looked for
}

// Links that are known by a path are found in every spelling of its slashes.
func TestSlashesInEverySpelling(t *testing.T) {
	for _, link := range []string{
		"https://m.me/j/AbZkq3Rw7TnXv5Yp/", "https://vc.feishu.cn/j/473918265", "https://bbb.globex.example/b/ann-k7p-wqz-3fm",
		"https://live.globex.example/rooms/t4c-9kz-w2n-m7x/join", "https://vc.globex.example/webapp/conference/ann.lee", "https://vc.globex.example/webapp3/m/ann.lee",
	} {
		for _, s := range slashed(link) {
			colon := ":"
			switch {
			case strings.Contains(s, "%252f"):
				colon = "%253a"
			case strings.Contains(s, "%2f"):
				colon = "%3a"
			}
			text := "{\"url\": \"" + strings.Replace(s, ":", colon, 1) + "\"}"
			if found := Find([]byte(text)); len(found) != 1 {
				t.Errorf("%d links in %s", len(found), text)
			}
		}
	}
}
