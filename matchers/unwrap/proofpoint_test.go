package unwrap

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
)

func TestProofpoint(t *testing.T) {
	zoom := "https://acme.zoom.us/j/84930275116?pwd=Tk9U-b_c"
	check(t, "proofpoint", []example{
		{url: "https://urldefense.proofpoint.com/v1/url?u=https%3A//acme.zoom.us/j/84930275116%3Fa%3D1%26amp%3Bb%3D2&k=oIvRg1%2BdGA&r=x", texts: one("https://acme.zoom.us/j/84930275116?a=1&b=2")},
		{url: "https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.zoom.us_j_84930275116-3Fpwd-3DTk9U-2Db-5Fc&d=DwMFaQ&c=x", texts: one(zoom)},
		{url: "https://URLDefense.us/v2/url?d=DwMFaQ&amp;c=x&amp;u=https-3a__acme.zoom.us_j_84930275116-3fpwd-3dTk9U-2db-5fc&amp;r=y", texts: one(zoom)},
		{url: "urldefense.com/v2/url?u=http-3A__acme.example_-3Fa-3D1-26amp-3Bcopy-3D2", texts: one("http://acme.example/?a=1&copy=2")},
		{url: "https://urldefense.com/v2/url?u=http-3A__acme.example_-3Fa-3D1-26copy-3D2-26-2338-3Bx", texts: one("http://acme.example/?a=1&copy=2&x")},
		{url: "https://urldefense.com/v2/url?u=http-3A__acme.example_-253D&d=x", texts: one("http://acme.example/%3D")},
		{url: "https://urldefense.com/v2/url?d=DwMFaQ"},
		{url: "https://urldefense.com/v1/url"},
		{url: "https://urldefense.com/v3/"},
		{url: "https://urldefense.com/v3/__https://"},
	}, "https://urldefense.com/", "https://urldefense.com/about", "https://proofpoint.com/v2/url?u=http-3A__acme.example")
}

func TestProofpointV3(t *testing.T) {
	check(t, "proofpoint", []example{
		// no characters replaced
		{url: "https://urldefense.com/v3/__https://acme.zoom.us/j/84930275116__;!!Dq0X2!aB-c$", texts: one("https://acme.zoom.us/j/84930275116")},
		// one each: "?" and "="
		{url: "https://urldefense.com/v3/__https://acme.zoom.us/j/84930275116*pwd*x__;Pz0!!Dq0X2!aB$", texts: one("https://acme.zoom.us/j/84930275116?pwd=x")},
		// a run of two, in UTF-8
		{url: "https://urldefense.us/v3/__https://acme.example/**A/*__;w6TDtsO8!!D!a$", texts: one("https://acme.example/äö/ü")},
		// a run, and a lone one at the end
		{url: "https://urldefense.com/v3/__https://acme.example/**C*__;4pyTYWJjZA!!D!a$", texts: one("https://acme.example/✓abcd")},
		// the result keeps its own escapes
		{url: "https://urldefense.com/v3/__https://teams.microsoft.com/l/meetup-join/19*3ameeting_Tk*40thread.v2/0__;JSU!!D!a$", texts: one("https://teams.microsoft.com/l/meetup-join/19%3ameeting_Tk%40thread.v2/0")},
		// a query, a fragment and brackets behind
		{url: "https://urldefense.com/v3/__https://facetime.apple.com/join*v=1&p=aB&k=c__;Iw!!D!a$)", texts: one("https://facetime.apple.com/join#v=1&p=aB&k=c")},
		{url: "https://urldefense.com/v3/__https://acme.example/?a=1&b=2#c__;!!D!a>", texts: one("https://acme.example/?a=1&b=2#c")},
		// slash lost
		{url: "https:/urldefense.com/v3/__https:/acme.zoom.us/j/84930275116__;!!D!a", texts: one("https://acme.zoom.us/j/84930275116")},
		// encoded once more on the way
		{url: "https://urldefense.com/v3/__https%3A//acme.zoom.us/j/84930275116*pwd__;Pw!!D!a$", texts: one("https://acme.zoom.us/j/84930275116?pwd")},
		// too few characters, unreadable ones, none, and an end that is lost: the '*' stay
		{url: "https://urldefense.com/v3/__https://acme.example/*a*b*c__;Pw!!D!a$", texts: one("https://acme.example/?a*b*c")},
		{url: "https://urldefense.com/v3/__https://acme.example/**D__;Pz8!!D!a$", texts: one("https://acme.example/**D")},
		{url: "https://urldefense.com/v3/__https://acme.example/**~__;Pz8!!D!a$", texts: one("https://acme.example/**~")},
		{url: "https://urldefense.com/v3/__https://acme.example/*a__;P!!D!a$", texts: one("https://acme.example/*a")},
		{url: "https://urldefense.com/v3/__https://acme.example/*a__;", texts: one("https://acme.example/*a")},
		{url: "https://urldefense.com/v3/__https://acme.example/*a__", texts: one("https://acme.example/*a")},
		{url: "https://urldefense.com/v3/__https://acme.example/a", texts: one("https://acme.example/a")},
		// the mark inside the URL
		{url: "https://urldefense.com/v3/__https://acme.example/a__;b/c*__;Pw!!D!a$", texts: one("https://acme.example/a__;b/c?")},
		{url: "https://urldefense.com/v3/__https://acme.example/a_*_b___;Xw==!!D!a$", texts: one("https://acme.example/a___b_")},
		// another wrapper inside
		{url: "https://urldefense.com/v3/__https://www.google.com/url?q=https:**Aacme.zoom.us*j*84930275116&sa=D__;Ly8vLw!!D!a$", texts: one("https://www.google.com/url?q=https://acme.zoom.us/j/84930275116&sa=D")},
	})
}

func TestProofpointRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	for i := range 3000 {
		u := randomURL(random)
		if i == 0 {
			u = "https://acme.example/" + strings.Repeat("ä", 200) + "*" + strings.Repeat("/", 66) // runs longer than one mark can say
		}
		v2 := "https://urldefense.proofpoint.com/v2/url?u=" + encodeV2(u) + "&d=DwMFaQ&c=x&r=y&m=z&s=s&e="
		v3 := "https://urldefense.com/v3/" + encodeV3(u) + "!!Dq0X2aB!c-d_e$"
		for _, wrapped := range []string{v2, v3} {
			layer, ok := Unwrap(wrapped)
			if !ok || len(layer.Texts) != 1 || layer.Texts[0] != u {
				t.Fatalf("%s\n gave %+v\n want %s", wrapped, layer, u)
			}
		}
	}
}

// randomURL makes a URL out of all that is hard: marks of the codes themselves, escapes, letters beyond ASCII.
func randomURL(random *rand.Rand) string {
	pieces := []string{"a", "Z", "7", "-", "_", "__", "*", "**", "%41", "%253D", "/", "?", "&x=", "=", "+", "#", ".", "~", "ä", "会議", "𝒜", "-2D", "!", "$", "__;", ";"}
	var b strings.Builder
	b.WriteString("https://acme.example/")
	for range random.IntN(40) {
		b.WriteString(pieces[random.IntN(len(pieces))])
	}
	return b.String() + "e"
}

// percent encodes all but letters, digits and "-_.~".
func percent(u string) string {
	return strings.ReplaceAll(url.QueryEscape(u), "+", "%20")
}

// encodeV2 is the way into a v2 link.
func encodeV2(u string) string {
	var b strings.Builder
	for i := range len(u) {
		c := u[i]
		switch {
		case c == '/':
			b.WriteByte('_')
		case c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "-%02X", c)
		}
	}
	return b.String()
}

// encodeV3 is the way into a v3 link, up to the characters.
func encodeV3(u string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var b, taken strings.Builder
	runes := []rune(u)
	for i := 0; i < len(runes); {
		n := 0
		for i+n < len(runes) && n < 65 && !keptV3(runes[i+n]) {
			taken.WriteRune(runes[i+n])
			n++
		}
		switch {
		case n == 0:
			b.WriteRune(runes[i])
			n = 1
		case n == 1:
			b.WriteByte('*')
			// A second mark behind would read as a run, so a lone one is always followed by a kept character here.
		default:
			b.WriteString("**" + alphabet[n-2:n-1])
		}
		i += n
	}
	return "__" + b.String() + "__;" + base64.URLEncoding.EncodeToString([]byte(taken.String()))
}

func keptV3(r rune) bool {
	return r < 0x80 && !strings.ContainsRune("*%;#~!", r)
}

func FuzzProofpointV3(f *testing.F) {
	for _, seed := range []string{
		"__https://acme.example/__;!!D!a$", "__https://acme.example/**A/*__;w6TDtsO8!!D!a$", "__https:/acme.example/*__;Pz0=!x", "__***A**___;",
		"__a__;b__;c__;Pw", "__;", "__", "", "__%2a%2A__;Pz8!", "__**__;Pz8!", "__*\xff__;_____w!",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := proofpointV3(s); len(got) > len(s) {
			t.Fatalf("%q grew to %q", s, got)
		}
	})
}
