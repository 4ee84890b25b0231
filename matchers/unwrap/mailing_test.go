package unwrap

import (
	"encoding/base64"
	"testing"
)

func TestMandrill(t *testing.T) {
	code := base64.URLEncoding.EncodeToString([]byte(`{"s":"Rz67","v":1,"p":"{\"u\":311,\"v\":1,\"url\":\"https:\\/\\/acme.zoom.us\\/j\\/84930275116?pwd=a%2Bb\",\"id\":\"x\"}"}`))
	newer := base64.StdEncoding.EncodeToString([]byte(`{"u":311,"v":2,"url":"https://acme.zoom.us/j/84930275116?pwd=a%2Bb"}`))
	check(t, "mandrill", []example{
		{url: "https://mandrillapp.com/track/click/311/acme.zoom.us?p=" + code, texts: one("https://acme.zoom.us/j/84930275116?pwd=a%2Bb")},
		{url: "https://mandrillapp.com/track/click/311/acme.zoom.us?p=" + newer, texts: one("https://acme.zoom.us/j/84930275116?pwd=a%2Bb")},
		{url: "https://mandrillapp.com/track/click/311/acme.zoom.us?p=" + code[:40], domain: "acme.zoom.us"},
		{url: "https://mandrillapp.com/track/click.php?u=1"},
	}, "https://mandrillapp.com/login")
}

func TestGovDelivery(t *testing.T) {
	payload := base64.RawURLEncoding.EncodeToString([]byte(`{"bulletin_link_id":100,"uri":"bp2:click","bulletin_id":"2026","url":"https://acme.zoom.us/j/84930275116"}`))
	check(t, "govdelivery", []example{
		{url: "https://lnks.gd/l/eyJhbGciOiJIUzI1NiJ9." + payload + ".n0NX6WdR/s/44/br/15-l", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "https://lnks.gd/l/eyJhbGciOiJIUzI1NiJ9"},
		{url: "https://lnks.gd/2/xyz"},
	})
}

func TestMailjet(t *testing.T) {
	check(t, "mailjet", []example{
		{url: "http://x4tlp.mjt.lu/lnk/EAAAAYNq/1/NSvifgbS/aHR0cHM6Ly9hY21lLnpvb20udXMvai84NDkzMDI3NTExNg?b=1", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "http://x4tlp.mjt.lu/lnk/EAAAAYNq/1/NSvifgbS"},
	}, "http://x4tlp.mjt.lu/nl2/x")
}

func TestOpaque(t *testing.T) {
	check(t, "shortener", []example{
		{url: "https://t.co/Qw7rTzLpXk"}, {url: "BIT.LY/acme-board"}, {url: "https://lnkd.in/dQw7"}, {url: "https://aka.ms/acme"},
		{url: "https://nam.dcv.ms/Qw7rTz"}, {url: "https://tinyurl.com/acme-board"}, {url: "https://goo.gl/Qw7r"},
	}, "https://aka.ms/JoinTeamsMeeting?omkt=en-GB", "https://t.co/", "https://bit.ly", "https://t.company.example/x")
	check(t, "click-counter", []example{
		{url: "https://acme.us7.list-manage.com/track/click?u=1&id=2&e=3"}, {url: "https://u60.ct.sendgrid.net/ls/click?upn=u001.HIV"},
		{url: "https://click.zoom.us/Qw7r"}, {url: "https://url2.mailanyone.net/scanner?m=1&d=4&o=%2Fphto%3A%2F"},
	}, "https://acme.us7.list-manage.com/subscribe?u=1", "https://acme.zoom.us/j/84930275116")
}
