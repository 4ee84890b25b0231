package fetch

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

func BenchmarkAdmit(b *testing.B) {
	c, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	u, err := url.Parse("https://docs.acme.example/guide/chapter-7/security.html?version=12")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Admit(u); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	page := make([]byte, 20*kib)
	site := httptest.NewServer(noRobots(func(w http.ResponseWriter, _ *http.Request) { w.Write(page) }))
	b.Cleanup(site.Close)
	u, _ := url.Parse(site.URL)
	c, err := New(Options{Allow: []string{u.Host}, Pace: None})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Get(b.Context(), Request{URL: site.URL + "/"}); err != nil {
			b.Fatal(err)
		}
	}
}
