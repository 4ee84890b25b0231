package matchers

import (
	"slices"
	"strings"
	"testing"
)

func TestGoesOn(t *testing.T) {
	for _, tail := range []string{"${id}'", "{id}", "#{room}\"", "$room\"", "<?php", "' + id", "' +\n id", "\" + \"abc\"", "'.$id", "' . implode('-', $x)", "` + x", "\" & room", "' || id", "é"} {
		if !goesOn(tail) {
			t.Errorf("goesOn(%q) = false", tail)
		}
	}
	for _, tail := range []string{"", "\"", "'>", "' + '\\n'", "\". Then we", "'.replace(a, b)", "\"&quot;", "</a>", ")", "会议", ". Next", "\" + \"\\n\\nSee you\"", "'; x"} {
		if goesOn(tail) {
			t.Errorf("goesOn(%q) = true", tail)
		}
	}
}

func TestSampleHost(t *testing.T) {
	for _, host := range []string{"jitsi.example.com", "your-server.org", "yourdomain.tld", "localhost", "192.168.1.2", "127.0.0.1", "bbb.local", "my-org.mattermost.com"} {
		if !sampleHost(host) {
			t.Errorf("sampleHost(%q) = false", host)
		}
	}
	for _, host := range []string{"jitsi.acme.example", "bbb.uni-acme.de", "203.0.113.9", "yourke.example", "mycloud.example"} {
		if sampleHost(host) {
			t.Errorf("sampleHost(%q) = true", host)
		}
	}
}

func TestGenericRoom(t *testing.T) {
	for _, room := range []string{"standup-room", "team-room", "MyTeamStandup", "customroom", "Planning_Room_2", "team sync", "jane.doe", "meeting-42", "demo123",
		"sprintreview", "chat-app", "doctor3_patient17", "class-02-lesson-9", "helloRoom", "instant-meeting", "dr-somebody", "mentorship-session", "my-event", "teacher-training-4", "live-room", "LiveClass3", "sess1", "appt-2", "coach_slot_3"} {
		if !genericRoom(room) {
			t.Errorf("genericRoom(%q) = false", room)
		}
	}
	for _, room := range []string{"", "acme-standup", "fpga-users-group", "tonik", "hooliretro", "standup-2024", "weekly-acme-call", "27", "roomy", "drlee", "hellogoods", "instantnoodles", "live-aid-globex", "event-horizon", "acme-course", "patient-2024-3", "doctoracme",
		"class-48213"} {
		if genericRoom(room) {
			t.Errorf("genericRoom(%q) = true", room)
		}
	}
}

func TestSampleEnd(t *testing.T) {
	for _, room := range []string{"lesson-abc123", "435abc123", "globex-call-abc123def456", "acme-xyz", "board_abc", "consult-1234", "acme-foo", "doctor123", "Room1234", "fake-board", "deadbeef", "Mock_Visit", "visit-room-id", "somewhere", "Sala", "minha-sala", "ZIMMER_NAME", "SALA_ID", "dr-lastname", "Trial", "trial-room", "deneme", "Prueba", "teste1234", "q2w3e4r5t6", "VandelayCare-2026-00000001", "globex-0001", "VandelayHall-test123", "globex-room1234", "exemplo-1", "beispiel-raum", "sala-ejemplo", "abc-defg", "abc-def-ghi", "lmnop", "def456", "ghi-789", "vandelay-call-a1b2c3", "vandelay_A1B2", "a1b2c3", "vandelay-ghi789", "VandelayMatch-order-123-1718034962", "globex-order-1234-1718034962", "k123456", "vandelay-k12345"} {
		if !sampleRoom(room) {
			t.Errorf("sampleRoom(%q) = false", room)
		}
	}
	for _, room := range []string{"acme-1243", "xyzzy-board", "acme-abcoffee", "bar-vandelay", "globex-137", "empathy123", "doctor7", "room124", "fakery-club", "mockingbird", "komunitas-id", "trialto", "sala-globex", "salamanca", "GLOBEX_HQ", "zimmer_7", "provato", "essai-globex", "globex-001", "globex-100001", "acme-0017", "globex-contest123", "vandelay-room7", "exemplos-globex", "contohan-7", "defoe", "globex-1233-room", "vandelay-1123-hall", "k1234", "k12346", "zimmer12345", "def", "def457", "abdefg", "vandelay-a1b2k9"} {
		if sampleRoom(room) {
			t.Errorf("sampleRoom(%q) = true", room)
		}
	}
}

