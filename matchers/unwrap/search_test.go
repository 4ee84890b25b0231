package unwrap

import "testing"

func TestBing(t *testing.T) {
	check(t, "bing", []example{
		{url: "https://www.bing.com/ck/a?!&&p=a0a1&ptn=3&ver=2&psq=zoom&u=a1aHR0cHM6Ly9hY21lLnpvb20udXMvai84NDkzMDI3NTExNg&ntb=1", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "https://www.bing.com/ck/a?!&&p=a0a1"},
		{url: "https://www.bing.com/ck/a?u=a1notbase64!!"},
	}, "https://www.bing.com/search?q=x&u=a1aHR0cHM6Ly9hY21lLmV4YW1wbGU")
}

func TestYahoo(t *testing.T) {
	check(t, "yahoo", []example{
		{url: "https://r.search.yahoo.com/_ylt=Awr/RV=2/RE=17/RO=10/RU=https%3a%2f%2facme.zoom.us%2fj%2f84930275116/RK=2/RS=x-", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "https://r.search.yahoo.com/_ylt=Awr/RU=https://acme.zoom.us/j/84930275116/RK=2/RS=x-", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "https://r.search.yahoo.com/_ylt=Awr/RV=2"},
	}, "https://search.yahoo.com/search?p=x")
}

func TestArchives(t *testing.T) {
	check(t, "web-archive", []example{
		{url: "https://web.archive.org/web/20201101083000/https://acme.zoom.us/j/84930275116?pwd=a%2Bb#x", texts: one("https://acme.zoom.us/j/84930275116?pwd=a%2Bb#x")},
		{url: "web.archive.org/web/2020id_/http:/acme.example/", texts: one("http://acme.example/")},
		{url: "https://web.archive.org/web/*/acme.example", texts: one("acme.example")},
		{url: "https://web.archive.org/save/https://acme.example/board", texts: one("https://acme.example/board")},
		{url: "https://web.archive.org/web/20201101083000/"},
	}, "https://web.archive.org/", "https://archive.org/details/x", "https://web.archive.org/save/")
	check(t, "archive-today", []example{
		{url: "https://archive.ph/o/Qw7rT/https://acme.zoom.us/j/84930275116", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "https://archive.is/newest/http://acme.example/", texts: one("http://acme.example/")},
		{url: "https://archive.today/Qw7rT"},
	}, "https://archive.today/")
}

func TestOutlookRedirect(t *testing.T) {
	check(t, "outlook-redirect", []example{
		{url: "https://outlook.office365.com/owa/redir.aspx?C=abc&URL=https%3a%2f%2facme.zoom.us%2fj%2f84930275116", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "https://pod51000.outlook.com/owa/redir.aspx?REF=abc&URL=https%3a%2f%2facme.example", texts: one("https://acme.example")},
		{url: "https://outlook.office365.com/owa/redir.aspx?C=abc"},
	}, "https://outlook.office365.com/owa/?URL=https%3a%2f%2facme.example")
}

func TestDisqus(t *testing.T) {
	check(t, "disqus", []example{
		{url: "https://disq.us/url?url=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3AzjHJ9CS7YTS6D6-FWtZRTF8swk4&cuid=7", texts: one("https://acme.zoom.us/j/84930275116")},
		{url: "http://disq.us/?url=https%3A%2F%2Facme.example%2Fx", texts: one("https://acme.example/x")},
		{url: "https://disq.us/p/2x7k9q"},
		{url: "https://disq.us/url"},
	})
}

func TestBareQuery(t *testing.T) {
	check(t, "redirector", []example{
		{url: "https://href.li/?https://acme.zoom.us/j/84930275116?pwd=a%2Bb&x=1", texts: one("https://acme.zoom.us/j/84930275116?pwd=a%2Bb&x=1")},
		{url: "http://anonym.to/?https%3A%2F%2Facme.example", texts: one("https://acme.example")},
		{url: "https://www.deviantart.com/users/outgoing?https://acme.example/", texts: one("https://acme.example/")},
	}, "https://www.deviantart.com/acme?https://acme.example/")
}
