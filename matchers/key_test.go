package matchers

import (
	"slices"
	"strings"
	"testing"
)

// Who keeps keys alone must come to the same end as the index, whatever space or cloud the link's id belongs to.
func TestKeysOfPatterns(t *testing.T) {
	index := []byte("0123456789abcdef0123456789abcdef")
	for _, test := range []struct{ pattern, text string }{
		{"zoom:849-3027-5116", "https://us02web.zoom.us/j/84930275116?pwd=x"},
		{"zoom:my/JDoe", "https://acme.zoom.us/my/jdoe"},
		{"teams:9384756102837", "https://teams.microsoft.com/meet/9384756102837"},
		{"teams:9384756102837", "https://teams.live.com/meet/9384756102837"},
		{"teams:live/9384756102837", "https://teams.live.com/meet/9384756102837"},
		{"https://teams.microsoft.com/meet/9384756102837?p=x", "https://teams.live.com/meet/9384756102837"},
		{"teams:291847560283", "https://teams.microsoft.com/meet/291847560283?p=Kt4vQx81LmZa"},
		{"teams:483920175", "https://dialin.teams.microsoft.com/0c94e1b7-5a2d-4f68-93b0-7d1e5c8a2f46?id=483920175"},
		{"whereby:acme-Board", "https://whereby.com/acme-Board"},
		{"gotomeeting:Rosa.Iglesias", "https://gotomeet.me/rosa.iglesias"},
		{"gotomeeting:482719503", "https://global.gotowebinar.com/join/482719503"},
		{"gotomeeting:601-397-268", "https://join.me/601-397-268"},
		{"dingtalk:42719036584", "https://meeting.dingtalk.com/app?roomCode=42719036584&token=1_7ac974ac-6e4f-47c3-b82b-bfb32fd94d2c"},
		{"ringcentral:1485730926", "https://meetings.ringcentral.com/j/1485730926"},
		{"mattermost:chat.acme.example/w7qd3nzkxfy8tjmb5ohr1cpgea", "https://chat.acme.example/signup_user_complete/?id=w7qd3nzkxfy8tjmb5ohr1cpgea"},
		{"livestorm:vandelay-inc/lakehouse-basics", "https://app.livestorm.co/vandelay-inc/lakehouse-basics?type=detailed"},
		{"https://acme.zoom.us/j/4443335678", "https://zoom.us/j/4443335678"}, // what a host chose may look like a sample
	} {
		keys, err := KnownKeyIDs(index, test.pattern)
		if err != nil {
			t.Fatalf("%s: %v", test.pattern, err)
		}
		x, err := NewIndex([]Organisation{{Name: "acme", Patterns: []Pattern{{MeetingPattern, test.pattern}}}}, index)
		if err != nil {
			t.Fatalf("%s: %v", test.pattern, err)
		}
		found := credulous().FindIn([]byte(test.text), 0, len(test.text))
		if len(found) != 1 {
			t.Fatalf("%s: %d links", test.text, len(found))
		}
		if l := found[0].Link; len(x.Owners(l, Whereabouts{})) != 1 || !hasKeyOf(keys, index, l) {
			t.Errorf("%s is not %s: %v", test.pattern, l.Key(), x.Owners(l, Whereabouts{}))
		}
	}
}

func TestKeysOfOtherPatterns(t *testing.T) {
	index := []byte("0123456789abcdef0123456789abcdef")
	for pattern, text := range map[string]string{
		"zoom:84930275116":                     "https://zoom.us/j/84930275117",
		"teams:meet/9384756102837":             "https://teams.live.com/meet/9384756102837",
		"jitsi:meet.acme.example/WindFarmJury": "https://meet.jit.si/WindFarmJury",
	} {
		keys, err := KnownKeyIDs(index, pattern)
		if err != nil {
			t.Fatal(err)
		}
		found := Find([]byte(text))
		if len(found) != 1 {
			t.Fatalf("%s: %d links", text, len(found))
		}
		if hasKeyOf(keys, index, found[0].Link) {
			t.Errorf("%s fits %s", pattern, found[0].Key())
		}
	}
	for _, none := range []string{"", "zoom:", "84930275116", "yonder:84930275116", "jitsi:board"} {
		if keys, err := KnownKeyIDs(index, none); err == nil || len(keys) > 0 {
			t.Errorf("%q: %d keys", none, len(keys))
		}
	}
}

// hasKeyOf: of the link or of an alias.
func hasKeyOf(keys []string, index []byte, l Link) bool {
	h := newHasher(index)
	return slices.ContainsFunc(append([]string{l.Key()}, l.Aliases...), func(key string) bool { return slices.Contains(keys, h.key(key)) })
}

// All that the corpus names is found again by the number or room that its key ends in. What no pattern can name is passed over.
func TestKeysOfTheCorpus(t *testing.T) {
	index := []byte("0123456789abcdef0123456789abcdef")
	seen, known := map[string]bool{}, 0
	for text := range corpusTexts {
		for _, s := range Find([]byte(text)) {
			if seen[s.Platform+":"+s.Space] || s.Possible || s.Platform == "mattermost" || strings.Contains(s.Realm, "/") {
				continue
			}
			seen[s.Platform+":"+s.Space] = true
			pattern := s.Platform + ":" + s.ID
			if s.Realm != "" && (s.Platform != "zoom" || s.Realm != "commercial") {
				pattern = s.Platform + ":" + s.Realm + "/" + s.ID
			}
			keys, err := KnownKeyIDs(index, pattern)
			if err != nil {
				continue
			}
			known++
			if !hasKeyOf(keys, index, s.Link) {
				t.Errorf("%s in space %q of %q is not found by its id", s.Platform, s.Space, s.Realm)
			}
		}
	}
	if known < 100 {
		t.Errorf("%d kinds of links were looked for by their ids, want 100 at least", known)
	}
}
