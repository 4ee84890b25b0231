package web

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func newTestTraps(o trapOptions) *traps {
	o.Now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	return newTraps(o)
}

func TestPathsThatLookEndlessAreLeft(t *testing.T) {
	traps := newTestTraps(trapOptions{})
	for _, c := range []struct {
		path string
		want error
	}{
		{"/", nil},
		{"/a/b/c/d/e/f/g/h/i/j/k/l", nil},
		{"/a/b/c/d/e/f/g/h/i/j/k/l/", nil},
		{"/a/b/c/d/e/f/g/h/i/j/k/l/m", manySegments},
		{"/a/x/a/y", nil},
		{"/a/x/a/y/a", sameSegment},
		{"/a/a/a", sameSegment},
		{"/1/1/1", nil},
		{"/a////b", sameSegment},
		{"/a/b/a/b", sameSteps},
		{"/x/a/b/c/a/b/c/y", sameSteps},
		{"/a/b/c/a/b", nil},
		{"/a/b/x/a/b", nil},
		{"/a/a", nil},
	} {
		if got := traps.shape(mustAddress(t, "https://acme.example"+c.path)); !errors.Is(got, c.want) {
			t.Errorf("%s: %v, want %v", c.path, got, c.want)
		}
	}
}

func TestCalendarsAreReadAYearAround(t *testing.T) {
	traps := newTestTraps(trapOptions{}) // in November 2026
	for _, c := range []struct {
		path string
		far  bool
	}{
		{"/2027/12/", false}, {"/2028/01/", true}, {"/2031/05/12", true}, {"/2031/5", true}, {"/2031/05/12/index.html", true},
		{"/calendar/2031-05-12", true}, {"/calendar/2027-05-12", false}, {"/2031-05", true}, {"/2031-W07", true}, {"/2027-W07/week", false},
		{"/events/2025/10/", false}, {"/events/2025/09/", true}, {"/events/month/1931-05", true},
		{"/minutes/2019/05/", false}, {"/uploads/1998/02/", false}, {"/blog/1931/02/", true},
		{"/2031/05/12/agenda.html", false}, {"/events/2019/05/12/town-hall", false}, {"/2031/13/", false}, {"/2031/", false}, {"/20310512", false},
		{"/c?date=2031-05-12", true}, {"/c?date=2027-05-12", false}, {"/c?tribe-bar-date=2031-05", true}, {"/c?d=20310512", true},
		{"/c?startDate=05/12/2031", true}, {"/c?start=12.05.2031", true}, {"/c?date=2031-05-12T10:00:00Z", true},
		{"/c?start=1936000000", true}, {"/c?start=1800000000", false}, {"/c?start=1936000000000", true}, {"/c?start=20", false},
		{"/c?month=5&year=2031", true}, {"/c?year=2027&month=5", false}, {"/c?month=2031-05", true}, {"/c?year=2031", true}, {"/c?year=2027", false},
		{"/minutes?year=2019", false}, {"/minutes?year=2019&month=5", false}, {"/minutes?year=1901", true},
		{"/calendar?year=2019&month=5", true}, {"/c?option=com_jevents&year=2019&month=5", true}, {"/c?view=month&y=2019&mon=5", true},
		{"/c?month=5", false}, {"/c?date=soon", false}, {"/c?page=2031-05-12", false}, {"/c?date=99999999999999999999", false},
	} {
		got := traps.shape(mustAddress(t, "https://acme.example"+c.path))
		if c.far != errors.Is(got, farCalendar) || !c.far && got != nil {
			t.Errorf("%s: %v, want far %t", c.path, got, c.far)
		}
	}
}

// countUntil counts addresses until one is refused, and returns how many were not.
func countUntil(t *testing.T, traps *traps, most int, address func(i int) string) (int, error) {
	t.Helper()
	for i := range most {
		if err := traps.count(mustAddress(t, address(i))); err != nil {
			return i, err
		}
	}
	return most, nil
}

func TestQueriesOfOnePageAreBoundedTheMoreTheyCombine(t *testing.T) {
	for _, c := range []struct {
		query string
		most  int
		want  int
		err   error
	}{
		{"id=%d", 3_000, 3_000, nil},
		{"id=%d&lang=en", 3_000, 500, manyQueries},
		{"a=%d&b=1&c=2", 3_000, 50, manyQueries},
		{"a%d=1", 3_000, 50, manyQueries},
	} {
		traps := newTestTraps(trapOptions{})
		n, err := countUntil(t, traps, c.most, func(i int) string { return fmt.Sprintf("https://acme.example/list?"+c.query, i) })
		if n != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %d were read, then %v; want %d, %v", c.query, n, err, c.want, c.err)
		}
		if err := traps.count(mustAddress(t, "https://acme.example/other?x=1&y=2&z=3")); err != nil {
			t.Errorf("%s: another page: %v", c.query, err)
		}
	}
}

func TestAddressesOfOneHostAreBounded(t *testing.T) {
	traps := newTestTraps(trapOptions{PerHost: 100})
	n, err := countUntil(t, traps, 200, func(i int) string { return fmt.Sprintf("https://acme.example/%d", i) })
	if n != 100 || !errors.Is(err, manyOfHost) {
		t.Errorf("%d, then %v", n, err)
	}
	if err := traps.count(mustAddress(t, "https://globex.example/")); err != nil {
		t.Errorf("another host: %v", err)
	}
}

