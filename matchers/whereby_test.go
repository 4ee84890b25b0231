package matchers

import "testing"

func TestWhereby(t *testing.T) {
	room := Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "hooli-dojo"}
	org := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "acmecare", ID: "dr-moura", Org: "acmecare"}
	host := org
	host.Kind, host.Class, host.Secrets = HostStart, HostCredential, []string{"roomKey"}
	standup := org
	standup.ID = "team-standup"
	sample := host
	sample.ID = "example-prefix9c41"
	runPlatform(t, whereby(), []hit{
		{"Video: https://whereby.com/hooli-dojo?embed&minimal", room},
		{"[appear.in/hooli-dojo](https://appear.in/hooli-dojo)", room},
		// words that fit any meeting name one where an organisation's host stands before them
		{"https://acmecare.whereby.com/team-standup", standup},
		{"https://acmecare.whereby.com/dr-moura", org},
		// host links in default values; even under a room name from the documentation the key is real
		{"'https://acmecare.whereby.com/dr-moura?roomKey=eyJhbGciOi.Jz84kLq.x7Pq'", host},
		{"\"https://acmecare.whereby.com/example-prefix9c41?roomKey=eyJhbGciOi.Jz84kLq.x7Pq\"", sample},
		// a key that somebody cut off admits nobody
		{"guest = \"https://acmecare.whereby.com/dr-moura\"; host = \"https://acmecare.whereby.com/dr-moura?roomKey=eyJhbGciOiJIUzI1...\"", org},
		{"host = \"https://acmecare.whereby.com/dr-moura?roomKey=eyJhbGciOiJIUzI1NiJ9...\"", org},
		{"https://acmecare.whereby.com/dr-moura?roomKey=", org},
		{"https://acmecare.whereby.com/dr-moura?roomKey=eyJ...", org},
		{"https://acmecare.whereby.com/dr-moura?roomKey=...", org},
	}, []string{
		"https://whereby.com/information/pricing", "https://whereby.com/user/login", "https://api.whereby.com/v1/meetings", "https://cdn.srv.whereby.com/embed/v2-embed.js", "from \"@whereby.com/core\"", "wraps `@whereby.com/light-effects` on demand",
		"https://packages.acme.example/%40whereby.com%2Fcore", "pkg:npm/%40whereby.com/assistant-sdk", "https://packages.acme.example/@whereby.com%2fcore",
		"import x from '@whereby.com/react-native-sdk/embed'", "https://whereby.com/your-room", "https://<org>.whereby.com/<room>", "'https://appear.in/hooli_op' + item.id", "https://appear.in/images/favicon.png",
		"`https://appear.in/${link}`", "https://whereby.com/", "https://docs.whereby.com/reference", "http://www.whereby.com",
		"exemplo: https://whereby.com/seunome", "ejemplo: https://whereby.com/tu-nombre", "<p>https://whereby.com/votre-nom</p>", "z. B. https://whereby.com/raumname",
		"https://whereby.com/team-room", "\"https://whereby.com/planning-room\",", "https://www.whereby.com/435abc123",
		"[\"Whereby\", \"https://whereby.com/planning-room?roomKey=k1\"]", "room_url = 'https://demo.whereby.com/bridge-room-17'", "values ('https://test.whereby.com/patients')",
		"whereby: [\"https://acme.whereby.com/standup\"]",
		"host_url: 'https://acmecare.whereby.com/dr-moura?roomKey=k7Pq'", "https://acmecare.whereby.com/dr-moura?embed&roomKey=SECRET",
	})
}
