package main

import (
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// ringOf makes keys that are told apart by two bytes.
func ringOf(t *testing.T, index, master byte) *scanner.Keyring {
	t.Helper()
	keys := make([][]byte, 2)
	for i, b := range []byte{index, master} {
		keys[i] = make([]byte, 32)
		for j := range keys[i] {
			keys[i][j] = b + byte(j)
		}
	}
	first, err := scanner.NewMaster(keys[1])
	if err != nil {
		t.Fatal(err)
	}
	ring, err := scanner.NewKeyring(keys[0], first)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func keeperOf(store scanner.Store, holder string, ring *scanner.Keyring, organisation string) *keeper {
	c := config.Default()
	c.Organisations = []config.Organisation{{Name: organisation}}
	return newKeeper(store, holder, ring, c, time.Now, slog.New(slog.DiscardHandler))
}

// Each kind of record is kept for as long as the configuration says of it: by default as safety rule 9 says.
func TestEachKindOfRecordHasItsOwnEnd(t *testing.T) {
	const day = 24 * time.Hour
	usual := keeperOf(nil, "", nil, "acme").retention
	if want := (scanner.Retention{Sighting: 7 * day, Leak: 30 * day, Answer: 90 * day, Audit: 400 * day, Visit: visitsKept}); usual != want {
		t.Errorf("by default %+v, want %+v", usual, want)
	}
	c := config.Default()
	c.Retention = config.Retention{Sighting: 1, Leak: 2, Answer: 3, Audit: 4}
	own := newKeeper(nil, "", nil, c, time.Now, slog.New(slog.DiscardHandler)).retention
	if want := (scanner.Retention{Sighting: 1, Leak: 2, Answer: 3, Audit: 4, Visit: visitsKept}); own != want {
		t.Errorf("as configured %+v, want %+v", own, want)
	}
}

// With other keys nothing that is stored would be found again: a process that has them does not begin, whatever its organisations.
func TestAStoreOfOtherKeysIsRefused(t *testing.T) {
	store, place := testStore(t), sqlitePlace{"m.db"}
	if err := keeperOf(store, "a", ringOf(t, 1, 2), "acme").ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := keeperOf(store, "a", ringOf(t, 1, 2), "acme").ready(t.Context()); err != nil {
		t.Fatalf("the same keys again: %v", err)
	}
	for name, other := range map[string]*keeper{
		"another index key, another organisation": keeperOf(store, "b", ringOf(t, 77, 2), "globex"),
		"another master key":                      keeperOf(store, "b", ringOf(t, 1, 99), "acme"),
	} {
		var f *fault
		err := other.ready(t.Context())
		if err == nil || !errors.As(notReadied(place, err), &f) || f.code != exitUsage || f.hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	have, err := store.Organisations(t.Context())
	if err != nil || len(have) != 1 {
		t.Errorf("organisations %v, %v", have, err)
	}
	var f *fault
	if err := notReadied(place, scanner.ErrUnavailable); !errors.As(err, &f) || f.code != exitIncomplete {
		t.Errorf("a store that does not answer: %v", err)
	}
}

// Of processes that begin at the same time on an empty store, with different keys, one wins.
func TestOneKeyWins(t *testing.T) {
	store := testStore(t)
	errs := make([]error, 6)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			errs[i] = keeperOf(store, string(rune('a'+i)), ringOf(t, byte(1+i%2*50), 2), "acme").checkMark(t.Context())
		})
	}
	all.Wait()
	won := map[int]int{}
	for i, err := range errs {
		switch {
		case err == nil:
			won[i%2]++
		case !errors.Is(err, errOtherIndex):
			t.Errorf("process %d: %v", i, err)
		}
	}
	if len(won) != 1 || won[0]+won[1] != 3 {
		t.Errorf("of each key %v processes began", won)
	}
}

// After a flush the first look leaves mark and keys again.
func TestALostStoreGetsItsKeysAgain(t *testing.T) {
	k := keeperOf(testStore(t), "a", ringOf(t, 1, 2), "acme")
	if _, err := k.mend(t.Context()); err != nil {
		t.Fatal(err)
	}
	if missing, err := k.missingKeys(t.Context()); missing || err != nil {
		t.Errorf("missing %v, %v", missing, err)
	}
	if err := keeperOf(k.store, "b", ringOf(t, 77, 2), "globex").checkMark(t.Context()); !errors.Is(err, errOtherIndex) {
		t.Errorf("another key: %v", err)
	}
}
