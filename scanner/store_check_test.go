package scanner

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestNamesAreShortTextsWithoutControls(t *testing.T) {
	for _, good := range []string{"a", "acme", "ä 会 🕳️", "a{b}:c*", "\ufffd", strings.Repeat("x", MaxName)} {
		if err := CheckName("name", good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a\x00", "\n", "\x7f", "\u0085", "\xff", "a\xef\xbf", strings.Repeat("x", MaxName+1)} {
		err := CheckName("name", bad)
		if !errors.Is(err, ErrBadValue) {
			t.Errorf("%.20q: %v", bad, err)
		} else if len(bad) > 3 && strings.Contains(err.Error(), bad) {
			t.Errorf("%q shows the value", err)
		}
	}
	if CheckPage(strings.Repeat("x", MaxLongName)) != nil || CheckPage(strings.Repeat("x", MaxLongName+1)) == nil {
		t.Error("pages of other lengths")
	}
}

func TestRetentionCountsFromWhenNothingCanComeOfALeak(t *testing.T) {
	since := lifeStart()
	late := since.Add(50 * time.Hour)
	told := Account{Kind: AccountAlerted}
	goneAt := func(at time.Time) []PlaceMark { return []PlaceMark{{Key: "pk1:1", Gone: looksBelieved, GoneAt: at}} }
	for _, test := range []struct {
		name string
		leak Leak
		want time.Time
	}{
		{"over", Leak{State: StateOver, Account: told}, since},
		{"over, seen later", Leak{State: StateOver, Account: told, LastSeen: late}, late},
		{"removed", Leak{State: StateRemoved, Account: told}, since},
		{"removed, alert owed", Leak{State: StateRemoved, Account: Account{Kind: AccountPending}}, time.Time{}},
		{"not ours", Leak{State: StateNotOurs, Account: told}, since},
		{"public by configuration", Leak{State: StatePublic, Account: told}, since},
		{"public for a time", Leak{State: StatePublic, Account: told, Until: late}, time.Time{}},
		{"muted", Leak{State: StateMuted, Account: told, Until: late}, time.Time{}},
		{"by word", Leak{State: StateByWord, Account: told, Until: late}, time.Time{}},
		{"open", Leak{State: StateOpen, Account: told}, time.Time{}},
		{"safe, still there", Leak{State: StateSafe, Account: told, Places: []PlaceMark{{Key: "pk1:1"}}}, time.Time{}},
		{"safe, no places known", Leak{State: StateSafe, Account: told}, time.Time{}},
		{"safe, gone everywhere", Leak{State: StateSafe, Account: told, Places: goneAt(late)}, late},
		{"safe, more places", Leak{State: StateSafe, Account: told, Places: goneAt(late), MorePlaces: 1}, time.Time{}},
	} {
		test.leak.Since = since
		if got := test.leak.Ended(); !got.Equal(test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestRecordsAreBounded(t *testing.T) {
	if _, err := EncodeRecord(Sighting{Place: strings.Repeat("x", MaxRecord-1000)}); err != nil {
		t.Error(err)
	}
	if _, err := EncodeRecord(Sighting{Place: strings.Repeat("x", MaxRecord)}); !errors.Is(err, ErrBadValue) {
		t.Error(err)
	}
	if _, err := EncodeRecord(Sighting{SeenAt: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}); !errors.Is(err, ErrBadValue) {
		t.Errorf("a time that JSON has no form for: %v", err)
	}
}
