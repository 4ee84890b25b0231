package web

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
)

// class orders what is to be read of one host: lower first.
type class uint8

// The classes. Within one the order is by depth, then by time.
const (
	classStart class = iota // where the crawl starts
	classNews               // new or changed by the word of a sitemap or feed
	classDue                // known, and due again
	classFound              // named by a page
)

const (
	blockSize   = 4096
	blockFrames = 256 // one megabyte in memory
	maxLanes    = 1_000
	sharedLanes = 24                    // for the hosts beyond maxLanes
	maxBlocks   = 512 << 20 / blockSize // half a gigabyte on disk: links are short on a page and long when they are whole
	depthBits   = 6
)

// entry is an address to be read.
type entry struct {
	Address Address
	Class   class
	Depth   int // links away from a start, 0 to 255; for the order depths from 63 on are one
}

// frontierOptions make a frontier.
type frontierOptions struct {
	Dir string // where its file lies until it is closed; "": os.TempDir. The file has no name there where the system allows it
	Max int    // addresses that may wait at a time; 0: 1,000,000. All together they take half a gigabyte at most
	// Admit is asked before an address is written down: what it refuses never reaches the disk. It returns fetch's error for
	// meeting links. Nil admits all.
	Admit func(Address) error
}

// frontier is what is still to be read: on disk, in memory a little more than a megabyte, however many there are. Hosts take turns,
// so that a slow one keeps no other waiting. Safe for concurrent use.
//
// Each host has a lane, and in it a queue for each class and depth. A queue is a chain of blocks of the file; blocks that were read
// are used again. Hosts beyond the first 1,000 that wait share lanes, in which they wait for each other.
type frontier struct {
	options frontierOptions
	seed    maphash.Seed

	mu     sync.Mutex
	file   *pages
	most   int64 // blocks after which nothing more is taken, but for one or two
	blocks int64 // of the file, those in use and the free ones
	free   int64 // the first of the chain of free blocks, 0: none
	lanes  map[string]*lane
	ring   []*lane // those of lanes, in the order of their turns
	turn   int     // whose it is
	n      int
	record []byte
}

// lane is what waits of one host, or of some.
type lane struct {
	name   string
	shared bool
	queues []queue // not empty, the first to be read first
}

// queue is a chain of blocks. Blocks are counted from 1. The first 8 bytes of a block are the number of the next.
type queue struct {
	order      uint8 // class and depth
	n          int
	head, tail place
}

// place is a position in the file.
type place struct {
	block  int64
	offset int
}

func newFrontier(o frontierOptions) (*frontier, error) {
	if o.Max == 0 {
		o.Max = defaultMax
	}
	if o.Max < 0 || o.Max > maxMax {
		return nil, fmt.Errorf("frontier: %d addresses: must be 1 to %d", o.Max, maxMax)
	}
	file, err := openStorage(o.Dir)
	if err != nil {
		return nil, err
	}
	return newFrontierOn(file, o), nil
}

func newFrontierOn(file storage, o frontierOptions) *frontier {
	return &frontier{options: o, seed: maphash.MakeSeed(), file: newPages(file, blockSize, blockFrames), most: maxBlocks, lanes: map[string]*lane{}}
}

