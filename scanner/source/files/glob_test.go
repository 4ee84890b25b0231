package files

import (
	"strings"
	"testing"
)

func TestGlobs(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		folder, want  bool
	}{
		{"*.md", "a.md", false, true},
		{"*.md", "x/y/a.md", false, true},
		{"*.md", "a.mdx", false, false},
		{"/*.md", "a.md", false, true},
		{"/*.md", "x/a.md", false, false},
		{"docs/*.md", "docs/a.md", false, true},
		{"docs/*.md", "docs/x/a.md", false, false},
		{"docs/**/*.md", "docs/a.md", false, true},
		{"docs/**/*.md", "docs/x/y/a.md", false, true},
		{"docs/**", "docs/x/y", false, true},
		{"**/test/**/x", "a/test/b/test/c/x", false, true},
		{"**/a/**/b/**/c", "a/a/b/b/x/c", false, true},
		{"**/a/**/b/**/c", "a/b/c/d", false, false},
		{"./a", "a", false, true},
		{"build/", "x/build", true, true},
		{"build/", "x/build", false, false},
		{"*.{html,htm}", "x/a.htm", false, true},
		{"{a,b}/{c,d}", "b/c", false, true},
		{"{a,b}/{c,d}", "x/b/c", false, false},
		{"[ab]?", "b1", false, true},
		{"[ab]?", "c1", false, false},
	} {
		g, err := ParseGlob(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got := g.Match(c.path, c.folder); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.path, got)
		}
	}
}

func TestBadGlobs(t *testing.T) {
	for _, p := range []string{"", "/", "[a", "{a,b", "{a,{b,c}}", strings.Repeat("{a,b}", 7), strings.Repeat("a", maxGlob+1)} {
		if _, err := ParseGlob(p); err == nil {
			t.Errorf("%q was accepted", shorten(p))
		}
	}
}

// FuzzGlob looks for panics, and for patterns that take very long: the fuzzer stops at those.
func FuzzGlob(f *testing.F) {
	f.Add("**/a*b/**", "a/b/axb/c")
	f.Add("{a,b}*[c-d]", "ac")
	f.Add("***", "x")
	f.Fuzz(func(t *testing.T, pattern, path string) {
		g, err := ParseGlob(pattern)
		if err != nil || len(path) > 4096 {
			return
		}
		if g.Match(path, false) && !g.folder && !g.Match(path, true) {
			t.Error("matches the file, but not the folder of that name")
		}
	})
}
