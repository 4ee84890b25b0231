package web

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
)

const (
	defaultMax = 1_000_000 // addresses of a pass
	maxMax     = 1 << 30

	bucketSize   = 512 // bytes: 64 hashes
	bucketHashes = bucketSize / 8
	bucketFrames = 2048 // one megabyte in memory
	firstBits    = 4
	fullAt       = 45 // hashes for each bucket on average, above which the file is doubled
)

// visitedOptions make a visited set.
type visitedOptions struct {
	Dir string // where its file lies until it is closed; "": os.TempDir. The file has no name there where the system allows it
	Max int    // addresses it may hold; 0: 1,000,000
}

// visited is the set of addresses that were met in a pass: keyed 64-bit hashes in a file, in memory one megabyte, however many there
// are. Of a million addresses two are taken for one with a chance of 1 in 30 million. Safe for concurrent use.
//
// The file is a hash table of buckets. The upper bits of a hash choose the bucket; when that is full, the next one that is not.
// Nothing is ever taken out.
type visited struct {
	mu     sync.Mutex
	dir    string
	open   func(dir string) (storage, error)
	seed   maphash.Seed
	table  *pages
	bits   int // there are 1<<bits buckets
	n, max int
}

func newVisited(o visitedOptions) (*visited, error) { return openVisited(o, openStorage) }

func openVisited(o visitedOptions, open func(dir string) (storage, error)) (*visited, error) {
	if o.Max == 0 {
		o.Max = defaultMax
	}
	if o.Max < 0 || o.Max > maxMax {
		return nil, fmt.Errorf("visited: %d addresses: must be 1 to %d", o.Max, maxMax)
	}
	file, err := open(o.Dir)
	if err != nil {
		return nil, err
	}
	v := &visited{dir: o.Dir, open: open, seed: maphash.MakeSeed(), max: o.Max}
	v.table, v.bits = newPages(file, bucketSize, bucketFrames), firstBits
	return v, nil
}

// add takes an address. Of any number of goroutines that add the same one, exactly one is told that it is new. The error is the
// refusal manyAddresses when the set is full, or that of the disk: then the set is of no use.
func (v *visited) add(a Address) (isNew bool, err error) {
	hash := maphash.String(v.seed, a.text)
	if hash == 0 { // stands for an empty place
		hash = 1
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	bucket, place, err := find(v.table, v.bits, hash)
	if err != nil || place < 0 {
		return false, err
	}
	if v.n >= v.max {
		return false, manyAddresses
	}
	if err := put(v.table, bucket, place, hash); err != nil {
		return false, err
	}
	if v.n++; v.n > fullAt<<v.bits {
		err = v.grow()
	}
	return err == nil, err
}

// find looks for a hash. place is -1 when it is there, and else where in which bucket it belongs. There is always a place: see fullAt.
func find(table *pages, bits int, hash uint64) (bucket int64, place int, err error) {
	bucket = int64(hash >> (64 - bits))
	for {
		data, err := table.read(bucket)
		if err != nil {
			return 0, 0, err
		}
		for place := range bucketHashes {
			switch binary.LittleEndian.Uint64(data[place*8:]) {
			case hash:
				return bucket, -1, nil
			case 0:
				return bucket, place, nil
			}
		}
		bucket = (bucket + 1) & (1<<bits - 1)
	}
}

func put(table *pages, bucket int64, place int, hash uint64) error {
	data, err := table.write(bucket)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint64(data[place*8:], hash)
	return nil
}

// grow copies the table into one of twice the size. Because the upper bits choose, both are gone through from front to back.
func (v *visited) grow() error {
	file, err := v.open(v.dir)
	if err != nil {
		v.table.broken = err
		return err
	}
	larger := newPages(file, bucketSize, bucketFrames)
	if err := copyTable(larger, v.bits+1, v.table, v.bits); err != nil {
		v.table.broken = errors.Join(err, larger.close())
		return v.table.broken
	}
	old := v.table
	v.table, v.bits = larger, v.bits+1
	return old.close()
}

func copyTable(to *pages, toBits int, from *pages, fromBits int) error {
	for bucket := range int64(1) << fromBits {
		data, err := from.read(bucket)
		if err != nil {
			return err
		}
		for i := 0; i < bucketSize; i += 8 {
			hash := binary.LittleEndian.Uint64(data[i:])
			if hash == 0 {
				break
			}
			bucket, place, err := find(to, toBits, hash)
			if err != nil {
				return err
			}
			if err := put(to, bucket, place, hash); err != nil {
				return err
			}
		}
	}
	return nil
}

// len is how many addresses there are.
func (v *visited) len() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.n
}

// close gives the file back. It may be called more than once.
func (v *visited) close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.table.close()
}
