package matchers

import "testing"

// Guest links are documented and were seen in frames.
func TestEyeson(t *testing.T) {
	runPlatform(t, eyeson(), []hit{
		{"rooms:\n  - name: weekly\n    url: https://app.eyeson.team/?guest=nWMxHuhflUeSyZga5JRUJHWf\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "nWMxHuhflUeSyZga5JRUJHWf"}},
		{"Bonjour,\n\nle lien : <https://app.eyeson.team/?guest=nWMxHuhflUeSyZga5JRUJHWf&name=Kim>\n\nÀ demain", Link{Kind: Meeting, Class: JoinWithSecret, ID: "nWMxHuhflUeSyZga5JRUJHWf"}},
	}, []string{
		"      placeholder: 'https://app.eyeson.team/?guest=token-for-guest',\n      required: true,",
		"3. Paste the link, for example `https://app.eyeson.team/?guest=<guest_token>`, and press **Save**.",
		"usage: joinbot [--record] https://app.eyeson.team/?guest=TOKEN",
		"Need help? https://app.eyeson.team/ | Unsubscribe",
		"See the [vendor page](https://www.eyeson.com/pricing) for details.",
	})
}
