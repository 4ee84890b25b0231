package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// robotsServer answers for robots.txt in the place of the network.
type robotsServer struct {
	mu     sync.Mutex
	answer robotsAnswer
	err    error
	asked  []string     // the addresses
	had    []robotsCopy // the validators
}

func (s *robotsServer) get(_ context.Context, u *url.URL, have robotsCopy) (robotsAnswer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, u.String())
	s.had = append(s.had, have)
	return s.answer, s.err
}

func (s *robotsServer) says(a robotsAnswer, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer, s.err = a, err
}

func (s *robotsServer) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func closedFile() robotsAnswer {
	return robotsAnswer{Status: 200, Body: []byte("User-agent: *\nDisallow: /closed\n"), Copy: robotsCopy{ETag: `"e7"`, LastModified: "Sat, 21 Nov 2026 09:31:00 GMT"}}
}

// inRobotsBubble runs a test on a controlled clock, with a cache in front of a server that says closedFile.
func inRobotsBubble(t *testing.T, test func(t *testing.T, r *robotsCache, s *robotsServer)) {
	synctest.Test(t, func(t *testing.T) {
		s := &robotsServer{answer: closedFile()}
		r := newRobotsCache(s.get, time.Now)
		defer r.close()
		test(t, r, s)
	})
}

// later moves the clock of the bubble.
func later(d time.Duration) { <-time.After(d) }

func wantPolicy(t *testing.T, err error, reason string) {
	t.Helper()
	wantRobots(t, err, reason, true)
}

func wantRobots(t *testing.T, err error, reason string, policy bool) {
	t.Helper()
	e, ok := errors.AsType[*RobotsError](err)
	if !ok {
		t.Errorf("the error is %v, no RobotsError", err)
		return
	}
	if e.Policy() != policy || !strings.Contains(e.Error(), reason) || !strings.Contains(e.Error(), "acme.example") {
		t.Errorf("policy %v: %v; want %v and %q", e.Policy(), e, policy, reason)
	}
}

func TestRobotsIsAskedOnceADayForEachSite(t *testing.T) {
	inRobotsBubble(t, func(t *testing.T, r *robotsCache, s *robotsServer) {
		for range 3 {
			if err := r.allowed(t.Context(), site(t, "/open")); err != nil {
				t.Error(err)
			}
			wantPolicy(t, r.allowed(t.Context(), site(t, "/closed/a")), "robots.txt asks us to stay out")
		}
		for _, same := range []string{"https://ACME.example:443/open", "HTTPS://acme.example./open"} {
			u, _ := url.Parse(same)
			if err := r.allowed(t.Context(), u); err != nil {
				t.Error(err)
			}
		}
		if s.times() != 1 || s.asked[0] != "https://acme.example/robots.txt" {
			t.Errorf("asked %q", s.asked)
		}
		for _, other := range []string{"http://acme.example/closed", "https://acme.example:8443/closed", "https://www.acme.example/closed"} {
			u, _ := url.Parse(other)
			wantPolicy(t, r.allowed(t.Context(), u), "stay out")
		}
		if s.times() != 4 || s.asked[2] != "https://acme.example:8443/robots.txt" {
			t.Errorf("asked %q", s.asked)
		}
		later(robotsFresh - time.Second)
		_ = r.allowed(t.Context(), site(t, "/open"))
		if s.times() != 4 {
			t.Error("asked again within a day")
		}
		later(time.Second)
		_ = r.allowed(t.Context(), site(t, "/open"))
		if s.times() != 5 {
			t.Error("not asked again after a day")
		}
	})
}

func TestRobotsItselfIsAlwaysAllowed(t *testing.T) {
	inRobotsBubble(t, func(t *testing.T, r *robotsCache, s *robotsServer) {
		s.says(robotsAnswer{Status: 200, Body: []byte("User-agent: *\nDisallow: /\n")}, nil)
		if err := r.allowed(t.Context(), site(t, "/robots.txt")); err != nil || s.times() != 0 {
			t.Error(err, s.times())
		}
		wantPolicy(t, r.allowed(t.Context(), site(t, "/robots.txt/x")), "stay out")
		wantPolicy(t, r.allowed(t.Context(), site(t, "/a/robots.txt")), "stay out")
	})
}

