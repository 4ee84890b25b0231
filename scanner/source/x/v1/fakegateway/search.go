package fakegateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits of the service.
const (
	maxQuery   = 500 // characters
	maxLookups = 100
	searchBack = 7 * 24 * time.Hour
)

func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	query, ok := parse(r.Form.Get("q"))
	count, _ := strconv.Atoi(r.Form.Get("count"))
	if !ok || len(r.Form.Get("q")) > maxQuery || r.Form.Get("result_type") != "recent" {
		refuse(w, http.StatusForbidden, 195, "Missing or invalid url parameter.")
		return
	}
	since, _ := strconv.ParseInt(r.Form.Get("since_id"), 10, 64)
	below, _ := strconv.ParseInt(r.Form.Get("max_id"), 10, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []any{}
	for _, p := range slices.Backward(s.posts) {
		if p.id <= since || below > 0 && p.id > below || p.Reposts != 0 || s.o.Now().Sub(p.at) > searchBack || !query.matches(s, p) {
			continue
		}
		found = append(found, s.object(p, r.Form.Get("tweet_mode") == "extended"))
		if len(found) == min(max(count, 1), s.o.PerPage) {
			break
		}
	}
	answer(w, s.frame(map[string]any{
		"statuses": found, "search_metadata": map[string]any{"count": count, "since_id": since, "max_id": below, "query": r.Form.Get("q")},
	}))
}

func (s *Server) lookup(w http.ResponseWriter, r *http.Request) {
	ids := strings.Split(r.Form.Get("id"), ",")
	if len(ids) > maxLookups {
		refuse(w, http.StatusForbidden, 18, "Too many terms specified in query.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []any{}
	for _, text := range ids {
		id, _ := strconv.ParseInt(text, 10, 64)
		if p := s.byID[id]; p != nil {
			found = append(found, s.object(p, r.Form.Get("tweet_mode") == "extended"))
		}
	}
	answer(w, s.frame(found))
}

func answer(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// query is a search: clauses of which one has to match.
type query []clause

type clause struct {
	link  bool // only links are looked at
	words []string
}

// parse reads what clients of ours write: clauses in quotes, joined by OR, without reposts.
func parse(text string) (query, bool) {
	text, ok := strings.CutSuffix(text, " -filter:retweets")
	var out query
	for part := range strings.SplitSeq(text, " OR ") {
		inner, link := strings.CutPrefix(part, "url:")
		words, quoted := strings.CutPrefix(inner, `"`)
		words, closed := strings.CutSuffix(words, `"`)
		if !quoted || !closed || words == "" || strings.Contains(words, `"`) {
			return nil, false
		}
		out = append(out, clause{link: link, words: wordsOf(words)})
	}
	return out, ok
}

func (q query) matches(s *Server, p *stored) bool {
	return slices.ContainsFunc(q, func(c clause) bool {
		words := s.words(p)
		if c.link {
			words = wordsOf(strings.Join(p.targets, " "))
		}
		for i := range words {
			if i+len(c.words) <= len(words) && slices.Equal(words[i:i+len(c.words)], c.words) {
				return true
			}
		}
		return false
	})
}
