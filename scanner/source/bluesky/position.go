package bluesky

import (
	"strconv"
	"strings"
	"time"
)

// position is where a pass begins, or has come to: the time that the service gave the last event, in microseconds since 1970. As a
// cursor it is written in decimal.
type position struct {
	time  int64
	about bool // by our own clock, as no event had come; written with "~" behind
}

func (p position) String() string {
	if p.time <= 0 {
		return ""
	}
	text := strconv.FormatInt(p.time, 10)
	if p.about {
		text += "~"
	}
	return text
}

// firstTime is the least time that is taken for one: lower numbers are the sequence numbers of another wire.
const firstTime = 1_000_000_000_000_000

// startOf reads a cursor. What cannot be read is no position, and begins at the end, as does what lies in the future.
func startOf(cursor string, now time.Time) (p position, future bool) {
	digits, about := strings.CutSuffix(cursor, "~")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < firstTime {
		return position{}, false
	}
	if n > now.Add(ahead).UnixMicro() {
		return position{}, true
	}
	return position{n, about}, false
}

// gap is how much lies between where a pass was to begin and its first event. The last event that was heard is heard again, unless
// the service has forgotten it: it begins then with the oldest that it has, and says nothing.
func (p position) gap(first int64) time.Duration {
	most := overlap
	if p.about {
		most = time.Hour // nothing may have happened for a while
	}
	gap := time.Duration(first-p.time) * time.Microsecond
	if p.time == 0 || gap <= most {
		return 0
	}
	return gap
}
