package unwrap

import "testing"

func TestSafeLinks(t *testing.T) {
	zoom := "https://acme.zoom.us/j/84930275116?pwd=Tk9U%3D"
	enc := "https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3DTk9U%253D"
	noise := "&data=05%7C02%7Cjane%40globex.example%7C0&sdata=x%3D&reserved=0"
	check(t, "safelinks", []example{
		{url: "https://nam02.safelinks.protection.outlook.com/?url=" + enc + noise, texts: one(zoom)},
		{url: "https://EUR05.SafeLinks.Protection.Outlook.com/?data=05%7C02&URL=" + enc, texts: one(zoom)},
		{url: "https://gcc02.safelinks.protection.outlook.com/GetUrlReputation?url=" + enc + noise, texts: one(zoom)},
		{url: "safelinks.protection.outlook.com/?url=" + enc, texts: one(zoom)},
		{url: "https://eur01.safelinks.protection.outlook.com/ap/t-59584e83/?url=" + enc + "&amp;data=05", texts: one(zoom)},
		{url: "https://usg01.safelinks.protection.office365.us/?url=" + enc + noise, texts: one(zoom)},
		{url: "https://nam06.safelinks.protection.outlook.com/ap/p-59584e83/?url=https:%2f%2facme.zoom.us%2fj%2f84930275116%3fpwd%3dTk9U%253D" + noise, texts: one(zoom)},
		{url: "https://nam06.safelinks.protection.outlook.com/?url=" + zoom + noise, texts: one(zoom)},
		{url: "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url=" + enc + "&locale=en-gb&dest=https%3A%2F%2Fteams.microsoft.com%2Fapi", texts: one(zoom)},
		{url: "https://staticsint.teams.cdn.office.net/evergreen-assets/safelinks/2/atp-safelinks.html?url=" + enc, texts: one(zoom)},
		{url: "https://outlook.office.com/mail/safelink.html?url=" + enc, texts: one(zoom)},
		{url: "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"},
		{url: "https://nam02.safelinks.protection.outlook.com/?url="},
		{url: "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2F"},
		{url: "https://nam02.safelinks.protection.outlook.com/"},
	}, "https://outlook.office.com/mail/inbox?url="+enc, "https://outlook.com/?url="+enc)
}
