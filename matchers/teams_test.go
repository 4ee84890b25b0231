package matchers

import (
	"strings"
	"testing"
)

// The ids are invented: guids typed at random, threads are the base64 of such guids.
const (
	teamsThreadA  = "19:meeting_N2M0MWYwZDktMjVhYi00ZTYzLTliMTgtZDA0ZjZhMmU4YzU3@thread.v2"
	teamsPayloadA = "N2M0MWYwZDktMjVhYi00ZTYzLTliMTgtZDA0ZjZhMmU4YzU3"
	teamsTenant   = "4b7d90e2-6f13-4c8a-a5d7-1e0926c3b8f4"
	teamsOid      = "c5f2a817-93be-4d06-8a41-7f6e0d92b35c"
)

func teamsHit() Link {
	return Link{Kind: Meeting, Class: JoinWithSecret, Space: "thread", ID: teamsThreadA, Org: teamsTenant, Owner: teamsOid}
}

func teamsHits() []hit {
	noOwner := teamsHit()
	noOwner.Owner = ""
	nobody := noOwner
	nobody.Org = ""
	options := teamsHit()
	options.Kind = OptionsPage
	light := teamsHit()
	light.Secrets = []string{"coords"}
	recap := teamsHit()
	recap.Kind, recap.Class = Recording, PastContent
	short := Link{Kind: Meeting, Class: JoinWithSecret, Space: "meet", ID: "284615039720461", Secrets: []string{"p"}}
	bareShort := short
	bareShort.Secrets = nil
	home := Link{Kind: Meeting, Class: JoinWithSecret, Space: "live", ID: "9384710265318", Secrets: []string{"p"}}
	homeAtWork := home
	homeAtWork.Space = "meet"
	homeAtWork.AddAlias(home.Key())
	channel := Link{Kind: Meeting, Class: JoinWithSecret, Space: "thread", ID: "19:8f31c05e7b9a42d6a0e4c7138d5b29f6@thread.tacv2:1617093824715", Org: teamsTenant, Owner: teamsOid}
	raw := "19:meeting_" + teamsPayloadA + "@thread.v2"
	encoded := "19%3ameeting_" + teamsPayloadA + "%40thread.v2/0?context=%7b%22Tid%22%3a%22" + teamsTenant + "%22%2c%22Oid%22%3a%22" + teamsOid + "%22%7d"
	params := "organizerId=" + teamsOid + "&tenantId=" + teamsTenant + "&threadId=19_meeting_" + teamsPayloadA + "@thread.v2&messageId=0&language=en-US"
	return []hit{
		// the join link of an invitation, in Markdown
		{"[Join](https://teams.microsoft.com/l/meetup-join/" + encoded + ").", teamsHit()},
		// upper-case escapes, HTML attribute
		{`<a href="https://teams.microsoft.com/l/meetup-join/19%3Ameeting_` + teamsPayloadA + `%40thread.v2/0?context=%7B%22Tid%22%3A%22` + teamsTenant + `%22%2C%22Oid%22%3A%22` + teamsOid + `%22%7D&amp;anon=true">x</a>`, teamsHit()},
		// address copied with its escapes undone: the context is raw JSON
		{"curl https://teams.microsoft.com/l/meetup-join/" + raw + `/0?context={"Tid":"` + teamsTenant + `","Oid":"` + teamsOid + `"}`, teamsHit()},
		// the same inside a JSON string, and unquoted
		{`"url": "https://teams.microsoft.com/l/meetup-join/` + raw + `/0?context={\"Tid\":\"` + teamsTenant + `\",\"Oid\":\"` + teamsOid + `\"}"`, teamsHit()},
		{"https://teams.microsoft.com/l/meetup-join/" + raw + "/0?context={Tid:" + teamsTenant + ",Oid:" + teamsOid + "} ", teamsHit()},
		// raw context in HTML references
		{"https://teams.microsoft.com/l/meetup-join/" + raw + "/0?context={&quot;Tid&quot;:&quot;" + teamsTenant + "&quot;,&quot;Oid&quot;:&quot;" + teamsOid + "&quot;}", teamsHit()},
		// no organiser; no context at all
		{"https://teams.microsoft.com/l/meetup-join/19%3ameeting_" + teamsPayloadA + "%40thread.v2/0?context=%7b%22Tid%22%3a%22" + teamsTenant + "%22%7d", noOwner},
		{"| https://teams.microsoft.com/l/meetup-join/19%3ameeting_" + teamsPayloadA + "%40thread.v2/0 |", nobody},
		// twice encoded
		{"https://teams.microsoft.com/l/meetup-join/19%253ameeting_" + teamsPayloadA + "%2540thread.v2/0?context=%257b%2522Tid%2522%253a%2522" + teamsTenant + "%2522%252c%2522Oid%2522%253a%2522" + teamsOid + "%2522%257d", teamsHit()},
		// launcher page, encoded and as a browser shows it
		{"https://teams.microsoft.com/dl/launcher/launcher.html?url=%2F_%23%2Fl%2Fmeetup-join%2F19%3Ameeting_" + teamsPayloadA + "%40thread.v2%2F0%3Fcontext%3D%257b%2522Tid%2522%253a%2522" + teamsTenant + "%2522%252c%2522Oid%2522%253a%2522" + teamsOid + "%2522%257d%26anon%3Dtrue&type=meetup-join&deeplinkId=1f0a7c93-55d2-4be8-9c06-a83e17d4b290&suppressPrompt=true\n<p>", teamsHit()},
		{"https://teams.microsoft.com/dl/launcher/launcher.html?url=/_#/l/meetup-join/" + encoded + "&type=meetup-join", teamsHit()},
		{"https://teams.microsoft.com/dl/launcher/launcher.html?url=%2F_%23%2Fmeet%2F284615039720461%3Fp%3Dq8Zt2LmVx4NrKc7Bw9%26anon%3Dtrue&type=meet", short},
		// copies of the address bar, the old and the new client
		{"https://teams.microsoft.com/_#/l/meetup-join/" + encoded, teamsHit()},
		{"https://teams.microsoft.com/_#/pre-join-calling/" + raw, nobody},
		{"https://teams.microsoft.com/v2/?meetingjoin=true#/l/meetup-join/" + encoded, teamsHit()},
		{"https://teams.microsoft.com/v2/?meetingjoin=true#/meet/284615039720461?p=q8Zt2LmVx4NrKc7Bw9&anon=true", short},
		// the scheme, with and without the host
		{"open msteams:/l/meetup-join/" + encoded, teamsHit()},
		{"msteams://teams.microsoft.com/l/meetup-join/" + encoded, teamsHit()},
		// other clouds and the successor domain, and a proxy that adds its own
		{"https://gov.teams.microsoft.us/l/meetup-join/" + encoded, teamsHit()},
		{"https://dod.teams.microsoft.us/l/meetup-join/" + encoded, teamsHit()},
		{"https://teams.cloud.microsoft/l/meetup-join/" + encoded, teamsHit()},
		{"https://teams.microsoft.com.mcas.ms/l/meetup-join/" + encoded, teamsHit()},
		// a channel's meeting: the message is part of it
		{"https://teams.microsoft.com/l/meetup-join/19%3a8f31c05e7b9a42d6a0e4c7138d5b29f6%40thread.tacv2/1617093824715?context=%7b%22Tid%22%3a%22" + teamsTenant + "%22%2c%22Oid%22%3a%22" + teamsOid + "%22%7d", channel},
		// short links: of work with and without the token, of home, in a published schedule, shell-escaped, glued
		{`const LINK = "https://teams.microsoft.com/meet/284615039720461?p=q8Zt2LmVx4NrKc7Bw9";`, short},
		{"| Tuesday | teams.microsoft.com/meet/284615039720461 |", bareShort},
		{`open https://teams.microsoft.com/meet/284615039720461\?p\=q8Zt2LmVx4NrKc7Bw9`, short},
		{"https://teams.microsoft.com/meet/284615039720461rnMeeting", bareShort},
		{"https://teams.live.com/meet/9384710265318?p=kT4vQx81LmZaRo3Wpe", home},
		{"https://teams.microsoft.com/meet/9384710265318?p=kT4vQx81LmZaRo3Wpe", homeAtWork},
		// light meetings: coordinates in base64
		{"https://teams.microsoft.com/light-meetings/launch?agent=web&coords=eyJjb252ZXJzYXRpb25JZCI6ICIxOTptZWV0aW5nX04yTTBNV1l3WkRrdE1qVmhZaTAwWlRZekxUbGlNVGd0WkRBMFpqWmhNbVU0WXpVM0B0aHJlYWQudjIiLCAidGVuYW50SWQiOiAiNGI3ZDkwZTItNmYxMy00YzhhLWE1ZDctMWUwOTI2YzNiOGY0IiwgIm1lc3NhZ2VJZCI6ICIwIiwgIm9yZ2FuaXplcklkIjogImM1ZjJhODE3LTkzYmUtNGQwNi04YTQxLTdmNmUwZDkyYjM1YyJ9&deeplinkId=x", light},
		{"https://teams.live.com/light-meetings/launch?coords=eyJtZWV0aW5nQ29kZSI6ICI5Mzg0NzEwMjY1MzE4IiwgInBhc3Njb2RlIjogImtUNHZReDgxTG1aYSJ9&x=1", Link{Kind: Meeting, Class: JoinWithSecret, Space: "live", ID: "9384710265318", Secrets: []string{"passcode"}}},
		// options page: in mail HTML, encoded, and with its ampersands lost by a calendar's export
		{`<a href="https://teams.microsoft.com/meetingOptions/?` + strings.ReplaceAll(params, "&", "&amp;") + `">Meeting options</a>`, options},
		{"href%3D%22https%3A%2F%2Fteams.microsoft.com%2FmeetingOptions%2F%3ForganizerId%3D" + teamsOid + "%26tenantId%3D" + teamsTenant + "%26threadId%3D19_meeting_" + teamsPayloadA + "%40thread.v2%26messageId%3D0%22+rel", options},
		{"Meeting optionshttps://teams.microsoft.com/meetingOptions/?" + strings.ReplaceAll(params, "&", ""), options},
		// recap with the thread, and with the recording's file only
		{"[Recap](https://teams.microsoft.com/l/meetingrecap?driveId=b%21x&threadId=19%3ameeting_" + teamsPayloadA + "%40thread.v2&organizerId=" + teamsOid + "&tenantId=" + teamsTenant + "&callId=1)", recap},
		{"https://teams.microsoft.com/l/meetingrecap?driveId=b%21tQ&driveItemId=01QWZRTB5KNPXC7HDMLVAGJY4S6EU2OIF3&sitePath=https%3A%2F%2Facme-my.example%2Fx", Link{Kind: Recording, Class: PastContent, Space: "recap", ID: "01QWZRTB5KNPXC7HDMLVAGJY4S6EU2OIF3"}},
		// webinar and town hall pages
		{"REGISTER: https://events.teams.microsoft.com/event/2f8e05b7-c9d1-46a3-8e70-b4a91d63f2c5@" + teamsTenant + "?wt.mc_id=x", Link{Kind: Event, Class: PublicForm, Space: "event", ID: "2f8e05b7-c9d1-46a3-8e70-b4a91d63f2c5", Org: teamsTenant}},
		{"(https://events.teams.microsoft.com/event/2f8e05b7-c9d1-46a3-8e70-b4a91d63f2c5%40" + teamsTenant + ").", Link{Kind: Event, Class: PublicForm, Space: "event", ID: "2f8e05b7-c9d1-46a3-8e70-b4a91d63f2c5", Org: teamsTenant}},
		// older webinar form: tokens with commas; the first token is the tenant
		{"<https://teams.microsoft.com/registration/4pB9SxNvikyl1x4JJsO49A,rT8wPz2LkEqvXn5cYbHsMg,jU3xGd7RaVmWtQ9oZfKyNp?mode=read&tenantId=" + teamsTenant + ">", Link{Kind: Registration, Class: PublicForm, Space: "registration", ID: "4pB9SxNvikyl1x4JJsO49A,rT8wPz2LkEqvXn5cYbHsMg,jU3xGd7RaVmWtQ9oZfKyNp", Org: teamsTenant}},
		{"https://teams.microsoft.com/registration/4pB9SxNvikyl1x4JJsO49A,rT8wPz2LkEqvXn5cYbHsMg,jU3xGd7RaVmWtQ9oZfKyNp", Link{Kind: Registration, Class: PublicForm, Space: "registration", ID: "4pB9SxNvikyl1x4JJsO49A,rT8wPz2LkEqvXn5cYbHsMg,jU3xGd7RaVmWtQ9oZfKyNp", Org: teamsTenant}},
		// page of access numbers, in quoted-printable mail too
		{"[Local numbers](https://dialin.teams.microsoft.com/6ad0f29c-48b7-4e51-b03d-97c2e8a41f65?id=482610573)", Link{Kind: DialIn, Class: NumberOnly, Space: "conf", ID: "482610573"}},
		{"Local numbers<https://dialin.cpc.gov.teams.microsoft.us/6ad0f29c-48b7-4e51-b03d-97c2e8a41f65?id=3D482610573>", Link{Kind: DialIn, Class: NumberOnly, Space: "conf", ID: "482610573"}},
		// calendar properties of an appointment whose join link was taken out
		{"X-MICROSOFT-SKYPETEAMSPROPERTIES:{\"cid\":\"19:meeting_" + teamsPayloadA[:20] + "\r\n " + teamsPayloadA[20:] + "@thread.v2\"\\,\"private\":true\\,\"type\":0}", nobody},
		{"X-MICROSOFT-SCHEDULINGSERVICEUPDATEURL:https://api.scheduler.teams.microsoft.com/teams/" + teamsTenant + "/" + teamsOid + "/19_meeting_" + teamsPayloadA + "@thread.v2/0", teamsHit()},
		{"X-MICROSOFT-SCHEDULINGSERVICEUPDATEURL:https://api.scheduler.teams.microsof\r\n t.com/teams/" + teamsTenant + "/" + teamsOid + "/19_meeting_" + teamsPayloadA[:10] + "\r\n " + teamsPayloadA[10:] + "@thread.v2/0", teamsHit()},
		{"X-MICROSOFT-SCHEDULINGSERVICEUPDATEURL:https://api.scheduler.teams.microsoft.com/teamsforlife/9384710265318", Link{Kind: Meeting, Class: JoinWithSecret, Space: "live", ID: "9384710265318"}},
		{"X-MICROSOFT-ONLINEMEETINGCONFLINK:conf:sip:jo@acme.example\\;gruu\\;opaque=app:conf:focus:id:teams:2:0!19:meeting_" + teamsPayloadA + "-thread.v2!c5f2a81793be4d068a417f6e0d92b35c", nobody},
		// a folded join link: the thread and its tenant stand on later lines
		{"X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/l/meetup-join/\n 19%3ameeting_" + teamsPayloadA + "%40thread.v2/0?conte\n xt=%7b%22Tid%22%3a%22" + teamsTenant + "%22%2c%22Oid%22%3a%22" + teamsOid[:8] + "\n " + teamsOid[8:] + "%22%7d\n", teamsHit()},
		// the same in an indented copy, and in source code that joins its lines
		{"    X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.live.com/meet/9384710265318?\n     p=kT4vQx81LmZaRo3Wpe\n    X-OTHER:1", home},
		{"'X-MICROSOFT-SKYPETEAMSPROPERTIES:{\"cid\":\"19:meeting_" + teamsPayloadA[:20] + "' . \"\\r\\n\" .\n' " + teamsPayloadA[20:] + "@thread.v2\"'", nobody},
		// the beginning of the link was cut away
		{"etup-join/19%3ameeting_" + teamsPayloadA + "%40thread.v2/0?context=%7b%22Tid%22%3a%22" + teamsTenant + "%22%7d>", noOwner},
		// defanged at the first dot only
		{"hxxps://teams[.]microsoft.com/meet/284615039720461?p=q8Zt2LmVx4NrKc7Bw9", short},
		// notes in Markdown; a copy of the Graph API's own sample, with a colon too many
		{"- Thread id: `19_meeting_" + teamsPayloadA + "@thread.v2`", nobody},
		{`"joinWebUrl": "https://teams.microsoft.com/l/meetup-join/19%3a:meeting_` + teamsPayloadA + `@thread.v2/0?context=%7b%22Tid%22%3a%22` + teamsTenant + `%22%7d"`, noOwner},
		// an online meeting as Graph returns it
		{`"chatInfo": {"threadId": "` + raw + `", "messageId": "0"}`, nobody},
	}
}

