package x

import (
	"fmt"
	"slices"
	"strings"

	"meetleaks/scanner/source/x/internal/terms"
)

// RulePrefix begins the tags of our rules at X; rules with other tags are somebody else's.
const RulePrefix = "meetleaks:"

// The bounds of terms.
const (
	maxOrgs  = 10_000
	maxTerms = 100_000 // of all organisations
	maxTag   = 64
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
	if tag == "" || len(tag) > maxTag || strings.Trim(tag, terms.Letters+terms.Digits+"-_.:") != "" {
		return fmt.Errorf("a tag has 1 to %d letters, digits, and of -_.: some", maxTag)
	}
	return nil
}

// inPaths are the characters of paths: no quote and no backslash is among them.
const inPaths = terms.Letters + terms.Digits + "-._~/%+=&?@,;!$'*:"

// urlClause matches posts with a link to a host and path. What stands between the quotes is of a fixed set of characters, in which is
// no quote and no backslash: no term gets out of them.
func urlClause(text string, shared map[string]bool) (string, error) {
	link, err := terms.ReadLink(text, inPaths, shared)
	if err != nil {
		return "", err
	}
	return `url:"` + link.String() + `"`, nil
}

// numberClauses match posts that name a meeting number: in a link, in one piece, and as such numbers are written.
func numberClauses(text string) ([]string, error) {
	ways, err := terms.WaysToWrite(text)
	if err != nil {
		return nil, err
	}
	out := []string{`url:"` + text + `"`}
	for _, way := range ways {
		out = append(out, `"`+way+`"`)
	}
	return out, nil
}
