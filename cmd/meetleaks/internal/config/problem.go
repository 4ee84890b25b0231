package config

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
)

// maxProblems bounds the mistakes that are kept; the rest is counted.
const maxProblems = 200

// Problem is one mistake. Line is 1-based, 0 when it is not in the file. Where is the path of the key
// ("organisations[0].domains[1]") or the environment's name.
type Problem struct {
	Line  int
	Where string
	What  string
}

// Problems are all mistakes of one configuration, in the order of their lines. It is the error of [Load].
type Problems struct {
	File string // as given
	List []Problem
	More int // mistakes beyond the 200 kept

	cut     bool                // not everything was read
	unknown map[string][]string // keys that are not known, by the path they stand in
}

// addUnknown notes a key that is not known where it stands.
func (p *Problems) addUnknown(line int, path, key, known string) {
	if p.unknown == nil {
		p.unknown = map[string][]string{}
	}
	if len(p.List) < maxProblems {
		p.unknown[path] = append(p.unknown[path], key)
	}
	p.add(line, join(path, printable(key)), "is no key that is known here; known: %s", known)
}

// misspelt says that a key like the one at path was noted as unknown: then it is not missing as well.
func (p *Problems) misspelt(path string) bool {
	name := last(path)
	for _, key := range p.unknown[strings.TrimSuffix(strings.TrimSuffix(path, name), ".")] {
		if distance(key, name) <= maxSlips || distance(key, name+"_file") <= maxSlips {
			return true
		}
	}
	return false
}

// under says that there is a mistake at path or in what stands below it.
func (p *Problems) under(path string) bool {
	for _, problem := range p.List {
		rest, ok := strings.CutPrefix(problem.Where, path)
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// Error lists the mistakes, one a line: "meetleaks.yaml:12: organisations[0].timezone: …".
func (p *Problems) Error() string {
	return strings.Join(p.Lines(), "\n")
}

// Lines gives one line of text for each mistake.
func (p *Problems) Lines() []string {
	var lines []string
	for _, problem := range p.List {
		lines = append(lines, p.line(problem))
	}
	if p.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", p.More))
	}
	return lines
}

func (p *Problems) line(problem Problem) string {
	place := problem.Where
	if problem.Line > 0 {
		place = fmt.Sprintf("%s:%d", p.File, problem.Line)
		if problem.Where != "" {
			place += ": " + problem.Where
		}
	}
	if place == "" {
		place = p.File
	}
	return place + ": " + problem.What
}

func (p *Problems) add(line int, where, format string, args ...any) {
	if len(p.List) >= maxProblems {
		p.More++
		return
	}
	p.List = append(p.List, Problem{line, where, fmt.Sprintf(format, args...)})
}

// keepSections takes out what is wrong with other sections and returns how many mistakes those are. It keeps all where not every mistake
// is known.
func (p *Problems) keepSections(sections []string) (others int) {
	if p.cut || p.More > 0 {
		return 0
	}
	all := len(p.List)
	p.List = slices.DeleteFunc(p.List, func(problem Problem) bool {
		section := sectionOf(problem.Where)
		return section != "" && !slices.Contains(sections, section)
	})
	return all - len(p.List)
}

// sectionOf is the section that the key at where belongs to, which may be a name of the environment; "" when it is in none. An
// organisation's routes belong to the channels: whoever needs no channel needs no route.
func sectionOf(where string) string {
	for _, v := range variables() {
		if v.name == where {
			where = v.path
		}
	}
	for _, f := range fieldsOf(reflect.TypeFor[Config]()) {
		rest, ok := strings.CutPrefix(where, f.name)
		switch {
		case !ok || rest != "" && rest[0] != '.' && rest[0] != '[' && rest != "_file":
		case f.name == "organisations" && strings.Contains(rest, ".routes["):
			return "channels"
		default:
			return f.name
		}
	}
	return ""
}

// err sorts the mistakes and returns nil when there are none.
func (p *Problems) err() error {
	if len(p.List) == 0 {
		return nil
	}
	sort.SliceStable(p.List, func(i, j int) bool { return p.List[i].Line < p.List[j].Line })
	return p
}
