package matchers

import "testing"

// Registration pages were seen on community pages; the rest in programs.
func TestDemio(t *testing.T) {
	runPlatform(t, demio(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://event.demio.com/ref/uRGrf2g96p9xJHtE5RWg\n2023-02-21,Hiring,tba\n", Link{Kind: Registration, Class: PublicForm, ID: "uRGrf2g96p9xJHtE5RWg"}},
		{"今夜20時から → https://my.demio.com/ref/dxVeBq4tmu0NMhNQ （参加自由）", Link{Kind: Registration, Class: PublicForm, ID: "dxVeBq4tmu0NMhNQ"}},
		{"The group meets [here](https://event.demio.com/join/dxVeBq4tmu0NMhNQ) every other Thursday.", Link{Kind: Webinar, Class: AttendeePersonal, Space: "join", ID: "dxVeBq4tmu0NMhNQ"}},
		{"<li>Sprechstunde: <a href=\"https://event.demio.com/simulated-webinar/dxVeBq4tmu0NMhNQ\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Webinar, Class: AttendeePersonal, Space: "join", ID: "dxVeBq4tmu0NMhNQ"}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/my.demio.com\\/recording\\/dxVeBq4tmu0NMhNQ\",\"seats\":12}", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "dxVeBq4tmu0NMhNQ"}},
		{"<a href=\"https://my.demio.com/recording/HuXFWzsd\" target=\"_blank\">Se webinaret her!</a>", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "HuXFWzsd"}},
	}, []string{
		"3. Paste the link, for example `https://event.demio.com/ref/<id>`, and press **Save**.",
		"usage: joinbot [--record] https://event.demio.com/ref/abc123",
		"    expect(parse('https://event.demio.com/join/x')).toBe(true);",
		"      placeholder: 'https://event.demio.com/register/...',\n      required: true,",
		"<a href=\"https://my.demio.com/api/v1/ping\">More</a>",
		"Need help? https://my.demio.com/manage/api-details | Unsubscribe",
		"See the [vendor page](https://www.demio.com/pricing) for details.",
		"<a href=\"https://my.demio.com/login\">More</a>",
		"<a href=\"https://my.demio.com/recording/tutorials\">More</a>",
	})
}
