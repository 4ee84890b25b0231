package hosts

import (
	"errors"
	"time"

	"meetleaks/scanner"
)

// Why a start is not read. The text is not repeated.
var (
	errStart     = errors.New("is no time that is read, as in 2026-11-21T15:00:00+01:00 or 2026-11-21 15:00")
	errAmbiguous = errors.New("may be read in two ways: want the year first, as in 2026-11-21 15:00")
)

// zonedLayouts name their offset from UTC.
func zonedLayouts() []string {
	return []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04Z07:00",
		"2006-01-02 15:04:05 -0700", "2006-01-02 15:04 -0700", "20060102T150405Z07:00"}
}

// clockLayouts show the clock on a wall. Slashes come with AM or PM only: that is how America writes, month first.
func clockLayouts() []string {
	return []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2.1.2006 15:04", "2.1.2006 15:04:05",
		"1/2/2006 3:04 PM", "1/2/2006 3:04:05 PM", "Jan 2, 2006 3:04 PM", "Jan 2, 2006 3:04:05 PM", "Jan 2, 2006 15:04",
		"January 2, 2006 3:04 PM", "2006/1/2 15:04", "2006/1/2 15:04:05"}
}

func dayLayouts() []string { return []string{"2006-01-02", "2.1.2006", "Jan 2, 2006", "2006/1/2"} }

// parseStart reads one start. Without a zone of its own it is in zone; without either it floats. Years from 2000 to 2099.
func parseStart(text string, zone *time.Location) (scanner.Start, error) {
	for _, layout := range zonedLayouts() {
		if at, err := time.Parse(layout, text); err == nil {
			return inRange(scanner.Start{Time: at.UTC()})
		}
	}
	for _, layout := range clockLayouts() {
		if zone == nil {
			if at, err := time.Parse(layout, text); err == nil {
				return inRange(scanner.Start{Time: at, Floating: true})
			}
		} else if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return inRange(scanner.Start{Time: at.UTC()})
		}
	}
	for _, layout := range dayLayouts() {
		if at, err := time.Parse(layout, text); err == nil {
			return inRange(scanner.Start{Time: at, AllDay: true})
		}
	}
	for _, layout := range []string{"1/2/2006 15:04", "2/1/2006 15:04", "1/2/2006 15:04:05", "2/1/2006 15:04:05", "1/2/2006", "2/1/2006"} {
		if _, err := time.Parse(layout, text); err == nil {
			return scanner.Start{}, errAmbiguous
		}
	}
	return scanner.Start{}, errStart
}

func inRange(s scanner.Start) (scanner.Start, error) {
	if year := s.Time.Year(); year < 2000 || year > 2099 {
		return scanner.Start{}, errStart
	}
	return s, nil
}
