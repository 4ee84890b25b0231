package config

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"meetleaks/matchers"
)

// Registered gives the organisations in the form of the index that says whose a link is. The result holds clear ids: it
// must not be printed.
func Registered(list []Organisation) []matchers.Organisation {
	out := make([]matchers.Organisation, 0, len(list))
	for _, o := range list {
		entry := matchers.Organisation{Name: o.Name, Domains: o.Domains}
		for _, p := range o.Patterns {
			entry.Patterns = append(entry.Patterns, registered(p)...)
		}
		out = append(out, entry)
	}
	return out
}

// OwnHosts lists the hosts of self-hosted services that organisations registered.
func OwnHosts(list []Organisation) []string {
	var hosts []string
	for _, o := range list {
		for _, p := range o.Patterns {
			if p.Host != "" {
				hosts = append(hosts, p.Host)
			}
		}
	}
	return hosts
}

// registered gives one pattern for each value that is set: `near` may have many.
func registered(p Pattern) []matchers.Pattern {
	var out []matchers.Pattern
	add := func(kind matchers.PatternType, values ...string) {
		for _, value := range values {
			if value != "" {
				out = append(out, matchers.Pattern{Type: kind, Value: value})
			}
		}
	}
	add(matchers.VanityPattern, p.Vanity)
	add(matchers.SitePattern, p.WebexSite)
	add(matchers.TenantPattern, p.TeamsTenant)
	add(matchers.S4BPattern, p.S4BDomain)
	add(matchers.WorkspacePattern, p.Workspace)
	add(matchers.HostPattern, p.Host)
	add(matchers.RoomPattern, p.Room.Clear())
	add(matchers.MeetingPattern, p.Meeting.Clear())
	add(matchers.PagePattern, p.Page)
	add(matchers.NearPattern, p.Near...)
	add(matchers.RegexpPattern, p.Regexp)
	add(matchers.PublicPattern, p.Public)
	return out
}

// matchersAccept asks the index what it thinks of one pattern; its error names neither the organisation nor the type.
func matchersAccept(p matchers.Pattern) error {
	_, err := matchers.NewIndex([]matchers.Organisation{{Name: "o", Patterns: []matchers.Pattern{p}}}, nil)
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimPrefix(err.Error(), "organisation o: "+string(p.Type)+": "))
}

// Index builds the index that says whose a link is; key is for known numbers. It refuses words and expressions that would
// claim other people's links, all of them at once.
func Index(list []Organisation, key []byte) (*matchers.Index, error) {
	index, complaints := buildIndex(list, key)
	var bad []error
	for _, c := range complaints {
		bad = append(bad, errors.New(c.what))
	}
	if err := errors.Join(bad...); err != nil {
		return nil, err
	}
	return index, nil
}

// complaint is what the index has against one entry.
type complaint struct{ path, what string }

func buildIndex(list []Organisation, key []byte) (*matchers.Index, []complaint) {
	index, err := matchers.NewIndex(Registered(list), key)
	if err == nil {
		return index, nil
	}
	var complaints []complaint
	for line := range strings.SplitSeq(err.Error(), "\n") {
		found, own := complainedOf(list, line)
		if !own {
			complaints = append(complaints, found)
		}
	}
	return index, complaints
}

// complainedOf finds the words or expression that a line of the index's error quotes. own says that the words name a
// domain of the organisation: that is distinctive by itself, however often others write it. An expression is not repeated,
// see checkRegexp.
func complainedOf(list []Organisation, line string) (found complaint, own bool) {
	for i, o := range list {
		if !strings.HasPrefix(line, "organisation "+o.Name+": ") {
			continue
		}
		for j, p := range o.Patterns {
			at := entry(entry("organisations", i)+".patterns", j)
			for k, words := range p.Near {
				if strings.Contains(line, "near:"+words+" is ") {
					return complaint{entry(at+".near", k), line}, slices.ContainsFunc(o.Domains, func(domain string) bool { return strings.Contains(words, domain) })
				}
			}
			if quoted := "regexp:" + p.Regexp; p.Regexp != "" && strings.Contains(line, quoted+" is ") {
				return complaint{at + ".regexp", strings.Replace(line, quoted, "the expression", 1)}, false
			}
		}
		return complaint{entry("organisations", i), line}, false
	}
	return complaint{"organisations", line}, false
}

// broad notes what only the whole index can say, of all that is right by itself.
func (v *validator) broad(c *Config) {
	if v.problems.More > 0 {
		return // not every mistake is known
	}
	_, complaints := buildIndex(v.right(c.Organisations), nil)
	for _, complaint := range complaints {
		v.note(complaint.path, "%s", complaint.what)
	}
}

// right copies the organisations without what has a mistake; what is left stands at its old index.
func (v *validator) right(list []Organisation) []Organisation {
	out := make([]Organisation, len(list))
	for i, o := range list {
		path := entry("organisations", i)
		if o.Name == "" || v.problems.under(path+".name") {
			continue
		}
		out[i].Name = o.Name
		out[i].Domains = v.rightDomains(path, o.Domains)
		out[i].Patterns = make([]Pattern, len(o.Patterns))
		for j, p := range o.Patterns {
			out[i].Patterns[j] = v.rightPattern(entry(path+".patterns", j), p)
		}
	}
	return out
}

// rightDomains are the domains of the organisation at path without those that have a mistake.
func (v *validator) rightDomains(path string, domains []string) []string {
	var right []string
	for i, domain := range domains {
		if !v.problems.under(entry(path+".domains", i)) {
			right = append(right, domain)
		}
	}
	return right
}

// rightPattern is p, or nothing of it; of several words those that are right.
func (v *validator) rightPattern(path string, p Pattern) Pattern {
	if len(p.Near) == 0 || len(v.keysGiven(path, reflect.TypeFor[Pattern]())) != 1 {
		if v.problems.under(path) {
			return Pattern{}
		}
		return p
	}
	words := slices.Clone(p.Near)
	for k := range words {
		if v.problems.under(entry(path+".near", k)) {
			words[k] = ""
		}
	}
	return Pattern{Near: words}
}
