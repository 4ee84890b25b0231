package matchers

import "testing"

// The shape stands in the clients' sources.
func TestWire(t *testing.T) {
	runPlatform(t, wire(), []hit{
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/account.wire.com\\/conversation-join\\/?key=u6Yo8lohE6w2wxqP_oiF&code=c5w7jdRIbASDazNML9mE\",\"seats\":12}", Link{Kind: GroupInvite, Class: ChatInvite, ID: "u6Yo8lohE6w2wxqP_oiF", Secrets: []string{"code"}}},
		{"  { id: 4, title: 'Retro', url: 'wire://conversation-join/?key=u6Yo8lohE6w2wxqP_oiF&code=9h9JTbvL-X75uZ7psA50', open: true },", Link{Kind: GroupInvite, Class: ChatInvite, ID: "u6Yo8lohE6w2wxqP_oiF", Secrets: []string{"code"}}},
	}, []string{
		"usage: joinbot [--record] https://account.wire.com/conversation-join/?key=KEY&code=CODE",
		"    expect(parse('https://account.wire.com/conversation-join/?key=${key}&code=${code}')).toBe(true);",
		"Need help? https://account.wire.com/login | Unsubscribe",
		"See the [vendor page](https://app.wire.com/) for details.",
	})
}
