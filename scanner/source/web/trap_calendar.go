package web

import (
	"strconv"
	"strings"
	"time"
)

// How far calendar pages are read, in months before and after now. A calendar goes on for ever in both directions; an archive does
// not, and what it holds may still be open, so that the past counts only where something is called a calendar.
const (
	monthsAhead  = 13
	monthsBack   = 13
	archiveYears = 30
)

// isFarCalendar reports whether an address is that of a day, week or month that is too far away.
func isFarCalendar(a Address, segments []string, now time.Time) bool {
	month, ok := monthOfPath(segments)
	if !ok {
		month, ok = monthOfQuery(a.Query())
	}
	if !ok {
		return false
	}
	away := month - monthOf(now.Year(), int(now.Month()))
	if isCalendar(a) {
		return away > monthsAhead || away < -monthsBack
	}
	return away > monthsAhead || away < -archiveYears*12
}

// monthOf counts months since the year 0.
func monthOf(year, month int) int { return year*12 + month - 1 }

// isCalendar reports whether an address speaks of a calendar, in one of the languages of Europe's calendar programs.
func isCalendar(a Address) bool {
	text := strings.ToLower(a.text[a.path:a.frag])
	for _, word := range [...]string{"calend", "kalend", "event", "evento", "veranstalt", "termin", "/month/", "/week/", "/day/", "view=month",
		"view=week", "view=day"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// monthOfPath reads the month of a path that ends in a date: …/2031/05, …/2031/05/12, …/2031-05-12, …/2031-W07. What has more behind
// the date is something of that date, not a page of a calendar.
func monthOfPath(segments []string) (int, bool) {
	if n := len(segments); n > 0 && isIndex(segments[n-1]) {
		segments = segments[:n-1]
	}
	n := len(segments)
	if n == 0 {
		return 0, false
	}
	if month, ok := monthOfText(segments[n-1]); ok {
		return month, true
	}
	for parts := 2; parts <= 3 && parts <= n; parts++ {
		if month, ok := monthOfText(strings.Join(segments[n-parts:], "-")); ok {
			return month, true
		}
	}
	return 0, false
}

func isIndex(segment string) bool {
	switch strings.ToLower(segment) {
	case "index.html", "index.htm", "index.php", "day", "week", "month", "list", "today":
		return true
	}
	return false
}

// monthOfText reads 2031-05, 2031-05-12, 2031-W07, and with a time behind it.
func monthOfText(text string) (int, bool) {
	text, _, _ = strings.Cut(text, "T")
	parts := strings.Split(text, "-")
	if len(parts) < 2 || len(parts) > 3 || len(parts[0]) != 4 {
		return 0, false
	}
	year, ok := number(parts[0], 1, 9999)
	if !ok {
		return 0, false
	}
	if len(parts) == 3 {
		if _, ok := number(parts[2], 1, 31); !ok {
			return 0, false
		}
	}
	if week, ok := strings.CutPrefix(strings.ToUpper(parts[1]), "W"); ok && len(parts) == 2 {
		n, ok := number(week, 1, 53)
		return monthOf(year, min(1+n*7/31, 12)), ok
	}
	month, ok := number(parts[1], 1, 12)
	return monthOf(year, month), ok
}

// number reads a decimal number within bounds.
func number(text string, low, high int) (int, bool) {
	if text == "" || len(text) > 13 || !all([]byte(text), isDigit) {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && low <= n && n <= high
}

// monthOfQuery reads the month of a query: date=2031-05-12, month=5&year=2031, start=1924991999.
func monthOfQuery(query string) (int, bool) {
	year, month := 0, 1
	for parameter := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(parameter, "=")
		switch dateName(name) {
		case aDate:
			if m, ok := monthOfValue(value); ok {
				return m, true
			}
		case aYear:
			year, _ = number(value, 1, 9999)
		case aMonth:
			if m, ok := monthOfValue(value); ok {
				return m, true
			}
			if m, ok := number(value, 1, 12); ok {
				month = m
			}
		}
	}
	return monthOf(year, month), year > 0
}

// monthOfValue reads a date as calendar programs write it in queries: besides those of paths 20310512, 203105, 05/12/2031,
// 12.05.2031 and seconds or milliseconds since 1970.
func monthOfValue(value string) (int, bool) {
	value = strings.NewReplacer("%2F", "-", "/", "-", ".", "-").Replace(value)
	if month, ok := monthOfText(value); ok {
		return month, true
	}
	if len(value) == 10 && value[2] == '-' && value[5] == '-' { // day and month may be swapped: it makes less than a year's difference
		return monthOfText(value[6:] + "-" + value[:2] + "-" + value[3:5])
	}
	n, ok := number(value, 0, 1<<43)
	switch {
	case !ok:
		return 0, false
	case len(value) == 6 || len(value) == 8:
		return monthOfText(value[:4] + "-" + value[4:6])
	case len(value) == 13:
		n /= 1000
	case len(value) != 10:
		return 0, false
	}
	at := time.Unix(int64(n), 0).UTC()
	return monthOf(at.Year(), int(at.Month())), true
}

// meaning is what a parameter says of a date.
type meaning int

const (
	nothing meaning = iota
	aDate
	aYear
	aMonth
)

func dateName(name string) meaning {
	name = strings.ToLower(name)
	switch name {
	case "year", "yr", "y", "cal_year", "jahr", "annee", "anno":
		return aYear
	case "month", "mon", "mo", "cal_month", "monat", "mois", "mese", "ym", "yearmonth":
		return aMonth
	case "day", "week", "start", "end", "from", "to", "dt", "d", "cal", "time", "timestamp", "tag", "datum":
		return aDate
	}
	if strings.Contains(name, "date") {
		return aDate
	}
	return nothing
}