func TestStatusesOfRobotsAreToldApart(t *testing.T) {
	broken := closedFile()
	broken.Broken = true
	outage := errors.New("connection reset")
	for _, c := range []struct {
		name   string
		answer robotsAnswer
		err    error
		reason string // "" open
		policy bool
		again  time.Duration
	}{
		{"404", robotsAnswer{Status: 404}, nil, "", false, robotsFresh},
		{"410", robotsAnswer{Status: 410, Body: []byte("User-agent: *\nDisallow: /")}, nil, "", false, robotsFresh},
		{"400", robotsAnswer{Status: 400}, nil, "", false, robotsFresh},
		{"204", robotsAnswer{Status: 204}, nil, "", false, robotsFresh},
		{"401", robotsAnswer{Status: 401}, nil, "refuses its robots.txt (401)", true, time.Hour},
		{"403", robotsAnswer{Status: 403}, nil, "refuses its robots.txt (403)", true, time.Hour},
		{"429", robotsAnswer{Status: 429}, nil, "refuses its robots.txt (429)", true, time.Hour},
		{"429 with time", robotsAnswer{Status: 429, RetryAfter: 3 * time.Hour}, nil, "(429)", true, 3 * time.Hour},
		{"429 with little time", robotsAnswer{Status: 429, RetryAfter: time.Second}, nil, "(429)", true, robotsPause},
		{"429 for ever", robotsAnswer{Status: 429, RetryAfter: 900 * time.Hour}, nil, "(429)", true, 24 * time.Hour},
		{"500", robotsAnswer{Status: 500}, nil, "robots.txt could not be read (500), so nothing is read", false, robotsRetry},
		{"503", robotsAnswer{Status: 503}, nil, "could not be read (503)", false, robotsRetry},
		{"302 that was not followed", robotsAnswer{Status: 302}, nil, "could not be read (302)", false, robotsRetry},
		{"304 unasked", robotsAnswer{Status: 304}, nil, "could not be read (304)", false, robotsRetry},
		{"no answer", robotsAnswer{}, outage, "could not be read, so nothing is read: connection reset", false, robotsRetry},
		{"half a file", broken, nil, "broke off", false, robotsRetry},
		{"out of budget", robotsAnswer{}, &PaceError{policy: true}, "could not be read", true, robotsRetry},
	} {
		t.Run(c.name, func(t *testing.T) {
			inRobotsBubble(t, func(t *testing.T, r *robotsCache, s *robotsServer) {
				s.says(c.answer, c.err)
				err := r.allowed(t.Context(), site(t, "/open"))
				if c.reason != "" {
					wantRobots(t, err, c.reason, c.policy)
				} else if err != nil {
					t.Error(err)
				}
				if c.err != nil && !errors.Is(err, c.err) {
					t.Error("the cause is lost")
				}
				later(c.again - time.Nanosecond)
				_ = r.allowed(t.Context(), site(t, "/open"))
				if s.times() != 1 {
					t.Error("asked again too early")
				}
				later(time.Nanosecond)
				_ = r.allowed(t.Context(), site(t, "/open"))
				if s.times() != 2 {
					t.Error("not asked again")
				}
			})
		})
	}
}

func TestWaitsGrowWhileRobotsIsUnreachable(t *testing.T) {
	inRobotsBubble(t, func(t *testing.T, r *robotsCache, s *robotsServer) {
		s.says(robotsAnswer{Status: 503}, nil)
		wait, asked := robotsRetry, 1
		for range 30 {
			wantRobots(t, r.allowed(t.Context(), site(t, "/open")), "(503)", false)
			if s.times() != asked {
				t.Fatalf("asked %d times, want %d", s.times(), asked)
			}
			later(wait - time.Nanosecond)
			wantRobots(t, r.allowed(t.Context(), site(t, "/open")), "(503)", false)
			if s.times() != asked {
				t.Fatalf("asked again before %s", wait)
			}
			later(time.Nanosecond)
			wait, asked = min(2*wait, robotsRetryMax), asked+1
		}
		s.says(closedFile(), nil)
		if err := r.allowed(t.Context(), site(t, "/open")); err != nil {
			t.Error(err)
		}
	})
}

