package postid

import (
	"testing"
	"time"
)

func TestIDs(t *testing.T) {
	for _, bad := range []string{"", "0", "01", "-1", "+1", "1e3", "18446744073709551616", "999999999999999999999", "1 "} {
		if id, ok := Parse(bad); ok {
			t.Errorf("%q: %d", bad, id)
		}
	}
	if id, ok := Parse("18446744073709551615"); !ok || Format(id) != "18446744073709551615" {
		t.Error("the largest")
	}
	at := time.Date(2026, 11, 22, 4, 30, 0, 0, time.UTC)
	if !Time(At(at)).Equal(at) || At(time.Unix(0, 0)) != 0 {
		t.Errorf("%v", Time(At(at)))
	}
	if got, ok := Of(URI(1990000000000000001)); !ok || got != 1990000000000000001 || !HasTime(got) || HasTime(2049) {
		t.Errorf("%d, %v", got, ok)
	}
	if _, ok := Of("https://x.com/acme/status/1990000000000000001"); ok {
		t.Error("a place that names somebody is none of ours")
	}
}
