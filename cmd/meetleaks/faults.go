package main

import (
	"maps"
	"slices"
	"sync"
	"time"

	"meetleaks/scanner"
)

// channelFaults remembers which channels nobody can be told by: until the operator mends something, or until the service at the other
// end accepts messages again. It holds as many as are configured, and is safe for concurrent use.
type channelFaults struct {
	mu       sync.Mutex
	broken   map[string]bool      // until something is mended
	refusing map[string]time.Time // since when nothing was accepted
}

// note takes what became of a message, and when.
func (f *channelFaults) note(channel, outcome string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken == nil {
		f.broken, f.refusing = map[string]bool{}, map[string]time.Time{}
	}
	switch outcome {
	case string(scanner.TellConfig):
		f.broken[channel] = true
	case string(scanner.TellRetry):
		if since, known := f.refusing[channel]; !known || since.After(now) {
			f.refusing[channel] = now
		}
	case "accepted":
		delete(f.broken, channel)
		delete(f.refusing, channel)
	}
}

// follow takes over what the service before had noted: its channels are the same.
func (f *channelFaults) follow(before *channelFaults) {
	before.mu.Lock()
	broken, refusing := maps.Clone(before.broken), maps.Clone(before.refusing)
	before.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken, f.refusing = broken, refusing
}

// list names the channels whose configuration is to be mended, sorted.
func (f *channelFaults) list() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.broken))
}

// silent names the channels that have accepted nothing for longer than that, though there was something to tell, sorted. Those in list
// are not among them.
func (f *channelFaults) silent(now time.Time, longer time.Duration) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var names []string
	for channel, since := range f.refusing {
		if !f.broken[channel] && now.Sub(since) > longer {
			names = append(names, channel)
		}
	}
	slices.Sort(names)
	return names
}
