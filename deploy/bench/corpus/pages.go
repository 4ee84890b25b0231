package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// linkEvery is how many bytes of text stand between two links.
const linkEvery = 60_000

// perFolder keeps folders small, as a site's are.
const perFolder = 100

// An author writes pages one after the other and remembers how much text went by since the last link.
type author struct {
	random         *rand.Rand
	words, telling []string
	since          int // bytes since the last link
	page           bytes.Buffer
}

// newAuthor gives an author who writes the same for the same seed, on every system.
func newAuthor(seed uint64) *author {
	return &author{random: rand.New(rand.NewPCG(seed, 0x6d656574)), words: words(), telling: telling()}
}

// writePages writes files pages of together about total bytes into folder.
func writePages(folder string, files int, total int64, seed uint64) error {
	if err := requireEmpty(folder); err != nil {
		return err
	}
	a := newAuthor(seed)
	average := max(total/int64(files), 1)
	for i := range files {
		sub := filepath.Join(folder, fmt.Sprintf("part-%05d", i/perFolder))
		if i%perFolder == 0 {
			if err := os.MkdirAll(sub, 0o755); err != nil {
				return fmt.Errorf("make folder: %w", err)
			}
		}
		// Between half and one and a half of the average: real pages differ in length.
		size := average/2 + a.random.Int64N(average+1)
		extension := a.write(size)
		name := filepath.Join(sub, fmt.Sprintf("page-%06d%s", i, extension))
		if err := os.WriteFile(name, a.page.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write page: %w", err)
		}
	}
	return nil
}

// requireEmpty refuses a folder that holds anything: this program overwrites nothing.
func requireEmpty(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read folder: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("folder %s is not empty", folder)
	}
	return nil
}

// write fills the page with at least size bytes of one of three kinds and returns the name's ending.
func (a *author) write(size int64) string {
	a.page.Reset()
	switch a.random.IntN(10) {
	case 0, 1, 2, 3, 4:
		a.fill(size, "# Notes\n\n", "\n\n", a.markdown, "")
		return ".md"
	case 5, 6, 7:
		a.fill(size, "<!doctype html>\n<html lang=\"en\"><head><title>Notes</title></head><body>\n", "\n", a.html, "</body></html>\n")
		return ".html"
	default:
		a.fill(size, "entries:\n", "\n", a.yaml, "")
		return ".yaml"
	}
}

// fill writes head, then pieces with a link among them when one is due, then tail.
func (a *author) fill(size int64, head, between string, piece func(text string), tail string) {
	a.page.WriteString(head)
	for int64(a.page.Len()) < size {
		before := a.page.Len()
		text := a.sentence()
		if a.since >= linkEvery {
			text += " " + a.link()
			a.since -= linkEvery
		}
		piece(text)
		a.page.WriteString(between)
		a.since += a.page.Len() - before
	}
	a.page.WriteString(tail)
}

func (a *author) markdown(text string) {
	switch a.random.IntN(8) {
	case 0:
		fmt.Fprintf(&a.page, "## %s\n\n%s", a.word(), text)
	case 1:
		fmt.Fprintf(&a.page, "- [ ] %s (see [%s](https://docs.acme.example/%s/%d))", text, a.word(), a.word(), a.random.IntN(900))
	case 2:
		fmt.Fprintf(&a.page, "| %s | %s |\n| --- | --- |\n| %s | %d |", a.word(), a.word(), text, a.random.IntN(1000))
	default:
		a.page.WriteString(text)
	}
}

func (a *author) html(text string) {
	switch a.random.IntN(6) {
	case 0:
		fmt.Fprintf(&a.page, "<h2 id=\"%s\">%s</h2>", a.word(), text)
	case 1:
		fmt.Fprintf(&a.page, "<li><a href=\"https://www.globex.example/%s?page=%d&amp;sort=%s\">%s</a></li>",
			a.word(), a.random.IntN(90), a.word(), text)
	default:
		fmt.Fprintf(&a.page, "<p class=\"%s\">%s</p>", a.word(), text)
	}
}

func (a *author) yaml(text string) {
	fmt.Fprintf(&a.page, "  - name: %s-%d\n    when: 2026-%02d-%02dT%02d:00:00Z\n    mail: %s@initech.example\n    text: \"%s\"",
		a.word(), a.random.IntN(1000), 1+a.random.IntN(12), 1+a.random.IntN(28), a.random.IntN(24), a.word(), text)
}

func (a *author) sentence() string {
	var s []byte
	for i := range 6 + a.random.IntN(24) {
		if i > 0 {
			s = append(s, ' ')
		}
		s = append(s, a.word()...)
	}
	return string(append(s, '.'))
}

// word picks a common word; one in two hundred is of those that begin as a meeting host or an invitation does.
func (a *author) word() string {
	if a.random.IntN(200) == 0 {
		return a.telling[a.random.IntN(len(a.telling))]
	}
	return a.words[a.random.IntN(len(a.words))]
}

// words are common ones, with some beyond ASCII.
func words() []string {
	return []string{
		"the", "of", "and", "to", "in", "is", "that", "for", "with", "as", "on", "by", "this", "be", "are", "from", "or",
		"an", "at", "which", "release", "network", "agenda", "minutes", "community", "project", "notes", "review", "group",
		"working", "proposal", "issue", "request", "maintainer", "kernel", "cluster", "storage", "update", "please", "call",
		"calendar", "week", "every", "second", "Tuesday", "Thursday", "time", "zone", "available", "document", "version",
		"archive", "discuss", "design", "test", "failure", "window", "server", "client", "config", "example", "default",
		"value", "option", "table", "section", "support", "user", "policy", "account", "public", "harbour", "library",
		"für", "größe", "réunion", "équipe", "reunión", "året", "встреча", "会議", "e.g.", "v1.26.0",
	}
}

func telling() []string {
	return []string{
		"meeting", "meetings", "zoom", "Zoom", "teams", "Teams", "join", "recording", "password", "passcode", "webinar",
		"discord", "whereby", "skype", "slack", "invite", "chat", "webex", "phone", "dial-in",
	}
}
