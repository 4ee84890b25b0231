package x

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

// Who asks for the same app elsewhere uses up what X allows both: that is told, and only where nobody of ours can have done it.
func TestWhoUsesUpTheLimit(t *testing.T) {
	began := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		took   time.Duration // from the beginning to the window
		fences []int64
		asked  int
		limit  string
		shared bool
	}{
		"somebody else":                {time.Hour, []int64{7, 8}, 3, "50", true},
		"without leases":               {time.Hour, []int64{0, 0}, 3, "50", true},
		"we":                           {time.Hour, []int64{7, 8}, 25, "50", false},
		"an older window":              {0, []int64{7, 8}, 3, "50", false},
		"another process of ours":      {time.Hour, []int64{7, 9}, 3, "50", false},
		"it is not said":               {time.Hour, []int64{7, 8}, 3, "", false},
		"it is said in too many words": {time.Hour, []int64{7, 8}, 3, "5000000000000000000000", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			s := r.source()
			opened := began.Add(test.took)
			s.quotas.begin(began, test.fences[0])
			s.quotas.begin(opened.Add(5*time.Minute), test.fences[1])
			h := http.Header{}
			h.Set("X-Rate-Limit-Reset", strconv.FormatInt(opened.Add(rateWindow).Unix(), 10))
			for range test.asked {
				s.quotas.answered("search", h)
			}
			if test.limit != "" {
				h.Set("X-Rate-Limit-Limit", test.limit)
			}
			e := s.judge("search", http.StatusTooManyRequests, h, nil)
			if got := e.Why == whyShared; got != test.shared {
				t.Errorf("%s", e.Why)
			}
			if other := s.judge("look posts up", http.StatusTooManyRequests, h, nil); other.Why == whyShared {
				t.Errorf("what was never asked: %s", other.Why)
			}
		})
	}
}
