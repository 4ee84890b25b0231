package matchers

import "testing"

// The forms are documented; pages of courts and hospitals use all of them.
func TestPexip(t *testing.T) {
	runPlatform(t, pexip(), []hit{
		{"Bonjour,\n\nle lien : <https://vc.globex.example/webapp/#/?conference=court-room-5&pin=7294>\n\nÀ demain", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "vc.globex.example", ID: "court-room-5", Org: "vc.globex.example", Secrets: []string{"pin"}}},
		{"date,topic,link\n2023-02-14,Budget,https://vc.globex.example/webapp/#/?conference=court-room-5&pin=7294&role=host\n2023-02-21,Hiring,tba\n", Link{Kind: HostStart, Class: HostCredential, Realm: "vc.globex.example", ID: "court-room-5", Org: "vc.globex.example", Secrets: []string{"pin"}}},
		{"今夜20時から → https://node2.hearings.vandelay.example/webapp/#/?conference=ola.berg@hearings.vandelay.example （参加自由）", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "node2.hearings.vandelay.example", ID: "ola.berg@hearings.vandelay.example", Org: "node2.hearings.vandelay.example"}},
		{"The group meets [here](https://meet.hooli.example/webapp3/m/wanda.okafor/step-by-step?role=guest) every other Thursday.", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "meet.hooli.example", ID: "wanda.okafor", Org: "meet.hooli.example"}},
		{"<li>Sprechstunde: <a href=\"https://meet.hooli.example/webapp2/conference/49120357?pin=\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "meet.hooli.example", ID: "49120357", Org: "meet.hooli.example"}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/meet.hooli.example\\/webapp\\/?conference=tumour-board&name=Kim\",\"seats\":12}", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "meet.hooli.example", ID: "tumour-board", Org: "meet.hooli.example"}},
		{"// join: https://meet.hooli.example/webapp/m/wanda.okafor/step-by-step?role=guest", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "meet.hooli.example", ID: "wanda.okafor", Org: "meet.hooli.example"}},
		{"https://node2.globex.example/webapp/m/wanda.okafor/mm?name=operator", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "node2.globex.example", ID: "wanda.okafor", Org: "node2.globex.example"}},
		{"https://node2.globex.example/webapp/m/wanda.okafor?join=1", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "node2.globex.example", ID: "wanda.okafor", Org: "node2.globex.example"}},
		{"https://node2.globex.example/webapp/m/wanda.okafor@globex.example", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "node2.globex.example", ID: "wanda.okafor@globex.example", Org: "node2.globex.example"}},
		{"https://vc.globex.example/webapp/m/wanda.okafor", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "vc.globex.example", ID: "wanda.okafor", Org: "vc.globex.example"}},
		{"https://pexip-2.globex.example/webapp/m/wanda.okafor", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "pexip-2.globex.example", ID: "wanda.okafor", Org: "pexip-2.globex.example"}},
	}, []string{
		"`https://${node}/webapp/m/${alias}/step-by-step?role=guest`, \"https://meet.hooli.example/webapp/m/\" + alias",
		"<script src=\"https://meet.hooli.example/shop/src/main/webapp/m/dist/main.js\"></script>",
		"copy it to hooli.example/webapp/m/boardroom by hand",
		"<script src=\"https://meet.hooli.example/webapp/m/dist/main.js\"></script>",
		"<a href=\"https://shop.globex.example/webapp/m/orders\">My orders</a>, https://www.globex.example/webapp/m/wanda.okafor?page=2",
		"gulp.dest('../../source/pc_webapp/WebApp/m/'), \"git/hooli.example/src/main/webapp/m/list.jsp\"",
		"\"https://meet.hooli.example/webapp2/conference/test_call?name=#{name}&join=1\"",
		"url = 'https://meet.hooli.example/webapp/?conference=court-' + room",
		"3. Paste the link, for example `https://vc.example.com/webapp/#/?conference={{alias}}`, and press **Save**.",
		"usage: joinbot [--record] https://meet.example.com/webapp3/m/my-meeting",
		"    expect(parse('https://vc.globex.example/webapp3/m/{sipAddress}')).toBe(true);",
		"      placeholder: 'https://vc.globex.example/webapp3/m/',\n      required: true,",
		"3. Paste the link, for example `https://localhost/webapp3/m/board-room`, and press **Save**.",
		"See the [vendor page](https://docs.pexip.com/admin/link_webapp.htm) for details.",
		"https://pexip.globex.example/webapp3/m/my-vmr?rid=https://open.rocket.example/channel/general",
	})
}