// FuzzRooms: no text makes the platforms of rooms and codes panic, place a sighting outside the text, or show an id in a path.
func FuzzRooms(f *testing.F) {
	platforms := []Platform{slack(), mattermost(), gotomeeting(), whatsapp(), houseparty(), jitsi(), eightByEight(), whereby(), ringcentral(),
		bigbluebutton(), chime(), bluejeans(), zoho(), lifesize(), starleaf(), dialpad(), discord(), telegram()}
	for _, seed := range []string{
		"https://join.slack.com/t/a/shared_invite/zt-", "https://x.y/a/channels/b?join_call=true", "https://x.y/signup_user_complete/?id=", "https://meet.goto.com/a/b", "https://app.gotowebinar.com/index.html#1/2/3",
		"https://chat.whatsapp.com/%", "whatsapp://chat/?code=", "https://app.houseparty.com/a", "https://meet.jit.si/%20%ff", "org.jitsi.meet://a.b/c", "https://8x8.vc/a/%00", "https://a.whereby.com/b?roomKey=c",
		"rcvdt://join/1", "1.2@rcv.com", "https://a.b/b/abc-def-ghi", "https://a.b/rooms/x/join", "https://a.b/bigbluebutton/api/join?meetingID=%41&checksum=1", "chime://meeting?pin=1", "https://bluejeans.com/s/@", "@bjn.vc",
		"https://meeting.zoho.com/join?key=", "https://meet.zoho.eu/-", "x@lifesizecloud.com", "https://meetings.dialpad.com/room/.", "https://discord.gg/-", "https://t.me/+", "https://.t.me?videochat", "tg://resolve?domain=&videochat",
	} {
		f.Add(seed)
	}
	finder := NewFinder(platforms)
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range finder.FindIn([]byte(text), 0, len(text)) {
			if s.Start < 0 || s.Start >= s.End || s.End > len(text) || s.ID == "" || s.Kind == "" || s.Class == "" {
				t.Errorf("%q: sighting [%d, %d) of %s", text, s.Start, s.End, describeLink(s.Link))
			}
			if s.Host != "" && !strings.Contains(s.Path, "{id}") {
				t.Errorf("%q: path %q has no place for the id", text, s.Path)
			}
		}
	})
}

func TestVariableNames(t *testing.T) {
	for _, room := range []string{"callName", "teamSlug", "meetingRoomId", "aaa-bbb", "eee"} {
		if !sampleRoom(room) {
			t.Errorf("sampleRoom(%q) = false", room)
		}
	}
	for _, room := range []string{"TeamName2", "pyramid", "bbb-acme", "aa-bb", "VandelayCode"} {
		if sampleRoom(room) {
			t.Errorf("sampleRoom(%q) = true", room)
		}
	}
}

// A query or a fragment ends a room's name in the path, whatever code joins on behind it.
func TestEndedRoom(t *testing.T) {
	for text, want := range map[string]bool{
		"'https://meet.jit.si/VandelayHall#' . $x":           true,
		"`https://globex.daily.co/hall-two?t=${token}`":      true,
		"'https://meet.jit.si/VandelayHall' . $x":            false,
		"\"https://vdo.ninja/?room=globexhall\" + number":    false,
		"\"https://meet.jit.si/VandelayHall\" + roomSuffix;": false,
	} {
		if found := Standard().FindIn([]byte(text), 0, len(text)); (len(found) > 0) != want {
			t.Errorf("%s: found %v, want %v", text, len(found) > 0, want)
		}
	}
}

