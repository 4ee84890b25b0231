package fetch

import (
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func apiBase(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func apiGet(t *testing.T, o APIOptions, at string) (int, error) {
	t.Helper()
	client, err := APIClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func TestAServiceIsReachedWhereTheFileNamesIt(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/", http.StatusFound)
		}
	}))
	defer server.Close()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	base := apiBase(t, server.URL)
	if code, err := apiGet(t, APIOptions{Base: base, Private: true}, server.URL+"/x"); code != 200 || err != nil {
		t.Errorf("named: %d, %v", code, err)
	}
	if code, err := apiGet(t, APIOptions{Base: base, Private: true}, server.URL+"/away"); code != 302 || err != nil {
		t.Errorf("a redirect is followed: %d, %v", code, err)
	}
	local := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	if code, err := apiGet(t, APIOptions{Base: apiBase(t, local), Private: true}, local); code != 200 || err != nil {
		t.Errorf("by name: %d, %v", code, err)
	}
	for name, test := range map[string]struct {
		o  APIOptions
		at string
	}{
		"not named":      {APIOptions{Base: base}, server.URL},
		"another port":   {APIOptions{Base: base, Private: true}, other.URL},
		"another name":   {APIOptions{Base: apiBase(t, "http://localhost:1/"), Private: true}, server.URL},
		"localhost":      {APIOptions{Base: apiBase(t, "https://acme.example/")}, local},
		"metadata":       {APIOptions{Base: base, Private: true}, "http://169.254.169.254/"},
		"behind a proxy": {APIOptions{Base: base, Proxy: apiBase(t, "http://user:hunter2@127.0.0.1:9")}, server.URL},
		"denied":         {APIOptions{Base: base, Deny: []netip.Prefix{netip.MustParsePrefix("198.51.0.0/16")}}, "http://198.51.99.1/"},
	} {
		_, err := apiGet(t, test.o, test.at)
		var own *Error
		if !errors.As(err, &own) || own.Class != Blocked || !own.Policy() || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The proxy is for the public internet; what the file names beside this machine is reached without it.
func TestAServiceOfOnesOwnIsReachedWithoutTheProxy(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	o := APIOptions{Base: apiBase(t, server.URL), Private: true, Proxy: apiBase(t, "http://127.0.0.1:9")}
	if code, err := apiGet(t, o, server.URL); code != 200 || err != nil {
		t.Errorf("%d, %v", code, err)
	}
}

func TestTheProxyIsToldAnAddress(t *testing.T) {
	asked := make(chan string, 1)
	through := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.RequestURI
		w.WriteHeader(http.StatusForbidden)
	}))
	defer through.Close()
	_, err := apiGet(t, APIOptions{Base: apiBase(t, "https://8.8.8.8/"), Proxy: apiBase(t, through.URL)}, "https://8.8.8.8/")
	close(asked)
	if got := <-asked; err == nil || got != "CONNECT 8.8.8.8:443" {
		t.Errorf("the proxy was asked %q: %v", got, err)
	}
}

func TestCertificatesOfAServiceAreChecked(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	o := APIOptions{Base: apiBase(t, server.URL), Private: true}
	var unknown x509.UnknownAuthorityError
	if _, err := apiGet(t, o, server.URL); !errors.As(err, &unknown) {
		t.Errorf("an unknown authority: %v", err)
	}
	o.CA = x509.NewCertPool()
	o.CA.AddCert(server.Certificate())
	if code, err := apiGet(t, o, server.URL); code != 200 || err != nil {
		t.Errorf("a known one: %d, %v", code, err)
	}
}

func TestAServiceHasAnAddress(t *testing.T) {
	for _, text := range []string{"ftp://acme.example/", "https://", "/path", "https://acme.example:0x7/"} {
		u, err := url.Parse(text)
		if err != nil {
			continue
		}
		if _, err := APIClient(APIOptions{Base: u}); err == nil {
			t.Errorf("%s: accepted", text)
		}
	}
	if _, err := APIClient(APIOptions{}); err == nil {
		t.Error("no address: accepted")
	}
	bad := apiBase(t, "socks5://user:hunter2@127.0.0.1:9")
	_, err := APIClient(APIOptions{Base: apiBase(t, "https://acme.example/"), Proxy: bad})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("proxy: %v", err)
	}
	var closed net.Error
	if _, err := apiGet(t, APIOptions{Base: apiBase(t, "http://127.0.0.1:1/"), Private: true}, "http://127.0.0.1:1/"); errors.As(err, &closed) && closed.Timeout() {
		t.Errorf("a closed port: %v", err)
	}
}
