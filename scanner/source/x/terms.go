package x

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"meetleaks/matchers"
)

// RulePrefix begins the tags of our rules at X; rules with other tags are somebody else's.
const RulePrefix = "meetleaks:"

// The bounds of terms.
const (
	maxOrgs   = 10_000
	maxTerms  = 100_000 // of all organisations
	maxTag    = 64
	maxURL    = 200
	leastPath = 4 // characters of a path below a host that is everybody's
)

// suffix keeps reposts out: what they show is reported with the post itself.
const suffix = " -is:retweet"

// plan is what is to be asked of X.
type plan struct {
	rules   []rule   // in the order of importance
	queries []string // that find the same posts
	refused int      // terms that cannot be expressed
	crowded int      // rules for which there is no room
}

type rule struct {
	Value string `json:"value"`
	Tag   string `json:"tag,omitempty"`
	ID    string `json:"id,omitempty"`
}

// planFor makes rules and queries of terms. free is how many rules there is room for.
func planFor(all []Terms, shared map[string]bool, o Options, free int) plan {
	var p plan
	var byOrg [][]rule
	var clauses []string
	left := maxTerms
	for _, t := range all[:min(len(all), maxOrgs)] {
		some, refused := clausesOf(t, shared, &left)
		p.refused += refused
		clauses = append(clauses, some...)
		var rules []rule
		for _, value := range pack(some, o.MaxRule) {
			rules = append(rules, rule{Value: value, Tag: RulePrefix + t.Tag})
		}
		byOrg = append(byOrg, rules)
	}
	p.refused += max(len(all)-maxOrgs, 0)
	slices.Sort(clauses)
	p.queries = pack(slices.Compact(clauses), o.MaxQuery)
	p.rules, p.crowded = fair(byOrg, free)
	return p
}

// fair takes of each organisation in turn, so that one with very many leaves room for the others. Of equal rules it takes the first:
// X refuses the second.
func fair(byOrg [][]rule, free int) (rules []rule, crowded int) {
	taken := map[string]bool{}
	for i, more := 0, true; more; i++ {
		more = false
		for _, of := range byOrg {
			if i >= len(of) {
				continue
			}
			more = true
			switch {
			case taken[of[i].Value]:
			case len(rules) >= free:
				crowded++
			default:
				taken[of[i].Value] = true
				rules = append(rules, of[i])
			}
		}
	}
	return rules, crowded
}

// pack joins clauses by OR to expressions of fewer than most characters.
func pack(clauses []string, most int) []string {
	var out []string
	var open strings.Builder
	end := func() {
		if open.Len() > 0 {
			out = append(out, "("+open.String()+")"+suffix)
			open.Reset()
		}
	}
	for _, clause := range clauses {
		if open.Len()+len(" OR ")+len(clause)+len("()")+len(suffix) >= most {
			end()
		}
		if open.Len() > 0 {
			open.WriteString(" OR ")
		}
		open.WriteString(clause)
	}
	end()
	return out
}

// clausesOf makes sorted clauses of an organisation's terms, and counts those that cannot be expressed.
func clausesOf(t Terms, shared map[string]bool, left *int) (clauses []string, refused int) {
	if err := checkTag(t.Tag); err != nil {
		return nil, len(t.URLs) + len(t.Numbers)
	}
	add := func(some []string, err error) {
		if *left--; err != nil || *left < 0 {
			refused++
			return
		}
		clauses = append(clauses, some...)
	}
	for _, text := range t.URLs {
		clause, err := urlClause(text, shared)
		add([]string{clause}, err)
	}
	for _, text := range t.Numbers {
		add(numberClauses(text))
	}
	slices.Sort(clauses)
	return slices.Compact(clauses), refused
}

func checkTag(tag string) error {
	if tag == "" || len(tag) > maxTag || strings.Trim(tag, letters+digits+"-_.:") != "" {
		return fmt.Errorf("a tag has 1 to %d letters, digits, and of -_.: some", maxTag)
	}
	return nil
}

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	inHosts = letters + digits + "-."
	inPaths = letters + digits + "-._~/%+=&?@,;!$'*:"
)

// Why terms are refused.
var (
	errCharacters = errors.New("a host, and a path, of printable ASCII without quotes and spaces")
	errBroad      = errors.New("it would find what is not the organisation's")
	errNumber     = errors.New("a number has 9 to 15 digits")
)

// urlClause matches posts with a link to a host and path. What stands between the quotes is of a fixed set of characters, in which is
// no quote and no backslash: no term gets out of them.
func urlClause(text string, shared map[string]bool) (string, error) {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "https://"), "http://")
	host, path, _ := strings.Cut(text, "/")
	name, port, hasPort := strings.Cut(host, ":")
	labels := strings.Split(name, ".")
	switch {
	case len(text) > maxURL || strings.Trim(name, inHosts) != "" || strings.Trim(path, inPaths) != "",
		hasPort && (port == "" || len(port) > 5 || strings.Trim(port, digits) != ""),
		len(labels) < 2 || slices.Contains(labels, ""):
		return "", errCharacters
	case shared[strings.ToLower(name)] && len(strings.Trim(path, "/")) < leastPath:
		return "", errBroad
	}
	host = strings.ToLower(host)
	if path = strings.TrimRight(path, "/"); path != "" {
		host += "/" + path
	}
	return `url:"` + host + `"`, nil
}

// numberClauses match posts that name a meeting number: in a link, in one piece, and as such numbers are written.
func numberClauses(text string) ([]string, error) {
	if len(text) < 9 || len(text) > 15 || strings.Trim(text, digits) != "" {
		return nil, errNumber
	}
	out := []string{`url:"` + text + `"`, `"` + text + `"`}
	for _, groups := range groupings(len(text)) {
		var parts []string
		rest := text
		for _, n := range groups {
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
		out = append(out, `"`+strings.Join(parts, " ")+`"`)
	}
	return out, nil
}

// groupings is how numbers of meetings are written: those of Zoom as 3-3-3, 3-3-4 and 3-4-4, those of Webex as 3-3-3, 3-3-4 and 4-3-4.
func groupings(n int) [][]int {
	switch n {
	case 9:
		return [][]int{{3, 3, 3}}
	case 10:
		return [][]int{{3, 3, 4}}
	case 11:
		return [][]int{{3, 4, 4}, {4, 3, 4}}
	}
	return nil
}

// sharedHosts are the hosts of meeting services, which are everybody's.
func sharedHosts() map[string]bool {
	hosts := map[string]bool{}
	for _, platform := range matchers.All() {
		for _, host := range platform.Hosts {
			if !strings.Contains(host, "/") {
				hosts[host], hosts["www."+host] = true, true
			}
		}
	}
	return hosts
}