func teamsMisses() []string {
	return []string{
		// deep links that are no meetings
		"https://teams.microsoft.com/l/chat/0/0?users=jo@acme.example",
		"https://teams.microsoft.com/l/chat/" + teamsThreadA + "/0?tenantId=" + teamsTenant,
		"https://teams.microsoft.com/l/message/" + teamsThreadA + "/1617093824715?context=x",
		"https://teams.microsoft.com/l/channel/19%3a8f31c05e7b9a42d6a0e4c7138d5b29f6%40thread.tacv2/General?groupId=x",
		"https://teams.microsoft.com/l/team/19%3a8f31c05e7b9a42d6a0e4c7138d5b29f6%40thread.tacv2/conversations?groupId=" + teamsOid + "&tenantId=" + teamsTenant,
		"https://teams.microsoft.com/_#/school/conversations/General?threadId=19:8f31c05e7b9a42d6a0e4c7138d5b29f6@thread.tacv2&ctx=channel",
		"https://teams.microsoft.com/l/meeting/new?subject=x and https://teams.microsoft.com/l/meeting/details?eventId=y",
		"https://teams.microsoft.com/downloads https://teams.microsoft.com/v2/ https://teams.live.com/",
		"https://teams.microsoft.com/dl/launcher/launcher.html?url=%2F_%23%2Fl%2Fchat%2F0%2F0%3Fusers%3Da&type=chat",
		"https://dialin.teams.microsoft.com/usp/pstnconferencing",
		// a thread alone names a chat
		`client.chats("` + teamsThreadA + `").get()`,
		// placeholders
		"https://teams.microsoft.com/l/meetup-join/19%3ameeting_ABC123%40thread.v2/0?context=secret",
		"https://teams.microsoft.com/l/meetup-join/19%3ameeting_...",
		"https://teams.microsoft.com/l/meetup-join/abc123",
		"https://teams.microsoft.com/l/meetup-join/${meetingId}",
		"https://teams.microsoft.com/l/meetup-join/19:meeting_NDQ3Y2Q1NDEtY2I5Ni00MzEyfffffffffffffffffffffffff@thread.v2/0",
		"https://teams.microsoft.com/l/meetup-join/19:meeting_" + teamsPayloadA[:44] + "0000@thread.v2/0",
		"https://teams.microsoft.com/l/meetup-join/19:meeting_" + teamsPayloadA[:9] + "nTqz" + teamsPayloadA[13:] + "@thread.v2/0",
		"https://teams.microsoft.com/l/meetup-join/19:meeting_MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw@thread.v2/0",
		"https://teams.microsoft.com/meet/123 https://teams.microsoft.com/meet/example https://teams.microsoft.com/meet/<id>?p=<passcode>",
		"https://teams.microsoft.com/meet/21234567890123?p=AbCdEfGhIjKlMnOp https://teams.live.com/meet/9876543210",
		"https://teams.microsoft.com/meet/2846150397?p=abc https://teams.live.com/meet/9418260712345?p=abc https://teams.live.com/meet/9300000000000",
		"https://teams.microsoft.com/l/meetup-join/19%3ameeting_N2QyMWM2ZTgtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw%40thread.v2/0",
		"https://teams.microsoft.com/meetingOptions/?organizerId=YOUR_ORGANIZER_ID&tenantId=YOUR_TENANT_ID&threadId=19_meeting_EXAMPLE_MEETING_ID@thread.v2&messageId=0",
		"https://teams.microsoft.com/meetingOptions/?meetingId=abc123",
		"https://teams.microsoft.com/registration/example https://events.teams.microsoft.com/event/registration",
		"https://dialin.teams.microsoft.com/6ad0f29c-48b7-4e51-b03d-97c2e8a41f65?id=xxxxxxx",
		"https://teams.microsoft.com/light-meetings/launch?coords=not-base64 https://teams.microsoft.com/light-meetings/launch?p=cM5gEphg2N&anon=true",
		`"cid":"19:meeting_abc@thread.v2"`,
		// shown cut off
		"teams.microsoft.com/meet/2846150397…",
		// the home service's numbers have thirteen digits: this one stops in the middle
		"meetingUrl: 'https://teams.live.com/meet/94281750364",
	}
}

