package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// This file keeps the house in order: which package may import which, what lies at the top of the repository, and that
// no request leaves by the back door. Each rule says what breaking it would break. The rules are pure functions over
// parsed files, and a table of invented wrong files shows that they can fail.

// houseModule is the module's path; every package of ours starts with it.
const houseModule = "meetleaks"

// houseFile is one Go file, whatever its build tags: a file for another system counts too.
type houseFile struct {
	pkg  string // import path of its folder, "meetleaks/scanner/fetch"
	name string // path for messages, "scanner/fetch/dial.go"
	tree *ast.File
}

func (f houseFile) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

// imports returns the import paths of the file.
func (f houseFile) imports() []string {
	var out []string
	for _, spec := range f.tree.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// A room is a part of the house: a folder with all below it, or, when it ends in "/*", each folder in it for itself.
// Packages of one room may import each other. Of the rest of ours a room may import only the rooms it names.
type room struct {
	folder string
	may    []string
	breaks string // what an arrow to any other room would break
}

// rooms lists the house. The longest folder that fits wins, so "scanner/fetch" is not "scanner".
func rooms() []room {
	part := []string{"scanner", "scanner/fetch", "matchers"}
	return []room{
		{"cmd", []string{"matchers", "notify", "notify/*", "scanner", "scanner/fetch", "scanner/extract", "scanner/source/*",
			"scanner/source/polled", "scanner/store/*", "scanner/queue/*", "scanner/claims", "scanner/meetings/*"},
			"cmd knows every part of the program, and nothing of deploy"},
		{"matchers", nil,
			"matchers must stay pure, text in and links out: with anything else of ours in it a link could be requested or kept"},
		{"notify", nil,
			"a channel must not know links and leaks: it sends what it is given, so that it cannot send an id in clear"},
		{"notify/*", []string{"notify"},
			"each channel must stand alone beside the others: one that knew links, leaks or another channel could not be taken out or tested by itself"},
		{"scanner", []string{"matchers"},
			"the domain must not know who reads, stores or sends: it declares interfaces and cmd hands the parts in"},
		{"scanner/fetch", []string{"matchers"},
			"the one way out to the web must stand below the domain: it needs matchers only, to refuse meeting links"},
		{"scanner/extract", part,
			"turning bytes into text must not depend on where the bytes came from or where the findings go"},
		{"scanner/source/*", append([]string{"scanner/source/polled"}, part...),
			"each source must stand alone, or adding and taking out one would touch the others"},
		{"scanner/source/polled", part,
			"what polled sources have in common must stand below them: one that knew a source could not serve the next one"},
		{"scanner/store/*", part,
			"each store must stand alone behind the domain's interfaces, or one could not replace the other"},
		{"scanner/queue/*", part,
			"a queue hands out hints only: one that knew stores or sources would become a second truth"},
		{"scanner/claims", part,
			"proof of a domain must not depend on what is watched or who is told"},
		{"scanner/meetings/*", part,
			"each platform's client must stand alone: it acts with an organisation's credentials and must see nothing but the domain"},
		{"deploy", nil,
			"deploy measures and ships the built program from outside: with our packages in it, it would measure something else"},
	}
}

// roomOf finds the room of an import path of ours, and the folder within which packages may import each other.
func roomOf(pkg string) (r room, home string, found bool) {
	rel := strings.TrimPrefix(strings.TrimPrefix(pkg, houseModule), "/")
	for _, candidate := range rooms() {
		h, ok := homeIn(candidate.folder, rel)
		if ok && (!found || len(candidate.folder) > len(r.folder)) {
			r, home, found = candidate, h, true
		}
	}
	if found && r.folder == "scanner" && rel != "scanner" {
		return room{}, "", false // a new folder under scanner is a new room: it must be named above
	}
	return r, home, found
}

func homeIn(folder, rel string) (string, bool) {
	parent, each := strings.CutSuffix(folder, "/*")
	rest, ok := strings.CutPrefix(rel+"/", parent+"/")
	if !ok {
		return "", false
	}
	if !each {
		return folder, true
	}
	first, _, _ := strings.Cut(rest, "/")
	return parent + "/" + first, first != ""
}

// isSuite says whether an import path is a conformance suite (sourcetest, storetest, notifytest): tests of any package
// beside it may import it, other code may not.
func isSuite(pkg string) bool { return strings.HasSuffix(path.Base(pkg), "test") }

func isOurs(imported string) bool {
	return imported == houseModule || strings.HasPrefix(imported, houseModule+"/")
}

// isStandard follows the go command: a first element without a dot is the standard library's, unless it is our module.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".") && !isOurs(imported)
}

