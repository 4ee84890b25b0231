package main

import (
	"slices"
	"sync"

	"meetleaks/scanner"
)

// channelFaults remembers which channels nobody can be told by until the operator mends something. It holds as many as are
// configured, and is safe for concurrent use.
type channelFaults struct {
	mu     sync.Mutex
	broken map[string]bool
}

// note takes what became of a message. What passes by itself says nothing of the channel.
func (f *channelFaults) note(channel, outcome string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch outcome {
	case string(scanner.TellConfig):
		if f.broken == nil {
			f.broken = map[string]bool{}
		}
		f.broken[channel] = true
	case "accepted":
		delete(f.broken, channel)
	}
}

// list names the channels, sorted.
func (f *channelFaults) list() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []string
	for channel := range f.broken {
		list = append(list, channel)
	}
	slices.Sort(list)
	return list
}
