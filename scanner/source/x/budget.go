package x

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"meetleaks/scanner"
)

// purse knows what was read on this day and in this month, and what may be.
type purse struct {
	budget Budget
	day    string // "2026-11-22"
	today  int64
	month  int64
	charged
	// atX is what X itself counts since its month began, and its limit, 0: not known.
	atX, limit int64
	fresh      bool // nothing is known of what was read before: it is the first pass, or the cursor was lost
}

// charged are the posts that were counted on a day: X counts a post once a day.
type charged struct {
	on  string
	ids map[uint64]struct{}
}

// maxCharged bounds the posts that are remembered; beyond them each counts, however often it came.
const maxCharged = 200_000

// The bounds of clocks that are wrong.
const (
	firstDay  = "2026-01-01" // before it a clock is not set yet
	mostAhead = 62 * 24 * time.Hour
)

// turn begins a new day, and with it perhaps a new month. A clock that is set back gives no money back: the day stays until it is over,
// or, when that would take more than mostAhead, an earlier one goes on with what was counted.
func (p *purse) turn(now time.Time) {
	day := now.UTC().Format(time.DateOnly)
	switch {
	case day == p.day || day < firstDay:
		return
	case day < p.day && p.day <= now.UTC().Add(mostAhead).Format(time.DateOnly):
		return
	case day < p.day: // what was counted stays
	case len(p.day) != len(day) || day[:7] != p.day[:7]:
		p.today, p.month = 0, 0
	default:
		p.today = 0
	}
	p.day = day
	if p.on != day {
		p.charged = charged{on: day, ids: map[uint64]struct{}{}}
	}
}

// charge counts a post.
func (p *purse) charge(id uint64, now time.Time) {
	p.turn(now)
	if _, before := p.ids[id]; before {
		return
	}
	if len(p.ids) < maxCharged {
		p.ids[id] = struct{}{}
	}
	p.today++
	p.month++
	p.atX++
}

// left is how many posts may be read.
func (p *purse) left(now time.Time) int64 {
	p.turn(now)
	left := int64(math.MaxInt64)
	if p.budget.PerDay > 0 {
		left = p.budget.PerDay - p.today
	}
	if p.budget.PerMonth > 0 {
		left = min(left, p.budget.PerMonth-p.month)
	}
	if p.limit > 0 {
		left = min(left, p.limit-p.atX)
	}
	return max(left, 0)
}

// spent is the error of a budget that is used up, nil while it is not.
func (p *purse) spent(now time.Time) *Error {
	const what = "read posts"
	if p.left(now) > 0 {
		return nil
	}
	switch {
	case p.budget.PerMonth > 0 && p.month >= p.budget.PerMonth:
		return &Error{What: what, Why: "the budget for this month is used up", After: startOfMonth(now).AddDate(0, 1, 0).Sub(now)}
	case p.budget.PerDay > 0 && p.today >= p.budget.PerDay:
		return &Error{What: what, Why: "the budget for today is used up", After: untilTomorrow(now)}
	}
	return &Error{What: what, Why: "the limit of posts at X is used up", After: untilTomorrow(now)}
}

func startOfMonth(at time.Time) time.Time {
	year, month, _ := at.UTC().Date()
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

// used is what people are shown.
func (p *purse) used(now time.Time) []scanner.Usage {
	p.turn(now)
	tomorrow, next := startOfDay(now).AddDate(0, 0, 1), startOfMonth(now).AddDate(0, 1, 0)
	out := []scanner.Usage{
		{What: "posts read today", Used: float64(p.today), Limit: float64(p.budget.PerDay), Unit: "posts", Until: tomorrow},
		{What: "posts read this month", Used: float64(p.month), Limit: float64(p.budget.PerMonth), Unit: "posts", Until: next},
	}
	if price := p.budget.Price; price > 0 {
		out = append(out, scanner.Usage{
			What: "spent this month", Used: cents(float64(p.month) * price), Limit: cents(float64(p.budget.PerMonth) * price),
			Unit: "USD", Until: next,
		})
	}
	if p.limit > 0 {
		out = append(out, scanner.Usage{What: "posts that X counts in its month", Used: float64(p.atX), Limit: float64(p.limit), Unit: "posts"})
	}
	return out
}

func cents(usd float64) float64 { return math.Round(usd*100) / 100 }

// usage is X's own count.
type usage struct {
	today       int64 // of the whole project
	month       int64 // of the calendar's month, of the whole project
	atX, budget int64
}

// hear takes X's count over where it is higher: others of the project may have read, or a count of ours was lost.
func (p *purse) hear(u usage, now time.Time) {
	p.turn(now)
	if more := u.today - p.today; more > 0 {
		p.today += more
		p.month += more
	}
	if more := u.month - p.month; p.fresh && more > 0 {
		p.month += more
	}
	p.fresh = false
	p.atX, p.limit = u.atX, u.budget
}

const pathUsage = "/2/usage/tweets"

// askUsage asks X what it counts.
func (s *Source) askUsage(ctx context.Context) (usage, error) {
	const what = "ask for the usage"
	body, err := s.call(ctx, what, http.MethodGet, pathUsage, map[string]string{
		"days": "31", "usage.fields": "daily_project_usage,project_cap,project_usage",
	}, nil)
	if err != nil {
		return usage{}, err
	}
	var got struct {
		Data *struct {
			Cap   count `json:"project_cap"`
			Used  count `json:"project_usage"`
			Daily struct {
				Usage []struct {
					Date  string `json:"date"`
					Usage count  `json:"usage"`
				} `json:"usage"`
			} `json:"daily_project_usage"`
		} `json:"data"`
	}
	if _, err := decodeInto(body, &got); err != nil || got.Data == nil {
		return usage{}, s.judge(what, http.StatusOK, nil, body)
	}
	u := usage{atX: int64(got.Data.Used), budget: int64(got.Data.Cap)}
	today := s.o.Now().UTC().Format(time.DateOnly)
	for _, d := range got.Data.Daily.Usage[:min(len(got.Data.Daily.Usage), maxDays)] {
		if strings.HasPrefix(d.Date, today[:len("2006-01")]) {
			u.month += int64(d.Usage)
		}
		if len(d.Date) >= len(today) && d.Date[:len(today)] == today {
			u.today = max(u.today, int64(d.Usage))
		}
	}
	return u, nil
}

// The bounds of what X says of its counts.
const (
	maxDays  = 100
	maxCount = 1_000_000_000_000
)

// count is a number that is written as one or as a text: the documentation has both. What is neither is 0, and at most maxCount is believed.
type count int64

// UnmarshalJSON never fails.
func (c *count) UnmarshalJSON(text []byte) error {
	*c = 0
	if n, err := strconv.ParseInt(string(bytes.Trim(text, `"`)), 10, 64); err == nil {
		*c = count(min(max(n, 0), maxCount))
	}
	return nil
}

var _ json.Unmarshaler = (*count)(nil)