func TestTheLastCopyServesThirtyDays(t *testing.T) {
	inRobotsBubble(t, func(t *testing.T, r *robotsCache, s *robotsServer) {
		_ = r.allowed(t.Context(), site(t, "/open"))
		s.says(robotsAnswer{}, errors.New("no route"))
		for range 28 { // each time after the day for which the copy is believed again
			later(25 * time.Hour)
			if err := r.allowed(t.Context(), site(t, "/open")); err != nil {
				t.Fatal(err)
			}
			wantPolicy(t, r.allowed(t.Context(), site(t, "/closed")), "stay out")
		}
		later(robotsStale - 28*25*time.Hour + time.Nanosecond)
		wantRobots(t, r.allowed(t.Context(), site(t, "/open")), "no route", false)
	})
}

func TestRobotsIsRevalidated(t *testing.T) {
	inRobotsBubble(t, func(t *testing.T, r *robotsCache, s *robotsServer) {
		_ = r.allowed(t.Context(), site(t, "/open"))
		later(robotsFresh)
		s.says(robotsAnswer{Status: 304}, nil)
		wantPolicy(t, r.allowed(t.Context(), site(t, "/closed")), "stay out")
		later(robotsFresh - time.Second)
		wantPolicy(t, r.allowed(t.Context(), site(t, "/closed")), "stay out")
		if s.times() != 2 || s.had[0] != (robotsCopy{}) || s.had[1] != closedFile().Copy {
			t.Errorf("asked with %q", s.had)
		}
		later(time.Second)
		s.says(robotsAnswer{Status: 404}, nil)
		if err := r.allowed(t.Context(), site(t, "/closed")); err != nil {
			t.Error("a file that is gone still holds:", err)
		}
		later(robotsFresh)
		_ = r.allowed(t.Context(), site(t, "/closed"))
		if s.had[3] != (robotsCopy{}) {
			t.Error("a copy that is gone was revalidated")
		}
	})
}

func TestSitesThatAskForLongDelaysAreLeftAlone(t *testing.T) {
	inRobotsBubble(t, func(t *testing.T, r *robotsCache, s *robotsServer) {
		s.says(robotsAnswer{Status: 200, Body: []byte("User-agent: *\nCrawl-delay: 60\nContent-Signal: search=no\nSitemap: https://acme.example/s.xml\n")}, nil)
		u := site(t, "/open")
		if r.crawlDelay(u) != 0 {
			t.Error("a delay before the file is known")
		}
		if err := r.allowed(t.Context(), u); err != nil || r.crawlDelay(u) != time.Minute {
			t.Error(err, r.crawlDelay(u))
		}
		if tags, lines := r.preference(u); !tags.NoIndex || lines != "search=no" {
			t.Error(tags, lines)
		}
		if got := r.sitemaps(t.Context(), u); len(got) != 1 || got[0] != "https://acme.example/s.xml" {
			t.Error(got)
		}
		later(robotsFresh)
		s.says(robotsAnswer{Status: 200, Body: []byte("User-agent: *\nCrawl-delay: 61\n")}, nil)
		wantPolicy(t, r.allowed(t.Context(), u), "asks for 1m1s between requests")
	})
}

func TestAddressesTooLongForRobotsAreRefused(t *testing.T) {
	inRobotsBubble(t, func(t *testing.T, r *robotsCache, s *robotsServer) {
		long := "/open?" + strings.Repeat("x", maxRobotsTarget/3)
		wantPolicy(t, r.allowed(t.Context(), site(t, long)), "too long")
		s.says(robotsAnswer{Status: 404}, nil)
		later(robotsFresh)
		if err := r.allowed(t.Context(), site(t, long)); err != nil {
			t.Error("refused although there are no rules:", err)
		}
	})
}

// slowRobots answers when it is told to, and counts.
type slowRobots struct {
	mu    sync.Mutex
	asked int
	ended int // by their contexts
	reply chan robotsAnswer
}

func (s *slowRobots) get(ctx context.Context, _ *url.URL, _ robotsCopy) (robotsAnswer, error) {
	s.mu.Lock()
	s.asked++
	s.mu.Unlock()
	select {
	case a := <-s.reply:
		return a, nil
	case <-ctx.Done():
		s.mu.Lock()
		s.ended++
		s.mu.Unlock()
		return robotsAnswer{}, ctx.Err()
	}
}

