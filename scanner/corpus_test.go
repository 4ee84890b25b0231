package scanner_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

var (
	update = flag.Bool("update", false, "write README's table of precision and recall")
	cases  = flag.String("cases", "", "another file of labelled cases to measure; nothing is asserted of it")
)

// labelled is one case: a text and what scan is to say of it.
type labelled struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Expect []struct {
		Platform string  `json:"platform"`
		Kind     string  `json:"kind"`
		ID       string  `json:"id"`
		Org      *string `json:"org_hint"`
		Secret   bool    `json:"secret_present"`
	} `json:"expect"`
	Why string `json:"why"`
}

func readCases(t *testing.T, path string) []labelled {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []labelled
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c labelled
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s, case %d: %v", path, len(list)+1, err)
		}
		list = append(list, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// score counts for one platform: right findings, wrong ones, missed ones, and right ones with a wrong attribute.
type score struct{ right, wrong, missed, attribute int }

func (s score) precision() float64 { return ratio(s.right, s.right+s.wrong) }
func (s score) recall() float64    { return ratio(s.right, s.right+s.missed) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// measure runs every case as scan would and returns the score for each platform and, under "", in all.
func measure(t *testing.T, list []labelled) (scores map[string]*score, complaints []string) {
	t.Helper()
	scores = map[string]*score{"": {}}
	count := func(platform string, f func(*score)) {
		if scores[platform] == nil {
			scores[platform] = &score{}
		}
		f(scores[platform])
		f(scores[""])
	}
	m := scanner.NewMatcher(matchers.Standard(), nil)
	for _, c := range list {
		found, _, _ := m.Match(context.Background(), scanner.Document{URI: c.ID, Text: strings.NewReader(c.Text)})
		used := make([]bool, len(found))
		for _, want := range c.Expect {
			n := slices.IndexFunc(found, func(f scanner.Finding) bool {
				return f.Link.Platform == want.Platform && (f.Link.ID == want.ID || f.Link.Fold && strings.EqualFold(f.Link.ID, want.ID))
			})
			if n < 0 || used[n] {
				count(want.Platform, func(s *score) { s.missed++ })
				complaints = append(complaints, fmt.Sprintf("%s MISSED %s %s %s (%s)", c.ID, want.Platform, want.Kind, want.ID, c.Why))
				continue
			}
			used[n] = true
			count(want.Platform, func(s *score) { s.right++ })
			l := found[n].Link
			org := ""
			if want.Org != nil {
				org = *want.Org
			}
			if string(l.Kind) != want.Kind || l.Org != org || (len(l.Secrets) > 0) != want.Secret {
				count(want.Platform, func(s *score) { s.attribute++ })
				complaints = append(complaints, fmt.Sprintf("%s ATTRIBUTE %s %s: kind %s/%s org %q/%q secrets %v/%v (%s)", c.ID, l.Platform, l.ID, l.Kind, want.Kind, l.Org, org, l.Secrets, want.Secret, c.Why))
			}
		}
		for n, f := range found {
			if !used[n] {
				count(f.Link.Platform, func(s *score) { s.wrong++ })
				complaints = append(complaints, fmt.Sprintf("%s FALSE %s %s %s (%s)", c.ID, f.Link.Platform, f.Link.Kind, f.Link.ID, c.Why))
			}
		}
	}
	return scores, complaints
}

// The bar is 0.99 in all, for precision, for recall, and for attributes.
func TestCorpus(t *testing.T) {
	path := filepath.Join("..", "matchers", "testdata", "corpus.jsonl")
	if *cases != "" {
		path = *cases
	}
	list := readCases(t, path)
	if least := 600; *cases == "" && len(list) < least {
		t.Fatalf("only %d cases, want at least %d: the figures would say nothing", len(list), least)
	}
	scores, complaints := measure(t, list)
	all := scores[""]
	table := scoreTable(scores)
	t.Logf("%d cases\n%s", len(list), table)
	for _, c := range complaints {
		t.Log(c)
	}
	if *cases != "" {
		return
	}
	if p, r, a := all.precision(), all.recall(), ratio(all.right-all.attribute, all.right); p < 0.99 || r < 0.99 || a < 0.99 {
		t.Errorf("precision %.4f, recall %.4f, right attributes %.4f: want 0.99 or more", p, r, a)
	}
	for name, s := range scores {
		if s.precision() < 0.9 || s.recall() < 0.9 {
			t.Errorf("%s: precision %.3f, recall %.3f: no platform may be under 0.9", name, s.precision(), s.recall())
		}
	}
	checkTable(t, table)
}

func scoreTable(scores map[string]*score) string {
	names := make([]string, 0, len(scores))
	for name := range scores {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if n := cmp.Compare(scores[b].right, scores[a].right); n != 0 {
			return n
		}
		return cmp.Compare(a, b)
	})
	var b strings.Builder
	b.WriteString("| platform | labelled | found | false | missed | precision | recall |\n|---|---|---|---|---|---|---|\n")
	row := func(title string, s *score) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %.3f | %.3f |\n", title, s.right+s.missed, s.right, s.wrong, s.missed, s.precision(), s.recall())
	}
	row("**all**", scores[""])
	for _, name := range names {
		row(name, scores[name])
	}
	return b.String()
}

const (
	tableBegin = "<!-- corpus:begin (made by go test ./scanner -run TestCorpus -update) -->\n"
	tableEnd   = "<!-- corpus:end -->"
)

// checkTable holds README to the measured figures.
func checkTable(t *testing.T, table string) {
	t.Helper()
	path := filepath.Join("..", "README.md")
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), tableBegin)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatal("README.md has no corpus table")
	}
	want := before + tableBegin + table + tableEnd + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(readme) {
		t.Error("README's table is not what the corpus measures; run: go test ./scanner -run TestCorpus -update")
	}
}
