package matchers

import "testing"

// Documented; worlds were seen in programs and pages.
func TestWorkAdventure(t *testing.T) {
	runPlatform(t, workAdventure(), []hit{
		{"Bonjour,\n\nle lien : <https://play.workadventu.re/@/vandelaylabs/hq/open-space>\n\nÀ demain", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "vandelaylabs/hq/open-space", Org: "vandelaylabs"}},
		{"date,topic,link\n2023-02-14,Budget,https://play.workadventu.re/@/globex/campus\n2023-02-21,Hiring,tba\n", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "globex/campus", Org: "globex"}},
	}, []string{
		"usage: joinbot [--record] https://play.workadventu.re/@/[organization-name]/[world-name]",
		"    expect(parse('https://play.workadventu.re/@/example/world/room')).toBe(true);",
		"<a href=\"https://play.workadventu.re/_/global/globex.example/maps/lobby.tmj\">More</a>",
		"Need help? https://play.workadventu.re/iframe_api.js | Unsubscribe",
		"         *        example: \"https://play.workadventu.re/@/teamSlug/worldSlug/roomSlug\"",
	})
}
