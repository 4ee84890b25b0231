package matchers

import "testing"

// Rooms were seen in READMEs and code, on the makers' host and on sandboxes.
func TestLiveKit(t *testing.T) {
	runPlatform(t, livekit(), []hit{
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/meet.livekit.io\\/rooms\\/srok-fe4f#I5CIloFpb5US794K9TkMw6IcWxzjdb\",\"seats\":12}", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "meet", ID: "srok-fe4f", Secrets: []string{"passphrase"}}},
		{"  { id: 4, title: 'Retro', url: 'https://meet.livekit.io/rooms/globex-lab-9', open: true },", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "meet", ID: "globex-lab-9"}},
		{"Nos vemos el martes a las 18 h: https://swift-terminal-k7qz3m.sandbox.livekit.io/rooms/board-sync. ¡Hasta pronto!", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "swift-terminal-k7qz3m.sandbox", ID: "board-sync"}},
		{"            String liveURL = \"https://distributed-service-kb493y.sandbox.livekit.io/rooms/upz2-jhek#\" + token;", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "distributed-service-kb493y.sandbox", ID: "upz2-jhek"}},
	}, []string{
		"    expect(parse('https://meet.livekit.io/rooms/<name>')).toBe(true);",
		"      placeholder: 'https://meet.livekit.io/rooms/test-room',\n      required: true,",
		"3. Paste the link, for example `https://meet.livekit.io/rooms/\" + name`, and press **Save**.",
		"See the [vendor page](https://cloud.livekit.io/rooms/board-sync) for details.",
		"<a href=\"https://docs.livekit.io/home/\">More</a>",
		"Need help? https://meet.livekit.io/ | Unsubscribe",
	})
}
