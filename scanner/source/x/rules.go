package x

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// The bounds of looking after rules.
const (
	pathRules    = "/2/tweets/search/stream/rules"
	rulesAtATime = 100
	maxRulePages = 200
)

// synced is what came of bringing the rules at X in step.
type synced struct {
	plan
	standing int // rules of ours
	invalid  int // that X does not take
	held     []rule
	robbed   int // of those that were held before, and are wanted still, somebody else deleted
}

// syncRules brings the rules at X in step with what is looked for. Rules of others are left alone. New ones are added before old ones
// are deleted, unless there is no room: so nothing goes by in between. before is what came of it the last time.
func (s *Source) syncRules(ctx context.Context, before synced) (synced, error) {
	terms, err := s.o.Terms(ctx)
	if err != nil {
		return synced{}, &Error{What: "read what is looked for", Why: "what is looked for is not known", Err: err}
	}
	standing, err := s.standingRules(ctx)
	if err != nil {
		return synced{}, err
	}
	ours := slices.DeleteFunc(slices.Clone(standing), func(r rule) bool { return !strings.HasPrefix(r.Tag, RulePrefix) })
	others := len(standing) - len(ours)
	out := synced{plan: planFor(terms, s.shared, s.o, max(s.o.MaxRules-others, 0))}
	add := missingFrom(out.rules, standing)
	remove := missingFrom(ours, out.rules)
	early := remove[:max(0, min(len(remove), len(standing)+len(add)-s.o.MaxRules))]
	if err := s.deleteRules(ctx, early); err != nil {
		return synced{}, err
	}
	if add, out.invalid, err = s.valid(ctx, add); err != nil {
		return synced{}, err
	}
	taken, err := s.addRules(ctx, add)
	if err != nil {
		return synced{}, err
	}
	out.invalid += len(add) - len(taken)
	if err := s.deleteRules(ctx, remove[len(early):]); err != nil {
		return synced{}, err
	}
	out.standing = len(out.rules) - out.invalid
	out.held = append(alsoIn(out.rules, standing), taken...)
	out.robbed = len(missingFrom(alsoIn(before.held, out.rules), standing))
	return out, nil
}

// missingFrom lists those rules whose value is not among others: that is what X tells rules apart by.
func missingFrom(rules, others []rule) []rule {
	there := make(map[string]bool, len(others))
	for _, r := range others {
		there[r.Value] = true
	}
	return slices.DeleteFunc(slices.Clone(rules), func(r rule) bool { return there[r.Value] })
}

// alsoIn lists those rules whose value is among others.
func alsoIn(rules, others []rule) []rule { return missingFrom(rules, missingFrom(rules, others)) }

// standingRules are all rules of the app.
func (s *Source) standingRules(ctx context.Context) ([]rule, error) {
	var rules []rule
	token := ""
	for range maxRulePages {
		query := map[string]string{"max_results": "1000"}
		if token != "" {
			query["pagination_token"] = token
		}
		var got struct {
			Data []rule `json:"data"`
			Meta struct {
				Next string `json:"next_token"`
			} `json:"meta"`
		}
		const what = "read the rules"
		body, err := s.call(ctx, what, http.MethodGet, pathRules, query, nil)
		if err != nil {
			return nil, err
		}
		if json.Unmarshal(body, &got) != nil || got.Data == nil && len(problems(body)) > 0 {
			return nil, s.judge(what, http.StatusOK, nil, body)
		}
		rules = append(rules, got.Data...)
		if token = got.Meta.Next; token == "" || len(rules) > mostRules {
			break
		}
	}
	return rules, nil
}

// ruleChange is the body of a change.
type ruleChange struct {
	Add    []rule      `json:"add,omitempty"`
	Delete *ruleDelete `json:"delete,omitempty"`
}

type ruleDelete struct {
	IDs []string `json:"ids"`
}

// valid tries rules out and leaves those that X would take.
func (s *Source) valid(ctx context.Context, rules []rule) (good []rule, bad int, err error) {
	for batch := range slices.Chunk(rules, rulesAtATime) {
		refused, err := s.changeRules(ctx, ruleChange{Add: batch}, true)
		if err != nil {
			return nil, 0, err
		}
		for _, r := range batch {
			switch refused[r.Value] {
			case "":
				good = append(good, r)
			case "duplicate-rules": // it stands
			default:
				bad++
			}
		}
	}
	return good, bad, nil
}

// addRules says which of the rules X took after all: others of the project may have been faster.
func (s *Source) addRules(ctx context.Context, rules []rule) (taken []rule, err error) {
	for batch := range slices.Chunk(rules, rulesAtATime) {
		kinds, err := s.changeRules(ctx, ruleChange{Add: batch}, false)
		if err != nil {
			return nil, err
		}
		for _, r := range batch {
			if kind := kinds[r.Value]; kind == "" || kind == "duplicate-rules" {
				taken = append(taken, r)
			}
		}
	}
	return taken, nil
}

func (s *Source) deleteRules(ctx context.Context, rules []rule) error {
	for batch := range slices.Chunk(rules, rulesAtATime) {
		change := ruleChange{Delete: &ruleDelete{}}
		for _, r := range batch {
			change.Delete.IDs = append(change.Delete.IDs, r.ID)
		}
		if _, err := s.changeRules(ctx, change, false); err != nil {
			return err
		}
	}
	return nil
}

// changeRules sends a change. Of rules that X refuses it returns the kind of problem by their value.
func (s *Source) changeRules(ctx context.Context, change ruleChange, dry bool) (refused map[string]string, err error) {
	const what = "change the rules"
	text, err := json.Marshal(change)
	if err != nil {
		return nil, &Error{What: what, Why: "they cannot be encoded"}
	}
	var query map[string]string
	if dry {
		query = map[string]string{"dry_run": "true"}
	}
	a, err := s.ask(ctx, what, http.MethodPost, pathRules, query, text)
	if err != nil {
		return nil, err
	}
	refused = map[string]string{}
	for _, p := range problems(a.body) {
		if p.Value != "" {
			refused[p.Value] = cmp.Or(p.kind(), "invalid-rules")
		}
	}
	if !changed(a) && (a.status != http.StatusBadRequest || len(refused) == 0) {
		return nil, s.judge(what, a.status, a.header, a.body)
	}
	s.fails.Went(what)
	return refused, nil
}

// changed says whether an answer tells of a change: it says when it was made, and what came of it.
func changed(a *answer) bool {
	var got struct {
		Meta struct {
			Sent    string          `json:"sent"`
			Summary json.RawMessage `json:"summary"`
		} `json:"meta"`
	}
	return (a.status == http.StatusOK || a.status == http.StatusCreated) && json.Unmarshal(a.body, &got) == nil &&
		(got.Meta.Sent != "" || len(got.Meta.Summary) > 0)
}
