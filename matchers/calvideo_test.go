package matchers

import "testing"

// Links were seen in confirmations and in code.
func TestCalVideo(t *testing.T) {
	runPlatform(t, calVideo(), []hit{
		{"Nos vemos el martes a las 18 h: https://app.cal.com/video/M7AQEAS9J0Ob9MNbVoVDUL. ¡Hasta pronto!", Link{Kind: Meeting, Class: JoinWithSecret, ID: "M7AQEAS9J0Ob9MNbVoVDUL"}},
		{"rooms:\n  - name: weekly\n    url: https://cal.com/video/M7AQEAS9J0Ob9MNbVoVDUL?x=1\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "M7AQEAS9J0Ob9MNbVoVDUL"}},
	}, []string{
		"      placeholder: 'https://app.cal.com/video/founder-call',\n      required: true,",
		"3. Paste the link, for example `https://app.cal.com/video/cal-uid-12345`, and press **Save**.",
		"usage: joinbot [--record] https://app.cal.com/video/{uid}",
		"<a href=\"https://cal.com/vandelay/30min\">More</a>",
		"Need help? https://app.cal.com/cancel/M7AQEAS9J0Ob9MNbVoVDUL | Unsubscribe",
	})
}
