package hook

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDocumentsAreChecked(t *testing.T) {
	deep := strings.Repeat("[", 100_000)
	for name, test := range map[string]struct {
		line string
		want error
	}{
		"whole":              {`{"uri":"a","text":"x"}`, nil},
		"null is nothing":    {`{"uri":"a","text":"x","reach":null,"seen_at":null,"media_type":null}`, nil},
		"empty":              {``, errJSON},
		"text":               {`"x"`, errJSON},
		"array":              {`[{"uri":"a","text":"x"}]`, errJSON},
		"cut":                {`{"uri":"a","text":"x"`, errJSON},
		"two":                {`{"uri":"a","text":"x"}{"uri":"a","text":"x"}`, errJSON},
		"rest":               {`{"uri":"a","text":"x"}]`, errJSON},
		"comma":              {`{"uri":"a","text":"x",}`, errJSON},
		"not a number":       {`{"uri":"a","text":"x","reach":NaN}`, errJSON},
		"infinite":           {`{"uri":"a","text":"x","reach":Infinity}`, errJSON},
		"deep":               {`{"uri":"a","text":` + deep, errDeep},
		"deep objects":       {strings.Repeat(`{"uri":`, 100_000), errDeep},
		"truth":              {`{"uri":"a","text":true}`, errDeep},
		"unknown key":        {`{"uri":"a","text":"x","evnt":"gone"}`, errKey},
		"key in capitals":    {`{"URI":"a","text":"x"}`, errKey},
		"twice":              {`{"uri":"a","text":"x","uri":"b"}`, errTwice},
		"twice by an escape": {`{"uri":"a","text":"x","\u0075ri":"b"}`, errTwice},
		"twice null":         {`{"uri":"a","text":null,"text":"x"}`, errTwice},
		"schema":             {`{"schema":"meetleaks.document.v2","uri":"a","text":"x"}`, errSchema},
		"no uri":             {`{"text":"x"}`, errURI},
		"number as uri":      {`{"uri":7,"text":"x"}`, errURI},
		"empty uri":          {`{"uri":"","text":"x"}`, errURI},
		"long uri":           {`{"uri":"` + strings.Repeat("a", 2049) + `","text":"x"}`, errURI},
		"longest uri":        {`{"uri":"` + strings.Repeat("a", 2048) + `","text":"x"}`, nil},
		"line end in uri":    {`{"uri":"a\nb","text":"x"}`, errURI},
		"escape in uri":      {`{"uri":"a\u001b[2J","text":"x"}`, errURI},
		"no host":            {`{"uri":"https:///x","text":"x"}`, errHost},
		"no text":            {`{"uri":"a"}`, errText},
		"number as text":     {`{"uri":"a","text":1}`, errText},
		"binary":             {`{"uri":"a","text":"x","media_type":"application/pdf"}`, errType},
		"type with a line":   {`{"uri":"a","text":"x","media_type":"text/a\nb"}`, errType},
		"markdown":           {`{"uri":"a","text":"x","media_type":"text/markdown; charset=utf-8"}`, nil},
		"1970":               {`{"uri":"a","text":"x","seen_at":"1970-01-01T00:00:00Z"}`, errSeen},
		"year 0":             {`{"uri":"a","text":"x","seen_at":"0000-01-01T00:00:00Z"}`, errSeen},
		"a date":             {`{"uri":"a","text":"x","seen_at":"2026-11-21"}`, errSeen},
		"seconds":            {`{"uri":"a","text":"x","seen_at":1790000000}`, errSeen},
		"empty time":         {`{"uri":"a","text":"x","seen_at":""}`, errSeen},
		"less than nobody":   {`{"uri":"a","text":"x","reach":-1}`, errReach},
		"half a person":      {`{"uri":"a","text":"x","reach":1.5}`, errReach},
		"beyond all":         {`{"uri":"a","text":"x","reach":10000000001}`, errReach},
		"huge":               {`{"uri":"a","text":"x","reach":1` + strings.Repeat("0", 1_000_000) + `}`, errReach},
		"exponent":           {`{"uri":"a","text":"x","reach":1e999999999}`, errReach},
		"text as reach":      {`{"uri":"a","text":"x","reach":"7"}`, errReach},
		"repost":             {`{"uri":"a","event":"repost","reach":0}`, nil},
		"repost of none":     {`{"uri":"a","event":"repost"}`, errNoReach},
		"gone":               {`{"uri":"a","event":"gone"}`, nil},
		"unknown event":      {`{"uri":"a","text":"x","event":"deleted"}`, errEvent},
		"empty event":        {`{"uri":"a","text":"x","event":""}`, errEvent},
		"empty version":      {`{"uri":"a","text":"x","version":""}`, errVersion},
		"long version":       {`{"uri":"a","text":"x","version":"` + strings.Repeat("v", 257) + `"}`, errVersion},
		"long shown":         {`{"uri":"a","text":"x","shown":"` + strings.Repeat("s", 301) + `"}`, errShown},
		"shown on two lines": {`{"uri":"a","text":"x","shown":"a\u2028b"}`, errShown},
	} {
		if _, err := decode([]byte(test.line)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestTheHostIsThatOfThePage(t *testing.T) {
	for uri, want := range map[string]string{
		"https://WWW.Acme.Example:8443/x?y#z":  "www.acme.example",
		"HTTP://acme.example.":                 "acme.example",
		"https://acme.example/100%":            "acme.example",
		"https://acme.example?x=/@evil":        "acme.example",
		`https://acme.example\@evil.example/`:  "acme.example",
		"https://bücher.example/":              "xn--bcher-kva.example",
		"https://my_page.acme.example/":        "my_page.acme.example",
		"https://[2001:db8::7]:443/":           "2001:db8::7",
		"at://did:plc:4kd/app.bsky.feed.post/": "",
		"docs/agenda.md":                       "",
		"mailto:x":                             "",
	} {
		if got, err := hostOf(uri); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", uri, got, err, want)
		}
	}
	for _, uri := range []string{
		"https://", "http://:80/", "https://acme.example@evil.example/", "https://a b/", "https://acme.example:port/", "https://%zz/",
		"https://[::1/", "https://" + strings.Repeat("ü", 300) + ".example/",
	} {
		if got, err := hostOf(uri); err == nil {
			t.Errorf("%s: %q", uri, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"uri":"https://acme.example/x","text":"see https://acme.zoom.us/j/84930275116","seen_at":"2026-11-21T10:00:00Z","reach":7}`,
		`{"uri":"a","event":"gone"}`, `{"uri":"a","event":"repost","reach":1e3}`, `{"uri":"\ud800","text":"\u0000"}`, `[[[[`, `{"a":{"a":{`,
		`{"uri":"https://[::1]:99999/","text":"","media_type":"text/html","shown":"x","version":"1"}`, "{\"uri\":\"\xff\",\"text\":\"\xfe\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := decode(line)
		if err != nil {
			var why reason
			if !errors.As(err, &why) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if m.uri == "" || len(m.uri) > maxURI || !oneLine(m.uri) || !oneLine(m.shown) || !utf8.ValidString(m.text) || m.reach < 0 ||
			m.reach > maxReach || strings.ToLower(m.host) != m.host || !m.seenAt.IsZero() && m.seenAt.Year() < firstYear {
			t.Fatalf("accepted %+v", m)
		}
	})
}
