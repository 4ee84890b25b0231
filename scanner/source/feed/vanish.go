package feed

import (
	"context"
	"time"

	"meetleaks/scanner/source/polled"
)

// compare judges the items that were listed before and are not any more. A feed is a window: what falls off its end is not gone. An
// item vanished when it would still have to be listed: see [vanished]. It is told in this look and in all that follow, until one is
// [polled.LooksApart] from the first.
func (r *reading) compare(ctx context.Context, l *listing, before, now []entry) error {
	listed := make(map[uint64]bool, len(now))
	for _, e := range now {
		listed[e.Key] = true
	}
	lost := unpacked(r.m.Lost, maxLost)
	switch {
	case len(now) == 0 && len(before) > 0: // an emptied feed is rather broken than all its items gone
		r.noted = append(r.noted, "lists nothing any more: whether what it listed is gone is not known")
		now = before
	case l.cut || l.broken > 0: // what is not seen may stand behind the cut
		now = withUnseen(now, before, listed)
	default:
		for _, e := range vanished(before, now, listed) {
			if len(lost) < maxLost {
				e.At = r.Now.Unix()
				lost = append(lost, e)
			}
		}
	}
	r.m.Items, r.m.Lost = packed(now), packed(lost)
	return r.lookAtLost(ctx, listed)
}

// withUnseen adds the items of before that are not listed, as far as there is room.
func withUnseen(now, before []entry, listed map[uint64]bool) []entry {
	for _, e := range before {
		if len(now) < MaxItems && !listed[e.Key] {
			now = append(now, e)
		}
	}
	return now
}

// lookAtLost tells of the items that vanished and are not listed again.
func (r *reading) lookAtLost(ctx context.Context, listed map[uint64]bool) error {
	var left []entry
	for _, e := range unpacked(r.m.Lost, maxLost) {
		if listed[e.Key] {
			continue
		}
		if err := r.TellGone(ctx, uriOf(r.Document, e.Key)); err != nil {
			return err
		}
		if since := r.Now.Sub(time.Unix(e.At, 0)); since >= 0 && since < polled.LooksApart {
			left = append(left, e)
		}
	}
	r.m.Lost = packed(left)
	return nil
}

// vanished are the items of before that are not listed though they would have to be. Of a dated item that is so when it is younger than
// the oldest that is listed, and an item that stood beside it on the older side still is (one old item that is kept in front for good
// says nothing of the others); of an undated one, when items are listed still that stood before and behind it.
func vanished(before, now []entry, listed map[uint64]bool) []entry {
	oldest := int64(0)
	for _, e := range now {
		if e.At > 0 && (oldest == 0 || e.At < oldest) {
			oldest = e.At
		}
	}
	above, below := survivors(before, listed)
	newestFirst := descending(before)
	var out []entry
	for i, e := range before {
		switch {
		case listed[e.Key]:
		case e.At > 0 && oldest > 0:
			if e.At > oldest && (newestFirst && below[i] || !newestFirst && above[i]) {
				out = append(out, e)
			}
		case above[i] && below[i]:
			out = append(out, e)
		}
	}
	return out
}

// survivors says of each place of a list whether an item above it, and below it, is listed still.
func survivors(before []entry, listed map[uint64]bool) (above, below []bool) {
	above, below = make([]bool, len(before)), make([]bool, len(before))
	for i := 1; i < len(before); i++ {
		above[i] = above[i-1] || listed[before[i-1].Key]
	}
	for i := len(before) - 2; i >= 0; i-- {
		below[i] = below[i+1] || listed[before[i+1].Key]
	}
	return above, below
}

// descending says whether most neighbours in a list stand with the younger in front.
func descending(list []entry) bool {
	falls, rises := 0, 0
	for i := 1; i < len(list); i++ {
		a, b := list[i-1].At, list[i].At
		switch {
		case a == 0 || b == 0:
		case a > b:
			falls++
		case a < b:
			rises++
		}
	}
	return falls >= rises
}
