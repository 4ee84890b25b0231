package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/metrics"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// This file keeps deploy/GUIDE.md true: its commands and flags exist, its configurations load, its figures, names of the environment,
// reasons and files are there.

const guideFile = "../../deploy/GUIDE.md"

// fence is one block of code, and the line it begins at.
type fence struct {
	kind, text string
	line       int
}

func fencesOf(text string) []fence {
	var list []fence
	inside := false
	for i, line := range strings.Split(text, "\n") {
		kind, mark := strings.CutPrefix(line, "```")
		switch {
		case mark && inside:
			inside = false
		case mark:
			inside = true
			list = append(list, fence{kind: kind, line: i + 1})
		case inside:
			list[len(list)-1].text += line + "\n"
		}
	}
	return list
}

// commandsOf are the lines of a console block that a person types: they begin with "$ "; a backslash at the end goes on.
func commandsOf(text string) []string {
	var list []string
	more := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		typed, begins := strings.CutPrefix(line, "$ ")
		switch {
		case more:
			list[len(list)-1] += " " + strings.TrimSpace(line)
		case begins:
			list = append(list, typed)
		default:
			continue
		}
		last := &list[len(list)-1]
		*last, more = strings.CutSuffix(*last, "\\")
	}
	return list
}

// shellWords divides a line at spaces outside quotes. What divides commands is a word of its own.
func shellWords(line string) []string {
	var words []string
	word, quote, open := "", rune(0), false
	end := func() {
		if open {
			words = append(words, word)
		}
		word, open = "", false
	}
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, open = r, true
		case quote == 0 && (r == ' ' || r == '\t'):
			end()
		case quote == 0 && strings.ContainsRune("|;&<>()", r):
			end()
			words = append(words, string(r))
		default:
			word, open = word+string(r), true
		}
	}
	end()
	return words
}

// ownCommands finds the calls of the program in a line, however it is started.
func ownCommands(line string) [][]string {
	words := shellWords(line)
	var list [][]string
	for i := 0; i < len(words); i++ {
		if filepath.Base(words[i]) != "meetleaks" && words[i] != "tools" || i > 0 && !startsHere(words[i-1]) {
			continue
		}
		end := i + 1
		for end < len(words) && !isMark(words[end]) {
			end++
		}
		list = append(list, words[i+1:end])
		i = end
	}
	return list
}

// startsHere says whether a command can follow the word: another's option does not name the program.
func startsHere(before string) bool {
	return isMark(before) || slices.Contains([]string{"sudo", "meetleaks", "--rm", "-T", "console", "exec"}, before)
}

// isMark says whether a word divides commands.
func isMark(word string) bool { return len(word) == 1 && strings.ContainsAny(word, "|;&<>()") }

// checkCommand says what is wrong with arguments of the program, without carrying them out.
func checkCommand(args []string) error {
	root := (&app{stdout: io.Discard, stderr: io.Discard}).root()
	root.InitDefaultCompletionCmd()
	cmd, rest, err := root.Find(args)
	if err != nil {
		return fmt.Errorf("%q: %w", args, err)
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return fmt.Errorf("%q: %w", args, err)
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		return fmt.Errorf("%q: %w", args, err)
	}
	return nil
}

