package matchers

import (
	"bufio"
	"bytes"
	_ "embed" // the corpus against which broad patterns are measured
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// phrases finds registered words and expressions in the text around a link. Words are looked up by their first six bytes at
// word beginnings, expressions by a literal that every match must hold; a bitmap answers the common "no" without a look
// into the maps, so that a million phrases cost little more than ten.
type phrases struct {
	list    []phrase
	near    map[string][]int32 // first six bytes, lower case
	regexps map[string][]int32 // first four bytes of the literal, lower case
	bits    []uint64
}

type phrase struct {
	org   int32
	text  string // lower-case words, or the literal of the expression
	expr  *regexp.Regexp
	shown string
	own   bool // holds one of the organisation's own domains: distinctive by itself
}

const (
	nearPrefix    = 6
	regexpPrefix  = 4
	phraseBits    = 1 << 23
	maxPhraseText = 200
)

// BroadShare is the share of the built-in corpus's links that one phrase may claim.
const BroadShare = 0.001

func newPhrases() *phrases {
	return &phrases{near: make(map[string][]int32), regexps: make(map[string][]int32)}
}

// addNear registers words; they need six letters or digits.
func (p *phrases) addNear(org int32, words string, domains []string) error {
	text := strings.ToLower(strings.Join(strings.Fields(words), " "))
	text = strings.TrimLeftFunc(text, func(r rune) bool { return r < 0x80 && !isWordByte(byte(r)) }) // words begin with letters
	if countLetters(text) < 6 || len(text) < nearPrefix {
		return fmt.Errorf("%q is too short: a distinctive word of six letters or more is needed", words)
	}
	if len(text) > maxPhraseText {
		return fmt.Errorf("is longer than %d bytes", maxPhraseText)
	}
	p.add(p.near, text[:nearPrefix], phrase{org: org, text: text, shown: "near:" + words, own: holdsOne(text, domains)})
	return nil
}

func holdsOne(text string, domains []string) bool {
	for _, domain := range domains {
		if domain != "" && strings.Contains(text, strings.ToLower(domain)) {
			return true
		}
	}
	return false
}

// addRegexp registers an expression; every match must hold literals of six letters or more in all.
func (p *phrases) addRegexp(org int32, expr string) error {
	literal, err := RegexpLiteral(expr)
	if err != nil {
		return err
	}
	compiled, err := regexp.Compile(expr)
	if err != nil {
		return fmt.Errorf("compile: %w", err)
	}
	p.add(p.regexps, literal[:regexpPrefix], phrase{org: org, text: literal, expr: compiled, shown: "regexp:" + expr})
	return nil
}

func (p *phrases) add(index map[string][]int32, prefix string, ph phrase) {
	if p.bits == nil {
		p.bits = make([]uint64, phraseBits/64)
	}
	p.list = append(p.list, ph)
	index[prefix] = append(index[prefix], int32(len(p.list)-1))
	h := phraseHash([]byte(prefix))
	p.bits[h/64] |= 1 << (h % 64)
}

// RegexpLiteral returns the longest literal, lower case, that every match of an RE2 expression holds. It refuses expressions
// whose literals have fewer than six letters in all or none of four bytes: they would match anybody's text.
func RegexpLiteral(expr string) (string, error) {
	if len(expr) > 2*maxPhraseText {
		return "", fmt.Errorf("is longer than %d bytes", 2*maxPhraseText)
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return "", fmt.Errorf("parse: %w", err)
	}
	longest, letters := "", 0
	requiredLiterals(tree.Simplify(), func(s string) {
		s = strings.ToLower(s)
		letters += countLetters(s)
		for _, word := range strings.Fields(s) { // white space is folded where it is looked for
			if len(word) > len(longest) {
				longest = word
			}
		}
	})
	if letters < 6 || len(longest) < regexpPrefix {
		return "", errors.New("could match anybody's text: a distinctive literal of six letters or more is needed")
	}
	return longest, nil
}

// requiredLiterals calls f for the literals that stand in every match.
func requiredLiterals(re *syntax.Regexp, f func(string)) {
	switch re.Op {
	case syntax.OpLiteral:
		f(string(re.Rune))
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			requiredLiterals(sub, f)
		}
	case syntax.OpPlus:
		requiredLiterals(re.Sub[0], f)
	case syntax.OpRepeat:
		if re.Min > 0 {
			requiredLiterals(re.Sub[0], f)
		}
	}
}

func countLetters(s string) int {
	n := 0
	for _, r := range s {
		if r >= 0x80 || r < 0x80 && isAlnum(byte(r)) {
			n++
		}
	}
	return n
}

