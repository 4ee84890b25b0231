package extract

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // on machines that have none
)

// zone leads from what the clock on a wall shows to UTC, and back. Both are in seconds since 1970.
type zone interface {
	utc(wall int64) int64
	wall(utc int64) int64
}

type zoneUTC struct{}

func (zoneUTC) utc(wall int64) int64 { return wall }
func (zoneUTC) wall(utc int64) int64 { return utc }

// knownZone is a zone of the IANA data base.
type knownZone struct{ *time.Location }

func (z knownZone) utc(wall int64) int64 {
	at := time.Unix(wall, 0).UTC()
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, z.Location).Unix()
}

func (z knownZone) wall(utc int64) int64 {
	_, offset := time.Unix(utc, 0).In(z.Location).Zone()
	return utc + int64(offset)
}

// ownZone is a zone that a calendar defines.
type ownZone struct {
	before  int64 // the offset in front of the first change
	changes []change
}

// change of the clock: when, on the wall before it and in UTC, and the offset from then on, in seconds.
type change struct{ wall, utc, offset int64 }

func (z ownZone) utc(wall int64) int64 {
	i, _ := slices.BinarySearchFunc(z.changes, wall, func(c change, wall int64) int { return cmp.Compare(c.wall, wall+1) })
	return wall - z.offset(i)
}

func (z ownZone) wall(utc int64) int64 {
	i, _ := slices.BinarySearchFunc(z.changes, utc, func(c change, utc int64) int { return cmp.Compare(c.utc, utc+1) })
	return utc + z.offset(i)
}

// offset is that in front of change i.
func (z ownZone) offset(i int) int64 {
	if i == 0 {
		return z.before
	}
	return z.changes[i-1].offset
}

// The bounds of zones in one calendar.
const (
	maxZones       = 300 // names that are looked up
	maxDefinitions = 1000
	maxObservances = 64
	maxChanges     = 1000
	maxZoneSteps   = 2_000_000 // of following their rules, all together; a usual one takes some 3,000
)

// The years around now for which a calendar's own zones are worked out; elsewhere the nearest change counts.
const (
	zoneYearsBefore = 30
	zoneYearsAfter  = 5
)

// zones finds the zones of one calendar by their names.
type zones struct {
	now     time.Time
	known   map[string]zone
	defined map[string]*zoneDefinition
	steps   int // that may still be spent on the rules of all definitions
}

func newZones(now time.Time) *zones {
	return &zones{now: now, known: make(map[string]zone), defined: make(map[string]*zoneDefinition), steps: maxZoneSteps}
}

// define remembers a definition. Of those of one name the last counts.
func (z *zones) define(d *zoneDefinition) {
	if d.name != "" && len(z.defined) < maxDefinitions {
		z.defined[d.name] = d
	}
}

// utc is m in UTC; own is the zone where m names none, or none that is known.
func (z *zones) utc(m moment, own zone) int64 {
	if m.form != onTheWall {
		return m.wall
	}
	if m.zone != "" {
		if named := z.find(m.zone); named != nil {
			own = named
		}
	}
	if own == nil {
		return m.wall
	}
	return own.utc(m.wall)
}

// find is the zone of that name: of the IANA data base, as the calendar defines it, of Windows, or an offset from
// Greenwich. nil when it is not known.
func (z *zones) find(name string) zone {
	found, ok := z.known[name]
	if !ok && len(z.known) < maxZones {
		found = z.look(strings.TrimSpace(name))
		z.known[name] = found
	}
	return found
}

func (z *zones) look(name string) zone {
	if found := lookIANA(name); found != nil {
		return found
	}
	if d := z.defined[name]; d != nil {
		if found := lookIANA(d.location); found != nil {
			return found
		}
		if found := d.zone(z.now, &z.steps); found != nil {
			return found
		}
	}
	if found := lookIANA(windowsZone(name)); found != nil {
		return found
	}
	return lookOffset(name)
}

// lookIANA finds a name of the IANA data base, also behind what some programs put in front of it
// ("/softwarestudio.org/Tzfile/Europe/Berlin").
func lookIANA(name string) zone {
	if len(name) > maxZoneName {
		return nil
	}
	switch name {
	case "", "Local", "EST", "MST", "HST": // these mean other zones to other people
		return nil
	}
	for range 8 {
		if location, err := time.LoadLocation(name); err == nil && name != "" {
			return knownZone{location}
		}
		_, rest, ok := strings.Cut(name, "/")
		if !ok || !strings.Contains(rest, "/") {
			return nil
		}
		name = rest
	}
	return nil
}

