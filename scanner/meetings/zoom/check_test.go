package zoom

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"meetleaks/scanner/meetings/zoom/fakezoom"
)

func TestTheTokensScopesAreRead(t *testing.T) {
	all := []string{"meeting:read:meeting:admin", "webinar:read:webinar:admin", "user:read:user:admin"}
	for name, c := range map[string]struct {
		scope   string // of the answer, as JSON
		missing []string
		told    bool
	}{
		"as they are":    {`"user:read:user:admin meeting:read:meeting:admin webinar:read:webinar:admin report:read:admin"`, nil, true},
		"as they were":   {`"user:read:admin meeting:read:admin webinar:read:admin"`, nil, true},
		"too few":        {`"meeting:read:meeting:admin user:read:user"`, all[1:], true},
		"none that help": {`"report:read:admin"`, all, true},
		"not told":       {`""`, nil, false},
		"an array":       {`["meeting:read:meeting:admin"]`, nil, false},
		"null":           {`null`, nil, false},
	} {
		r := newRig(t, false)
		r.zoom.Break(fakezoom.Fault{Path: "/oauth/token", Times: 1, Status: 200, Body: fmt.Sprintf(`{"access_token":"t0k3n","token_type":"bearer","expires_in":3599,"scope":%s}`, c.scope)})
		missing, told, err := r.c.CheckToken(t.Context())
		if err != nil || told != c.told || !slices.Equal(missing, c.missing) {
			t.Errorf("%s: %q, %v, %v", name, missing, told, err)
		}
	}
}

func TestAChecksAnswersAreNoMeetings(t *testing.T) {
	for name, c := range map[string]struct {
		fault fakezoom.Fault
		want  Class // "" when all is well
	}{
		"it has none of that number": {fakezoom.Fault{}, ""},
		"that is no number":          {fakezoom.Fault{Path: "/v2/", Times: -1, Status: 400, Code: 300}, ""},
		"no scope":                   {fakezoom.Fault{Path: "/v2/", Times: -1, Status: 400, Code: 4711}, Scope},
		"another path":               {fakezoom.Fault{Path: "/v2/", Times: -1, Status: 404, Code: 64041}, Config},
		"no credentials":             {fakezoom.Fault{Path: "/oauth/token", Times: -1, Status: 400}, Auth},
		"a fault of its own":         {fakezoom.Fault{Path: "/v2/", Times: -1, Status: 500}, Temporary},
	} {
		r := newRig(t, false)
		if c.fault.Path != "" {
			r.zoom.Break(c.fault)
		}
		err := r.c.CheckAPI(t.Context())
		var e *Error
		if got := errors.As(err, &e); got != (c.want != "") || got && e.Class != c.want {
			t.Errorf("%s: %v", name, err)
		}
		for _, call := range r.zoom.Calls() {
			if call != "POST /oauth/token" && call != "GET /v2/meetings/1" {
				t.Errorf("%s: asked %s", name, call)
			}
		}
	}
}
