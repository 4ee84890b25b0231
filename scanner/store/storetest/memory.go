package storetest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"meetleaks/scanner"
)

func memoryTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"items are remembered exactly":                          itemsExactly,
		"items are kept for their time, and then forgotten":     itemsForgotten,
		"items that come again stay":                            itemsStay,
		"a visit comes back as it was saved, by source":         visitSaved,
		"visits come when they are due, the longest wait first": visitsDue,
		"thousands of visits are due, and saved meanwhile":      manyVisits,
		"a page that gets another name is known by that alone":  visitRenamed,
		"visits of a source are forgotten":                      visitsForgotten,
	}
}

func (s *suite) seen(prints ...uint64) []bool {
	s.t.Helper()
	seen, err := s.SeenItems(s.ctx, prints)
	s.must(err)
	if len(seen) != len(prints) {
		s.t.Fatalf("%d answers to %d questions", len(seen), len(prints))
	}
	return seen
}

func itemsExactly(s *suite) {
	prints := []uint64{0, 1, 1 << 31, 1<<31 + 1, 1 << 32, 1 << 53, 1<<53 + 1, 1<<63 - 1, 1 << 63, 1<<63 + 1, 1<<64 - 1}
	s.must(s.RememberItems(s.ctx, nil))
	if slices.Contains(s.seen(prints...), true) || len(s.seen()) != 0 {
		s.t.Error("an empty store remembers")
	}
	for i := range prints {
		s.must(s.RememberItems(s.ctx, []uint64{prints[i], prints[i]}))
		for j, seen := range s.seen(prints...) {
			if seen != (j <= i) {
				s.t.Errorf("after %d: %d is %v", prints[i], prints[j], seen)
			}
		}
	}
	// Neighbours in whatever a store shards by.
	var even, odd []uint64
	for n := uint64(0); n < 2000; n += 2 {
		even, odd = append(even, n*0x9e3779b97f4a7c15), append(odd, (n+1)*0x9e3779b97f4a7c15)
	}
	s.must(s.RememberItems(s.ctx, even))
	if slices.Contains(s.seen(even...), false) || slices.Contains(s.seen(odd...), true) {
		s.t.Error("a false answer")
	}
	s.wants("too many", s.RememberItems(s.ctx, make([]uint64, scanner.MaxBatch+1)), scanner.ErrBadValue)
	_, err := s.SeenItems(s.ctx, make([]uint64, scanner.MaxBatch+1))
	s.wants("too many", err, scanner.ErrBadValue)
}

func itemsForgotten(s *suite) {
	for day := range 20 { // whatever the borders of buckets are, one of these lies beside one
		print := uint64(day) << 40
		s.must(s.RememberItems(s.ctx, []uint64{print}))
		s.Clock.Advance(scanner.ItemsKept - time.Minute)
		if !s.seen(print)[0] {
			s.t.Errorf("day %d: forgotten too early", day)
		}
		s.Clock.Advance(scanner.ItemsKeptMost - scanner.ItemsKept + 2*time.Minute)
		for {
			removed, err := s.Expire(s.ctx, scanner.Retention{}, s.Clock.Now())
			s.must(err)
			if !removed.More {
				break
			}
		}
		if s.seen(print)[0] {
			s.t.Errorf("day %d: still remembered", day)
		}
		s.Clock.Advance(25 * time.Hour)
	}
}

func itemsStay(s *suite) {
	for range 12 {
		s.must(s.RememberItems(s.ctx, []uint64{77, 78}))
		s.Clock.Advance(11 * 24 * time.Hour)
		_, err := s.Expire(s.ctx, scanner.Retention{}, s.Clock.Now())
		s.must(err)
		if !s.seen(77)[0] || !s.seen(78)[0] {
			s.t.Fatal("forgotten")
		}
	}
}

func visitSaved(s *suite) {
	_, known, err := s.LoadVisit(s.ctx, "own-site", "https://acme.example/")
	s.must(err)
	if known {
		s.t.Error("known before it was saved")
	}
	v := scanner.Visit{Page: "https://acme.example/ä?b=%20#sitemap", Next: Start().Add(time.Hour), Data: []byte("\x00{\xff")}
	s.must(s.SaveVisit(s.ctx, "own-site", scanner.Visit{Page: v.Page, Data: []byte("older")}))
	s.must(s.SaveVisit(s.ctx, "own-site", v))
	other := scanner.Visit{Page: v.Page}
	s.must(s.SaveVisit(s.ctx, "other", other))
	for source, want := range map[string]scanner.Visit{"own-site": v, "other": other} {
		got, known, err := s.handle().LoadVisit(s.ctx, source, v.Page)
		s.must(err)
		s.same(fmt.Sprint(source, known), got, want)
	}
	for _, bad := range []scanner.Visit{{}, {Page: "a\x00b"}, {Page: "\xff"}, {Page: string(make([]byte, 9000))}, {Page: "x", Data: make([]byte, scanner.MaxRecord+1)}} {
		s.wants("visit", s.SaveVisit(s.ctx, "own-site", bad), scanner.ErrBadValue)
	}
}

// due reads what is due at a moment.
func (s *suite) due(source string, at time.Time, each func(scanner.Visit) bool) []string {
	s.t.Helper()
	var pages []string
	s.must(s.DueVisits(s.ctx, source, at, func(v scanner.Visit) bool {
		pages = append(pages, v.Page)
		return each == nil || each(v)
	}))
	return pages
}

