package matchers

import "testing"

func TestJitsi(t *testing.T) {
	room := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "meet.jit.si", ID: "acme-user-group"}
	with := func(l Link, change func(*Link)) Link { change(&l); return l }
	runPlatform(t, jitsi(), []hit{
		// newsletters, READMEs, iframes
		{"Join us [at this link](https://meet.jit.si/acme-user-group).", room},
		{"https://meet.jit.si/acme-user-group#config.prejoinPageEnabled=false&userInfo.displayName=Rosa", room},
		{"org.jitsi.meet://meet.jit.si/acme-user-group", room},
		{"https://meet.jit.si/acme-user-group?jwt=eyJhbGciOi.Jz84kLq.x7Pq", with(room, func(l *Link) { l.Secrets = []string{"jwt"} })},
		{"<https://meet.jit.si/Acme%20User%20Group>", with(room, func(l *Link) { l.ID = "Acme User Group" })},
		{"https://meet.jit.si/acmelabs/standup", with(room, func(l *Link) { l.ID = "acmelabs/standup" })},
		{"https://meet.jit.si/a/BoardOfTuesday", with(room, func(l *Link) { l.ID = "a/BoardOfTuesday" })},
		// telephone page in mail signatures
		{"https://meet.jit.si/static/dialInInfo.html?room=3Dacme-user-group", with(room, func(l *Link) { l.Kind, l.Class = DialIn, NumberOnly })},
		// other public servers name nobody
		{"`framatalk.org/HooliRD <https://framatalk.org/HooliRD>`_", with(room, func(l *Link) { l.Realm, l.ID = "framatalk.org", "HooliRD" })},
		// an organisation's own server, found by the beginning of its host
		{"https://jitsi.acme.example/Lagebesprechung", with(room, func(l *Link) { l.Realm, l.Org, l.ID = "jitsi.acme.example", "jitsi.acme.example", "Lagebesprechung" })},
		{`{"u":"https:\/\/jitsi.acme.example\/Lagebesprechung"}`, with(room, func(l *Link) { l.Realm, l.Org, l.ID = "jitsi.acme.example", "jitsi.acme.example", "Lagebesprechung" })},
		// one whose host many services could have, named by the text
		{"* Calls: every Tuesday on our [Jitsi](https://meet.acme.example/Lagebesprechung)", with(room, func(l *Link) { l.Realm, l.Org, l.ID = "meet.acme.example", "meet.acme.example", "Lagebesprechung" })},
		{"<a href=\"https://meet.acme.example/Lagebesprechung\">Jitsi</a>", with(room, func(l *Link) { l.Realm, l.Org, l.ID = "meet.acme.example", "meet.acme.example", "Lagebesprechung" })},
		{`{"jitsi":"https:\/\/meet.acme.example\/Lagebesprechung"}`, with(room, func(l *Link) { l.Realm, l.Org, l.ID = "meet.acme.example", "meet.acme.example", "Lagebesprechung" })},
		{"org.jitsi.meet://talk.acme.example/board", with(room, func(l *Link) { l.Realm, l.Org, l.ID = "talk.acme.example", "talk.acme.example", "board" })},
	}, []string{
		"kTalkURL[] = \"https://talk.brave.com/widget\";",
		"placeholder=\"e.g. globex-demo or https://meet.jit.si/moderated/...\"",
		"- `https://meet.jit.si/MyTeamStandup` (room)", "// \"https://meet.jit.si/acme-abc123\"",
		"https://meet.jit.si/", "https://meet.jit.si/external_api.js", "https://meet.jit.si/static/dialInInfo.html", "https://meet.jit.si/static/dialInInfo.html?room=x", "https://meet.jit.si/roomName#config.prejoinPageEnabled=false",
		"`https://meet.jit.si/${room}`", "'https://meet.jit.si/Hooli-' . implode('-', $ids)", "\"https://meet.jit.si/hooli\" + id", "src=\"http://meet.jit.si/'.$voip_id.'\"", "`https://meet.jit.si/hooli${id}`",
		"https://meet.jit.si/kku-session-xxx-timestamp", "https://meet.jit.si/SomeRoom", "replace('https://meet.jit.si/', '')", "https://jitsi.org/downloads/", "xmlns=\"http://jitsi.org/protocol/focus\"",
		"https://jitsi.example.com/room-12", "https://jitsi.acme.example/a/b/c", "https://jitsi.github.io/handbook", "https://framatalk.org/accueil/fr/", "<a href='https://rendez-vous.renater.fr/home/'>Web</a>", "'https://talk.fdn.fr/Shibboleth.sso/SAML2/POST'", "\"https://talk.fdn.fr/shibboleth\": 3", "https://webconf.numerique.gouv.fr/voxapi", "[Forum](https://framatalk.org/c/hooliforge)", "'org.jitsi.meet:features/audio-mode#devices-update'",
		"https://meet.acme.example/Lagebesprechung", "Jitsi runs at https://meet.acme.example/", "Jitsi: https://meet.acme.example/external_api.js", "Jitsi: https://meet.acme.example/help", "Jitsi: https://meet.acme.example/_unlock", "Jitsi: https://meet.jitsi/Lagebesprechung",
		"Jitsi: https://meet.example.com/Lagebesprechung", "Jitsi: https://meet.acme.example/" + "${room}", "Jitsi: https://meet.acme.example/rooms/Lagebesprechung",
		"package=org.jitsi.meet;S.browser", "https://jitsi.acme.example/libs/app.bundle.min.js",
	})
}

// Two spellings of a room are one meeting.
func TestJitsiCase(t *testing.T) {
	f := NewFinder([]Platform{jitsi()})
	one := f.FindIn([]byte("https://meet.jit.si/HooliBoard"), 0, 30)
	two := f.FindIn([]byte("https://meet.jit.si/hooliboard"), 0, 30)
	if len(one) != 1 || len(two) != 1 {
		t.Fatalf("found %d and %d links, want one each", len(one), len(two))
	}
	if one[0].Key() != two[0].Key() && (len(one[0].Aliases) != 1 || one[0].Aliases[0] != two[0].Key()) {
		t.Errorf("aliases %v of %s do not name %s", one[0].Aliases, one[0].Key(), two[0].Key())
	}
}
