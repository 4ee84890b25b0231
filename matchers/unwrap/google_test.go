package unwrap

import "testing"

func TestGoogle(t *testing.T) {
	zoom := "https://acme.zoom.us/j/84930275116?pwd=Tk9U%3D"
	enc := "https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3DTk9U%253D"
	check(t, "google", []example{
		{url: "https://www.google.com/url?q=" + enc + "&sa=D&source=calendar&ust=17&usg=AOv", texts: one(zoom)},
		{url: "https://www.google.co.uk/url?sa=t&rct=j&q=zoom+acme&url=" + enc + "&usg=AOv", texts: one(zoom)},
		{url: "http://WWW.Google.de/url?q=https://acme.zoom.us/j/84930275116?pwd%3DTk9U%253D&sa=D", texts: one(zoom)},
		{url: "https://www.google.com/url?q=" + zoom + "&sa=D&ust=17", texts: one(zoom)},
		{url: "google.com/url?q=" + enc + "&amp;sa=D", texts: one(zoom)},
		{url: "https://plus.url.google.com/url?q=" + enc + "&rct=j", texts: one(zoom)},
		{url: "https://meet.google.com/linkredirect?authuser=0&dest=" + enc, texts: one(zoom)},
		{url: "https://docs.google.com/viewer?url=" + enc, texts: one(zoom)},
		{url: "https://translate.google.com/translate?sl=de&u=" + enc, texts: one(zoom)},
		{url: "https://www.google.com/url?sa=D"},
		{url: "https://www.google.com/url"},
	}, "https://www.google.com/search?q="+enc, "https://meet.google.com/qwh-tdpm-zbx", "https://drive.google.com/file/d/x?url="+enc,
		"https://docs.google.com/document/d/x?u="+enc)
}

func TestGoogleAMP(t *testing.T) {
	check(t, "google-amp", []example{
		{url: "https://www.google.com/amp/s/acme.example/zoom?x=1", texts: one("acme.example/zoom?x=1")},
		{url: "https://acme-example.cdn.ampproject.org/c/s/acme.example/zoom", texts: one("acme.example/zoom")},
		{url: "https://acme-example.cdn.ampproject.org/v/acme.example/zoom", texts: one("acme.example/zoom")},
	}, "https://www.google.com/c/s/acme.example/zoom", "https://cdn.ampproject.org/amp/s/acme.example", "https://www.google.com/amp/x", "https://www.google.com/v/")
}

func TestGoogleCache(t *testing.T) {
	check(t, "google-cache", []example{
		{url: "https://webcache.googleusercontent.com/search?q=cache:Ab3dEf_7hIjK:https://acme.example/board%3Fa%3D1+zoom+acme&cd=1", texts: one("https://acme.example/board?a=1")},
		{url: "webcache.googleusercontent.com/search?q=cache:acme.example/board", texts: one("acme.example/board")},
		{url: "https://webcache.googleusercontent.com/search?q=cache:"},
	}, "https://webcache.googleusercontent.com/search?q=acme")
}
