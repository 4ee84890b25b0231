package unwrap

import "testing"

func TestCisco(t *testing.T) {
	check(t, "cisco", []example{
		{url: "https://secure-web.cisco.com/1W2R4YL-x_Y/https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3Da%252Bb", texts: one("https://acme.zoom.us/j/84930275116?pwd=a%2Bb")},
		{url: "http://secure-web.cisco.com/1W2R/https://acme.zoom.us/j/84930275116?pwd=a%2Bb", texts: one("https://acme.zoom.us/j/84930275116?pwd=a%2Bb")},
		{url: "https://secure-web.cisco.com/1W2R4YL-x_Y"},
		{url: "https://secure-web.cisco.com/1W2R4YL-x_Y/"},
	}, "https://www.cisco.com/1W2R/https%3A%2F%2Facme.example")
}

func TestMimecast(t *testing.T) {
	check(t, "mimecast", []example{
		{url: "https://protect-us.mimecast.com/s/Qw7rTzL?domain=Acme.Zoom.us", domain: "acme.zoom.us"},
		{url: "https://eu-protect.mimecast.com/s/Qw7rTzL?domain=acme.zoom.us", domain: "acme.zoom.us"},
		{url: "https://url.uk.m.mimecastprotect.com/s/Qw7rTzL?domain=acme.webex.com", domain: "acme.webex.com"},
		{url: "https://protect-us.mimecast.com/s/Qw7rTzL"},
		{url: "https://protect-us.mimecast.com/s/Qw7rTzL?domain=a%20b%2Fc"},
	}, "https://www.mimecast.com/products?domain=acme.example")
}

func TestInky(t *testing.T) {
	check(t, "inky", []example{
		{url: "https://shared.outlook.inky.com/link?domain=acme.zoom.us&t=h.eJx1", domain: "acme.zoom.us"},
		{url: "https://protection.inkyphishfence.com/link?t=h.eJx1"},
	})
}

func TestAWSTrack(t *testing.T) {
	check(t, "awstrack", []example{
		{url: "https://k97t77cm.r.us-east-1.awstrack.me/L0/https:%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd=a%252Bb%26omn=7/1/0100018f-x/sig=45", texts: one("https://acme.zoom.us/j/84930275116?pwd=a%2Bb&omn=7")},
		{url: "https://links-2.govdelivery.com/CL0/https:%2F%2Facme.example%2F%23%2Fboard/1/0101/hash=452", texts: one("https://acme.example/#/board")},
		{url: "https://awstrack.me/L0/https%3A%2F%2Facme.example", texts: one("https://acme.example")},
		{url: "https://awstrack.me/L0/https://acme.example/1/x/y"},
		{url: "https://awstrack.me/L0/"},
	}, "https://k97t77cm.r.us-east-1.awstrack.me/I0/0100018f-x/sig=45", "https://content.govdelivery.com/accounts/x")
}

func TestSophos(t *testing.T) {
	check(t, "sophos", []example{
		{url: "https://us-west-2.protection.sophos.com/?d=zoom.us&u=aHR0cHM6Ly9hY21lLnpvb20udXMvai84NDkzMDI3NTExNg==&i=NjQ&t=eWI&h=9ba4", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "https://eu-central-1.protection.sophos.com?h=9ba4&amp;u=aHR0cHM6Ly9hY21lLnpvb20udXMvai84NDkzMDI3NTExNg%3D%3D", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "https://us-east-2.protection.sophos.com/?d=acme.zoom.us&b=9902&x=55f1", domain: "acme.zoom.us"},
		{url: "https://us-east-2.protection.sophos.com/?d=acme.zoom.us&u=aHR0c", domain: "acme.zoom.us"},
	}, "https://www.sophos.com/?u=aHR0cHM6Ly9hY21lLmV4YW1wbGU")
}

func TestCheckPoint(t *testing.T) {
	check(t, "checkpoint", []example{
		{url: "https://protect.checkpoint.com/v2/___https://acme.zoom.us/j/84930275116?pwd=a%2Bb&x=1___.YzJ1OmpuZQ", texts: one("https://acme.zoom.us/j/84930275116?pwd=a%2Bb&x=1")},
		{url: "https://protect.checkpoint.com/v2/r02/___https:/acme.zoom.us/my/jane_doe____.YzJ1OmpuZQ", texts: one("https://acme.zoom.us/my/jane_doe_")},
		{url: "https://protect.checkpoint.com/v2/r01/___https%3A//acme.zoom.us/j/84930275116___.YzJ1", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "https://url.avanan.click/v2/___https:/acme.zoom.us/j/84930275116___", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "https://protect.checkpoint.com/v2/r01/___myyux://fhrj.ettr.zx___.YzJ1"},
		{url: "https://protect.checkpoint.com/v2/"},
	}, "https://protect.checkpoint.com/", "https://www.checkpoint.com/v2/___https://acme.example___.x")
}
