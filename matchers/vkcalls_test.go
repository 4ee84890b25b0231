package matchers

import "testing"

// Links were seen in posts and pages; the network has both endings.
func TestVKCalls(t *testing.T) {
	runPlatform(t, vkCalls(), []hit{
		{"<li>Sprechstunde: <a href=\"https://vk.com/call/join/F391_PHA0dwlyQrQomEa0cHr0WUbUpo0yjUtDX8c9_z\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Meeting, Class: JoinWithSecret, ID: "F391_PHA0dwlyQrQomEa0cHr0WUbUpo0yjUtDX8c9_z"}},
		{"  { id: 4, title: 'Retro', url: 'https://m.vk.ru/call/join/F391_PHA0dwlyQrQomEa0cHr0WUbUpo0yjUtDX8c9_z#x', open: true },", Link{Kind: Meeting, Class: JoinWithSecret, ID: "F391_PHA0dwlyQrQomEa0cHr0WUbUpo0yjUtDX8c9_z"}},
	}, []string{
		"    expect(parse('https://vk.com/call/join/...')).toBe(true);",
		"      placeholder: 'https://vk.com/call/join/<invite>',\n      required: true,",
		"3. Paste the link, for example `https://vk.com/call/join/test`, and press **Save**.",
		"usage: joinbot [--record] https://vk.com/call/join/dQw4w9WgXcQ",
		"<a href=\"https://vk.com/calls\">More</a>",
		"Need help? https://vk.com/club154043425 | Unsubscribe",
		"See the [vendor page](https://vk.com/away.php?to=https%3A%2F%2Fhooli.example) for details.",
	})
}
