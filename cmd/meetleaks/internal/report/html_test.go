package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestHTMLAsksNobody(t *testing.T) {
	out := render(t, "html", testOptions(), sampleSummary(), sample()...)
	if found := regexp.MustCompile(`(?i)(src|href|action|data|poster)\s*=\s*["']?(https?:|//)[^"' >]*|@import|url\(|fetch\(|XMLHttpRequest|import\(`).FindAllString(out, -1); found != nil {
		t.Errorf("the page asks for %q", found)
	}
	if strings.Contains(out, " style=") || regexp.MustCompile(`\son[a-z]+=`).MatchString(out) {
		t.Error("the policy forbids style and script in attributes")
	}
}

// The policy names the style and the script by hash, so the template must write them unchanged.
func TestHTMLPolicyFitsThePage(t *testing.T) {
	out := render(t, "html", testOptions(), sampleSummary(), sample()...)
	for element, source := range map[string]string{"style": pageStyle, "script": pageScript} {
		_, rest, _ := strings.Cut(out, "<"+element+">")
		text, _, ended := strings.Cut(rest, "</"+element+">")
		if !ended || text != source || !strings.Contains(out, element+"-src 'sha256-"+hash(text)+"'") {
			t.Errorf("the %s is not the one the policy allows", element)
		}
	}
}

func TestHTMLHasEveryMeetingOnce(t *testing.T) {
	out := render(t, "html", testOptions(), sampleSummary(), sample()...)
	if got := strings.Count(out, "<tr data-platform="); got != 5 {
		t.Errorf("%d rows for five meetings", got)
	}
}

func TestTreeCountsAndBounds(t *testing.T) {
	tr := newTree()
	for i := range maxFolders + 50 {
		tr.add(fmt.Sprintf("site/d%d/page.html", i), "B")
	}
	tr.add("site/big/a.html", "A")
	if len(tr.nodes) > maxFolders || tr.nodes[0].total != maxFolders+51 {
		t.Errorf("%d folders hold %d findings", len(tr.nodes), tr.nodes[0].total)
	}
	bars, left := tr.bars()
	if len(bars) != drawnNodes || left < maxFolders-drawnNodes-10 {
		t.Errorf("%d bars, %d left out", len(bars), left)
	}
}

func TestTreeShape(t *testing.T) {
	tr := newTree()
	for _, uri := range []string{"a/b/c/1.md", "a/b/c/2.md", "a/b/d/3.md", "top.md", "mail.zip!x!body", "https://globex.example/x/y.html", "/srv/w/z.md"} {
		tr.add(uri, "B")
	}
	tr.add("a/b/d/4.md", "A")
	bars, left := tr.bars()
	var got []string
	for _, b := range bars {
		got = append(got, fmt.Sprintf("%d %s %d", b.Depth, b.Name, b.Total))
	}
	want := "0 everything 8; 1 a/b 4; 2 c 2; 2 d 2; 1 /srv/w 1; 1 globex.example/x 1; 1 mail.zip 1"
	if strings.Join(got, "; ") != want || left != 0 {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
	}
	if s := bars[3].Segments; len(s) != 2 || s[0].Class != "A" || s[0].Width != 12.5 || s[1].X != 12.5 {
		t.Errorf("segments %+v", s)
	}
}
