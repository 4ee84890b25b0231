package demo

import (
	"sync/atomic"
	"time"
)

// Clock is the machine's, until it is put forward. The zero value is ready; it is safe for concurrent use.
type Clock struct{ ahead atomic.Int64 }

// Now is the time on this clock.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Forward puts the clock forward.
func (c *Clock) Forward(d time.Duration) { c.ahead.Add(int64(d)) }
