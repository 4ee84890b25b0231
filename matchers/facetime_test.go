package matchers

import "testing"

// Links were seen in SQL dumps, route files and mails; the placeholders in calendar programs' tests.
func TestFaceTime(t *testing.T) {
	runPlatform(t, facetime(), []hit{
		{"The group meets [here](https://facetime.apple.com/join#v=1&p=M0XvqZjxTW3xvboSRt5Mh3&k=1nIj7BRd03Q2ybv097SHzxgQA6TCvY4dhKMlRdZQ9Qs) every other Thursday.", Link{Kind: Meeting, Class: JoinWithSecret, ID: "M0XvqZjxTW3xvboSRt5Mh3", Secrets: []string{"k"}}},
		{"<li>Sprechstunde: <a href=\"https://facetime.apple.com/join#v=1&amp;p=GQ4tRv8e+ZsKx1mW7bLd/A&amp;k=b9OZiFZ3HLKv797TPNbpjava1bMZwIMlvdp5gjTrD8O\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Meeting, Class: JoinWithSecret, ID: "GQ4tRv8e+ZsKx1mW7bLd/A", Secrets: []string{"k"}}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/facetime.apple.com\\/join#v=1&p=Vd3kR8%2BtQz5LwX1mJe7HsA\",\"seats\":12}", Link{Kind: Meeting, Class: JoinWithSecret, ID: "Vd3kR8+tQz5LwX1mJe7HsA"}},
	}, []string{
		"      placeholder: 'https://facetime.apple.com/join#v=1&p=x',\n      required: true,",
		"3. Paste the link, for example `https://facetime.apple.com/join#v=1&p=AbCdEf&k=GhIj`, and press **Save**.",
		"usage: joinbot [--record] https://facetime.apple.com/join/example",
		"    expect(parse('https://facetime.apple.com/join... link copied')).toBe(true);",
		"      placeholder: 'https://facetime.apple.com/join#v=1&p=XXXXXXXXXXXXXXXXXXXXXX&k=YYYY',\n      required: true,",
		"Need help? https://facetime.apple.com/ | Unsubscribe",
		"See the [vendor page](https://support.apple.com/facetime) for details.",
	})
}