func TestGuideCommandsExist(t *testing.T) {
	seen := 0
	for _, f := range fencesOf(string(readDeployed(t, guideFile))) {
		if f.kind != "console" {
			continue
		}
		for _, line := range commandsOf(f.text) {
			for _, args := range ownCommands(line) {
				seen++
				if err := checkCommand(args); err != nil {
					t.Errorf("block at line %d: %v", f.line, err)
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d commands were found", seen)
	}
}

func TestWrongCommandsAreSeen(t *testing.T) {
	for line, want := range map[string]bool{
		"sudo meetleaks doctor --config /etc/meetleaks/meetleaks.yaml":           true,
		"docker compose -f deploy/compose.yaml run --rm tools leak list":         true,
		"meetleaks backup --to - --recipient age1x | ssh vault 'cat > x.age'":    true,
		"docker compose -f deploy/compose.yaml run --rm -T tools backup --too -": false,
		"sudo -u meetleaks env; meetleaks doctors":                               false,
		"meetleaks leak show":         false,
		"meetleaks serve --role read": false,
		"curl -s http://127.0.0.1:8470/readyz | meetleaks explain --reveal - extra": false,
	} {
		calls := ownCommands(line)
		if len(calls) != 1 {
			t.Errorf("%q: %d calls", line, len(calls))
			continue
		}
		if got := checkCommand(calls[0]) == nil; got != want {
			t.Errorf("%q: right is %v, want %v", line, got, want)
		}
	}
}

func TestGuideConfigurationsLoad(t *testing.T) {
	whole := 0
	for _, f := range fencesOf(string(readDeployed(t, guideFile))) {
		if f.kind != "yaml" {
			continue
		}
		var any yaml.Node
		if err := yaml.Unmarshal([]byte(f.text), &any); err != nil {
			t.Errorf("block at line %d: %v", f.line, err)
		}
		if !strings.HasPrefix(f.text, "# meetleaks.yaml") {
			continue
		}
		whole++
		if _, err := config.Parse("meetleaks.yaml", []byte(f.text), nil); err != nil {
			t.Errorf("block at line %d: %v", f.line, err)
		}
	}
	if whole < 4 {
		t.Errorf("only %d configurations were found", whole)
	}
}

// What the guide names is there: files, names of the environment, figures, scopes.
func TestGuideNamesWhatThereIs(t *testing.T) {
	text := string(readDeployed(t, guideFile))
	for _, file := range regexp.MustCompile(`\bdeploy/[A-Za-z0-9_./-]+[A-Za-z0-9]`).FindAllString(text, -1) {
		if strings.HasPrefix(file, "deploy/secrets") {
			continue // the operator makes it
		}
		if _, err := os.Stat("../../" + file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join("../../deploy", link[1])); !strings.Contains(link[1], "://") && err != nil {
			t.Errorf("link to %s: %v", link[1], err)
		}
	}
	for _, name := range regexp.MustCompile(`\bMEETLEAKS_[A-Z_]+[A-Z]`).FindAllString(text, -1) {
		if !slices.Contains(config.EnvNames(), name) {
			t.Errorf("%s is read by nobody", name)
		}
	}
	known := knownMetrics(t)
	for _, name := range metricName().FindAllString(text, -1) {
		if !known[name] {
			t.Errorf("there is no figure %s", name)
		}
	}
	for _, scope := range slackScopes() {
		if !strings.Contains(text, "`"+scope+"`") {
			t.Errorf("the scope %s is not named", scope)
		}
	}
	if !strings.Contains(text, string(readDeployed(t, "../../scanner/source/hook/testdata/push.sh"))) {
		t.Error("the feeder's script is not that of scanner/source/hook/testdata/push.sh")
	}
}

// What the guide quotes as said by the program, in the first column of tables of two marks («…»), is said by it.
func TestGuideQuotesWhatIsSaid(t *testing.T) {
	quotes := regexp.MustCompile(`«([^»]+)»`).FindAllStringSubmatch(string(readDeployed(t, guideFile)), -1)
	if len(quotes) < 15 {
		t.Errorf("only %d quotes were found", len(quotes))
	}
	sources := sourceText(t, "../../cmd/meetleaks", "../../scanner", "../../notify")
	for _, quote := range quotes {
		if !strings.Contains(sources, quote[1]) {
			t.Errorf("nobody says %q", quote[1])
		}
	}
}

func sourceText(t *testing.T, folders ...string) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := os.ReadFile(name)
			all.Write(text)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func TestGuideContentsLead(t *testing.T) {
	text := string(readDeployed(t, guideFile))
	anchors := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		anchor := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		anchors["#"+strings.ReplaceAll(anchor, " ", "-")] = true
	}
	links := regexp.MustCompile(`\]\((#[^)]+)\)`).FindAllStringSubmatch(text, -1)
	if len(links) < 15 {
		t.Errorf("only %d links", len(links))
	}
	for _, link := range links {
		if !anchors[link[1]] {
			t.Errorf("%s leads nowhere", link[1])
		}
	}
}

func metricName() *regexp.Regexp { return regexp.MustCompile(`\bmeetleaks_[a-z_]+[a-z]`) }

// knownMetrics are the names of all figures.
func knownMetrics(t *testing.T) map[string]bool {
	t.Helper()
	m, err := metrics.New(metrics.Options{
		Counts:     func() scanner.PipelineCounts { return scanner.PipelineCounts{} },
		Imbalances: func() []scanner.Imbalance { return nil },
		Outlooks:   func() []scanner.Outlook { return nil },
		Fetch:      func() fetch.Stats { return fetch.Stats{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	m.ChannelCall("slack", nil)
	m.PostToFind("own-site", 0)
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	known := map[string]bool{}
	for _, name := range metricName().FindAllString(answer.Body.String(), -1) {
		known[name] = true
	}
	// Those that need a store or a source are read from the source.
	for _, name := range regexp.MustCompile(`desc\("([a-z_]+)"`).FindAllStringSubmatch(sourceText(t, "internal/metrics"), -1) {
		known["meetleaks_"+name[1]] = true
	}
	if len(known) < 30 {
		t.Fatalf("%d figures", len(known))
	}
	return known
}
