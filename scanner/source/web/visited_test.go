package web

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

func mustVisited(t testing.TB, o visitedOptions) *visited {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	v, err := newVisited(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

// numbered is one of many addresses; made without canonical, because that is not what is measured.
func numbered(i int) Address {
	const host = "https://acme.example"
	text := fmt.Sprintf("%s/page/%d", host, i)
	return Address{text: text, host: 8, path: uint16(len(host)), query: uint16(len(text)), frag: uint16(len(text))}
}

func TestVisitedTellsNewFromKnown(t *testing.T) {
	const n = 60_000
	v := mustVisited(t, visitedOptions{})
	for round, want := range []bool{true, false} {
		for i := range n {
			if got, err := v.add(numbered(i)); err != nil || got != want {
				t.Fatalf("round %d, address %d: new %t, %v", round, i, got, err)
			}
		}
	}
	if v.len() != n {
		t.Errorf("len = %d, want %d", v.len(), n)
	}
}

func TestOfManyWhoAddOneAddressOneWins(t *testing.T) {
	const n, workers = 5_000, 8
	v := mustVisited(t, visitedOptions{})
	var wins [n]atomic.Int32
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for i := range n {
				i := (i*7 + worker) % n
				isNew, err := v.add(numbered(i))
				if err != nil {
					t.Error(err)
					return
				}
				if isNew {
					wins[i].Add(1)
				}
			}
		})
	}
	all.Wait()
	for i := range wins {
		if got := wins[i].Load(); got != 1 {
			t.Fatalf("address %d was new %d times", i, got)
		}
	}
}

func TestAFullVisitedSetRefusesWhatIsNewAndKnowsWhatIsNot(t *testing.T) {
	v := mustVisited(t, visitedOptions{Max: 10})
	for i := range 10 {
		if isNew, err := v.add(numbered(i)); !isNew || err != nil {
			t.Fatalf("address %d: %t, %v", i, isNew, err)
		}
	}
	if isNew, err := v.add(numbered(10)); isNew || !errors.Is(err, manyAddresses) {
		t.Errorf("beyond the limit: %t, %v", isNew, err)
	}
	if isNew, err := v.add(numbered(3)); isNew || err != nil {
		t.Errorf("a known address: %t, %v", isNew, err)
	}
}

func TestVisitedTellsThatTheDiskIsFull(t *testing.T) {
	file := &memoryFile{writes: 3, reads: -1}
	opened := 0
	v, err := openVisited(visitedOptions{}, func(string) (storage, error) {
		if opened++; opened > 6 { // by then the set is larger than its memory
			return file, nil
		}
		return newMemoryFile(), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	for i := 0; i < 2_000_000 && failed == nil; i++ {
		_, failed = v.add(numbered(i))
	}
	if !errors.Is(failed, errDisk) {
		t.Fatalf("error %v, want that of the disk", failed)
	}
	if isNew, err := v.add(numbered(0)); isNew || !errors.Is(err, errDisk) {
		t.Errorf("afterwards %t, %v", isNew, err)
	}
	if err := v.close(); err != nil {
		t.Error(err)
	}
	if _, err := openVisited(visitedOptions{}, func(string) (storage, error) { return nil, errDisk }); !errors.Is(err, errDisk) {
		t.Errorf("no file can be made: %v", err)
	}
	for _, n := range []int{-1, maxMax + 1} {
		if _, err := newVisited(visitedOptions{Max: n}); err == nil {
			t.Errorf("a set of %d addresses is no error", n)
		}
	}
}

func TestVisitedTellsThatItCannotGrow(t *testing.T) {
	opened := 0
	v, err := openVisited(visitedOptions{}, func(string) (storage, error) {
		if opened++; opened > 1 {
			return nil, errDisk
		}
		return newMemoryFile(), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	for i := 0; i < 10_000 && failed == nil; i++ {
		_, failed = v.add(numbered(i))
	}
	if !errors.Is(failed, errDisk) {
		t.Fatalf("error %v, want that of the disk", failed)
	}
}

func TestMemoryOfVisitedDoesNotGrowWithIt(t *testing.T) {
	v := mustVisited(t, visitedOptions{})
	add := func(from, to int) {
		for i := from; i < to; i++ {
			if _, err := v.add(numbered(i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	add(0, 100_000)
	before := heap()
	add(100_000, 200_000)
	if grown := heap() - before; grown > 1<<20 {
		t.Errorf("100,000 more addresses took %d bytes of memory", grown)
	}
}

func BenchmarkVisitedAdd(b *testing.B) {
	v := mustVisited(b, visitedOptions{Max: maxMax})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := v.add(numbered(i)); err != nil {
			b.Fatal(err)
		}
	}
}