// lookOffset reads "GMT+0100", "UTC-05:00", "UTC+2".
func lookOffset(name string) zone {
	rest, ok := strings.CutPrefix(strings.ToUpper(name), "UTC")
	if !ok {
		rest, ok = strings.CutPrefix(rest, "GMT")
	}
	rest = strings.ReplaceAll(strings.TrimSpace(rest), ":", "")
	if !ok || len(rest) < 2 {
		return nil
	}
	if len(rest) <= 3 {
		rest += "00"
	}
	if len(rest) == 4 {
		rest = rest[:1] + "0" + rest[1:]
	}
	offset, ok := readOffset(rest)
	if !ok {
		return nil
	}
	return ownZone{before: offset}
}

// readOffset reads "+0100" and "-053000" (RFC 5545 section 3.3.14), in seconds.
func readOffset(value string) (int64, bool) {
	value = strings.TrimSpace(value)
	if len(value) != 5 && len(value) != 7 || value[0] != '+' && value[0] != '-' {
		return 0, false
	}
	n, err := strconv.ParseUint(value[1:], 10, 32)
	if err != nil {
		return 0, false
	}
	if len(value) == 5 {
		n *= 100
	}
	hours, minutes, seconds := n/10000, n/100%100, n%100
	if hours > 26 || minutes > 59 || seconds > 59 {
		return 0, false
	}
	offset := int64(hours*3600 + minutes*60 + seconds)
	if value[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// zoneDefinition is a VTIMEZONE (RFC 5545 section 3.6.5).
type zoneDefinition struct {
	name, location string // TZID, X-LIC-LOCATION
	observances    []*observance
}

// observance is one of its parts, for summer or winter.
type observance struct {
	start    moment
	from, to int64 // offsets
	has      bool
	rules    []string
	also     []moment
}

// property notes a property of the part o, which may be nil.
func (d *zoneDefinition) property(o *observance, l *contentLine) {
	if len(l.text)-l.head > maxRuleSize {
		return
	}
	value := strings.TrimSpace(l.value())
	switch {
	case l.name == "TZID" && len(value) <= maxZoneName:
		d.name = string(unescaped(&l.mapped, l.head+1).text)
	case l.name == "X-LIC-LOCATION" && len(value) <= maxZoneName:
		d.location = value
	case o == nil:
	case l.name == "DTSTART":
		o.start = readMoment(value, "")
	case l.name == "TZOFFSETFROM":
		o.from, _ = readOffset(value)
	case l.name == "TZOFFSETTO":
		o.to, o.has = readOffset(value)
	case l.name == "RRULE" && len(o.rules) < maxRules:
		o.rules = append(o.rules, value)
	case l.name == "RDATE" && len(o.also) < maxChanges:
		times := maxDates - maxChanges
		o.also = addMoments(o.also, l, &times)
	}
}

// zone works the definition out for the years around now; nil when it defines nothing. steps is what may still be spent.
func (d *zoneDefinition) zone(now time.Time, steps *int) zone {
	var z ownZone
	for _, o := range d.observances {
		if o.has && o.start.form != noMoment {
			z.changes = o.changes(now, steps, z.changes)
		}
	}
	if len(z.changes) == 0 {
		return nil
	}
	slices.SortStableFunc(z.changes, func(a, b change) int { return cmp.Compare(a.utc, b.utc) })
	first := slices.IndexFunc(d.observances, func(o *observance) bool { return o.has && o.start.wall == z.changes[0].wall })
	z.before = z.changes[0].offset
	if first >= 0 {
		z.before = d.observances[first].from
	}
	return z
}

// changes adds the changes to this observance.
func (o *observance) changes(now time.Time, steps *int, to []change) []change {
	add := func(wall int64) bool {
		to = append(to, change{wall, wall - o.from, o.to})
		return len(to) < maxChanges
	}
	add(o.start.wall)
	for _, m := range o.also {
		if !add(m.wall) {
			return to
		}
	}
	allowed := max(min(*steps, maxRuleSteps), 0)
	left := allowed
	defer func() { *steps -= allowed - max(left, 0) }()
	for _, text := range o.rules {
		from, until := now.AddDate(-zoneYearsBefore, 0, 0).Unix(), now.AddDate(zoneYearsAfter, 0, 0).Unix()
		if r, ok := parseRule(text, o.start, ownZone{before: o.from}); ok {
			r.each(from, until, &left, add)
		}
	}
	return to
}
