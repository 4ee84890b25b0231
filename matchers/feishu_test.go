package matchers

import "testing"

// Links were seen on community pages; in code 123456789 is the rule.
func TestFeishu(t *testing.T) {
	runPlatform(t, feishu(), []hit{
		{"rooms:\n  - name: weekly\n    url: https://vc.feishu.cn/j/146067459\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "cn", ID: "146067459"}},
		{"Bonjour,\n\nle lien : <lark://vc.feishu.cn/j/146067459>\n\nÀ demain", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "cn", ID: "146067459"}},
		{"date,topic,link\n2023-02-14,Budget,https://vc.larksuite.com/j/264601916\n2023-02-21,Hiring,tba\n", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "global", ID: "264601916"}},
		{"今夜20時から → https://globexkeji.feishu.cn/minutes/obcnksok3h0d4tf48abis5n3 （参加自由）", Link{Kind: Recording, Class: PastContent, Realm: "cn", Space: "minutes", ID: "obcnksok3h0d4tf48abis5n3", Org: "globexkeji"}},
		{"'standup': { when: 'Tue 9:00', meetingLink: 'https://vc-sg.larksuite.com/j/264601916', color: '#00a3a3' },", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "global", ID: "264601916"}},
		{"<readonly-block href=\"https://globexkeji.feishu.cn/minutes/embed/obcnksok3h0d4tf48abis5n3?from=ccm\" type=\"iframe\"></readonly-block>", Link{Kind: Recording, Class: PastContent, Realm: "cn", Space: "minutes", ID: "obcnksok3h0d4tf48abis5n3", Org: "globexkeji"}},
		{"| 2026-07-15 | 通过  <br/>https://hoolifund.sg.larksuite.com/minutes/obsgksok3h0d4tf48abis5n3?from=from_copylink |", Link{Kind: Recording, Class: PastContent, Realm: "global", Space: "minutes", ID: "obsgksok3h0d4tf48abis5n3", Org: "hoolifund"}},
	}, []string{
		"3. Paste the link, for example `https://vc.feishu.cn/j/123456789`, and press **Save**.",
		"usage: joinbot [--record] https://vc.feishu.cn/j/real-demo-prepare-stream",
		"    expect(parse('https://vc.feishu.cn/j/\"+meetNumber')).toBe(true);",
		"<a href=\"https://vc.feishu.cn/\">More</a>",
		"Need help? https://www.feishu.cn/product/video | Unsubscribe",
		"See the [vendor page](https://qz7fbvc.feishu.cn/docx/Wm2Kd8sQo7HnTz4) for details.",
		"<a href=\"https://globexkeji.feishu.cn/docx/Wm2Kd8sQo7HnTz4\">More</a>",
		"    it.each([\"https://vc-jp.larksuite.com/j/xxx\"])(",
		"  \"url\": \"https://vc.feishu.cn/j/337736498\",",
		"  \"https://example.feishu.cn/minutes/obcnksok3h0d4tf48abis5n3\" \\",
		"see https://globexkeji.larksuite.com/j/264601916",
	})
}