// push adds an entry. The error is the refusal manyAddresses, what Admit said, or that of the disk: after the latter the frontier
// is of no use.
func (f *frontier) push(e entry) error {
	if e.Address == (Address{}) || e.Class > classFound || e.Depth < 0 || e.Depth > maxDepth {
		return errors.New("frontier: an entry without an address, or of an odd class or depth")
	}
	if f.options.Admit != nil {
		if err := f.options.Admit(e.Address); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n >= f.options.Max || f.free == 0 && f.blocks >= f.most {
		return manyAddresses
	}
	q := f.lane(e.Address.Host()).queue(uint8(e.Class)<<depthBits | uint8(min(e.Depth, 1<<depthBits-1)))
	if err := f.append(q, e); err != nil {
		return err
	}
	f.n++
	return nil
}

// lane finds or makes the lane of a host.
func (f *frontier) lane(host string) *lane {
	if l := f.lanes[host]; l != nil {
		return l
	}
	shared := len(f.lanes) >= maxLanes
	if shared {
		host = fmt.Sprint("shared ", maphash.String(f.seed, host)%sharedLanes) // a blank is in no host
		if l := f.lanes[host]; l != nil {
			return l
		}
	}
	l := &lane{name: host, shared: shared}
	f.lanes[host] = l
	f.ring = append(f.ring, l)
	return l
}

// queue finds or makes a queue.
func (l *lane) queue(order uint8) *queue {
	i, found := slices.BinarySearchFunc(l.queues, order, func(q queue, order uint8) int { return int(q.order) - int(order) })
	if !found {
		l.queues = slices.Insert(l.queues, i, queue{order: order})
	}
	return &l.queues[i]
}

// append writes an entry to the end of a queue: depth, length, address.
func (f *frontier) append(q *queue, e entry) error {
	f.record = binary.AppendUvarint(f.record[:0], uint64(e.Depth))
	f.record = binary.AppendUvarint(f.record, uint64(len(e.Address.text)))
	f.record = append(f.record, e.Address.text...)
	for rest := f.record; len(rest) > 0; {
		if err := f.extend(q); err != nil {
			return err
		}
		data, err := f.file.write(q.tail.block - 1)
		if err != nil {
			return err
		}
		n := copy(data[q.tail.offset:], rest)
		q.tail.offset += n
		rest = rest[n:]
	}
	q.n++
	return nil
}

// extend makes room at the end of a queue.
func (f *frontier) extend(q *queue) error {
	if q.tail.block != 0 && q.tail.offset < blockSize {
		return nil
	}
	block, err := f.take()
	if err != nil {
		return err
	}
	fresh := place{block, 8}
	if q.tail.block == 0 {
		q.head, q.tail = fresh, fresh
		return nil
	}
	data, err := f.file.write(q.tail.block - 1)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint64(data, uint64(block))
	q.tail = fresh
	return nil
}

// take finds a free block.
func (f *frontier) take() (int64, error) {
	block := f.free
	if block == 0 {
		f.blocks++
		return f.blocks, nil
	}
	next, err := f.following(block)
	f.free = next
	return block, err
}

// following is the next block of a chain.
func (f *frontier) following(block int64) (int64, error) {
	data, err := f.file.read(block - 1)
	if err != nil {
		return 0, err
	}
	return int64(binary.LittleEndian.Uint64(data)), nil
}

// giveBack puts a block on the chain of free ones.
func (f *frontier) giveBack(block int64) error {
	data, err := f.file.write(block - 1)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint64(data, uint64(f.free))
	f.free = block
	return nil
}

// popSparing takes the next entry whose host (Address.Host) is free; hosts take turns. It returns false when there is none. Classes
// for which spare is true are left; with rather only as long as something of another class waits, also when the hosts of that are
// not free. free is called with the frontier's lock held, and must not call it. The error is that of the disk: then the frontier is
// of no use.
func (f *frontier) popSparing(free func(host string) bool, spare func(class) bool, rather bool) (entry, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if rather && !slices.ContainsFunc(f.ring, func(l *lane) bool { return l.next(spare) >= 0 }) {
		spare = func(class) bool { return false }
	}
	for i := range f.ring {
		at := (f.turn + i) % len(f.ring)
		l := f.ring[at]
		next := l.next(spare)
		if next < 0 || !l.shared && !free(l.name) {
			continue
		}
		e, end, err := f.first(&l.queues[next])
		if err != nil {
			return entry{}, false, err
		}
		if l.shared && !free(e.Address.Host()) {
			continue
		}
		f.turn = at + 1
		if err := f.drop(at, next, end); err != nil {
			return entry{}, false, err
		}
		return e, true, nil
	}
	return entry{}, false, nil
}

// next is the first queue of a lane whose class is not spared, -1 for none.
func (l *lane) next(spare func(class) bool) int {
	return slices.IndexFunc(l.queues, func(q queue) bool { return !spare(class(q.order >> depthBits)) })
}

// first reads the entry that is next in a queue, and where it ends.
func (f *frontier) first(q *queue) (entry, place, error) {
	r := chain{f: f, at: q.head}
	e := entry{Class: class(q.order >> depthBits)}
	depth, err := binary.ReadUvarint(&r)
	if err != nil {
		return e, r.at, err
	}
	length, err := binary.ReadUvarint(&r)
	if err != nil {
		return e, r.at, err
	}
	if depth > maxDepth || length > maxAddress {
		return e, r.at, errDamaged
	}
	text := make([]byte, length)
	if err := r.fill(text); err != nil {
		return e, r.at, err
	}
	e.Depth = int(depth)
	if e.Address, err = canonical(Address{}, string(text)); err != nil {
		return e, r.at, errDamaged
	}
	return e, r.at, nil
}

var errDamaged = errors.New("the crawl's file was changed by somebody else")

// drop takes the first entry, which ends at end, out of a queue of the lane that stands at the given place of the ring.
func (f *frontier) drop(at, of int, end place) error {
	l := f.ring[at]
	q := &l.queues[of]
	for q.head.block != end.block {
		next, err := f.following(q.head.block)
		if err != nil {
			return err
		}
		if err := f.giveBack(q.head.block); err != nil {
			return err
		}
		q.head.block = next
	}
	q.head = end
	f.n--
	if q.n--; q.n > 0 {
		return nil
	}
	if err := f.giveBack(q.head.block); err != nil {
		return err
	}
	if l.queues = slices.Delete(l.queues, of, of+1); len(l.queues) == 0 {
		delete(f.lanes, l.name)
		f.ring = slices.Delete(f.ring, at, at+1)
		f.turn = at
	}
	return nil
}

// chain reads along the blocks of a queue.
type chain struct {
	f  *frontier
	at place
}

func (c *chain) ReadByte() (byte, error) {
	var one [1]byte
	err := c.fill(one[:])
	return one[0], err
}

func (c *chain) fill(out []byte) error {
	for len(out) > 0 {
		if c.at.offset == blockSize {
			next, err := c.f.following(c.at.block)
			if err != nil {
				return err
			}
			c.at = place{next, 8}
		}
		if c.at.block < 1 || c.at.block > c.f.blocks {
			return errDamaged
		}
		data, err := c.f.file.read(c.at.block - 1)
		if err != nil {
			return err
		}
		n := copy(out, data[c.at.offset:])
		c.at.offset += n
		out = out[n:]
	}
	return nil
}

// len is how many entries wait.
func (f *frontier) len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n
}

// close gives the file back. It may be called more than once.
func (f *frontier) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.file.close()
}
