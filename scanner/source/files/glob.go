package files

import (
	"fmt"
	"path"
	"strings"
)

// The bounds of a glob, so that matching stays cheap.
const (
	maxGlob         = 1024 // bytes
	maxAlternatives = 64   // after {a,b} is multiplied out
)

// Glob is a pattern over slash-separated paths relative to the target. As users of ripgrep and git expect:
//
//   - "*", "?", "[a-z]" match inside one part of the path, "**" any number of parts, "{a,b}" either
//   - a pattern without a slash matches the name at any depth; one with a slash is anchored at the target
//   - a slash at the end matches folders only
//   - a pattern that matches a folder stands for all that is in it
type Glob struct {
	patterns [][]string // split at slashes
	folder   bool
}

// ParseGlob reads a pattern.
func ParseGlob(pattern string) (Glob, error) {
	if pattern == "" || len(pattern) > maxGlob {
		return Glob{}, fmt.Errorf("glob %q: must have 1 to %d characters", shorten(pattern), maxGlob)
	}
	var g Glob
	p := strings.TrimSuffix(pattern, "/")
	g.folder = p != pattern
	anchored := strings.Contains(p, "/")
	p = strings.TrimPrefix(strings.TrimPrefix(p, "./"), "/")
	if p == "" {
		return Glob{}, fmt.Errorf("glob %q: names nothing below the target", pattern)
	}
	alternatives, err := braces(p)
	if err != nil {
		return Glob{}, fmt.Errorf("glob %q: %w", pattern, err)
	}
	for _, a := range alternatives {
		parts := strings.Split(a, "/")
		if !anchored && !strings.Contains(a, "/") {
			parts = append([]string{"**"}, parts...)
		}
		for _, part := range parts {
			if _, err := path.Match(part, ""); err != nil {
				return Glob{}, fmt.Errorf("glob %q: %w", pattern, err)
			}
		}
		g.patterns = append(g.patterns, parts)
	}
	return g, nil
}

func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}

// braces multiplies out {a,b}; they do not nest.
func braces(p string) ([]string, error) {
	done, rest := []string{""}, p
	for {
		before, inside, ok := strings.Cut(rest, "{")
		if !ok {
			return extend(done, []string{rest})
		}
		inside, after, ok := strings.Cut(inside, "}")
		if !ok || strings.Contains(inside, "{") {
			return nil, fmt.Errorf("braces that are not closed, or stand in braces")
		}
		choices := strings.Split(inside, ",")
		for i, c := range choices {
			choices[i] = before + c
		}
		var err error
		if done, err = extend(done, choices); err != nil {
			return nil, err
		}
		rest = after
	}
}

func extend(done, choices []string) ([]string, error) {
	if len(done)*len(choices) > maxAlternatives {
		return nil, fmt.Errorf("more than %d alternatives in braces", maxAlternatives)
	}
	var out []string
	for _, d := range done {
		for _, c := range choices {
			out = append(out, d+c)
		}
	}
	return out, nil
}

// Match says whether the pattern matches the path itself. The caller asks for each folder on the way down.
func (g Glob) Match(relative string, folder bool) bool {
	if g.folder && !folder {
		return false
	}
	parts := strings.Split(relative, "/")
	for _, p := range g.patterns {
		if matchParts(p, parts) {
			return true
		}
	}
	return false
}

// matchParts goes back to the last ** only: what an earlier one could take, the last one can take as well.
func matchParts(pattern, parts []string) bool {
	p, s := 0, 0
	star, mark := -1, 0
	for s < len(parts) {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			star, mark = p, s
			p++
			continue
		case p < len(pattern):
			if ok, _ := path.Match(pattern[p], parts[s]); ok { // the pattern was checked by ParseGlob
				p++
				s++
				continue
			}
		}
		if star < 0 {
			return false
		}
		mark++
		p, s = star+1, mark
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern)
}

// Globs are the include and exclude patterns of a run.
type Globs struct{ Include, Exclude []Glob }

// excludes says whether the path is excluded, and thus, for folders, all below it.
func (g Globs) excludes(relative string, folder bool) bool {
	for _, e := range g.Exclude {
		if e.Match(relative, folder) {
			return true
		}
	}
	return false
}

// includes says whether a pattern includes the path itself, or there are none.
func (g Globs) includes(relative string, folder bool) bool {
	if len(g.Include) == 0 {
		return true
	}
	for _, i := range g.Include {
		if i.Match(relative, folder) {
			return true
		}
	}
	return false
}
