package report

import (
	"encoding/csv"
	"strings"
	"testing"

	"meetleaks/scanner"
)

func TestCSVRows(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(render(t, "csv", testOptions(), sampleSummary(), sample()...))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+7 { // the first finding has two places
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows[1:] {
		if len(row) != len(csvHeader()) {
			t.Errorf("row %d has %d fields", i, len(row))
		}
	}
	if rows[1][8] != rows[2][8] || rows[1][8] == "" {
		t.Error("the places of one meeting have no common key")
	}
}

func TestCSVWithoutFindingsHasItsHeader(t *testing.T) {
	out := render(t, "csv", testOptions(), Summary{})
	if out != strings.Join(csvHeader(), ",")+"\n" {
		t.Errorf("%q", out)
	}
}

func TestCSVKeepsAFindingWithoutPlace(t *testing.T) {
	f := sample()[0]
	f.Places = nil
	if out := render(t, "csv", testOptions(), Summary{}, f); strings.Count(out, "\n") != 2 {
		t.Errorf("the finding is lost: %q", out)
	}
}

func TestCSVSafe(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "＝1": "'＝1", " =1": "' =1", `"=1`: `'"=1`, "|calc": "'|calc",
		"docs/a=b.md": "docs/a=b.md", "": "", "-": "-", "- ": "'- ", "-!a.md": "'-!a.md", "62": "62", "•••••116": "•••••116",
	} {
		if got := csvSafe(in); got != want {
			t.Errorf("csvSafe(%q) is %q, want %q", in, got, want)
		}
	}
}

// TestCSVQuotes holds that no separator of any spreadsheet stands outside of quotes: behind one a formula would begin.
func TestCSVQuotes(t *testing.T) {
	for in, want := range map[string]string{
		"docs/a.md": "docs/a.md", "": "", "a b": "a b", "•••••116": "•••••116",
		"a;=1+1": `"a;=1+1"`, "a\t=1": "\"a\t=1\"", "a,b": `"a,b"`, `a"b`: `"a""b"`, " a": `" a"`, "a ": `"a "`, "'=1": `"'=1"`, "a\nb": "\"a\nb\"", "a|b": `"a|b"`,
	} {
		if got := csvQuoted(in); got != want {
			t.Errorf("csvQuoted(%q) is %s, want %s", in, got, want)
		}
	}
	finding := sample()[0]
	finding.Org = "acme;=1+1"
	if out := render(t, "csv", testOptions(), Summary{}, finding); !strings.Contains(out, `,"acme;=1+1",`) {
		t.Errorf("a field with a semicolon stands without quotes: %s", out)
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"", "=cmd|'/C calc'!A0", "a,b\"c\n", "\t=1", "\u200b=1", "+\x00", "\u3000@x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		finding := sample()[0]
		finding.Places = []scanner.Place{{URI: text, Line: 1, MediaType: text}}
		finding.Link.Org, finding.Org = text, text
		rows, err := csv.NewReader(strings.NewReader(render(t, "csv", testOptions(), Summary{}, finding))).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for i, field := range rows[1] {
			if start := strings.TrimLeft(field, " \t\r\n\"\u00a0\u3000\u200b"); start != "" && field != "-" && strings.ContainsRune("=+-@＝＋－＠", []rune(start)[0]) {
				t.Fatalf("%s is a formula: %q", csvHeader()[i], field)
			}
		}
	})
}
