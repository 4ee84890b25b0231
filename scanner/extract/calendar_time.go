package extract

import (
	"strings"
	"time"
)

// moment is a date or a time as a calendar writes it (RFC 5545 sections 3.3.4 and 3.3.5).
type moment struct {
	wall int64 // what the clock shows, in seconds since 1970 as if in UTC
	form form
	zone string // TZID, of a clock
}

type form uint8

const (
	noMoment form = iota
	aDay          // all of it
	inUTC
	onTheWall // in a zone, or in none
)

const daySeconds = 24 * 60 * 60

// maxZoneName bounds the names of zones and components, in bytes.
const maxZoneName = 128

// readMoment reads "20261121", "20261121T180000", "20261121T180000Z"; also the forms with "-" and ":" that some write.
func readMoment(value, zone string) moment {
	value = strings.TrimSpace(value)
	if len(value) > 32 || len(zone) > maxZoneName {
		return moment{}
	}
	value = strings.ToUpper(value)
	value, utc := strings.CutSuffix(value, "Z")
	if strings.ContainsAny(value, "-: ") {
		date, clock, _ := strings.Cut(strings.ReplaceAll(value, " ", "T"), "T")
		value = strings.Trim(strings.ReplaceAll(date, "-", "")+"T"+strings.ReplaceAll(clock, ":", ""), "T")
	}
	layout := "20060102T150405"
	if len(value) < len(layout) {
		layout = layout[:max(len(value), len("20060102"))]
	}
	at, err := time.Parse(layout, value)
	switch {
	case err != nil:
		return moment{}
	case len(value) == len("20060102"):
		return moment{wall: at.Unix(), form: aDay}
	case utc:
		return moment{wall: at.Unix(), form: inUTC}
	}
	return moment{wall: at.Unix(), form: onTheWall, zone: zone}
}

// maxDuration bounds how long an event goes on, in seconds.
const maxDuration = 3660 * daySeconds

// readDuration reads "P1DT2H30M" and "P2W" (RFC 5545 section 3.3.6), in seconds.
func readDuration(value string) (seconds int64, ok bool) {
	value = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(value)), "+")
	if len(value) < 2 || len(value) > 32 || value[0] != 'P' {
		return 0, false
	}
	n, digits := int64(0), false
	for _, c := range []byte(value[1:]) {
		if c >= '0' && c <= '9' {
			n, digits = min(n*10+int64(c-'0'), maxDuration), true
			continue
		}
		unit := int64(0)
		switch c {
		case 'W':
			unit = 7 * daySeconds
		case 'D':
			unit = daySeconds
		case 'H':
			unit = 60 * 60
		case 'M':
			unit = 60
		case 'S':
			unit = 1
		case 'T':
			continue
		}
		if unit == 0 || !digits {
			return 0, false
		}
		seconds += n * unit
		n, digits = 0, false
	}
	return min(seconds, maxDuration), !digits
}
