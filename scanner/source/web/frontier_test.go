package web

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"meetleaks/matchers"
)

// pop is popSparing that spares nothing.
func (f *frontier) pop(free func(host string) bool) (entry, bool, error) {
	return f.popSparing(free, func(class) bool { return false }, false)
}

func anyHost(string) bool { return true }

func mustFrontier(t testing.TB, o frontierOptions) *frontier {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	f, err := newFrontier(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func mustPush(t testing.TB, f *frontier, e entry) {
	t.Helper()
	if err := f.push(e); err != nil {
		t.Fatal(err)
	}
}

func mustPop(t testing.TB, f *frontier, free func(string) bool) entry {
	t.Helper()
	e, ok, err := f.pop(free)
	if err != nil || !ok {
		t.Fatalf("pop: %t, %v", ok, err)
	}
	return e
}

// at is an address of a host.
func at(t testing.TB, host string, i int) Address {
	return mustAddress(t, fmt.Sprintf("https://%s/page/%d?x=%s", host, i, strings.Repeat("y", i%200)))
}

func TestWhatIsOfAHigherClassAndLessDeepIsReadFirst(t *testing.T) {
	f := mustFrontier(t, frontierOptions{})
	var want []entry
	for c := classStart; c <= classFound; c++ {
		for depth := range 4 {
			for i := range 50 {
				want = append(want, entry{at(t, "acme.example", int(c)*1000+depth*100+i), c, depth})
			}
		}
	}
	for _, e := range rand.New(rand.NewPCG(1, 2)).Perm(len(want) / 50) { // by groups: inside one the order is that of arrival
		for _, e := range want[e*50 : e*50+50] {
			mustPush(t, f, e)
		}
	}
	for i, w := range want {
		if got := mustPop(t, f, anyHost); got != w {
			t.Fatalf("the %d. is %+v, want %+v", i, got, w)
		}
	}
	if _, ok, err := f.pop(anyHost); ok || err != nil || f.len() != 0 {
		t.Errorf("at the end: %t, %v, %d", ok, err, f.len())
	}
}

func TestHostsTakeTurnsAndABusyOneKeepsNoOtherWaiting(t *testing.T) {
	f := mustFrontier(t, frontierOptions{})
	hosts := []string{"acme.example", "globex.example", "hooli.example"}
	for _, host := range hosts {
		for i := range 4 {
			mustPush(t, f, entry{at(t, host, i), classFound, 1})
		}
	}
	for i := range 6 {
		if got := mustPop(t, f, anyHost).Address.Host(); got != hosts[i%3] {
			t.Errorf("turn %d is %s's, want %s's", i, got, hosts[i%3])
		}
	}
	notAcme := func(host string) bool { return host != "acme.example" }
	for range 4 {
		if got := mustPop(t, f, notAcme).Address.Host(); got == "acme.example" {
			t.Error("a host that is not free was taken")
		}
	}
	if _, ok, err := f.pop(notAcme); ok || err != nil {
		t.Errorf("only a busy host waits: %t, %v", ok, err)
	}
	for range 2 {
		mustPop(t, f, anyHost)
	}
}

func TestOfThousandsOfHostsEachAddressComesOnce(t *testing.T) {
	const hosts, each = 3_000, 3
	f := mustFrontier(t, frontierOptions{})
	for i := range each {
		for host := range hosts {
			mustPush(t, f, entry{at(t, fmt.Sprintf("h%d.acme.example", host), i), classFound, i})
		}
	}
	if len(f.ring) > maxLanes+sharedLanes {
		t.Errorf("%d lanes", len(f.ring))
	}
	evil := func(host string) bool { return !strings.HasPrefix(host, "h2999.") }
	seen := map[Address]bool{}
	for {
		e, ok, err := f.pop(evil)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		if seen[e.Address] || !evil(e.Address.Host()) {
			t.Fatalf("%s came twice, or was taken from a busy host", e.Address)
		}
		seen[e.Address] = true
	}
	for f.len() > 0 {
		seen[mustPop(t, f, anyHost).Address] = true
	}
	if len(seen) != hosts*each {
		t.Errorf("%d of %d addresses came", len(seen), hosts*each)
	}
	if len(f.lanes) != 0 || len(f.ring) != 0 {
		t.Errorf("%d lanes are left", len(f.lanes))
	}
}

func TestTheFrontierIsAQueueHoweverItIsUsed(t *testing.T) {
	f := mustFrontier(t, frontierOptions{})
	random := rand.New(rand.NewPCG(5, 8))
	var model []Address
	for i := range 40_000 {
		if grow := i/5_000%2 == 0; random.IntN(10) < 3 != grow {
			a := at(t, "acme.example", i)
			mustPush(t, f, entry{a, classFound, 2})
			model = append(model, a)
		} else if len(model) > 0 {
			if got := mustPop(t, f, anyHost).Address; got != model[0] {
				t.Fatalf("step %d: %s, want %s", i, got, model[0])
			}
			model = model[1:]
		}
		if f.len() != len(model) {
			t.Fatalf("step %d: len %d, want %d", i, f.len(), len(model))
		}
	}
}

func TestBlocksThatWereReadAreUsedAgain(t *testing.T) {
	f := mustFrontier(t, frontierOptions{})
	for i := range 20_000 {
		mustPush(t, f, entry{at(t, "acme.example", i), classFound, 1})
		if i >= 100 {
			mustPop(t, f, anyHost)
		}
	}
	if f.blocks > 20 {
		t.Errorf("the file has %d blocks for 100 entries", f.blocks)
	}
}

func TestAFullFrontierRefuses(t *testing.T) {
	f := mustFrontier(t, frontierOptions{Max: 2})
	mustPush(t, f, entry{numbered(1), classFound, 1})
	mustPush(t, f, entry{numbered(2), classFound, 1})
	if err := f.push(entry{numbered(3), classFound, 1}); !errors.Is(err, manyAddresses) {
		t.Errorf("error %v", err)
	}
	mustPop(t, f, anyHost)
	mustPush(t, f, entry{numbered(3), classFound, 1})
	for _, e := range []entry{{}, {numbered(1), classFound + 1, 0}, {numbered(1), classFound, -1}, {numbered(1), classFound, maxDepth + 1}} {
		if err := f.push(e); err == nil {
			t.Errorf("%+v was taken", e)
		}
	}
	for _, n := range []int{-1, maxMax + 1} {
		if _, err := newFrontier(frontierOptions{Max: n}); err == nil {
			t.Errorf("a frontier of %d addresses is no error", n)
		}
	}
}

func TestTheFrontiersFileIsBounded(t *testing.T) {
	f := mustFrontier(t, frontierOptions{})
	f.most = 8
	taken := 0
	long := "https://acme.example/" + strings.Repeat("x", 1900)
	var err error
	for ; err == nil && taken < 1000; taken++ {
		var a Address
		if a, err = canonical(Address{}, fmt.Sprintf("%s%d", long, taken)); err == nil {
			err = f.push(entry{a, classFound, 1})
		}
	}
	if !errors.Is(err, manyAddresses) || f.blocks > f.most+2 {
		t.Errorf("%d were taken, %d blocks, %v", taken, f.blocks, err)
	}
	for n := f.len(); n > 0; n-- {
		mustPop(t, f, anyHost)
	}
	mustPush(t, f, entry{numbered(1), classFound, 1})
}

func TestNoMeetingLinkReachesTheDisk(t *testing.T) {
	file := newMemoryFile()
	asked := 0
	f := newFrontierOn(file, frontierOptions{Max: 200_000, Admit: func(a Address) error {
		asked++
		if len(matchers.Find([]byte(a.String()))) > 0 {
			return errors.New("a meeting link")
		}
		return nil
	}})
	planted := []string{
		"https://acme.zoom.us/j/84930275116?pwd=Qw8rTzPlantedSecret1",
		"https://acme.example/out?to=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3DQw8rTzPlantedSecret1",
	}
	for i := range 100_000 { // many times what lies in memory
		if err := f.push(entry{numbered(i), classFound, 1}); err != nil {
			t.Fatal(err)
		}
		if i%1000 == 0 {
			if err := f.push(entry{mustAddress(t, planted[i/1000%2]), classFound, 1}); err == nil {
				t.Fatal("a meeting link was taken")
			}
		}
	}
	if f.len() != 100_000 || asked != 100_100 {
		t.Errorf("%d wait, %d were asked about", f.len(), asked)
	}
	if !bytes.Contains(file.data, []byte("/page/777")) {
		t.Error("nothing was written: the test shows nothing")
	}
	for _, word := range []string{"84930275116", "PlantedSecret", "zoom"} {
		if bytes.Contains(file.data, []byte(word)) {
			t.Errorf("%q lies on the disk", word)
		}
	}
}

func TestTheFrontierTellsThatTheDiskFails(t *testing.T) {
	for name, file := range map[string]*memoryFile{"writing": {writes: 2, reads: -1}, "reading": {writes: -1, reads: 2}} {
		f := newFrontierOn(file, frontierOptions{Max: defaultMax})
		var failed error
		for i := 0; i < 100_000 && failed == nil; i++ {
			failed = f.push(entry{numbered(i), classFound, 1})
		}
		for n := f.len(); n > 0 && failed == nil; n-- {
			_, _, failed = f.pop(anyHost)
		}
		if !errors.Is(failed, errDisk) {
			t.Fatalf("%s: error %v, want that of the disk", name, failed)
		}
		if err := f.push(entry{numbered(0), classFound, 1}); !errors.Is(err, errDisk) {
			t.Errorf("%s: afterwards push: %v", name, err)
		}
		if _, ok, err := f.pop(anyHost); ok || !errors.Is(err, errDisk) {
			t.Errorf("%s: afterwards pop: %t, %v", name, ok, err)
		}
		if err := f.close(); err != nil || file.closed != 1 {
			t.Errorf("%s: close: %v", name, err)
		}
	}
}

func TestAChangedFileIsToldAndNoPanic(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 4))
	for range 200 {
		file := newMemoryFile()
		f := newFrontierOn(file, frontierOptions{Max: defaultMax})
		f.file = newPages(file, blockSize, 2)
		for i := range 600 {
			mustPush(t, f, entry{at(t, "acme.example", i), classFound, 1})
		}
		for range 20 {
			file.data[random.IntN(len(file.data))] ^= byte(1 + random.IntN(255))
		}
		for range 601 {
			if _, ok, err := f.pop(anyHost); !ok || err != nil {
				break
			}
		}
	}
}

