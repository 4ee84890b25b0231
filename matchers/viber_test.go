package matchers

import "testing"

// Invitations were seen on pages of shops and clubs, percent-encoded.
func TestViber(t *testing.T) {
	runPlatform(t, viber(), []hit{
		{"  { id: 4, title: 'Retro', url: 'https://invite.viber.com/?g2=AQBbyPTBEwahaizljUTZOHvEW7De2IKr13ZMcjxArzwDMok3yvngbfg7YoAz4Vwr', open: true },", Link{Kind: GroupInvite, Class: ChatInvite, Space: "g2", ID: "AQBbyPTBEwahaizljUTZOHvEW7De2IKr13ZMcjxArzwDMok3yvngbfg7YoAz4Vwr"}},
		{"Nos vemos el martes a las 18 h: https://invite.viber.com/?g2=AQA%2FyPTBEwahaizljUTZOHvEW7De2IKr13ZMcjxArzwDMok3yvngbfg7YoAz4Vwr. ¡Hasta pronto!", Link{Kind: GroupInvite, Class: ChatInvite, Space: "g2", ID: "AQA/yPTBEwahaizljUTZOHvEW7De2IKr13ZMcjxArzwDMok3yvngbfg7YoAz4Vwr"}},
		{"rooms:\n  - name: weekly\n    url: https://invite.viber.com/?g=kzRylbrJ5fVJnghv3j92bsJxNkdgw9-W\n    owner: board\n", Link{Kind: GroupInvite, Class: ChatInvite, Space: "g", ID: "kzRylbrJ5fVJnghv3j92bsJxNkdgw9-W"}},
	}, []string{
		"    expect(parse('https://invite.viber.com/?g2=abc')).toBe(true);",
		"      placeholder: 'https://invite.viber.com/?g2=ZAMENI_S_TVOQ_LINK',\n      required: true,",
		"3. Paste the link, for example `https://invite.viber.com/?g2A=${encodeURIComponent(text)}`, and press **Save**.",
		"Need help? https://www.viber.com/download | Unsubscribe",
		"See the [vendor page](https://invite.viber.com/) for details.",
	})
}