// arrowFault says what is wrong with one import of ours, "" when it is allowed.
func arrowFault(f houseFile, imported string) string {
	from, home, found := roomOf(f.pkg)
	if !found {
		return fmt.Sprintf("%s: package %s has no room in the house: name it in rooms() and in the architecture, or move it",
			f.name, f.pkg)
	}
	to, toHome, found := roomOf(imported)
	if !found {
		return fmt.Sprintf("%s imports %s, which has no room in the house", f.name, imported)
	}
	if to.folder == "cmd" && from.folder != "cmd" {
		return fmt.Sprintf("%s imports %s, but nothing imports cmd: it alone knows every part, and a part that knew it would "+
			"know them all", f.name, imported)
	}
	if isSuite(imported) && !f.isTest() && !isSuite(f.pkg) {
		return fmt.Sprintf("%s imports %s, but a suite belongs to tests: users would carry it in their binary", f.name, imported)
	}
	beside := path.Dir(imported) == path.Join(houseModule, path.Dir(home))
	if f.isTest() && isSuite(imported) && (beside || imported == houseModule+"/scanner/store/redistest" ||
		imported == houseModule+"/scanner/source/web/webtest") {
		return "" // redistest and webtest are servers for tests, not of the stores or of package web alone
	}
	if home == toHome || slices.Contains(from.may, to.folder) {
		return ""
	}
	return fmt.Sprintf("%s imports %s: %s", f.name, imported, from.breaks)
}

// strangerFault says what is wrong with one import that is neither ours nor the standard library's.
func strangerFault(f houseFile, imported string) string {
	under := func(root string) bool { return imported == root || strings.HasPrefix(imported, root+"/") }
	inRoom := func(folder string) bool {
		return f.pkg == houseModule+"/"+folder || strings.HasPrefix(f.pkg, houseModule+"/"+folder+"/")
	}
	switch {
	case under("github.com/gocolly/colly") && !inRoom("scanner/source/web") && !inRoom("deploy/bench/collycrawl"):
		return fmt.Sprintf("%s imports %s: colly is unsafe on hostile pages without the transport that scanner/source/web puts "+
			"around it (robots, size of unzipped bodies, private addresses)", f.name, imported)
	case inRoom("matchers") && !f.isTest() && !under("golang.org/x/text"):
		return fmt.Sprintf("%s imports %s: matchers promises to be the standard library and x/text only, so that anyone can read "+
			"and embed it", f.name, imported)
	}
	return ""
}

// requestFaults finds uses of net/http's default client: requests that go around the address guard, the pace and the
// refusal of meeting links. Tests may use it, against servers of their own on loopback.
func requestFaults(fset *token.FileSet, f houseFile) []string {
	if f.isTest() {
		return nil
	}
	names, faults := map[string]bool{}, []string(nil)
	for _, spec := range f.tree.Imports {
		if spec.Path.Value != `"net/http"` {
			continue
		}
		switch {
		case spec.Name == nil:
			names["http"] = true
		case spec.Name.Name == ".":
			faults = append(faults, f.name+" imports net/http with a dot, which hides calls of its default client")
		default:
			names[spec.Name.Name] = true
		}
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		use, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if base, ok := use.X.(*ast.Ident); ok && names[base.Name] && isDefaultClient(use.Sel.Name) {
			faults = append(faults, fmt.Sprintf("%s:%d uses http.%s: requests leave through scanner/fetch or a client with a "+
				"configured base URL and the guarded dialler, or private addresses and meeting links could be requested",
				f.name, fset.Position(use.Pos()).Line, use.Sel.Name))
		}
		return true
	})
	return faults
}