func TestTheFrontierIsSafeForManyGoroutines(t *testing.T) {
	const n, workers = 500, 6
	f := mustFrontier(t, frontierOptions{})
	var mu sync.Mutex
	seen := map[Address]int{}
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for i := range n {
				if err := f.push(entry{at(t, fmt.Sprintf("h%d.acme.example", i%7), worker*n+i), classFound, i % 3}); err != nil {
					t.Error(err)
				}
				e, ok, err := f.pop(anyHost)
				if err != nil || !ok {
					t.Error(ok, err)
				}
				mu.Lock()
				seen[e.Address]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(seen) != n*workers || f.len() != 0 {
		t.Errorf("%d of %d came, %d are left", len(seen), n*workers, f.len())
	}
}

func TestMemoryOfTheFrontierDoesNotGrowWithIt(t *testing.T) {
	f := mustFrontier(t, frontierOptions{})
	push := func(from, to int) {
		for i := from; i < to; i++ {
			mustPush(t, f, entry{numbered(i), classFound, 1})
		}
	}
	push(0, 50_000)
	before := heap()
	push(50_000, 150_000)
	if grown := heap() - before; grown > 1<<20 {
		t.Errorf("100,000 more addresses took %d bytes of memory", grown)
	}
}

func BenchmarkFrontierPushPop(b *testing.B) {
	f := mustFrontier(b, frontierOptions{Max: maxMax})
	for i := range 100_000 {
		mustPush(b, f, entry{numbered(i), classFound, 1})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		mustPush(b, f, entry{numbered(i), classFound, 1})
		mustPop(b, f, anyHost)
	}
}