func TestHostsOfOnePassAreBounded(t *testing.T) {
	c := newTraps(trapOptions{})
	for i := range maxHosts {
		if err := c.count(mustAddress(t, fmt.Sprintf("https://n%d.initech.example/", i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.count(mustAddress(t, "https://more.initech.example/")); !errors.Is(err, manyHosts) {
		t.Errorf("error %v", err)
	}
	if err := c.count(mustAddress(t, "https://n0.initech.example/about")); err != nil {
		t.Errorf("of a host that is known: %v", err)
	}
}

func TestAPatternWhosePagesAllSayTheSameIsLeft(t *testing.T) {
	traps := newTestTraps(trapOptions{})
	page := func(i int) Address { return mustAddress(t, fmt.Sprintf("https://acme.example/item/%d?ref=%d", i, i)) }
	for i := range 20 {
		if err := errors.Join(traps.count(page(i)), traps.text(page(i), 7)); err != nil {
			t.Fatalf("page %d: %v", i, err)
		}
	}
	if err := traps.text(page(20), 7); !errors.Is(err, sameText) {
		t.Errorf("the 21st page with the same text: %v", err)
	}
	if err := traps.count(page(21)); !errors.Is(err, sameText) {
		t.Errorf("afterwards an address of the pattern: %v", err)
	}
	if err := traps.text(page(22), 8); err != nil {
		t.Errorf("another text: %v", err)
	}
	if err := traps.count(mustAddress(t, "https://acme.example/other/1?ref=1")); err != nil {
		t.Errorf("another pattern: %v", err)
	}
}

func TestAServerThatAnswersEverythingIsNotFollowed(t *testing.T) {
	traps := newTestTraps(trapOptions{})
	page := func(i int) Address {
		return mustAddress(t, "https://acme.example/"+string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	for i := range 20 {
		if err := traps.text(page(i), 7); err != nil {
			t.Fatalf("page %d: %v", i, err)
		}
	}
	if err := traps.text(page(20), 7); !errors.Is(err, sameText) {
		t.Errorf("the 21st: %v", err)
	}
	if err := traps.count(page(21)); err != nil {
		t.Errorf("an address of another pattern is still read: %v", err)
	}
}

func TestPagesThatDifferInOneMeetingNumberAreAllRead(t *testing.T) {
	traps := newTestTraps(trapOptions{})
	for i := range 500 {
		a := mustAddress(t, fmt.Sprintf("https://acme.example/event/%d", i))
		var s sketch
		fmt.Fprintf(&s, "%s Join at acme.example/rooms/%d", strings.Repeat("the same words on each page ", 50), 84930275116+i*7919)
		if err := errors.Join(traps.count(a), traps.text(a, s.Sum())); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
	}
}

func TestPagesWithoutTextAreNoTrap(t *testing.T) {
	traps := newTestTraps(trapOptions{})
	for i := range 100 {
		if err := traps.text(numbered(i), 0); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSketchesAreEqualWhenTextsAreButForWhiteSpace(t *testing.T) {
	sum := func(pieces ...string) uint64 {
		var s sketch
		for _, p := range pieces {
			if _, err := io.WriteString(&s, p); err != nil {
				t.Fatal(err)
			}
		}
		return s.Sum()
	}
	want := sum("Town hall on Monday")
	for _, same := range [][]string{{" Town  hall\n\ton Monday \n"}, {"Town ha", "ll", " ", " on", " Monday"}, {"", "Town hall on Monday", ""}} {
		if got := sum(same...); got != want {
			t.Errorf("%q has another sketch", same)
		}
	}
	for _, other := range []string{"Town hall on monday", "Townhall on Monday", "Town hall on Monday 1", "hall Town on Monday"} {
		if sum(other) == want {
			t.Errorf("%q has the same sketch", other)
		}
	}
	if sum() != 0 || sum(" \n") != 0 || want == 0 {
		t.Error("0 stands for no text, and nothing else")
	}
}

func TestTheTallyCountsWhatComesOftenInAFixedRoom(t *testing.T) {
	var tally tally
	for i := range uint64(200_000) {
		tally.add(i*tallySets + 1 + i%3) // crowds three sets
		tally.add(1)
	}
	if got := tally.add(1); got != 200_002 { // 1 is also the first of the crowd
		t.Errorf("counted %d, want 200,002", got)
	}
}

func TestMemoryOfTrapsIsBounded(t *testing.T) {
	traps := newTestTraps(trapOptions{SameText: 1})
	use := func(from, to int) {
		for i := from; i < to; i++ {
			a := numbered(i)
			a.text = strings.Replace(a.text, "page", fmt.Sprintf("p%sx", strings.Repeat("y", i%40)), 1) // offsets stay right but for the end
			a.query, a.frag = uint16(len(a.text)), uint16(len(a.text))
			_, _ = traps.count(a), traps.text(a, uint64(i%7+1))
		}
	}
	use(0, 50_000)
	before := heap()
	use(50_000, 150_000)
	if grown := heap() - before; grown > 1<<20 {
		t.Errorf("grew by %d bytes", grown)
	}
}

func FuzzTraps(f *testing.F) {
	for _, seed := range []string{"/a/b/a/b", "/2031/05/12?date=1-1-1&month=%2F", "/c?start=9999999999&year=0&ym=0000-00", "//////"} {
		f.Add(seed)
	}
	traps := newTestTraps(trapOptions{})
	f.Fuzz(func(t *testing.T, path string) {
		a, err := canonical(Address{text: "https://acme.example/", host: 8, path: 20, query: 21, frag: 21}, path)
		if err != nil {
			return
		}
		first := traps.shape(a)
		if second := traps.shape(a); !errors.Is(second, first) {
			t.Fatalf("%s: %v, then %v", a, first, second)
		}
		_, _ = traps.count(a), traps.text(a, 1)
	})
}
