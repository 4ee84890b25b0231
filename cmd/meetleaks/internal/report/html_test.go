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
	if got := strings.Count(out, " data-platform="); got != 5 {
		t.Errorf("%d rows for five meetings", got)
	}
}

// grown makes a tree of places, each with a meeting of its own.
func grown(limit int, classes map[string]string, uris ...string) *tree {
	tr := newTree()
	tr.limit = limit
	at := make([]int, len(uris))
	for i, uri := range uris {
		at[i] = tr.add(uri)
	}
	for i, uri := range uris {
		class := classes[uri]
		if class == "" {
			class = "B"
		}
		tr.count(class, tr.ancestors(at[i]))
	}
	return tr
}

func TestTreeCountsAndBounds(t *testing.T) {
	const limit = 300
	var uris []string
	for i := range limit + 50 {
		uris = append(uris, fmt.Sprintf("site/d%d/page.html", i))
	}
	tr := grown(limit, nil, uris...)
	if len(tr.nodes) > limit || tr.nodes[0].total != limit+50 {
		t.Errorf("%d folders hold %d meetings", len(tr.nodes), tr.nodes[0].total)
	}
	bars, left := tr.bars()
	if len(bars) != drawnNodes || left != limit-drawnNodes {
		t.Errorf("%d bars, %d left out", len(bars), left)
	}
}

func TestTreeShape(t *testing.T) {
	tr := grown(maxFolders, map[string]string{"a/b/d/4.md": "A"},
		"a/b/c/1.md", "a/b/c/2.md", "a/b/d/3.md", "a/b/d/4.md", "top.md", "mail.zip!x!body", "https://globex.example/x/y.html", "/srv/w/z.md")
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

// The bars count what the table lists when they are pressed.
func TestBarsAgreeWithTheTable(t *testing.T) {
	out := render(t, "html", testOptions(), sampleSummary(), sample()...)
	for _, match := range regexp.MustCompile(`data-set-folder="(\d+)".*?class="total">(\d+)<`).FindAllStringSubmatch(out, -1) {
		rows := regexp.MustCompile(`data-folders="[^"]* `+match[1]+` [^"]*"`).FindAllString(out, -1)
		if fmt.Sprint(len(rows)) != match[2] {
			t.Errorf("folder %s: the bar says %s, the table lists %d", match[1], match[2], len(rows))
		}
	}
}
