package v1

import (
	"errors"
	"slices"
	"strings"

	"meetleaks/scanner/source/x/internal/terms"
)

// The bounds of terms.
const (
	maxOrgs    = 10_000
	maxTerms   = 100_000 // of all organisations
	maxPhrase  = 60      // bytes, of the service
	maxClauses = 10      // of a query: the service refuses "complex" ones
)

// plan is what is to be asked of the gateway.
type plan struct {
	track   []string // phrases, sorted
	queries []string // that find the same posts
	refused int      // terms that cannot be expressed
	crowded int      // phrases for which there is no room
}

// term is one thing that is looked for: by a phrase of words of which all must be there, and by clauses of a query.
type term struct {
	phrases []string
	clauses []string
}

// planFor makes phrases and queries of terms.
func planFor(all []Terms, shared map[string]bool, o Options) plan {
	var p plan
	var byOrg [][]term
	left := maxTerms
	for _, t := range all[:min(len(all), maxOrgs)] {
		some, refused := termsOf(t, shared, &left)
		p.refused += refused
		byOrg = append(byOrg, some)
	}
	p.refused += max(len(all)-maxOrgs, 0)
	taken, crowded := fair(byOrg, o.MaxTrack)
	p.crowded = crowded
	var clauses []string
	for _, t := range taken {
		p.track, clauses = append(p.track, t.phrases...), append(clauses, t.clauses...)
	}
	slices.Sort(p.track)
	p.track = slices.Compact(p.track)
	slices.Sort(clauses)
	p.queries = pack(slices.Compact(clauses), o.MaxQuery)
	return p
}

// fair takes of each organisation in turn, so that one with very many leaves room for the others.
func fair(byOrg [][]term, free int) (out []term, crowded int) {
	taken := map[string]bool{}
	for i, more := 0, true; more; i++ {
		more = false
		for _, of := range byOrg {
			if i >= len(of) {
				continue
			}
			more = true
			var add []string
			for _, phrase := range of[i].phrases {
				if !taken[phrase] {
					add = append(add, phrase)
				}
			}
			if len(add) > free {
				crowded += len(add)
				continue
			}
			free -= len(add)
			for _, phrase := range add {
				taken[phrase] = true
			}
			out = append(out, of[i])
		}
	}
	return out, crowded
}

// suffix keeps reposts out: what they show is found itself.
const suffix = " -filter:retweets"

// pack joins clauses by OR to queries of at most so many characters.
func pack(clauses []string, most int) []string {
	var out, open []string
	size := 0
	end := func() {
		if len(open) > 0 {
			out = append(out, strings.Join(open, " OR ")+suffix)
			open, size = nil, 0
		}
	}
	for _, clause := range clauses {
		if size+len(" OR ")+len(clause)+len(suffix) > most || len(open) == maxClauses {
			end()
		}
		open = append(open, clause)
		size += len(" OR ") + len(clause)
	}
	end()
	return out
}

// termsOf makes terms of an organisation's, and counts those that cannot be expressed.
func termsOf(t Terms, shared map[string]bool, left *int) (out []term, refused int) {
	add := func(one term, err error) {
		if *left--; err != nil || *left < 0 {
			refused++
			return
		}
		out = append(out, one)
	}
	for _, text := range t.URLs {
		add(urlTerm(text, shared))
	}
	for _, text := range t.Numbers {
		add(numberTerm(text))
	}
	return out, refused
}

// inPaths are the characters of paths: no comma, quote or backslash is among them, nothing that ends a phrase or a clause.
const inPaths = terms.Letters + terms.Digits + "-._~/%+=&?@;!$*:"

// errLong is why a term is refused that makes too long a phrase.
var errLong = errors.New("a phrase has at most 60 bytes")

// urlTerm matches posts with a link to a host and path. In the stream a link matches by its words: its punctuation is left out, as a
// phrase with it matches only a link that is no longer.
func urlTerm(text string, shared map[string]bool) (term, error) {
	link, err := terms.ReadLink(text, inPaths, shared)
	if err != nil {
		return term{}, err
	}
	words := link.Host + " " + link.Port + " " + link.Path
	phrase := wordsOf(words, terms.Letters+terms.Digits+"-_")
	if len(phrase) > maxPhrase {
		return term{}, errLong
	}
	phrases := []string{phrase}
	if apart := wordsOf(words, terms.Letters+terms.Digits); apart != phrase { // whether "acme-corp" is one word is not documented
		phrases = append(phrases, apart)
	}
	return term{phrases: phrases, clauses: []string{`url:"` + link.String() + `"`}}, nil
}

// wordsOf are the words of a link, of the characters given.
func wordsOf(link, of string) string {
	return strings.Join(strings.FieldsFunc(link, func(c rune) bool { return !strings.ContainsRune(of, c) }), " ")
}

// numberTerm matches posts that name a meeting number: in one piece, and as such numbers are written. In the stream the groups may
// stand in any order: what does not belong together is sorted out when the post is read.
func numberTerm(text string) (term, error) {
	ways, err := terms.WaysToWrite(text)
	if err != nil {
		return term{}, err
	}
	out := term{phrases: ways, clauses: []string{`url:"` + text + `"`}}
	for _, way := range ways {
		out.clauses = append(out.clauses, `"`+way+`"`)
	}
	return out, nil
}
