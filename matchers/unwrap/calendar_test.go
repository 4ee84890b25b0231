package unwrap

import "testing"

func TestGoogleCalendar(t *testing.T) {
	html := "<a href=\"https://www.google.com/url?q=https://acme.zoom.us/j/84930275116?pwd%3Da\">Join us</a>"
	check(t, "google-calendar", []example{
		{url: "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Board+call&dates=20261201T100000Z&details=" + percent(html) + "&location=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116",
			texts: []string{html, "https://acme.zoom.us/j/84930275116", "Board call"}},
		{url: "https://www.google.com/calendar/event?action=TEMPLATE&location=meet.google.com%2Fqwh-tdpm-zbx", texts: one("meet.google.com/qwh-tdpm-zbx")},
		{url: "https://calendar.google.com/calendar/u/0/r/eventedit?text=a%2Bb&add=jane%40globex.example", texts: one("a+b")},
		{url: "https://calendar.google.com/calendar/event?action=TEMPLATE&tmeid=NXVpdGho&tmsrc=jane%40globex.example"},
	}, "https://calendar.google.com/calendar/event?eid=NW9rZnJy", "https://www.google.com/search?text=x", "https://calendar.google.com/calendar/embed?src=x")
}

func TestOutlookCompose(t *testing.T) {
	check(t, "outlook-compose", []example{
		{url: "https://outlook.live.com/calendar/0/deeplink/compose?path=/calendar/action/compose&rru=addevent&subject=Board&body=Join+https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3Da%252B&location=Zoom",
			texts: []string{"Join https://acme.zoom.us/j/84930275116?pwd=a%2B", "Zoom", "Board"}},
		{url: "https://outlook.office.com/calendar/action/compose?body=x", texts: one("x")},
		{url: "https://outlook.office365.com/owa/?path=/calendar/action/compose&to=jane%40globex.example&location=x", texts: one("x")},
		{url: "https://outlook.office.com/mail/deeplink/compose?to=jane&subject=x", texts: one("x")},
		{url: "https://outlook.office.com/calendar/0/deeplink/compose?to=jane"},
	}, "https://outlook.office.com/calendar/view/day?body=x")
}

func TestYahooCalendar(t *testing.T) {
	check(t, "yahoo-calendar", []example{
		{url: "https://calendar.yahoo.com/?v=60&TITLE=Board&DESC=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116&in_loc=Zoom&URL=https%3A%2F%2Facme.example",
			texts: []string{"https://acme.zoom.us/j/84930275116", "Zoom", "Board", "https://acme.example"}},
	}, "https://calendar.yahoo.com/?v=60")
}
