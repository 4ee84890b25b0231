package fakemastodon

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	pageDefault = 20
	pageMost    = 40
)

// timeline answers a page of a timeline.
func (s *Server) timeline(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	fits, found := timelineOf(r.URL.Path, query)
	if !found {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil || limit < 1 {
		limit = pageDefault
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	page := s.page(fits, query, min(limit, pageMost))
	out := []any{}
	for _, p := range page {
		out = append(out, s.entity(p))
	}
	if len(page) > 0 {
		newest, oldest := page[0].id, page[len(page)-1].id
		if s.config.oldestFirst {
			newest, oldest = oldest, newest
		}
		at := *s.base
		at.Path = r.URL.Path
		w.Header().Set("Link", fmt.Sprintf(`<%s?max_id=%s>; rel="next", <%s?min_id=%s>; rel="prev"`, &at, oldest, &at, newest))
	}
	answer(w, http.StatusOK, out)
}

// timelineOf says which posts a timeline shows.
func timelineOf(path string, query url.Values) (fits func(*post) bool, found bool) {
	rest := strings.TrimPrefix(path, "/api/v1/timelines/")
	kind, value, _ := strings.Cut(rest, "/")
	where := func(p *post) bool {
		return (query.Get("local") == "" || p.local()) && (query.Get("remote") == "" || !p.local())
	}
	switch {
	case kind == "public" && value == "":
		return func(p *post) bool { return p.public() && where(p) }, true
	case kind == "tag" && value != "":
		return func(p *post) bool { return p.public() && p.tagged(value) && where(p) }, true
	case kind == "list" && value != "":
		return func(*post) bool { return true }, true
	}
	return nil, false
}

// public says whether a post stands in public timelines.
func (p *post) public() bool {
	return p.boosted == nil && (p.Visibility == "" || p.Visibility == "public")
}

// page cuts a page out of a timeline, newest first. The caller holds mu.
func (s *Server) page(fits func(*post) bool, query url.Values, limit int) []*post {
	var all []*post
	for _, p := range s.posts {
		above := after(p.id, query.Get("min_id")) && after(p.id, query.Get("since_id"))
		below := query.Get("max_id") == "" || !after(p.id, query.Get("max_id")) && p.id != query.Get("max_id")
		if fits(p) && above && below {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b *post) int {
		if a.id == b.id {
			return 0
		}
		if after(a.id, b.id) {
			return 1
		}
		return -1
	})
	if query.Get("min_id") != "" {
		all = all[:min(limit, len(all))]
	} else {
		all = all[max(len(all)-limit, 0):]
	}
	if !s.config.oldestFirst {
		slices.Reverse(all)
	}
	return all
}

// after says whether an id is newer than another; all are newer than "".
func after(id, than string) bool {
	if len(id) != len(than) {
		return len(id) > len(than)
	}
	return id > than
}

// status answers one status.
func (s *Server) status(w http.ResponseWriter, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.find(id)
	if p == nil {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	answer(w, http.StatusOK, s.entity(p))
}
