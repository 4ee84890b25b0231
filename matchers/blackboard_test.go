package matchers

import "testing"

// Guest links and recordings were seen on course pages.
func TestBlackboardCollaborate(t *testing.T) {
	runPlatform(t, blackboardCollaborate(), []hit{
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/us.bbcollab.com\\/guest\\/7b6be8a5d80786bd6cf3163e3f8e0b14\",\"seats\":12}", Link{Kind: Meeting, Class: JoinWithSecret, ID: "7b6be8a5d80786bd6cf3163e3f8e0b14"}},
		{"  { id: 4, title: 'Retro', url: 'https://eu.bbcollab.com/invite/69B68F45864E1B6B35492582E36C8B70', open: true },", Link{Kind: Meeting, Class: JoinWithSecret, Space: "invite", ID: "69B68F45864E1B6B35492582E36C8B70"}},
		{"Nos vemos el martes a las 18 h: https://us.bbcollab.com/collab/ui/session/join/7b6be8a5d80786bd6cf3163e3f8e0b14. ¡Hasta pronto!", Link{Kind: Meeting, Class: JoinWithSecret, ID: "7b6be8a5d80786bd6cf3163e3f8e0b14"}},
		{"rooms:\n  - name: weekly\n    url: https://us.bbcollab.com/recording/69b68f45864e1b6b35492582e36c8b70\n    owner: board\n", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "69b68f45864e1b6b35492582e36c8b70"}},
		{"Bonjour,\n\nle lien : <https://us.bbcollab.com/collab/ui/session/playback/load/69b68f45864e1b6b35492582e36c8b70>\n\nÀ demain", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "69b68f45864e1b6b35492582e36c8b70"}},
	}, []string{
		"usage: joinbot [--record] https://us.bbcollab.com/guest/{token}",
		"    expect(parse('https://us.bbcollab.com/invite/abc123')).toBe(true);",
		"      placeholder: 'https://us.bbcollab.com/guest/0123456789abcdef0123456789abcdef',\n      required: true,",
		"<a href=\"https://www.bbcollab.com/\">More</a>",
		"Need help? https://eu.bbcollab.com/collab/api/csa | Unsubscribe",
		"See the [vendor page](https://xx-csa.bbcollab.com/documentation#Session) for details.",
	})
}
