package matchers

import "testing"

// The old form was seen in public pages, the new one is built by the sources.
func TestElementCall(t *testing.T) {
	runPlatform(t, elementCall(), []hit{
		{"今夜20時から → https://call.element.io/vandelay-retro （参加自由）", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "vandelay-retro"}},
		{"The group meets [here](https://call.element.io/room/#/globex-sync?roomId=!PzDalfDsnqdVtx8qRu:call.ems.host&password=zg1ODn5N5LBS9QN3JFCVJw) every other Thursday.", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "globex-sync", Secrets: []string{"password"}}},
		{"<li>Sprechstunde: <a href=\"https://call.element.io/room#/globex-sync?appPrompt=false\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "globex-sync"}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/call.element.io\\/room\\/#\\/?roomId=!PzDalfDsnqdVtx8qRu:call.ems.host&password=GY4bIjBkadI9itK27Vtkpk\",\"seats\":12}", Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "id", ID: "!PzDalfDsnqdVtx8qRu:call.ems.host", Secrets: []string{"password"}}},
		{"call: https://call.element.io/VandelayElements", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "VandelayElements"}},
	}, []string{
		"usage: joinbot [--record] https://call.element.io/test",
		"    expect(parse('https://call.element.io/{room}')).toBe(true);",
		"      placeholder: 'https://call.element.io/abc',\n      required: true,",
		"3. Paste the link, for example `https://call.element.io/#?room=%21room123`, and press **Save**.",
		"<a href=\"https://call.element.io/\">More</a>",
		"Need help? https://call.element.io/room | Unsubscribe",
		"See the [vendor page](https://call.element.io/config.json) for details.",
		"<a href=\"https://call.element.io/...\">More</a>",
		"val url = \"https://call.element.io/TestElementCall\"", "https://call.element.io/room/#/element-call-demo",
		"        guard let url = URL(string: \"https://call.element.io/room#/callName?appPrompt=true&confineToRoom=false\"),",
	})
}
