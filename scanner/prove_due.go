package scanner

import "time"

// When a leak is read.
const (
	provesOpen   = 6 * time.Hour  // a leak that nobody has answered for may be mended all the same
	provesEnded  = 24 * time.Hour // what is safe, or is said to be
	provesSoon   = time.Hour      // before a start, in every state
	provesNear   = 15 * time.Minute
	provesAhead  = 24 * time.Hour // before a start, while it is open
	provesWord   = 2 * time.Minute
	provesWord10 = 10 * time.Minute
)

// provingSlot is the last moment, not after now, at which the leak was to be read: ok is false when there was none. Each state
// begins with one.
//
//	open           at once, every 6 hours, and a day, an hour and a quarter before the start
//	safe-by-word   at once, after 2 and 10 minutes, every day, and an hour before the start
//	safe           every day, and an hour before the start
func provingSlot(l Leak, now time.Time) (slot time.Time, ok bool) {
	if !readable(l.State) || l.Since.After(now) {
		return time.Time{}, false
	}
	moments := []time.Time{l.Since}
	every := provesEnded
	switch l.State {
	case StateByWord:
		moments = append(moments, l.Since.Add(provesWord), l.Since.Add(provesWord10))
	case StateOpen:
		every = provesOpen
		moments = append(moments, beforeStart(l, provesAhead, provesNear)...)
	}
	moments = append(moments, l.Since.Add(now.Sub(l.Since).Truncate(every)))
	moments = append(moments, beforeStart(l, provesSoon)...)
	for _, at := range moments {
		if !at.After(now) && at.After(slot) {
			slot, ok = at, true
		}
	}
	return slot, ok
}

// beforeStart gives the moments that lie so long before the leak's next start, but not before its state.
func beforeStart(l Leak, leads ...time.Duration) []time.Time {
	if !l.When.Known() {
		return nil
	}
	var out []time.Time
	for _, lead := range leads {
		if at := l.When.Begins().Add(-lead); at.After(l.Since) {
			out = append(out, at)
		}
	}
	return out
}
