package scanner

import (
	"strconv"
	"testing"
)

func TestHashSetIsBounded(t *testing.T) {
	const limit = 100_000
	set := NewHashSet(limit)
	for _, text := range []string{"a", "b", "a"} {
		set.Add(text)
	}
	if set.Len() != 2 || !set.Has("a") || set.Has("c") {
		t.Errorf("%d texts", set.Len())
	}
	for range 2 { // what was added before the table grew is not added again
		for i := range limit / 2 {
			set.Add(strconv.Itoa(i))
		}
	}
	if set.Len() != limit/2+2 || set.Full() {
		t.Errorf("%d texts, want %d", set.Len(), limit/2+2)
	}
	for i := range 2 * limit {
		set.Add(strconv.Itoa(i))
	}
	if set.Len() != limit || !set.Full() || len(set.slots) > 2*limit {
		t.Errorf("%d texts in %d slots", set.Len(), len(set.slots))
	}
	if !set.Has("0") || set.Has(strconv.Itoa(2*limit-1)) {
		t.Error("it knows others than those for which there was room")
	}
}