func visitsDue(s *suite) {
	for n, page := range []string{"c", "a", "b"} {
		s.must(s.SaveVisit(s.ctx, "own-site", scanner.Visit{Page: page, Next: Start().Add(time.Duration(n) * time.Minute)}))
	}
	s.must(s.SaveVisit(s.ctx, "other", scanner.Visit{Page: "other"}))
	s.same("before", s.due("own-site", Start().Add(-time.Millisecond), nil), []string(nil))
	s.same("two", s.due("own-site", Start().Add(time.Minute), nil), []string{"c", "a"})
	s.same("all", s.due("own-site", Start().Add(time.Hour), nil), []string{"c", "a", "b"})
	s.same("no more than is wanted", s.due("own-site", Start().Add(time.Hour), func(scanner.Visit) bool { return false }), []string{"c"})
	s.must(s.SaveVisit(s.ctx, "own-site", scanner.Visit{Page: "c", Next: Start().Add(90 * time.Second)}))
	s.same("after a visit", s.due("own-site", Start().Add(time.Hour), nil), []string{"a", "c", "b"})
	s.same("nobody's", s.due("nobody", Start().Add(time.Hour), nil), []string(nil))
}

func manyVisits(s *suite) {
	const n = 1300
	for i := range n {
		v := scanner.Visit{Page: fmt.Sprint("https://acme.example/", i), Next: Start().Add(time.Duration(i/100) * time.Second)}
		s.must(s.SaveVisit(s.ctx, "own-site", v))
	}
	pages := s.due("own-site", Start().Add(time.Hour), func(v scanner.Visit) bool {
		known, ok, err := s.LoadVisit(s.ctx, "own-site", v.Page)
		s.must(err)
		if !ok || !known.Next.Equal(v.Next) {
			s.t.Fatalf("%+v", known)
		}
		v.Next = Start().Add(2 * time.Hour)
		s.must(s.SaveVisit(s.ctx, "own-site", v))
		return true
	})
	slices.Sort(pages)
	if len(pages) != n || len(slices.Compact(pages)) != n {
		s.t.Errorf("%d were due", len(pages))
	}
	s.same("then", s.due("own-site", Start().Add(time.Hour), nil), []string(nil))
}

func visitRenamed(s *suite) {
	const clear, name = "https://acme.example/room/98765432101", "vk1:1"
	save := func(v scanner.Visit) {
		s.t.Helper()
		s.must(s.SaveVisit(s.ctx, "own-site", v))
	}
	save(scanner.Visit{Page: "other", Next: Start().Add(time.Hour)})
	save(scanner.Visit{Page: clear, Next: Start().Add(time.Minute), Data: []byte("old")})
	s.must(s.SaveVisit(s.ctx, "elsewhere", scanner.Visit{Page: clear}))
	for range 2 { // the second time nothing has the old name
		save(scanner.Visit{Page: name, Was: clear, Next: Start().Add(time.Second), Data: []byte("new")})
		_, known, err := s.LoadVisit(s.ctx, "own-site", clear)
		s.must(err)
		got, found, err := s.LoadVisit(s.ctx, "own-site", name)
		s.must(err)
		if known || !found {
			s.t.Errorf("known by its old name: %v, by its new one: %v", known, found)
		}
		s.same("renamed", got, scanner.Visit{Page: name, Next: Start().Add(time.Second), Data: []byte("new")})
		s.same("due", s.due("own-site", Start().Add(time.Hour), nil), []string{name, "other"})
	}
	if _, known, err := s.LoadVisit(s.ctx, "elsewhere", clear); err != nil || !known {
		s.t.Errorf("what another source knows: %v, %v", known, err)
	}
	save(scanner.Visit{Page: "other", Was: name})
	save(scanner.Visit{Page: "other", Was: "other", Data: []byte("its own name")})
	s.same("into one that was known", s.due("own-site", Start().Add(time.Hour), nil), []string{"other"})
	s.wants("an old name", s.SaveVisit(s.ctx, "own-site", scanner.Visit{Page: name, Was: "a\x00b"}), scanner.ErrBadValue)
	total := 0
	for n := 1; n > 0; total += n {
		var err error
		n, err = s.ForgetVisits(s.ctx, "own-site")
		s.must(err)
	}
	s.same("pages", total, 1)
}

func visitsForgotten(s *suite) {
	var wait sync.WaitGroup
	for _, source := range []string{"own-site", "other"} {
		wait.Go(func() {
			for i := range 1100 {
				if err := s.SaveVisit(s.ctx, source, scanner.Visit{Page: fmt.Sprint(i)}); err != nil {
					s.t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	total := 0
	for {
		n, err := s.ForgetVisits(s.ctx, "own-site")
		s.must(err)
		if n > scanner.MaxBatch {
			s.t.Errorf("%d at once", n)
		}
		if total += n; n == 0 {
			break
		}
	}
	if left := len(s.due("own-site", Start(), nil)); total != 1100 || left != 0 {
		s.t.Errorf("%d forgotten, %d left", total, left)
	}
	if left := len(s.due("other", Start(), nil)); left != 1100 {
		s.t.Errorf("the other has %d", left)
	}
}
