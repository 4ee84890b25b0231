package matchers

import "testing"

// Both paths stand in the clients' sources; the key is seen with every link.
func TestProtonMeet(t *testing.T) {
	runPlatform(t, protonMeet(), []hit{
		{"  { id: 4, title: 'Retro', url: 'https://meet.proton.me/join/id-KRBHuj4cdA#pwd-hj28iHoTyXPo', open: true },", Link{Kind: Meeting, Class: JoinWithSecret, ID: "id-KRBHuj4cdA", Secrets: []string{"pwd"}}},
		{"Nos vemos el martes a las 18 h: https://meet.proton.me/meeting/id-KRBHuj4cdA#pwd-jkU1ziGrWzY7. ¡Hasta pronto!", Link{Kind: Meeting, Class: JoinWithSecret, ID: "id-KRBHuj4cdA", Secrets: []string{"pwd"}}},
		{"rooms:\n  - name: weekly\n    url: https://meet.proton.me/join/id-KRBHuj4cdA\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "id-KRBHuj4cdA"}},
	}, []string{
		"usage: joinbot [--record] https://meet.proton.me/join/id-1234567890#pwd-1234567890",
		"    expect(parse('https://meet.proton.me/meeting/id-abcdefghij#pwd-password1234')).toBe(true);",
		"      placeholder: 'https://meet.proton.me/meeting/id-abc123#pwd-password123',\n      required: true,",
		"3. Paste the link, for example `https://meet.proton.me/join/id-TESTROOM01#pwd-TESTPASS0001`, and press **Save**.",
		"Need help? https://meet.proton.me/ | Unsubscribe",
		"See the [vendor page](https://proton.me/meet) for details.",
		"<a href=\"https://meet.proton.me/meeting-123\">More</a>",
	})
}
