package feed

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"meetleaks/scanner/fetch"
)

// rest decides when the feed is asked for next, by its own wishes and its server's.
func (r *reading) rest(header http.Header) {
	at := r.Now.Add(max(fetch.FreshFor(header), time.Duration(r.m.TTL)*time.Minute))
	for range 7 * 24 {
		if !r.skips(at) {
			break
		}
		at = at.Truncate(time.Hour).Add(time.Hour)
	}
	r.RestUntil(at, r.firstLost())
}

// firstLost is when the first of the items vanished that are looked for again.
func (r *reading) firstLost() (first time.Time) {
	for _, e := range unpacked(r.m.Lost, maxLost) {
		if at := time.Unix(e.At, 0); first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// skips says whether the feed asks not to be read at a time (skipHours, skipDays: in UTC). All hours, or all days, are no wish.
func (r *reading) skips(at time.Time) bool {
	at = at.UTC()
	hours, days := r.m.SkipHours, r.m.SkipDays
	return hours != 1<<24-1 && hours>>at.Hour()&1 == 1 || days != 1<<7-1 && days>>int(at.Weekday())&1 == 1
}

// readTTL reads a number of minutes, a day at most; 0 when it is none.
func readTTL(text string) int {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	if err != nil {
		return 0
	}
	return int(min(n, 24*60))
}

// readSkipHours reads hours of the day; 24 is the first.
func readSkipHours(hours []string) (mask uint32) {
	for _, text := range hours[:min(len(hours), 48)] {
		if n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 8); err == nil && n <= 24 {
			mask |= 1 << (n % 24)
		}
	}
	return mask
}

// readSkipDays reads English names of days.
func readSkipDays(days []string) (mask uint8) {
	for _, text := range days[:min(len(days), 14)] {
		for day := time.Sunday; day <= time.Saturday; day++ {
			if strings.EqualFold(strings.TrimSpace(text), day.String()) {
				mask |= 1 << day
			}
		}
	}
	return mask
}
