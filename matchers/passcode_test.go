package matchers

import (
	"strings"
	"testing"
)

// An empty string, or one in which no value stands, is the value that a program or a record gives: the next field's name is none.
func TestPasscodeOfEmptyString(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`"password": "", "state": "active"`, ""},
		{`"password": "", "h323": "k4"`, ""},
		{`\"password\": \"\", \"topic2\": \"x\"`, ""},
		{`password: '', topic: 'x'`, ""},
		{"password: ''\nroom2: x", ""},
		{`'password' => '', 'topic' => 'x'`, ""},
		{`"password": "***", "state": "active"`, ""},
		{`"password": "-", "state": "active"`, ""},
		{`"password": "<redacted>", "state": "active"`, ""},
		{`"password": "(hidden)"}, {"state": "active"}`, ""},
		{`"password": "Q7R2k", "state": ""`, "Q7R2k"},
		{`"password": "<b>Q7R2k</b>", "state": ""`, "Q7R2k"},
		{`"password: " + "Q7R2k"`, "Q7R2k"},
		{`"password: ", "Q7R2k"`, "Q7R2k"},
		{`'password: ', '<b>', 'Q7R2k', '</b>'`, "Q7R2k"},
		{`"see: password: ""Q7R2k""","Room 12"`, "Q7R2k"},
	} {
		checkPasscode(t, c.text, "password", c.want)
	}
}

// A name or a type that stands where a program gives the passcode is none.
func TestPasscodeOfProgram(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"passcode: number | null;", ""},
		{"passcode: ZOOM_PASS, topic", ""},
		{"Passcode: SPRING_FAIR\n", "SPRING_FAIR"},
		{"passcode: row[3],", ""},
		{"passcode: row['code'],", ""},
		{"passcode: event?.code", ""},
		{"passcode: !secret zoom", ""},
		{"Passcode: TBC", ""},
		{`passcode: "ZOOM_PASS"`, "ZOOM_PASS"},
		{"Passcode: HA_7x", "HA_7x"},
		{"Passcode: Larkspur[1]", "Larkspur"},
		{"Passcode: larkspur [until May]", "larkspur"},
	} {
		checkPasscode(t, c.text, "asscode", c.want)
	}
}

// checkPasscode reads the passcode behind a label in text.
func checkPasscode(t *testing.T, text, label, want string) {
	t.Helper()
	value, _, ok := readPasscode([]byte(text), strings.Index(text, label)+len(label), false)
	got := ""
	if ok {
		got = text[value.Start:value.End]
	}
	if got != want {
		t.Errorf("%s: passcode %q, want %q", text, got, want)
	}
}
