package redisstore

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
)

func TestSortableTextsAreInTheOrderOfTimes(t *testing.T) {
	times := []time.Time{
		time.Date(1, 1, 1, 0, 0, 0, 1e6, time.UTC), time.Date(1900, 2, 3, 4, 5, 6, 0, time.UTC), time.UnixMilli(-1), {}, time.UnixMilli(1),
		time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	}
	for i, at := range times {
		text := sortable(at)
		if len(text) != sortableLength || i > 0 && text <= sortable(times[i-1]) {
			t.Errorf("%s is %q", at, text)
		}
	}
}

// TestPartitionsFillEvenly makes up names and fingerprints that have something in common.
func TestPartitionsFillEvenly(t *testing.T) {
	const n = 16_000
	var names, prints [partitions]int
	shards := make([]int, 64)
	for i := range n {
		names[orgSpot(strings.Repeat("acme", i%7)+time.Duration(i).String()).partition]++
		print := uint64(i) << 40 //nolint:gosec // small
		prints[group(print)]++
		if group(print) == 3 {
			shards[mix(print)%64]++
		}
	}
	for p := range partitions {
		if names[p] < 800 || names[p] > 1200 || prints[p] < 800 || prints[p] > 1200 {
			t.Errorf("partition %d has %d names and %d fingerprints", p, names[p], prints[p])
		}
	}
	if slices.Min(shards) < 3 || slices.Max(shards) > 40 {
		t.Errorf("shards of one partition have %d", shards)
	}
}

func TestEveryScriptSaysWhatItTakesAndHowLong(t *testing.T) {
	files, err := luaFiles.ReadDir("lua")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := luaFiles.ReadFile("lua/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if file.Name() == "lib.lua" {
			continue
		}
		comment, _, _ := strings.Cut(strings.ReplaceAll(string(text), "\n-- ", " "), "\nlocal ")
		if !strings.HasPrefix(string(text), "#!lua") || !strings.Contains(comment, "ARGV: ") ||
			!strings.Contains(comment, "Takes O(") && !strings.Contains(comment, "O(1)") && !strings.Contains(comment, "O(log n)") {
			t.Errorf("%s says too little of itself", file.Name())
		}
	}
}

// FuzzRecords reads what was never written by this program: an error, never a panic, and never a wrong success.
func FuzzRecords(f *testing.F) {
	for _, seed := range []string{
		"", "\n", "2\t0\tlk1:a\n{\"delivery\":{}}", "x\ty\tz\n{}", "2026-03-09T08:30:00Z\t5\nvalue", "8000000000000000\t2026-03-09T08:30:00Z\ndata",
		"1\t0\topen\t1\t80\tmk1:a\n{\"id\":\"lk1:a\"}", "\t\t\t\n[", "9223372036854775808\t0\ta\n{}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if row, err := decodeRow(value); err == nil && !strings.Contains(value, "\n") {
			t.Errorf("%q is a delivery: %+v", value, row)
		}
		if v, err := decodeVisit("page", value); err == nil && v.Page != "page" {
			t.Errorf("%q is a visit: %+v", value, v)
		}
		if c, err := decodeCursor("name", value); err == nil && c.Name != "name" {
			t.Errorf("%q is a cursor: %+v", value, c)
		}
		if c, err := decodeClaim(value); err == nil && !strings.Contains(value, "\n") {
			t.Errorf("%q is a claim: %+v", value, c)
		}
		var l scanner.Leak
		if err := decode(value, &l); err == nil && !strings.Contains(value, "\n") {
			t.Errorf("%q is a leak: %+v", value, l)
		}
		if _, err := pageAfter(value); err == nil && value != "" && len(value) < sortableLength {
			t.Errorf("%q is a page", value)
		}
	})
}

// TestMixSpreadsWhateverFingerprintsAreMadeOf tries sequences: sets that fill unevenly outgrow their packing.
func TestMixSpreadsWhateverFingerprintsAreMadeOf(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // made up
	for range 50 {
		base, step := random.Uint64(), random.Uint64()
		var fill [16]int
		for i := range uint64(1600) {
			fill[mix(base+i*step)%16]++
		}
		if slices.Max(fill[:]) > 250 {
			t.Errorf("from %d in steps of %d: %d", base, step, fill)
		}
	}
}
