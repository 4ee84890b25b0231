package feed

import (
	"testing"

	"meetleaks/scanner/source/sourcetest"
)

func TestRecordsStayReadable(t *testing.T) {
	sourcetest.Readable[memory](t, `{"at":"2026-11-23T10:50:00Z","generation":7743931396264677915,"moved":"https://acme.example/f","etag":"\"x\"","modified":"Mon","length":1177,"next":"2026-11-23T11:51:00Z","fails":2,"why":"the server answered 404","stood":"2026-11-23T10:30:00Z","doubt":"2026-11-23T10:50:00Z","gone_at":"2026-11-23T10:20:00Z","noted":["n"],`+
		`"ttl":600,"skip_hours":24,"skip_days":1,"about":4244270762034369687,"items":"pUo6zUojFI+XKDELCSeoOmsDwUg=","lost":"p416pLgD8c1iQD7abo06LmsEGlg="}`)
}
