package matchers

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Tables were seen as CSV files of courses, Markdown tables of meetings, dumps of databases, and lists of recordings.
func TestColumnSecrets(t *testing.T) {
	tests := []struct{ text, id, secret string }{
		{"Course,Link,Password\nBiology,https://zoom.us/j/84930275116,cell9x\n", "84930275116", "cell9x"},
		{"Curso;Contraseña;Enlace\nFísica;\"onda4\";https://zoom.us/j/84930275116\n", "84930275116", "onda4"},
		{"topic\tzoom_link\tzoom_password\nAlgebra\thttps://acme.zoom.us/j/84930275116\t738105\n", "84930275116", "738105"},
		{"| Day | Passcode | Room |\n|---|---|---|\n| Mon | 7yTq2w | [join](https://zoom.us/j/84930275116) |\n", "84930275116", "7yTq2w"},
		{"INSERT INTO `calls` (`id`, `topic`, `url`, `pwd`) VALUES\n(1, 'Cells, and more', 'https://zoom.us/j/97261840359', 'ab12'),\n(2, 'Waves', 'https://zoom.us/j/84930275116', 'q7w8'), (3, 'x', '', '');\n",
			"84930275116", "q7w8"},
		{"Lecture,URL,Passwort\r\n1,https://globex.webex.com/recordingservice/sites/globex/recording/7f3a91d2c4b85e06a1d97c3e5b2084f6,Xk4mTz9q\r\n", "7f3a91d2c4b85e06a1d97c3e5b2084f6", "Xk4mTz9q"},
		// a code that stands by itself behind a recording
		{"- [May 4](https://globex.webex.com/recordingservice/sites/globex/recording/7f3a91d2c4b85e06a1d97c3e5b2084f6/playback) - `RtnPq7Lw`\n", "7f3a91d2c4b85e06a1d97c3e5b2084f6", "RtnPq7Lw"},
		{"[Lecture 3](https://acme.zoom.us/rec/share/mK7vQ2xTz9LpW4cYbN8dHs3RgJ6fEa1uVo5i.Zt4WqB8xKm2Ld7Pn) (Xk4!mTz9)", "mK7vQ2xTz9LpW4cYbN8dHs3RgJ6fEa1uVo5i.Zt4WqB8xKm2Ld7Pn", "Xk4!mTz9"},
		// no passcode
		{"Course,Link,Password\nBiology,https://zoom.us/j/84930275116,-\n", "84930275116", ""},
		{"Course,Link,Password\nBiology,https://zoom.us/j/84930275116,\n", "84930275116", ""},
		{"Course,Link,Password\nBiology,https://zoom.us/j/84930275116,see the mail\n", "84930275116", ""},
		{"Course,Link,Password,Note\nBiology,https://zoom.us/j/84930275116,cell9x\n", "84930275116", ""}, // another table
		{"user,password\n\nBiology,https://zoom.us/j/84930275116\n", "84930275116", ""},
		{"name,Password,old password,link\na,b1,c2,https://zoom.us/j/84930275116\n", "84930275116", "b1"},
		{"link,password,pwd\nhttps://zoom.us/j/84930275116,x8k,q9z7\n", "84930275116", ""}, // which of them?
		{"[Lecture 3](https://acme.zoom.us/rec/share/mK7vQ2xTz9LpW4cYbN8dHs3RgJ6fEa1uVo5i.Zt4WqB8xKm2Ld7Pn) (part 2 of 3)", "mK7vQ2xTz9LpW4cYbN8dHs3RgJ6fEa1uVo5i.Zt4WqB8xKm2Ld7Pn", ""},
		{"[Lecture 3](https://acme.zoom.us/rec/share/mK7vQ2xTz9LpW4cYbN8dHs3RgJ6fEa1uVo5i.Zt4WqB8xKm2Ld7Pn) (45minutes)", "mK7vQ2xTz9LpW4cYbN8dHs3RgJ6fEa1uVo5i.Zt4WqB8xKm2Ld7Pn", ""},
	}
	for _, test := range tests {
		found := Find([]byte(test.text))
		n := slices.IndexFunc(found, func(s Sighting) bool { return s.ID == test.id })
		if n < 0 {
			t.Errorf("%q: %s is not found", test.text, test.id)
			continue
		}
		got := ""
		for _, span := range found[n].Secret {
			got += test.text[span.Start:span.End]
		}
		if got != test.secret || (len(found[n].Secrets) > 0) != (test.secret != "") {
			t.Errorf("%q: secret %q (%v), want %q", test.text, got, found[n].Secrets, test.secret)
		}
	}
}

// A long table takes time in proportion to its length.
func TestColumnSecretsIsLinear(t *testing.T) {
	row := strings.Repeat("https://zoom.us/j/84930275116,ab,pw,", 100) + "\n" + strings.Repeat("pw,ab\n", 600)
	measure := func(rows int) time.Duration {
		text := []byte(strings.Repeat(row, rows))
		start := time.Now()
		Find(text)
		return time.Since(start)
	}
	measure(4)
	if short, long := measure(8), measure(64); long > 24*short+200*time.Millisecond {
		t.Errorf("8 rows take %v, 64 rows %v", short, long)
	}
}
