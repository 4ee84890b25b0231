package fakex

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// searchRecent answers for the last seven days.
func (s *Server) searchRecent(w http.ResponseWriter, r *http.Request) {
	want, ok := s.wants(w, r, "query", "since_id", "sort_order", "max_results", "next_token")
	if !ok {
		return
	}
	q := r.URL.Query()
	e, err := parse(q.Get("query"))
	if err != nil || len(q.Get("query")) > s.o.MaxQuery {
		badRequest(w, "query", "There were errors processing your request")
		return
	}
	size, err := strconv.Atoi(q.Get("max_results"))
	if err != nil || size < 10 || size > 100 {
		badRequest(w, "max_results", "The `max_results` query parameter value is not between 10 and 100")
		return
	}
	since, err := strconv.ParseUint(q.Get("since_id"), 10, 63)
	if oldest := uint64(s.o.Now().Add(-7*24*time.Hour).UnixMilli()-epoch) << 22; err != nil || since < oldest {
		badRequest(w, "since_id", "'since_id' must be a post id created after 7 days ago")
		return
	}
	until := uint64(1) << 63
	if token := q.Get("next_token"); token != "" {
		if until, err = strconv.ParseUint(strings.TrimPrefix(token, "b26v89c19zqg8o3f"), 32, 64); err != nil {
			badRequest(w, "next_token", "The token is not one")
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.page(w, e, want, since, until, size)
}

// page sends the latest posts between two ids.
func (s *Server) page(w http.ResponseWriter, e expression, want wanted, since, until uint64, size int) {
	var posts []*stored
	more := false
	for i := len(s.posts) - 1; i >= 0 && s.posts[i].id > since; i-- {
		p := s.posts[i]
		latest := p.id == p.history[len(p.history)-1]
		if p.id >= until || p.deleted || p.protected || !latest || !e.matches(s, p, false) {
			continue
		}
		if more = len(posts) == size; more {
			break
		}
		posts = append(posts, p)
	}
	meta := object{"result_count": len(posts)}
	body := object{"meta": meta}
	if len(posts) > 0 {
		var data []object
		for _, p := range posts {
			data = append(data, s.render(p, want))
			s.count(p)
		}
		body["data"] = data
		if in := s.includes(posts, want); len(in) > 0 {
			body["includes"] = in
		}
		last := posts[len(posts)-1].id
		meta["newest_id"], meta["oldest_id"] = strconv.FormatUint(posts[0].id, 10), strconv.FormatUint(last, 10)
		if more {
			meta["next_token"] = "b26v89c19zqg8o3f" + strconv.FormatUint(last, 32)
		}
	}
	s.answer(w, "SearchPostsRecentResponse", body)
}

// lookUp answers for posts by their ids.
func (s *Server) lookUp(w http.ResponseWriter, r *http.Request) {
	want, ok := s.wants(w, r, "ids")
	if !ok {
		return
	}
	asked := strings.Split(r.URL.Query().Get("ids"), ",")
	if len(asked) > 100 || asked[0] == "" {
		badRequest(w, "ids", "The `ids` query parameter has 1 to 100 of them")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var data []object
	var missing []problem
	var posts []*stored
	for _, text := range asked {
		id, err := strconv.ParseUint(text, 10, 63)
		p := s.byID[id]
		switch {
		case err != nil:
			badRequest(w, "ids", "The `ids` query parameter value is not valid")
			return
		case p == nil || p.deleted:
			missing = append(missing, notShown("Not Found Error", "resource-not-found", text))
		case p.protected:
			missing = append(missing, notShown("Authorization Error", "not-authorized-for-resource", text))
		default:
			data, posts = append(data, s.render(p, want)), append(posts, p)
			s.count(p)
		}
	}
	body := object{}
	if len(data) > 0 {
		body["data"] = data
	}
	if in := s.includes(posts, want); len(in) > 0 {
		body["includes"] = in
	}
	if len(missing) > 0 {
		body["errors"] = missing
	}
	s.answer(w, "SearchPostsRecentResponse", body)
}

func notShown(title, kind, id string) problem {
	return problem{
		Title: title, Type: problems + kind, Detail: "Could not find it with ids: [" + id + "].", Parameter: "ids", ResourceID: id,
		ResourceType: "tweet", Value: id,
	}
}

// usage answers what was read, some numbers as texts, as X does.
func (s *Server) usage(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, today := 0, s.o.Now().UTC().Format(time.DateOnly)
	for _, ids := range s.read {
		all += len(ids)
	}
	s.answer(w, "", object{"data": object{
		"cap_reset_day": 10, "project_cap": strconv.Itoa(s.o.Cap), "project_usage": strconv.Itoa(all),
		"daily_project_usage": object{"project_id": 71, "usage": []object{{"date": today + "T00:00:00.000Z", "usage": len(s.read[today])}}},
	}})
}