// match calls f for every phrase that stands in one of the texts. f may be called more than once for a phrase.
func (p *phrases) match(texts []string, f func(ph *phrase)) {
	if len(p.list) == 0 {
		return
	}
	for _, text := range texts {
		lower := flattened(text)
		p.matchNear(lower, f)
		if len(p.regexps) > 0 {
			p.matchRegexps(lower, text, f)
		}
	}
}

// flattened is text in small letters, with one space for white space between words and none around them.
func flattened(text string) string {
	flat := make([]byte, 0, len(text))
	for i := range len(text) {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			return strings.Join(strings.Fields(strings.ToLower(text)), " ")
		case c == ' ' || '\t' <= c && c <= '\r':
			if n := len(flat); n > 0 && flat[n-1] != ' ' {
				flat = append(flat, ' ')
			}
		default:
			flat = append(flat, lowerByte(c))
		}
	}
	return string(bytes.TrimSuffix(flat, []byte(" ")))
}

func (p *phrases) matchNear(lower string, f func(*phrase)) {
	inWord := false
	for i := 0; i+nearPrefix <= len(lower); i++ {
		word := isWordByte(lower[i])
		begins := word && !inWord || lower[i] >= spaceless
		inWord = word
		if !begins || !p.maybe(lower[i:i+nearPrefix]) {
			continue
		}
		for _, n := range p.near[lower[i:i+nearPrefix]] {
			ph := &p.list[n]
			end := i + len(ph.text)
			if strings.HasPrefix(lower[i:], ph.text) && (end == len(lower) || !isWordByte(lower[end]) || endsSpaceless(ph.text)) {
				f(ph)
			}
		}
	}
}

func (p *phrases) matchRegexps(lower, text string, f func(*phrase)) {
	tried := make(map[int32]bool)
	for i := 0; i+regexpPrefix <= len(lower); i++ {
		if !p.maybe(lower[i : i+regexpPrefix]) {
			continue
		}
		for _, n := range p.regexps[lower[i:i+regexpPrefix]] {
			ph := &p.list[n]
			if tried[n] || !strings.HasPrefix(lower[i:], ph.text) {
				continue
			}
			tried[n] = true
			if ph.expr.MatchString(text) || ph.expr.MatchString(lower) {
				f(ph)
			}
		}
	}
}

func (p *phrases) maybe(prefix string) bool {
	h := phraseHash([]byte(prefix))
	return p.bits[h/64]>>(h%64)&1 == 1
}

func phraseHash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return (h ^ h>>29) % phraseBits
}

func isWordByte(c byte) bool { return isAlnum(c) || c >= 0x80 }

// spaceless is the first byte of characters from U+3000 on: Chinese, Japanese and Korean words stand beside each other.
const spaceless = 0xE3

func endsSpaceless(s string) bool {
	_, size := utf8.DecodeLastRuneInString(s)
	return s[len(s)-size] >= spaceless
}

// Near cuts the text around a link to what near words are looked for in: NearDistance characters on both sides.
func Near(text string, start, end int) string {
	from, to := start, end
	for n := 0; n < NearDistance && from > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	for n := 0; n < NearDistance && to < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	return text[from:to]
}

//go:embed testdata/corpus.jsonl
var corpus []byte

// corpusTexts yields the built-in corpus: the text around links as real pages have them.
func corpusTexts(yield func(text string, links int) bool) {
	lines := bufio.NewScanner(bytes.NewReader(corpus))
	lines.Buffer(make([]byte, 0, 64<<10), 1<<20)
	for lines.Scan() {
		var c struct {
			Text   string            `json:"text"`
			Expect []json.RawMessage `json:"expect"`
		}
		if json.Unmarshal(lines.Bytes(), &c) != nil {
			continue
		}
		if !yield(c.Text, len(c.Expect)) {
			return
		}
	}
}

// broad measures the phrases on the built-in corpus and refuses those that would claim too much of it. A single link is
// never too much: the corpus is small.
func (x *Index) broad() []error {
	if len(x.texts.list) == 0 {
		return nil
	}
	claimed := make(map[*phrase]int)
	total := 0
	for text, links := range corpusTexts {
		total += links
		seen := make(map[*phrase]bool)
		x.texts.match([]string{text}, func(ph *phrase) {
			if !seen[ph] && !ph.own {
				seen[ph] = true
				claimed[ph] += links
			}
		})
	}
	var mistakes []error
	for i := range x.texts.list {
		ph := &x.texts.list[i]
		if n := claimed[ph]; n > 1 && float64(n) > BroadShare*float64(total) {
			mistakes = append(mistakes, fmt.Errorf("organisation %s: %s is too broad: it would claim %d of the %d links in the built-in corpus; at most %.1f %% or one link are allowed",
				x.names[ph.org], ph.shown, n, total, 100*BroadShare))
		}
	}
	return mistakes
}
