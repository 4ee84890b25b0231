package unwrap

import "testing"

func TestMailto(t *testing.T) {
	check(t, "mailto", []example{
		{url: "MAILTO:jane@globex.example?Subject=Board%20call&body=Join%20https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3Da+b&cc=jim@globex.example",
			texts: []string{"Join https://acme.zoom.us/j/84930275116?pwd=a+b", "Board call"}},
	}, "mailto:jane@globex.example", "mailto:?cc=jane@globex.example")
}

func TestSMS(t *testing.T) {
	check(t, "sms", []example{
		{url: "sms:+15550100?body=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "smsto:&body=x", texts: one("x")},
	}, "sms:+15550100")
}

func TestMessengerScheme(t *testing.T) {
	check(t, "messenger-share", []example{
		{url: "whatsapp://send?phone=15550100&text=Join%20https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116", texts: one("Join https://acme.zoom.us/j/84930275116")},
		{url: "tg://msg_url?url=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116&text=Join", texts: []string{"https://acme.zoom.us/j/84930275116", "Join"}},
	}, "whatsapp://send?phone=15550100", "tg://join?invite=Qw7rTz")
}