func TestAHundredCallersMakeOneRequestForRobots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowRobots{reply: make(chan robotsAnswer)}
		r := newRobotsCache(s.get, time.Now)
		defer r.close()
		var callers sync.WaitGroup
		for i := range 45 {
			callers.Go(func() {
				if i%2 == 0 {
					wantPolicy(t, r.allowed(t.Context(), site(t, "/closed")), "stay out")
				} else if err := r.allowed(t.Context(), site(t, "/open")); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		s.reply <- closedFile()
		callers.Wait()
		if s.asked != 1 {
			t.Errorf("%d requests", s.asked)
		}
	})
}

func TestACallerWhoLeavesDoesNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowRobots{reply: make(chan robotsAnswer)}
		r := newRobotsCache(s.get, time.Now)
		defer r.close()
		ctx, cancel := context.WithCancelCause(t.Context())
		left, stayed := make(chan error, 1), make(chan error, 1)
		go func() { left <- r.allowed(ctx, site(t, "/open")) }() // starts the request
		synctest.Wait()
		go func() { stayed <- r.allowed(t.Context(), site(t, "/open")) }()
		synctest.Wait()
		gone := errors.New("gone home")
		cancel(gone)
		if err := <-left; !errors.Is(err, gone) {
			t.Error(err)
		}
		synctest.Wait()
		s.reply <- closedFile()
		if err := <-stayed; err != nil || s.asked != 1 || s.ended != 0 {
			t.Error(err, s.asked, s.ended)
		}
	})
}

func TestARequestForRobotsThatNobodyWaitsForEndsAndIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowRobots{reply: make(chan robotsAnswer)}
		r := newRobotsCache(s.get, time.Now)
		defer r.close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.allowed(ctx, site(t, "/open")); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		synctest.Wait()
		if s.ended != 1 {
			t.Error("the request goes on")
		}
		go func() { s.reply <- closedFile() }()
		if err := r.allowed(t.Context(), site(t, "/open")); err != nil {
			t.Error("the end of the first request was taken for a failure of the site:", err)
		}
		if err := r.allowed(ctx, site(t, "/open")); !errors.Is(err, context.DeadlineExceeded) {
			t.Error("an ended context was not noticed:", err)
		}
	})
}

func TestClosingEndsRequestsForRobots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowRobots{reply: make(chan robotsAnswer)}
		r := newRobotsCache(s.get, time.Now)
		waiting := make(chan error, 1)
		go func() { waiting <- r.allowed(t.Context(), site(t, "/open")) }()
		synctest.Wait()
		r.close()
		if err := <-waiting; !errors.Is(err, errRobotsClosed) || s.ended != 1 {
			t.Error(err, s.ended)
		}
		if err := r.allowed(t.Context(), site(t, "/open")); !errors.Is(err, errRobotsClosed) || s.asked != 1 {
			t.Error(err, s.asked)
		}
	})
}

func TestRobotsCacheIsBounded(t *testing.T) {
	inRobotsBubble(t, func(t *testing.T, r *robotsCache, s *robotsServer) {
		ask := func(i int) {
			u, _ := url.Parse(fmt.Sprintf("https://h%d.acme.example/open", i))
			if err := r.allowed(t.Context(), u); err != nil {
				t.Fatal(err)
			}
		}
		for i := range maxRobotsEntries {
			ask(i)
		}
		ask(0) // now the last used
		ask(maxRobotsEntries)
		asked := s.times()
		ask(0)
		if len(r.entries) != maxRobotsEntries || r.used.Len() != maxRobotsEntries || s.times() != asked {
			t.Errorf("%d entries, %d requests more", len(r.entries), s.times()-asked)
		}
		ask(1)
		if s.times() != asked+1 {
			t.Error("the one not asked for longest was kept")
		}
		big := "User-agent: *\n" + strings.Repeat("Disallow: /a\n", maxRobotsBytes/13-2)
		s.says(robotsAnswer{Status: 200, Body: []byte(big)}, nil)
		for i := range 45 {
			ask(2*maxRobotsEntries + i)
		}
		sum := 0
		for _, el := range r.entries {
			sum += el.Value.(*robotsEntry).cost()
		}
		if r.cost > maxRobotsCost || r.cost != sum || len(r.flights) != 0 {
			t.Errorf("%d octets, %d counted, %d requests under way", r.cost, sum, len(r.flights))
		}
	})
}
