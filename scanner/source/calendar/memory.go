package calendar

import "meetleaks/scanner/source/polled"

// memory is what is known of a calendar from pass to pass. It holds no text of it.
type memory struct {
	polled.Memory
	Version []byte `json:"version,omitempty"` // of what was read last, without what changes by itself
	Recurs  bool   `json:"recurs,omitempty"`  // an event comes again: its next instance moves on by itself
}