func isDefaultClient(name string) bool {
	return slices.Contains([]string{"DefaultClient", "Get", "Head", "Post", "PostForm"}, name)
}

// fileFaults applies every rule to one file.
func fileFaults(fset *token.FileSet, f houseFile) []string {
	faults := requestFaults(fset, f)
	if _, _, found := roomOf(f.pkg); !found {
		return append(faults, arrowFault(f, f.pkg))
	}
	for _, imported := range f.imports() {
		fault := ""
		switch {
		case imported == "C":
			fault = f.name + ` imports "C": the program is one static binary built without a C compiler (CGO_ENABLED=0)`
		case isOurs(imported):
			fault = arrowFault(f, imported)
		case !isStandard(imported):
			fault = strangerFault(f, imported)
		}
		if fault != "" {
			faults = append(faults, fault)
		}
	}
	return faults
}

// topFault says what is wrong with a name at the top of the repository, "" when it belongs there. Names that start with
// a dot and what .gitignore names (the built binary, profiles) are a developer's own business.
func topFault(name string, isFolder bool) string {
	if strings.HasPrefix(name, ".") {
		return ""
	}
	if isFolder {
		if slices.Contains([]string{"bin", "cmd", "deploy", "matchers", "notify", "scanner"}, name) {
			return ""
		}
		return name + "/ lies at the top, but the folders there are fixed (cmd scanner matchers notify deploy): find its room in one of them"
	}
	allowed := []string{"CHANGELOG.md", "LICENSE", "Makefile", "README.md", "SECURITY.md", "go.mod", "go.sum", "meetleaks"}
	if slices.Contains(allowed, name) || strings.HasSuffix(name, ".test") || strings.HasSuffix(name, ".out") {
		return ""
	}
	return name + " lies at the top, where only what convention expects has its place: find its room in a folder"
}

// listedPackage is what `go list -json` says about a package, as far as it is needed here.
type listedPackage struct {
	ImportPath, Dir                                              string
	GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
}

func (p listedPackage) files() []string {
	return slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles, p.TestGoFiles, p.XTestGoFiles)
}

// listHouse asks the go command for every package of the module. Broken packages are listed too: the compiler reports
// those, and one broken package must not hide the arrows of the others.
func listHouse(t *testing.T, root string) []listedPackage {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-e",
		"-json=ImportPath,Dir,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles", "./...")
	list.Dir = root
	var complaint strings.Builder
	list.Stderr = &complaint
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, complaint.String())
	}
	var packages []listedPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("go list: decode: %v", err)
		}
		packages = append(packages, p)
	}
}

