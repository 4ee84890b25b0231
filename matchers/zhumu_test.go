package matchers

import "testing"

// Numbers were seen in newsletters of projects.
func TestZhumu(t *testing.T) {
	runPlatform(t, zhumu(), []hit{
		{"<li>Sprechstunde: <a href=\"https://welink.zhumu.com/j/391698150\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Meeting, Class: JoinWithSecret, ID: "391698150"}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/welink.zhumu.com\\/j\\/391698150?pwd=aHj4UnOMeP\",\"seats\":12}", Link{Kind: Meeting, Class: JoinWithSecret, ID: "391698150", Secrets: []string{"pwd"}}},
	}, []string{
		"    expect(parse('https://welink.zhumu.com/j/123456789?pwd=abc123')).toBe(true);",
		"      placeholder: 'https://welink.zhumu.com/j/{number}',\n      required: true,",
		"Need help? https://welink.zhumu.com/client/latest/zhumu_amd64.deb | Unsubscribe",
		"See the [vendor page](https://www.zhumu.com/download) for details.",
	})
}
