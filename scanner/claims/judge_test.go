package claims

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"meetleaks/scanner/claims/claimstest"
)

const tokenOfAcme = "0f6b1c52d7e84a9935c07ab1e2f46d83"

func wantOfAcme() want {
	return want{domain: "acme.example", value: RecordPrefix + tokenOfAcme, others: map[string]string{RecordPrefix + "77": "globex.example"}}
}

func TestWhatIsWrongWithARecordIsSaid(t *testing.T) {
	for text, want := range map[string]string{
		`"` + RecordPrefix + tokenOfAcme + `"`:                   "quotation marks",
		`“` + RecordPrefix + tokenOfAcme + `”`:                   "quotation marks",
		" " + RecordPrefix + tokenOfAcme:                         "blanks before or after",
		strings.ToUpper(RecordPrefix + tokenOfAcme):              "capital letters",
		RecordPrefix + " " + tokenOfAcme:                         "blanks or signs in it",
		RecordPrefix + tokenOfAcme[:9] + " \t" + tokenOfAcme[9:]: "blanks or signs in it",
		tokenOfAcme:                     "the token alone",
		RecordPrefix + tokenOfAcme[:20]: "cut short",
		"_meetleaks IN TXT " + RecordPrefix + tokenOfAcme: "more than the record",
		RecordPrefix + "77": "is that of globex.example",
		RecordPrefix + "ffffffffffffffffffffffffffffffff": "of another claim",
		"v=spf1 -all": "none begins with",
	} {
		found := judge(wantOfAcme(), []Answer{{Resolver: "192.0.2.1:53", Status: StatusTexts, Texts: []string{text}}}, 1)
		if found.verdict != Denied || !strings.Contains(strings.Join(found.said, "\n"), want) {
			t.Errorf("%q: %q, want %q", text, found.said, want)
		}
	}
}

func TestAQuorumDecides(t *testing.T) {
	right := Answer{Status: StatusTexts, Texts: []string{"v=spf1 -all", RecordPrefix + tokenOfAcme}}
	nothing := Answer{Status: StatusNoName}
	failed := Answer{Status: StatusFailed, Err: errors.New("no answer in time")}
	alias := Answer{Status: StatusAlias, Alias: "pages.hooli.example."}
	for name, test := range map[string]struct {
		answers []Answer
		want    Verdict
		says    string
	}{
		"all":              {[]Answer{right, right, right}, Seen, ""},
		"most":             {[]Answer{right, nothing, right}, Seen, ""},
		"most, one silent": {[]Answer{right, failed, right}, Seen, ""},
		"one":              {[]Answer{right, nothing, nothing}, Denied, "1 of 3 resolvers have seen the record, 2 must"},
		"one, one silent":  {[]Answer{right, failed, nothing}, Unknown, "1 of 3 resolvers have seen"},
		"none":             {[]Answer{nothing, nothing, nothing}, Denied, "nothing at _meetleaks.acme.example"},
		"none, one silent": {[]Answer{nothing, nothing, failed}, Denied, "nothing at"},
		"two silent":       {[]Answer{nothing, failed, failed}, Unknown, "2 of 3 resolvers did not answer"},
		"all silent":       {[]Answer{failed, failed, failed}, Unknown, "no resolver answered"},
		"aliases":          {[]Answer{alias, alias, alias}, Denied, "an alias (CNAME) stands at"},
	} {
		for i := range test.answers {
			test.answers[i].Resolver = "192.0.2." + string(rune('1'+i)) + ":53"
		}
		found := judge(wantOfAcme(), test.answers, 2)
		if found.verdict != test.want || !strings.Contains(strings.Join(found.said, "\n"), test.says) || (found.said == nil) != (test.says == "") {
			t.Errorf("%s: %d, %q", name, found.verdict, found.said)
		}
		if len(found.seen) != 3 || found.seen[1].Resolver != "192.0.2.2" {
			t.Errorf("%s: %+v", name, found.seen)
		}
	}
}

// TestARecordInTheWrongPlaceIsFound asks a server.
func TestARecordInTheWrongPlaceIsFound(t *testing.T) {
	for name, says := range map[string]string{
		"_meetleaks.www.acme.example.www.acme.example": "adds the domain by itself",
		"_meetleaks.www.acme.example.acme.example":     "adds the domain by itself",
		"www.acme.example":                             "its name must begin with _meetleaks.",
		"_meetleaks.acme.example":                      "another domain's",
	} {
		s := claimstest.Start(t)
		w := wantOfAcme()
		w.domain = "www.acme.example"
		s.Set(name, claimstest.One(w.value))
		found := resolvers(t, patient, s).look(t.Context(), w)
		if found.verdict != Denied || len(found.said) == 0 || !strings.Contains(found.said[0], says) {
			t.Errorf("%s: %q", name, found.said)
		}
	}
}

// TestNobodyIsAskedTwiceWhenTheRecordIsThere: the places of mistakes are looked at only then.
func TestNobodyIsAskedTwiceWhenTheRecordIsThere(t *testing.T) {
	s := claimstest.Start(t)
	s.Set(recordOfAcme, claimstest.One(wantOfAcme().value))
	if found := resolvers(t, patient, s).look(t.Context(), wantOfAcme()); found.verdict != Seen || found.said != nil {
		t.Errorf("%+v", found)
	}
	if got := s.Asked(); !slices.Equal(got, []string{"udp " + recordOfAcme}) {
		t.Errorf("asked for %q", got)
	}
}

func FuzzNearly(f *testing.F) {
	for _, seed := range []string{"", `"`, tokenOfAcme, RecordPrefix, "\xff", RecordPrefix + tokenOfAcme + "\x1b"} {
		f.Add(seed)
	}
	w := wantOfAcme()
	f.Fuzz(func(t *testing.T, text string) {
		what, hints, ok := explainTexts(w, Answer{Status: StatusTexts, Texts: []string{text}})
		if ok != (text == w.value) {
			t.Errorf("%q proves", text)
		}
		for _, said := range append(hints, what) {
			if strings.Contains(said, tokenOfAcme) || strings.ContainsAny(said, "\x00\x1b\n") {
				t.Errorf("%q", said)
			}
		}
	})
}
