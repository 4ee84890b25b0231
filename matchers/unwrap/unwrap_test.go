package unwrap

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// example is one row of a wrapper's table: what goes in and what comes out. No texts means opaque.
type example struct {
	url    string
	texts  []string
	domain string
}

// one is the texts of a wrapper around one target.
func one(target string) []string { return []string{target} }

// check runs a wrapper's table, and the table of addresses on its hosts that are no wrapper.
func check(t *testing.T, name string, examples []example, others ...string) {
	t.Helper()
	for _, e := range examples {
		layer, ok := Unwrap(e.url)
		if !ok {
			t.Errorf("%s: not recognised", e.url)
			continue
		}
		if layer.Name != name || !slices.Equal(layer.Texts, e.texts) || layer.Domain != e.domain || layer.Opaque != (len(e.texts) == 0) {
			t.Errorf("%s:\n got %+v\nwant %s %q domain %q", e.url, layer, name, e.texts, e.domain)
		}
	}
	for _, u := range others {
		if layer, ok := Unwrap(u); ok {
			t.Errorf("%s: taken for a wrapper: %+v", u, layer)
		}
	}
}

func TestWrappersAreWellFormed(t *testing.T) {
	for _, w := range All() {
		if w.Name == "" || w.Docs == "" || w.Unwrap == nil || len(w.Hosts)+len(w.Schemes) == 0 {
			t.Errorf("wrapper %q lacks a field", w.Name)
		}
		for _, host := range w.Hosts {
			if hostName(host) != host {
				t.Errorf("wrapper %q: %q is no lower-case host", w.Name, host)
			}
			if _, ok := w.Unwrap("https://" + host + ".vandelay.example/url?u=https%3A%2F%2Facme.example"); ok {
				t.Errorf("wrapper %q takes a host that only begins like %s", w.Name, host)
			}
		}
	}
	if hosts := Hosts(); !slices.IsSorted(hosts) || len(slices.Compact(hosts)) != len(hosts) || !slices.Contains(hosts, "google.de") {
		t.Errorf("Hosts() is not sorted, not unique, or not whole: %d", len(hosts))
	}
	if got := Schemes(); !slices.Equal(got, []string{"data", "mailto", "sms", "smsto", "tg", "whatsapp"}) {
		t.Errorf("Schemes() = %q", got)
	}
}

// TestNoWrapperIsForgotten reads this package: whatever function makes a Wrapper must be called in All.
func TestNoWrapperIsForgotten(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	makers, listed := map[string]bool{}, map[string]bool{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil {
				continue
			}
			if f.Name.Name == "All" {
				ast.Inspect(f, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok {
						if id, ok := call.Fun.(*ast.Ident); ok {
							listed[id.Name] = true
						}
					}
					return true
				})
			} else if makesWrapper(f) {
				makers[f.Name.Name] = true
			}
		}
	}
	if len(makers) < 20 {
		t.Fatalf("found only %d makers of wrappers: this test reads the package wrongly", len(makers))
	}
	for name := range makers {
		if !listed[name] {
			t.Errorf("%s makes a wrapper that All does not list", name)
		}
	}
}

// makesWrapper says whether f takes nothing and returns a Wrapper or several.
func makesWrapper(f *ast.FuncDecl) bool {
	if f.Type.Params.NumFields() != 0 || f.Type.Results.NumFields() != 1 {
		return false
	}
	result := f.Type.Results.List[0].Type
	if list, ok := result.(*ast.ArrayType); ok {
		result = list.Elt
	}
	id, ok := result.(*ast.Ident)
	return ok && id.Name == "Wrapper"
}

func TestStack(t *testing.T) {
	zoom := "https://acme.zoom.us/j/84930275116?pwd=Tk9UcmVhbA%3D%3D.1"
	google := "https://www.google.com/url?q=" + percent(zoom) + "&sa=D&source=calendar&usg=AOvVaw2k"
	stack := "https://urldefense.proofpoint.com/v2/url?u=" + encodeV2(google) + "&d=DwMFaQ&c=euGZ&r=recipient&m=mail&s=sum&e="
	stack = "https://nam11.safelinks.protection.outlook.com/?url=" + percent(stack) + "&data=05%7C02%7Cjane%40globex.example&reserved=0"

	var via []string
	u := stack
	for range 8 {
		layer, ok := Unwrap(u)
		if !ok {
			break
		}
		via, u = append(via, layer.Name), layer.Texts[0]
	}
	if u != zoom || !slices.Equal(via, []string{"safelinks", "proofpoint", "google"}) {
		t.Errorf("via %q came %s, want %s", via, u, zoom)
	}
}

func TestUnwrapRefuses(t *testing.T) {
	long := "https://l.facebook.com/l.php?u=" + strings.Repeat("a", MaxLength)
	for _, u := range []string{
		"", " ", ":", "//", "https://", "?url=https://acme.example", "https://acme.zoom.us/j/84930275116?pwd=x", long,
		"https://" + strings.Repeat("a.", 200) + "t.co/x", "https://t.com/abc", "https://microsoft.com/abc",
		"https://notgoogle.com/url?q=https://acme.example", "https://google.com.evil.example/url?q=https://acme.example",
		"safelinks.protection.outlook.com", "bit.ly", "javascript:alert(1)", "https://acme.example/?u=https://zoom.us",
	} {
		if layer, ok := Unwrap(u); ok {
			t.Errorf("%.80s: taken for a wrapper: %+v", u, layer)
		}
	}
}