func TestTeams(t *testing.T) { runPlatform(t, teams(), teamsHits(), teamsMisses()) }

// One meeting has one key, in whatever form it is written.
func TestTeamsFormsShareKey(t *testing.T) {
	f := NewFinder([]Platform{teams()})
	for _, text := range []string{
		"https://teams.microsoft.com/meetingOptions/?threadId=19_meeting_" + teamsPayloadA + "@thread.v2",
		"https://teams.microsoft.com/l/meetup-join/19%3ameeting_" + teamsPayloadA + "%40thread.v2/0",
		"opaque=app:conf:focus:id:teams:2:0!19:meeting_" + teamsPayloadA + "-thread.v2!x",
	} {
		found := f.FindIn([]byte(text), 0, len(text))
		if len(found) != 1 || found[0].Key() != "teams::thread:"+teamsThreadA {
			t.Errorf("%q: found %v", text, found)
		}
	}
}

// The mask of a thread shows next to nothing, because the thread is the way in.
func TestTeamsMask(t *testing.T) {
	l := teamsHit()
	l.Platform, l.Host, l.Path = "teams", "teams.microsoft.com", "/l/meetup-join/{id}"
	if shown := l.MaskedURL(); strings.Contains(shown, teamsPayloadA[:4]) {
		t.Errorf("the mask shows too much: %s", shown)
	}
}

func FuzzBareTeams(f *testing.F) {
	for _, h := range teamsHits() {
		f.Add([]byte(h.text))
	}
	finder := NewFinder([]Platform{teams()})
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, s := range finder.FindIn(text, 0, len(text)) {
			if s.ID == "" || s.Start < 0 || s.End > len(text) || s.Start >= s.End {
				t.Fatalf("bad sighting %+v", s)
			}
		}
	})
}
