package fakex

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Rule is a rule that stands.
type Rule struct {
	ID    string `json:"id"`
	Value string `json:"value"`
	Tag   string `json:"tag,omitempty"`
}

// Rules lists those that stand.
func (s *Server) Rules() []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.rules)
}

// AddRule adds one, as somebody else may.
func (s *Server) AddRule(value, tag string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(value, tag)
}

func (s *Server) add(value, tag string) Rule {
	s.nextID++
	r := Rule{ID: strconv.FormatUint(1_700_000_000_000_000_000+uint64(len(s.rules))*7919+s.nextID%7907, 10), Value: value, Tag: tag}
	s.rules = append(s.rules, r)
	return r
}

func (s *Server) listRules(w http.ResponseWriter, r *http.Request) {
	for parameter := range r.URL.Query() {
		if parameter != "max_results" && parameter != "pagination_token" {
			badRequest(w, parameter, "The query parameter is not one of those known")
			return
		}
	}
	rules := s.Rules()
	body := object{"meta": object{"result_count": len(rules)}}
	if len(rules) > 0 {
		body["data"] = rules
	}
	s.answer(w, "GetRulesResponse", body)
}

// changeRules adds or deletes.
func (s *Server) changeRules(w http.ResponseWriter, r *http.Request) {
	var change struct {
		Add    []Rule `json:"add"`
		Delete *struct {
			IDs []string `json:"ids"`
		} `json:"delete"`
	}
	from := json.NewDecoder(r.Body)
	from.DisallowUnknownFields()
	if err := from.Decode(&change); err != nil || (change.Delete == nil) == (len(change.Add) == 0) {
		badRequest(w, "body", "The body is not as documented")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	dry := r.URL.Query().Get("dry_run") == "true"
	if change.Delete != nil {
		s.deleteRules(w, change.Delete.IDs, dry)
		return
	}
	var made []Rule
	var refused []problem
	for _, rule := range change.Add {
		switch err := s.valid(rule.Value); {
		case slices.ContainsFunc(s.rules, func(r Rule) bool { return r.Value == rule.Value }):
			refused = append(refused, problem{Title: "DuplicateRule", Type: problems + "duplicate-rules", Value: rule.Value})
		case err != nil:
			refused = append(refused, problem{Title: "InvalidRule", Type: problems + "invalid-rules", Value: rule.Value, Detail: err.Error()})
		case len(s.rules) >= s.o.MaxRules:
			refuse(w, http.StatusUnprocessableEntity, problem{Title: "RulesCapExceeded", Type: problems + "rule-cap"})
			return
		case !dry:
			made = append(made, s.add(rule.Value, rule.Tag))
		}
	}
	body := object{"meta": object{"sent": "2026-08-22T10:00:00.000Z", "summary": object{"created": len(made), "not_created": len(refused)}}}
	if len(made) > 0 {
		body["data"] = made
	}
	if len(refused) > 0 {
		body["errors"] = refused
		s.answer(w, "", body) // the description has no problems of rules
		return
	}
	s.answer(w, "UpdateRulesResponse", body)
}

func (s *Server) deleteRules(w http.ResponseWriter, gone []string, dry bool) {
	before := len(s.rules)
	if !dry {
		s.rules = slices.DeleteFunc(s.rules, func(r Rule) bool { return slices.Contains(gone, r.ID) })
	}
	s.answer(w, "UpdateRulesResponse", object{"meta": object{
		"sent": "2026-08-22T10:00:00.000Z", "summary": object{"deleted": before - len(s.rules), "not_deleted": len(gone) - before + len(s.rules)},
	}})
}

func (s *Server) valid(value string) error {
	if len(value) > s.o.MaxRule {
		return fmt.Errorf("rules have at most %d characters", s.o.MaxRule)
	}
	_, err := parse(value)
	return err
}

// expression is what a rule or a query matches: one of its clauses, and no repost when it says so.
type expression struct {
	clauses   []clause
	noReposts bool
}

type clause struct {
	operator string // "url", or "" for a phrase
	tokens   []string
}

var errRule = errors.New("no viable alternative at this place")

// parse reads expressions of the form (A OR B) -is:retweet, where A and B are phrases, or url: with one.
func parse(text string) (expression, error) {
	var e expression
	text, e.noReposts = strings.CutSuffix(text, " -is:retweet")
	text, open := strings.CutPrefix(text, "(")
	text, closed := strings.CutSuffix(text, ")")
	if open != closed {
		return e, errRule
	}
	for {
		operator, rest, quoted := strings.Cut(text, `"`)
		phrase, after, ended := strings.Cut(rest, `"`)
		if !quoted || !ended || operator != "" && operator != "url:" || phrase == "" || strings.Contains(phrase, `\`) {
			return e, errRule
		}
		e.clauses = append(e.clauses, clause{strings.TrimSuffix(operator, ":"), tokens(phrase)})
		if after == "" {
			return e, nil
		}
		if text, ended = strings.CutPrefix(after, " OR "); !ended {
			return e, errRule
		}
	}
}

// tokens are the words of a text, as X takes it apart.
func tokens(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' })
}

// matches says whether a post does; that which it quotes counts in the stream alone.
func (e expression) matches(s *Server, p *stored, quoted bool) bool {
	if e.noReposts && p.Repost != 0 {
		return false
	}
	texts := []*stored{p}
	if other := s.byID[p.Quote]; quoted && other != nil {
		texts = append(texts, other)
	}
	for _, c := range e.clauses {
		for _, of := range texts {
			if c.matches(of) {
				return true
			}
		}
	}
	return false
}

func (c clause) matches(p *stored) bool {
	if c.operator == "" {
		return holds(tokens(links.ReplaceAllString(p.Text, " ")), c.tokens)
	}
	for _, link := range links.FindAllString(p.Text, -1) {
		if holds(tokens(link), c.tokens) || holds(tokens(p.Unwind[link]), c.tokens) {
			return true
		}
	}
	return false
}

// holds says whether words stand in a row.
func holds(words, row []string) bool {
	for i := 0; i+len(row) <= len(words); i++ {
		if slices.Equal(words[i:i+len(row)], row) {
			return len(row) > 0
		}
	}
	return false
}
