package matchers

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write README's table of platforms")

// What a new platform needs: a line in All, its own hosts, forms, documentation, and a test that names it.
func TestAllPlatformsAreComplete(t *testing.T) {
	list := All()
	if len(list) < 75 {
		t.Errorf("%d platforms, want 75 or more", len(list))
	}
	if !slices.IsSortedFunc(list, func(a, b Platform) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("All is not in alphabetical order")
	}
	hosts := make(map[string]string)
	for _, p := range list {
		if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(p.Name) {
			t.Errorf("%q is no lower-case name with hyphens", p.Name)
		}
		if p.Title == "" || p.Docs == "" || p.Parse == nil || len(p.Forms) == 0 || len(p.Hosts)+len(p.Anchors) == 0 {
			t.Errorf("%s: title, documentation, parser, forms and hosts are needed", p.Name)
		}
		for _, form := range p.Forms {
			if form.Kind.Rank() >= len(kinds()) || form.Class < "A" || form.Class > "H" || form.Shape == "" {
				t.Errorf("%s: form %+v", p.Name, form)
			}
		}
		for _, host := range p.Hosts {
			if host != strings.ToLower(host) || hosts[host] != "" {
				t.Errorf("%s: host %s is not lower case or also %s's", p.Name, host, hosts[host])
			}
			hosts[host] = p.Name
		}
	}
}

// Every function that returns a Platform is in All, and a test names it.
func TestNoPlatformIsForgotten(t *testing.T) {
	listed, err := os.ReadFile("all.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	names, _ := filepath.Glob("*_test.go")
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil && name != "all_test.go" {
			tests.Write(text)
		}
	}
	for name, function := range platformFunctions(t) {
		if !strings.Contains(string(listed), "\t"+function+"(),") {
			t.Errorf("%s: %s() has no line in All", name, function)
		}
		if !strings.Contains(tests.String(), function+"()") {
			t.Errorf("%s: no test names %s()", name, function)
		}
	}
}

// platformFunctions are the functions that return a Platform, by their files.
func platformFunctions(t *testing.T) map[string]string {
	t.Helper()
	found := make(map[string]string)
	files, _ := filepath.Glob("*.go")
	for _, name := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Type.Results == nil || len(f.Type.Results.List) != 1 {
				continue
			}
			if id, ok := f.Type.Results.List[0].Type.(*ast.Ident); ok && id.Name == "Platform" {
				if other, twice := found[name]; twice {
					t.Errorf("%s holds %s and %s: one file a platform", name, other, f.Name.Name)
				}
				found[name] = f.Name.Name
			}
		}
	}
	return found
}

// Every file is a platform's, or the package comment says what it is.
func TestEveryFileIsExplained(t *testing.T) {
	comment, err := os.ReadFile("matchers.go")
	if err != nil {
		t.Fatal(err)
	}
	platforms := platformFunctions(t)
	files, _ := filepath.Glob("*.go")
	for _, name := range files {
		if platforms[name] == "" && !strings.HasSuffix(name, "_test.go") && !strings.Contains(string(comment), name) {
			t.Errorf("%s is no platform, and the comment of package matchers does not name it", name)
		}
	}
}

const (
	platformsBegin = "<!-- platforms:begin (made by go test ./matchers -run TestReadmePlatforms -update) -->\n"
	platformsEnd   = "<!-- platforms:end -->"
)

func TestReadmePlatforms(t *testing.T) {
	var table strings.Builder
	fmt.Fprintf(&table, "%d services:\n\n| name | service | what is recognised |\n|---|---|---|\n", len(All()))
	for _, p := range All() {
		var kinds []string
		for _, form := range p.Forms {
			if k := string(form.Kind); !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
		title := p.Title
		if p.Retired != "" {
			title += " (gone since " + p.Retired + ")"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", p.Name, title, strings.Join(kinds, ", "))
	}
	path := filepath.Join("..", "README.md")
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), platformsBegin)
	_, after, ok2 := strings.Cut(rest, platformsEnd)
	if !ok || !ok2 {
		t.Fatal("README.md has no table of platforms")
	}
	want := before + platformsBegin + table.String() + platformsEnd + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(readme) {
		t.Error("README's table of platforms is not what All lists; run: go test ./matchers -run TestReadmePlatforms -update")
	}
}