// What a form's field shows is a sample when it is of plain words. What stands behind the field is none.
func TestPromptedRoom(t *testing.T) {
	const link = "https://meet.jit.si/vandelay-tea"
	for text, want := range map[string]int{
		`<input placeholder="` + link + `">`: 0, `"placeholder": "e.g. ` + link + `"`: 0, `{\"placeholder\":\"` + link + `\"}`: 0, "placeholder={`" + link + "`}": 0,
		`<input placeholder=""><a href=` + link + `>`: 1, `<input placeholder="" value=` + link + `>`: 1, `<input placeholder=\"\" value=` + link + `>`: 1,
		`<input placeholder='Name'> ` + link: 1, `<textarea placeholder=""> ` + link: 1, `<input placeholder="Name" value="` + link + `">`: 1,
	} {
		if found := Find([]byte(text)); len(found) != want {
			t.Errorf("%s: %d found, want %d", text, len(found), want)
		}
	}
}

// A letter that nobody encoded belongs to a room's name; one that was decoded wrongly ends it, and then nothing is known.
func TestUnencodedRoom(t *testing.T) {
	for text, want := range map[string]string{
		"'https://meet.jit.si/vandelay-café'": "vandelay-café", "(https://meet.jit.si/hooli-réunion-7)": "hooli-réunion-7", "https://globex.whereby.com/kjøkken end": "kjøkken",
		"https://meet.jit.si/VandelayHallâ€™s": "", "https://meet.jit.si/VandelayHallÂ ": "", "`https://meet.jit.si/vandelay-é${n}`": "", "https://meet.jit.si/VandelayHall日本": "VandelayHall",
		"https://meet.jit.si/VandelayHall?é": "VandelayHall", "https://meet.jit.si/VandelayHallé": "VandelayHallé",
	} {
		id := ""
		if found := Standard().FindIn([]byte(text), 0, len(text)); len(found) > 0 {
			id = found[0].ID
		}
		if id != want {
			t.Errorf("%s: %q, want %q", text, id, want)
		}
	}
}

// Names that companies give by rule are nobody's sample.
func TestNumberedNamesAreReal(t *testing.T) {
	for name, want := range map[string]bool{"jsmith": true, "janesmith1": true, "john.doe": true, "jsmith12": false, "r.okafor2": false} {
		if placeholderName(name) != want {
			t.Errorf("%s: placeholder %v", name, !want)
		}
	}
}

// The table of sample words is asked in small letters, and by whole words cut at white space: each must be there and give a sample away.
func TestSampleTable(t *testing.T) {
	for column := range sampleColumns {
		list := column.list()
		if len(list) == 0 || len(slices.Compact(slices.Sorted(slices.Values(list)))) != len(list) {
			t.Errorf("column %d is empty or names a word twice: %q", column, list)
		}
		for _, word := range list {
			if word != strings.ToLower(word) || !column.is(word) || !column.within("kx"+word+"kx") {
				t.Errorf("column %d does not know its word %q", column, word)
			}
		}
	}
	for what, sample := range map[string]bool{
		"placeholderWord": placeholderWord("Your-Company"), "sampleRoom": sampleRoom("Dr-Smith"), "counted room": sampleRoom("doctor123"), "placeholderName": placeholderName("Max.Mustermann"),
		"namesField": namesField("First.Last"), "sampleOrg": sampleOrg("workspace"), "sampleDomain": sampleDomain("Contoso.com"), "placeholderSecret": placeholderSecret("REDACTED"),
		"placeholderToken": placeholderToken("9fqwerty2"), "keyboard": placeholderToken("1q2w3e4r5t6y7u8i"), "inventedCode": inventedCode("kTestroom9x"), "in a room": sampleRoom("the-roomname-9"), "genericRoom": genericRoom("Team Sync 2"),
		"greeting": sampleRoom("Hello-World"), "invitation's words": placeholderToken("HooliInviteCode9") && placeholderToken("myInviteLink7") && placeholderToken("k7InviteHash") && placeholderToken("GroupInvite77"),
		"domain": sampleHost("meet.company.com"), "private domain": sampleHost("meet.lan"),
	} {
		if !sample {
			t.Errorf("%s: no sample", what)
		}
	}
}
