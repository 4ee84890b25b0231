package unwrap

import "testing"

func TestDataURI(t *testing.T) {
	folded := "BEGIN:VCALENDAR\r\nDESCRIPTION:Join\\nhttps://acme.zoom.us/j/8493\r\n 0275116?a=1\\,2\r\nEND:VCALENDAR"
	want := "BEGIN:VCALENDAR\r\nDESCRIPTION:Join\nhttps://acme.zoom.us/j/84930275116?a=1,2\r\nEND:VCALENDAR"
	check(t, "data", []example{
		{url: "data:text/calendar;charset=utf8," + percent(folded), texts: one(want)},
		{url: "DATA:text/calendar;base64,QkVHSU46VkNBTEVOREFSCkxPQ0FUSU9OOmFj%0D%0AbWU=", texts: one("BEGIN:VCALENDAR\nLOCATION:acme")},
		{url: "data:text/calendar;base64,QkVHSU46VkNBTEVOREFSCkxPQ0FUSU9OOmFjbWU=", texts: one("BEGIN:VCALENDAR\nLOCATION:acme")},
		{url: "data:text/html,%3Ca%20href%3D%22https%3A%2F%2Facme.example%22%3E", texts: one("<a href=\"https://acme.example\">")},
		{url: "data:text/plain,"},
	}, "data:image/png;base64,iVBORw0KGgo=", "data:,acme", "data:text/html")
}
