package console

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzRequest: whatever is asked with the token, the answer is JSON with a status that belongs to the request, and holds nothing that
// acts on terminals.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "organisations/acme/leaks", "state=open,muted&since=2026-11-01T00:00:00Z&limit=7&after=x", "", "")
	f.Add("GET", "organisations/acme/leaks/"+rigLeak, "", "", "")
	f.Add("POST", "organisations/acme/leaks/"+rigLeak+"/ack", "", "application/json", `{"until":"2026-11-21T15:00:00Z","reason":"x"}`)
	f.Add("POST", "organisations/acme/leaks/"+rigLeak+"/close", "", "application/json; charset=utf-8", `{"as":"over","reason":"\u001b[2J"}`)
	f.Add("POST", "organisations/acme/leaks/"+rigLeak+"/mute", "", "", `{"until":"2026-12-21T15:00:00+23:59","reason":"x"}`)
	f.Add("POST", "organisations/acme/leaks/"+rigLeak+"/reopen", "x=1", "text/plain", `null`)
	f.Add("POST", "organisations/acme/leaks/"+rigLeak+"/unmute", "", "", `{"reason":null}`)
	f.Add("POST", "organisations/acme/leaks/"+rigLeak+"/confirm", "", "", `{"asked_at":"2026-11-21T15:00:00.000000001Z","until":"9999-12-31T23:59:59Z"}`)
	f.Add("POST", "organisations/acme/leaks/"+rigLeak+"/refuse", "", "", `{"asked_at":null}`)
	f.Add("POST", "organisations/acme/leaks/"+rigLeak+"/assign", "", "", `{"email":"\u001b[2J@acme.example"}`)
	f.Add("POST", "organisations/acme/leaks/"+rigLeak+"/public", "", "", `{"what":"page","place":"\u0000","reason":"x","until":"2026-12-01T00:00:00Z"}`)
	f.Add("GET", "coverage", "org=acme&days=90", "", "")
	f.Add("GET", "coverage", "org=\u202e&days=91", "", "")
	f.Add("PUT", "ledger", "", "", "")
	f.Add("GET", "organisations/%00%ff/leaks/../..", "state=%ff&limit=99999999999999999999", "+;", "")
	f.Add("GET", ".", "\x00", "", "")
	f.Add("GET", "", "", "", "")
	r := newRig(f)
	f.Fuzz(func(t *testing.T, method, path, query, kind, body string) {
		if method != http.MethodGet && method != http.MethodPost && method != http.MethodPut && method != http.MethodDelete || len(body) > 128<<10 {
			return
		}
		target, err := url.Parse("/api/v1/" + path)
		if err != nil || target.Host != "" || !strings.HasPrefix(target.Path, "/") {
			return
		}
		r.audit, r.events = nil, nil
		r.addLeak(t, rigLeak)
		req := httptest.NewRequest(method, "/", strings.NewReader(body))
		target.RawQuery = query
		req.URL = target
		req.Header.Set("Authorization", "Bearer "+rigToken)
		req.Header["Content-Type"] = []string{kind}
		rec := httptest.NewRecorder()
		r.Private().ServeHTTP(rec, req)
		if rec.Code >= 500 || rec.Code >= 300 && rec.Code < 400 || strings.ContainsAny(rec.Body.String(), "\x00\x1b\u202e") {
			t.Errorf("%s %q?%q %q %q: %d %q", method, path, query, kind, body, rec.Code, rec.Body)
		}
		if strings.Contains(rec.Header().Get("Content-Type"), "json") && !json.Valid(rec.Body.Bytes()) {
			t.Errorf("no JSON: %q", rec.Body)
		}
	})
}