// TestRecipientsStayBehind plants a recipient in every place where a wrapper may name one.
func TestRecipientsStayBehind(t *testing.T) {
	for _, u := range []string{
		"https://nam02.safelinks.protection.outlook.com/?url=https://acme.zoom.us/j/84930275116?pwd=a&data=05|01|jane@globex.example|&sdata=jane&reserved=0",
		"https://nam02.safelinks.protection.outlook.com/?data=jane%40globex.example&url=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116&sdata=jane",
		"https://urldefense.com/v2/url?u=https-3A__acme.zoom.us_j_84930275116&d=D&r=jane&m=jane&s=jane",
		"https://urldefense.com/v3/__https://acme.zoom.us/j/84930275116__;!!jane!jane$",
		"https://us-west-2.protection.sophos.com/?d=zoom.us&u=aHR0cHM6Ly9hY21lLnpvb20udXMvai84NDkzMDI3NTExNg==&t=jane&h=jane&s=jane",
		"https://protect.checkpoint.com/v2/___https://acme.zoom.us/j/84930275116___.jane",
		"mailto:jane@globex.example?cc=jane@globex.example&body=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116",
		"https://www.google.com/calendar/render?action=TEMPLATE&add=jane@globex.example&details=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116",
		"https://outlook.office.com/calendar/0/deeplink/compose?to=jane%40globex.example&body=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116",
		"https://eu.content.exclaimer.net?url=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116&tenantid=jane&signature=jane",
		"sms:jane?body=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116",
	} {
		layer, ok := Unwrap(u)
		if got := strings.Join(layer.Texts, " "); !ok || !strings.Contains(got, "acme.zoom.us/j/84930275116") || strings.Contains(got, "jane") {
			t.Errorf("%s: %+v", u, layer)
		}
	}
}

func FuzzUnwrap(f *testing.F) {
	for _, seed := range []string{
		"https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116&data=05",
		"https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.zoom.us_j_84930275116-3Fpwd-3Da&d=x",
		"https://urldefense.proofpoint.com/v1/url?u=https%3A%2F%2Facme.zoom.us&amp;k=x",
		"https://urldefense.com/v3/__https:/acme.zoom.us/j/84930275116?a=*b**A__;4pyTw6TDtsO8!!x!y$",
		"https://www.google.com/url?q=https://acme.zoom.us/j/84930275116?pwd%3Da&sa=D&usg=x", "https://google.de/amp/s/acme.example/x",
		"https://webcache.googleusercontent.com/search?q=cache:abcdefghijkl:https://acme.example/+zoom",
		"https://www.google.com/calendar/render?action=TEMPLATE&details=%3Ca+href%3D%22https://acme.zoom.us/j/84930275116%22",
		"https://outlook.live.com/owa/?path=/calendar/action/compose&body=x", "https://outlook.office365.com/owa/redir.aspx?C=x&URL=http%3a%2f%2facme.example",
		"https://secure-web.cisco.com/1abc/https%3A%2F%2Facme.example", "https://protect-us.mimecast.com/s/abc?domain=acme.zoom.us",
		"https://x.r.us-east-1.awstrack.me/L0/https:%2F%2Facme.example/1/x/y=1", "https://bing.com/ck/a?!&&p=x&u=a1aHR0cHM6Ly9hY21lLmV4YW1wbGU",
		"https://us.protection.sophos.com/?d=acme.example&u=aHR0cHM6Ly9hY21lLmV4YW1wbGU=", "https://protect.checkpoint.com/v2/r02/___https:/acme.example___.YzJ",
		"https://r.search.yahoo.com/_ylt=x/RU=https%3a%2f%2facme.example/RK=2/RS=x", "https://mandrillapp.com/track/click/30/acme.example?p=eyJwIjoie1widXJsXCI6XCJodHRwOlxcL1xcL2FjbWUuZXhhbXBsZVwifSJ9",
		"https://lnks.gd/l/eyJ.eyJ1cmwiOiJodHRwczovL2FjbWUuZXhhbXBsZSJ9.x", "https://x.mjt.lu/lnk/a/1/b/aHR0cHM6Ly9hY21lLmV4YW1wbGU",
		"https://web.archive.org/web/2020id_/http:/acme.example/", "https://archive.ph/o/abc/https://acme.example", "https://disq.us/url?url=https%3A%2F%2Facme.example%3AzjHJ9CS7YTS6D6-FWtZRTF8swk4",
		"https://href.li/?https://acme.example", "mailto:?body=%0A&subject=%ff", "sms:5&body=x", "whatsapp://send?text=x", "data:text/calendar;base64,QkVHSU46VkNBTA==",
		"data:text/html,%3Ca", "https://bit.ly/abc", "https://twitter.com/intent/tweet?text=a&url=b", "//T.CO/x", "https:///////", "google.com/url?q=%", "&amp;amp;amp;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, u string) {
		layer, ok := Unwrap(u)
		if !ok {
			if layer.Name != "" || layer.Texts != nil || layer.Opaque || layer.Domain != "" {
				t.Fatalf("%q: no wrapper, but %+v", u, layer)
			}
			return
		}
		size := 0
		for _, text := range layer.Texts {
			if strings.TrimSpace(text) == "" || strings.ToValidUTF8(text, "") != text {
				t.Fatalf("%q: %q is blank or no text", u, text)
			}
			size += len(text)
		}
		if layer.Name == "" || layer.Opaque == (size > 0) || size > len(u) || hostName(layer.Domain) != layer.Domain {
			t.Fatalf("%q: %+v", u, layer)
		}
	})
}
