package zoom

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"meetleaks/scanner"
)

// rawMeeting is the fake's answer, decoded without any type of ours.
func rawMeeting(t *testing.T, r *rig, number int) map[string]any {
	t.Helper()
	a, err := r.c.get(t.Context(), fmt.Sprintf("/meetings/%d", number))
	if err != nil || a.status != http.StatusOK {
		t.Fatal(a.status, err)
	}
	var body map[string]any
	if err := json.Unmarshal(a.body, &body); err != nil {
		t.Fatal(err)
	}
	return body
}

// strangers lists the members that are not in the shape, or are of another type.
func strangers(body map[string]any, shape map[string]string) []string {
	var out []string
	for name, value := range body {
		kind := "string"
		switch value.(type) {
		case float64:
			kind = "number"
		case bool:
			kind = "bool"
		case []any:
			kind = "array"
		case map[string]any:
			kind = "object"
		}
		if shape[name] != kind {
			out = append(out, name+" is a "+kind)
		}
	}
	return out
}

func FuzzReadMeeting(f *testing.F) {
	for _, seed := range []string{
		`{"id":84930275116,"settings":{"waiting_room":true,"approval_type":2}}`, `{"id":"84930275116","settings":{"waiting_room":false}}`,
		`{"id":84930275116,"type":8,"occurrences":[{"start_time":"2026-12-01T09:00:00Z","duration":60,"status":"available"}],"settings":{"waiting_room":true,"alternative_hosts":"a@b.example;c"}}`,
		`{"id":84930275116,"password":"x","settings":{"approval_type":"1","authentication_domains":"*","meeting_authentication":true}}`,
		`{"code":3001,"message":"x"}`, `null`, `{"id":8.5e10,"settings":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, webinar := range []bool{false, true} {
			m, err := readMeeting(body, "84930275116", webinar)
			if err != nil {
				if strings.Contains(err.Error(), "8493") {
					t.Fatalf("the error shows the number: %v", err)
				}
				continue
			}
			facts := factsOf(m, testNow())
			if len([]rune(facts.Topic)) > 200 || strings.ContainsAny(facts.Topic, "\r\n") || len(facts.Delegates) > scanner.MaxDelegates {
				t.Fatalf("facts beyond their bounds")
			}
			v, words, bare := judge(m, wayTo(board))
			var plain struct {
				Settings struct {
					Waiting any `json:"waiting_room"`
				}
			}
			if json.Unmarshal(body, &plain) != nil || words == "" || len(words) > 300 || bare && v != scanner.WayOpen {
				t.Fatalf("%s %q %v", v, words, bare)
			}
			if v == scanner.WayGuarded && words == "waiting room on" && (webinar || plain.Settings.Waiting != true) {
				t.Fatalf("guarded by a waiting room that is not on: %s", body)
			}
		}
		u, err := readUser(body)
		_ = err == nil && u.has("jdoe")
		_, _ = readToken(answer{status: http.StatusOK, body: body})
		_ = codeOf(body)
	})
}

// A passcode that is no text is none: an answer of another shape must not make a meeting safe.
func TestAPasscodeIsAText(t *testing.T) {
	for _, value := range []string{"false", "0", "{}", "[]", "true"} {
		body := `{"id":84930275116,"password":` + value + `,"settings":{"waiting_room":false,"approval_type":2}}`
		if m, err := readMeeting([]byte(body), "84930275116", false); err == nil {
			t.Errorf("%s counts as a passcode: %v", value, m.Password)
		}
	}
}
