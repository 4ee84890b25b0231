package storetest

import (
	"errors"
	"time"

	"meetleaks/scanner"
)

func leaseTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"a lease has one holder":                                       oneHolder,
		"a lease ends by time, and its old holder is refused":          leaseEnds,
		"fences only rise":                                             fencesRise,
		"a cursor is saved only by who holds the lease":                cursorFence,
		"a cursor stays, and is found with others by name":             cursorStays,
		"of many who want a lease one gets it":                         oneLease,
		"leases that are no leases are refused with their reason":      badLease,
		"a clock that goes back holds no lease for longer than one is": leaseOfTheFuture,
	}
}

// lease takes a lease that must be free.
func (s *suite) lease(name, holder string, ttl time.Duration) scanner.Lease {
	s.t.Helper()
	l, err := s.Acquire(s.ctx, name, holder, ttl)
	s.must(err)
	if l.Name != name || l.Holder != holder || !l.Until.Equal(s.Clock.Now().Add(ttl)) || l.Fence < 1 {
		s.t.Errorf("%+v", l)
	}
	return l
}

func (s *suite) wants(what string, err, want error) {
	s.t.Helper()
	if !errors.Is(err, want) {
		s.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func oneHolder(s *suite) {
	l := s.lease("pass:own-site", "one", time.Minute)
	for _, holder := range []string{"two", "one"} {
		_, err := s.Acquire(s.ctx, "pass:own-site", holder, time.Minute)
		s.wants(holder, err, scanner.ErrHeld)
	}
	s.lease("pass:other", "two", time.Minute)
	s.Clock.Advance(40 * time.Second)
	renewed, err := s.Renew(s.ctx, l, time.Minute)
	s.must(err)
	if renewed.Fence != l.Fence || !renewed.Until.Equal(s.Clock.Now().Add(time.Minute)) {
		s.t.Errorf("renewed %+v", renewed)
	}
	s.Clock.Advance(40 * time.Second)
	_, err = s.Acquire(s.ctx, "pass:own-site", "two", time.Minute)
	s.wants("after renewal", err, scanner.ErrHeld)
	s.must(s.Release(s.ctx, renewed))
	s.must(s.Release(s.ctx, renewed))
	next := s.lease("pass:own-site", "two", time.Minute)
	s.must(s.Release(s.ctx, renewed)) // it is the other's now
	_, err = s.Renew(s.ctx, next, time.Minute)
	s.must(err)
}

func leaseEnds(s *suite) {
	old := s.lease("pass:own-site", "one", time.Minute)
	s.Clock.Advance(time.Minute - time.Millisecond)
	s.must(s.SaveCursor(s.ctx, old, scanner.Cursor{Value: []byte("in time")}))
	s.Clock.Advance(time.Millisecond)
	_, err := s.Renew(s.ctx, old, time.Minute)
	s.wants("renewed though nobody took it", err, scanner.ErrLost)
	s.wants("saved though nobody took it", s.SaveCursor(s.ctx, old, scanner.Cursor{Value: []byte("late")}), scanner.ErrLost)
	next := s.lease("pass:own-site", "two", time.Minute)
	_, err = s.Renew(s.ctx, old, time.Minute)
	s.wants("renewed", err, scanner.ErrLost)
	s.wants("saved", s.SaveCursor(s.ctx, old, scanner.Cursor{Value: []byte("late")}), scanner.ErrLost)
	mixed := next
	mixed.Fence = old.Fence
	s.wants("saved with an old fence", s.SaveCursor(s.ctx, mixed, scanner.Cursor{Value: []byte("late")}), scanner.ErrLost)
	mixed = old
	mixed.Fence = next.Fence
	s.wants("saved as another", s.SaveCursor(s.ctx, mixed, scanner.Cursor{Value: []byte("late")}), scanner.ErrLost)
	cursors, err := s.Cursors(s.ctx, []string{"pass:own-site"})
	s.must(err)
	if string(cursors["pass:own-site"].Value) != "in time" {
		s.t.Errorf("the cursor is %q", cursors["pass:own-site"].Value)
	}
}

func fencesRise(s *suite) {
	last := int64(0)
	for n := range 12 {
		l := s.lease("pass:own-site", "one", time.Second)
		if l.Fence <= last {
			s.t.Errorf("fence %d after %d", l.Fence, last)
		}
		last = l.Fence
		switch n % 3 {
		case 0:
			s.must(s.Release(s.ctx, l))
		case 1:
			s.Clock.Advance(time.Second)
		case 2: // forgotten by retention, too
			s.Clock.Advance(400 * 24 * time.Hour)
			_, err := s.Expire(s.ctx, scanner.Retention{}, s.Clock.Now())
			s.must(err)
		}
	}
}

func cursorFence(s *suite) {
	none := scanner.Lease{Name: "pass:own-site", Holder: "one", Fence: 1}
	s.wants("without a lease", s.SaveCursor(s.ctx, none, scanner.Cursor{}), scanner.ErrLost)
	l := s.lease("pass:own-site", "one", time.Minute)
	other := s.lease("pass:other", "one", time.Minute)
	s.must(s.SaveCursor(s.ctx, l, scanner.Cursor{Name: "pass:other", Value: []byte("7")}))
	cursors, err := s.Cursors(s.ctx, []string{"pass:own-site", "pass:other"})
	s.must(err)
	if len(cursors) != 1 || string(cursors["pass:own-site"].Value) != "7" {
		s.t.Errorf("%+v", cursors)
	}
	s.must(s.Release(s.ctx, l))
	s.wants("after release", s.SaveCursor(s.ctx, l, scanner.Cursor{Value: []byte("8")}), scanner.ErrLost)
	s.must(s.SaveCursor(s.ctx, other, scanner.Cursor{Value: []byte("9")}))
	s.wants("too long", s.SaveCursor(s.ctx, other, scanner.Cursor{Value: make([]byte, scanner.MaxRecord+1)}), scanner.ErrBadValue)
}

func cursorStays(s *suite) {
	l := s.lease("pass:own-site", "one", time.Minute)
	c := scanner.Cursor{Value: []byte("\x00\xff binary"), Next: Start().Add(90 * time.Minute)}
	s.must(s.SaveCursor(s.ctx, l, c))
	saved := s.Clock.Now()
	s.must(s.Release(s.ctx, l))
	s.Clock.Advance(3 * 365 * 24 * time.Hour)
	_, err := s.Expire(s.ctx, scanner.Retention{Leak: time.Hour, Audit: time.Hour, Visit: time.Hour, Answer: time.Hour, Sighting: time.Hour}, s.Clock.Now())
	s.must(err)
	cursors, err := s.handle().Cursors(s.ctx, []string{"pass:none", "pass:own-site"})
	s.must(err)
	c.Name, c.Saved = "pass:own-site", saved
	s.same("cursors", cursors, map[string]scanner.Cursor{"pass:own-site": c})
	s.must(s.ForgetCursor(s.ctx, "pass:own-site"))
	s.must(s.ForgetCursor(s.ctx, "pass:own-site"))
	cursors, err = s.Cursors(s.ctx, []string{"pass:own-site"})
	s.must(err)
	if len(cursors) != 0 {
		s.t.Errorf("%+v", cursors)
	}
}

func oneLease(s *suite) {
	for range 5 {
		won := s.race(6, func(st scanner.Store, i int) error {
			_, err := st.Acquire(s.ctx, "stream", string(rune('a'+i)), time.Minute)
			if errors.Is(err, scanner.ErrHeld) {
				return scanner.ErrConflict // the race's word for a loser
			}
			return err
		})
		if won != 1 {
			s.t.Errorf("%d hold it", won)
		}
		s.Clock.Advance(time.Minute)
	}
}

func badLease(s *suite) {
	for _, ttl := range []time.Duration{0, -1, time.Microsecond, scanner.MaxLease + 1} {
		_, err := s.Acquire(s.ctx, "x", "one", ttl)
		s.wants("acquire", err, scanner.ErrBadValue)
		_, err = s.Renew(s.ctx, scanner.Lease{Name: "x", Holder: "one", Fence: 1}, ttl)
		s.wants("renew", err, scanner.ErrBadValue)
	}
	for _, name := range []string{"", "a\nb", "\xff", string(make([]byte, 600))} {
		_, err := s.Acquire(s.ctx, name, "one", time.Minute)
		s.wants("name", err, scanner.ErrBadValue)
		_, err = s.Acquire(s.ctx, "x", name, time.Minute)
		s.wants("holder", err, scanner.ErrBadValue)
	}
}

// leaseOfTheFuture is what a machine leaves that starts with a wrong clock and then learns the right one.
func leaseOfTheFuture(s *suite) {
	s.Clock.Advance(1000 * time.Hour)
	old := s.lease("pass:own-site", "one", scanner.MaxLease)
	s.must(s.SaveCursor(s.ctx, old, scanner.Cursor{Value: []byte("1")}))
	s.Clock.Advance(-1000 * time.Hour)
	_, err := s.Renew(s.ctx, old, time.Minute)
	s.wants("renewed", err, scanner.ErrLost)
	s.wants("saved", s.SaveCursor(s.ctx, old, scanner.Cursor{Value: []byte("2")}), scanner.ErrLost)
	next := s.lease("pass:own-site", "two", time.Minute)
	if next.Fence <= old.Fence {
		s.t.Errorf("fence %d after %d", next.Fence, old.Fence)
	}
	s.must(s.SaveCursor(s.ctx, next, scanner.Cursor{Value: []byte("3")}))
	s.must(s.Release(s.ctx, old)) // it is the other's now
	_, err = s.Renew(s.ctx, next, time.Minute)
	s.must(err)
}
