package matchers

import "testing"

// Spaces were seen on pages of conferences and groups.
func TestGather(t *testing.T) {
	runPlatform(t, gather(), []hit{
		{"<li>Sprechstunde: <a href=\"https://app.gather.town/app/Af5wjXzMTZR3dCLF/spax-community\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "Af5wjXzMTZR3dCLF"}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/app.gather.town\\/app\\/Af5wjXzMTZR3dCLF\\/poster%20hall?spawnToken=6eabPkRCRPTCSNSw\",\"seats\":12}", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "Af5wjXzMTZR3dCLF", Secrets: []string{"spawnToken"}}},
		{"  { id: 4, title: 'Retro', url: 'https://app.v2.gather.town/app/Af5wjXzMTZR3dCLF/hq', open: true },", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "Af5wjXzMTZR3dCLF"}},
		{"Nos vemos el martes a las 18 h: https://gather.town/app/Af5wjXzMTZR3dCLF. ¡Hasta pronto!", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "Af5wjXzMTZR3dCLF"}},
		{"          url = \"https://app.v2.gather.town/app/hooli-hq-5be1d0c7-94a2-4f6e-8d31-a7c09e42b6f8/join\";", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "5be1d0c7-94a2-4f6e-8d31-a7c09e42b6f8"}},
		{"destination: \"https://app.v2.gather.town/app/5be1d0c7-94a2-4f6e-8d31-a7c09e42b6f8/join?guest=true\",", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "5be1d0c7-94a2-4f6e-8d31-a7c09e42b6f8"}},
		{"<a href=\"https://app.v2.gather.town/app/5be1d0c7-94a2-4f6e-8d31-a7c09e42b6f8/invite/e07b39d2-16c4-4a85-b3f0-92d8c75a41be?copysource=peoplePanel\">", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "5be1d0c7-94a2-4f6e-8d31-a7c09e42b6f8", Secrets: []string{"invite"}}},
		{"https://app.v2.gather.town/app/5be1d0c7-94a2-4f6e-8d31-a7c09e42b6f8/Invite/e07b39d2-16c4-4a85-b3f0-92d8c75a41be/join", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "5be1d0c7-94a2-4f6e-8d31-a7c09e42b6f8", Secrets: []string{"invite"}}},
		{"https://app.v2.gather.town/app/5be1d0c7-94a2-4f6e-8d31-a7c09e42b6f8/invite/friends", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "5be1d0c7-94a2-4f6e-8d31-a7c09e42b6f8"}},
		{"We meet in [Gather](https://app.gather.town/invite?token=mK7dXq2RbVt9LwZf4HsP).", Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "invite", ID: "mK7dXq2RbVt9LwZf4HsP"}},
		{"window.open(\"https://gather.town/invite?token=T8nB_c4WkRj6QyVd1GzMf9XhLs-2PtEa\", \"_blank\")", Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "invite", ID: "T8nB_c4WkRj6QyVd1GzMf9XhLs-2PtEa"}},
		{"log in to  <a href=https://app.gather.town/events/wKm4TzR-8xQv2Lp7YdBn>Gather.Town</a>.", Link{Kind: Event, Class: PublicForm, Space: "event", ID: "wKm4TzR-8xQv2Lp7YdBn"}},
		{"<a target=\"_gather\" href=\"https://app.gather.town/events/QRm7I2xKWWbV81opZbqd\">Meet us</a>", Link{Kind: Event, Class: PublicForm, Space: "event", ID: "QRm7I2xKWWbV81opZbqd"}},
		{"・招待URL：https://gather.town/invite?token=kW4xZq7R\n・パスワード：", Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "invite", ID: "kW4xZq7R"}},
		{"* Where: https://gather.town/i/QdR7mXk2", Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "invite", ID: "QdR7mXk2"}},
		{"Office hours in [Gather Town](https://gather.town/Af5wjXzMTZR3dCLF/hooli-cis)", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "Af5wjXzMTZR3dCLF"}},
	}, []string{
		"href={`https://gather.town/invite?token=${data.event.gather_link}`}", "https://app.gather.town/invite?token=YOUR_TOKEN", "https://app.gather.town/invite?token=abc123", "https://app.gather.town/invite", "https://app.gather.town/events/upcoming", "https://app.gather.town/events/our-summer-party-2024", "https://gather.town/i/invited", "https://app.v2.gather.town/app/{spaceId}/invite/{inviteId}",
		"https://app.v2.gather.town/app", "`https://app.v2.gather.town/main.<hash>.js`", "https://gather.town/participants-list/hooli", "https://app.v2.gather.town/app/hooli-00000000-0000-0000-0000-000000000000/join",
		"      placeholder: 'https://app.gather.town/app/{spaceId}/{name}',\n      required: true,",
		"3. Paste the link, for example `https://app.gather.town/app/x/y`, and press **Save**.",
		"usage: joinbot [--record] https://app.gather.town/app/ASDF/my_room",
		"    expect(parse('https://app.gather.town/app/1a2S3d4F5G/1a2S-3d4F_5G6h')).toBe(true);",
		"      placeholder: 'https://app.gather.town/app/XXXXXXXXXXXXXXXX/office',\n      required: true,",
		"Need help? https://gather.town | Unsubscribe",
		"See the [vendor page](https://app.gather.town/apikeys) for details.",
		"<a href=\"https://www.gather.town/\">More</a>",
		"Need help? https://support.gather.town/hc/en-us | Unsubscribe",
	})
}
