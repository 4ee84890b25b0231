package matchers

import "testing"

// Both forms are documented and were seen in frames.
func TestMiroTalk(t *testing.T) {
	runPlatform(t, mirotalk(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://p2p.mirotalk.com/join/45698PoorChair\n2023-02-21,Hiring,tba\n", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "p2p", ID: "45698PoorChair"}},
		{"今夜20時から → https://p2p.mirotalk.com/join?room=45698PoorChair&name=teacher&video=0 （参加自由）", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "p2p", ID: "45698PoorChair"}},
		{"The group meets [here](https://sfu.mirotalk.com/join/?room=globex-board&roomPassword=GC4wXzke) every other Thursday.", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "sfu", ID: "globex-board", Secrets: []string{"roomPassword"}}},
	}, []string{
		"usage: joinbot [--record] https://p2p.mirotalk.com/join?room=test&name=mirotalk",
		"    expect(parse('https://sfu.mirotalk.com/join/${room}')).toBe(true);",
		"See the [vendor page](https://docs.mirotalk.com/mirotalk-p2p/) for details.",
		"<a href=\"https://p2p.mirotalk.com/newcall\">More</a>",
		"Need help? https://p2p.mirotalk.com/ | Unsubscribe",
	})
}
