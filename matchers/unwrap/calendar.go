package unwrap

import "strings"

// googleCalendar reads "add to my calendar" links: the invitation's text stands in `details`, `location` and `text`, as
// HTML more often than not. The guests (`add`) are left behind. A template that only names an event (`tmeid`) is opaque.
func googleCalendar() Wrapper {
	docs := "seen in public pages; https://github.com/InteractionDesignFoundation/add-event-to-calendar-docs"
	return on("google-calendar", []string{"google.com"}, docs, func(a address) (Layer, bool) {
		if !strings.Contains(a.path, "/calendar/") && a.host != "calendar.google.com" {
			return Layer{}, false
		}
		texts := a.texts("details", "location", "text")
		return Layer{Texts: texts}, len(texts) > 0 || strings.EqualFold(a.text("action"), "TEMPLATE")
	})
}

// outlookCompose reads the links that open a new event, or a new mail, in Outlook on the web. Who is invited is left
// behind.
func outlookCompose() Wrapper {
	hosts := []string{
		"outlook.live.com", "outlook.office.com", "outlook.office365.com", "outlook.office365.us",
		"outlook.cloud.microsoft", "calendar.live.com",
	}
	docs := "https://github.com/InteractionDesignFoundation/add-event-to-calendar-docs; seen in public pages"
	return on("outlook-compose", hosts, docs, func(a address) (Layer, bool) {
		if !strings.Contains(a.path, "/compose") && !strings.Contains(a.text("path"), "/compose") && !a.at("/calendar/calendar.aspx") {
			return Layer{}, false
		}
		return Layer{Texts: a.texts("body", "location", "subject", "description", "summary")}, true
	})
}

// yahooCalendar reads the links that open a new event in Yahoo's calendar; the names come in upper and lower case.
func yahooCalendar() Wrapper {
	docs := "seen in public pages"
	return on("yahoo-calendar", []string{"calendar.yahoo.com"}, docs, func(a address) (Layer, bool) {
		texts := a.texts("desc", "in_loc", "title", "url")
		return Layer{Texts: texts}, len(texts) > 0
	})
}