// filesOfHouse walks the folders for Go files. It is the check on go list, which is silent about what lies in a nested
// module; and it lets the go command see that a folder came or went, so that no old result of this test is shown.
func filesOfHouse(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(full string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := full != root && strings.ContainsAny(entry.Name()[:1], "._")
		if entry.IsDir() && (hidden || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		if !entry.IsDir() && !hidden && filepath.Ext(full) == ".go" {
			files = append(files, full)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// repositoryRoot is two folders up: tests run in the folder of their package.
func repositoryRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatalf("the top of the repository is not where this test looks for it: %v", err)
	}
	return root
}

func TestArrows(t *testing.T) {
	root := repositoryRoot(t)
	listed := map[string]string{} // file to package
	for _, p := range listHouse(t, root) {
		for _, file := range p.files() {
			listed[filepath.Join(p.Dir, file)] = p.ImportPath
		}
	}
	files := filesOfHouse(t, root)
	if len(files) < 10 {
		t.Errorf("only %d Go files below %s: this test looked at the wrong place", len(files), root)
	}
	for _, full := range files {
		name, err := filepath.Rel(root, full)
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.ToSlash(name)
		pkg, found := listed[full]
		if !found {
			t.Errorf("go list does not know %s: is it in a module of its own? Its imports would go unseen", name)
			continue
		}
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, full, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("cannot be read: %v", err)
			continue
		}
		for _, fault := range fileFaults(fset, houseFile{pkg: pkg, name: name, tree: tree}) {
			t.Error(fault)
		}
	}
}

func TestTopOfRepository(t *testing.T) {
	entries, err := os.ReadDir(repositoryRoot(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if fault := topFault(entry.Name(), entry.IsDir()); fault != "" {
			t.Error(fault)
		}
	}
}

// TestRulesOfTheHouse feeds the rules invented files: a rule that let everything pass would fail here.
func TestRulesOfTheHouse(t *testing.T) {
	const ok = ""
	for _, c := range []struct {
		file string // its folder gives the package
		body string // import lines and declarations
		want string // part of the one fault expected, ok for none
	}{
		// matchers: pure
		{"matchers/zoom.go", `import "strings"`, ok},
		{"matchers/zoom.go", `import "golang.org/x/text/unicode/norm"`, ok},
		{"matchers/zoom.go", `import "meetleaks/matchers/unwrap"`, ok},
		{"matchers/zoom.go", `import "golang.org/x/textual"`, "standard library and x/text only"},
		{"matchers/zoom.go", `import "golang.org/x/net/publicsuffix"`, "standard library and x/text only"},
		{"matchers/unwrap/google.go", `import "github.com/google/go-cmp/cmp"`, "standard library and x/text only"},
		{"matchers/zoom_test.go", `import "github.com/google/go-cmp/cmp"`, ok},
		{"matchers/zoom.go", `import "meetleaks/scanner"`, "matchers must stay pure"},
		{"matchers/zoom_test.go", `import "meetleaks/scanner"`, "matchers must stay pure"},
		{"matchers/unwrap/google.go", `import "meetleaks/notify"`, "matchers must stay pure"},

		// notify: knows nothing of ours, channels know only it
		{"notify/notify.go", `import "meetleaks/matchers"`, "must not know links"},
		{"notify/notify.go", `import "meetleaks/scanner"`, "must not know links"},
		{"notify/notify.go", `import "meetleaks/notify/slack"`, "must not know links"},
		{"notify/slack/slack.go", `import "meetleaks/notify"`, ok},
		{"notify/slack/slack.go", `import "github.com/slack-go/slack"`, ok},
		{"notify/slack/slack.go", `import "meetleaks/notify/slack/blocks"`, ok},
		{"notify/slack/slack.go", `import "meetleaks/notify/mail"`, "each channel must stand alone"},
		{"notify/slack/slack.go", `import "meetleaks/scanner"`, "each channel must stand alone"},
		{"notify/slack/slack_test.go", `import "meetleaks/notify/notifytest"`, ok},
		{"notify/slack/slack.go", `import "meetleaks/notify/notifytest"`, "a suite belongs to tests"},

		// scanner: the domain
		{"scanner/match.go", `import "meetleaks/matchers"`, ok},
		{"scanner/match.go", `import "meetleaks/scanner/fetch"`, "the domain must not know"},
		{"scanner/match.go", `import "meetleaks/scanner/source/web"`, "the domain must not know"},
		{"scanner/match.go", `import "meetleaks/notify"`, "the domain must not know"},
		{"scanner/match_test.go", `import "meetleaks/scanner/store/sqlitestore"`, "the domain must not know"},
		{"scanner/match.go", `import "meetleaks/cmd/meetleaks/internal/config"`, "nothing imports cmd"},
		{"scanner/match_test.go", `import "meetleaks/cmd/meetleaks/internal/config"`, "nothing imports cmd"},
		{"scanner/fetch/dial.go", `import "meetleaks/matchers"`, ok},
		{"scanner/fetch/dial.go", `import "meetleaks/scanner"`, "must stand below the domain"},

		// the parts around it
		{"scanner/extract/zip.go", `import "meetleaks/scanner"`, ok},
		{"scanner/extract/zip.go", `import "meetleaks/scanner/source/files"`, "where the bytes came from"},
		{"scanner/source/web/web.go", `import ("meetleaks/scanner"; "meetleaks/scanner/fetch"; "meetleaks/matchers")`, ok},
		{"scanner/source/x/x.go", `import "meetleaks/scanner/source/web"`, "each source must stand alone"},
		{"scanner/source/x/x.go", `import "meetleaks/notify/slack"`, "each source must stand alone"},
		{"scanner/source/x/x.go", `import "meetleaks/scanner/source/sourcetest"`, "a suite belongs to tests"},
		{"scanner/source/x/x_test.go", `import "meetleaks/scanner/source/sourcetest"`, ok},
		{"scanner/source/x/x_test.go", `import "meetleaks/scanner/store/storetest"`, "each source must stand alone"},
		{"scanner/source/sourcetest/suite.go", `import "meetleaks/scanner"`, ok},
		{"scanner/source/feed/source.go", `import "meetleaks/scanner/source/polled"`, ok},
		{"scanner/source/polled/look.go", `import "meetleaks/scanner/fetch"`, ok},
		{"scanner/source/polled/look.go", `import "meetleaks/scanner/source/feed"`, "must stand below them"},
		{"scanner/source/polled/look_test.go", `import "meetleaks/scanner/source/sourcetest"`, ok},
		{"scanner/store/redisstore/store.go", `import "meetleaks/scanner/store/sqlitestore"`, "each store must stand alone"},
		{"scanner/queue/distributed/queue.go", `import "meetleaks/scanner/store/redisstore"`, "a second truth"},
		{"scanner/claims/dns.go", `import "meetleaks/notify"`, "proof of a domain"},
		{"scanner/meetings/zoom/zoom.go", `import "meetleaks/scanner/meetings/webex"`, "each platform's client must stand alone"},
		{"scanner/common/common.go", `import "strings"`, "has no room in the house"},
		{"util/util.go", ``, "has no room in the house"},
		{"scanner/match.go", `import "meetleaks/util"`, "has no room in the house"},
		{"scannerx/x.go", ``, "has no room in the house"},

		// cmd and deploy
		{"cmd/meetleaks/wire.go", `import ("meetleaks/notify/slack"; "meetleaks/scanner/store/redisstore"; "meetleaks/scanner/claims")`, ok},
		{"cmd/meetleaks/internal/config/config.go", `import "meetleaks/cmd/meetleaks/internal/console"`, ok},
		{"cmd/meetleaks/wire.go", `import "meetleaks/deploy/bench"`, "nothing of deploy"},
		{"deploy/bench/corpus/main.go", `import "meetleaks/cmd/meetleaks/internal/config"`, "nothing imports cmd"},
		{"deploy/bench/corpus/main.go", `import "meetleaks/matchers"`, "from outside"},

		// strangers and back doors
		{"scanner/source/web/web.go", `import "github.com/gocolly/colly/v2"`, ok},
		{"scanner/source/webby/web.go", `import "github.com/gocolly/colly/v2"`, "colly is unsafe"},
		{"scanner/source/feed/feed_test.go", `import "github.com/gocolly/colly/v2"`, "colly is unsafe"},
		{"cmd/meetleaks/scan.go", `import "C"`, "without a C compiler"},
		{"cmd/meetleaks/scan_test.go", `import "C"`, "without a C compiler"},
		{"notify/mail/mail.go", `import "net/http"; var _, _ = http.Get("http://acme.example")`, "uses http.Get"},
		{"notify/mail/mail.go", `import "net/http"; var _ = http.DefaultClient`, "uses http.DefaultClient"},
		{"notify/mail/mail.go", `import "net/http"; func f() { g(http.Post) }`, "uses http.Post"},
		{"notify/mail/mail.go", `import "net/http"; func f() { go func() { http.Head("") }() }`, "uses http.Head"},
		{"notify/mail/mail.go", `import web "net/http"; func f() { web.PostForm("", nil) }`, "uses http.PostForm"},
		{"notify/mail/mail.go", `import . "net/http"; func f() { Get("") }`, "with a dot"},
		{"notify/mail/mail.go", `import "net/http"; func f(h http.Header) { h.Get("X"); _ = http.MethodGet }`, ok},
		{"notify/mail/mail.go", `import "meetleaks/notify"; func f() { http.Get("") }`, ok}, // not net/http's
		{"notify/mail/mail_test.go", `import "net/http"; func f() { http.Get("http://127.0.0.1:1") }`, ok},
	} {
		t.Run(c.file+" "+c.body, func(t *testing.T) {
			fset := token.NewFileSet()
			tree, err := parser.ParseFile(fset, c.file, "package p; "+c.body, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			faults := fileFaults(fset, houseFile{pkg: path.Join(houseModule, path.Dir(c.file)), name: c.file, tree: tree})
			switch {
			case c.want == ok && len(faults) > 0:
				t.Errorf("allowed, but the rules say: %q", faults)
			case c.want != ok && (len(faults) != 1 || !strings.Contains(faults[0], c.want)):
				t.Errorf("got faults %q, want one that says %q", faults, c.want)
			}
		})
	}
}

func TestRulesOfTheTop(t *testing.T) {
	for _, c := range []struct {
		name   string
		folder bool
		good   bool
	}{
		{"cmd", true, true}, {"scanner", true, true}, {"bin", true, true}, {".github", true, true},
		{"pkg", true, false}, {"internal", true, false}, {"docs", true, false}, {"README.md", true, false},
		{"go.mod", false, true}, {".gitignore", false, true}, {"cpu.out", false, true}, {"meetleaks", false, true},
		{"main.go", false, false}, {"cmd", false, false}, {"Dockerfile", false, false}, {"NOTES.md", false, false},
	} {
		if fault := topFault(c.name, c.folder); (fault == "") != c.good {
			t.Errorf("topFault(%q, folder %v) = %q, want good %v", c.name, c.folder, fault, c.good)
		}
	}
}

// TestEveryRoomIsReachable guards the table itself: a room that names a room which does not exist would forbid in vain.
func TestEveryRoomIsReachable(t *testing.T) {
	known := map[string]bool{}
	for _, r := range rooms() {
		if known[r.folder] {
			t.Errorf("room %s is listed twice", r.folder)
		}
		known[r.folder] = true
		if len(strings.Fields(r.breaks)) < 8 {
			t.Errorf("room %s must say in a sentence what a wrong arrow would break, it says %q", r.folder, r.breaks)
		}
	}
	for _, r := range rooms() {
		for _, other := range r.may {
			if !known[other] {
				t.Errorf("room %s may import %s, which is no room", r.folder, other)
			}
		}
	}
}

// TestMapsNameEveryFile keeps the maps in package comments true: who looks for the room of a change finds it there.
func TestMapsNameEveryFile(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{".", "../../scanner"} {
		text, err := os.ReadFile(filepath.Join(folder, "doc.go"))
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]bool{}
		for _, word := range regexp.MustCompile(`[a-z0-9_*]+\.go`).FindAllString(string(text), -1) {
			found, err := filepath.Glob(filepath.Join(folder, word))
			if err != nil {
				t.Fatal(err)
			}
			if len(found) == 0 {
				t.Errorf("%s/doc.go names %s, which is not there", folder, word)
			}
			for _, file := range found {
				named[filepath.Base(file)] = true
			}
		}
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if name := filepath.Base(file); !strings.HasSuffix(name, "_test.go") && name != "doc.go" && !named[name] {
				t.Errorf("%s/doc.go does not say what %s is for", folder, name)
			}
		}
	}
}
