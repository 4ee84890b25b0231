package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// The bounds of what is told of things not read, in one pass.
const (
	maxListed  = 1_000 // for one reason, each with its address; the rest is counted in one line
	maxReasons = 200   // told apart
	maxReason  = 300   // bytes of one
)

// unread tells what was not read: each thing where it may, with a line for the rest. It is safe for concurrent use.
type unread struct {
	mu   sync.Mutex
	skip func(scanner.Skip)
	told map[reason]int // how often
}

// reason is what skips are counted by.
type reason struct {
	text  string
	cause scanner.Cause
}

const otherReasons = "for further reasons"

func newUnread(skip func(scanner.Skip)) *unread {
	return &unread{skip: skip, told: map[reason]int{}}
}

// tell records that the page at uri was not read, or not to its end.
func (u *unread) tell(uri string, err error) {
	u.add(scanner.Skip{URI: uri, Reason: reasonOf(err), Cause: causeOf(err)})
}

func (u *unread) add(s scanner.Skip) {
	u.mu.Lock()
	defer u.mu.Unlock()
	key := reason{s.Reason, s.Cause}
	if _, known := u.told[key]; !known && len(u.told) >= maxReasons {
		key.text = otherReasons
	}
	if u.told[key]++; u.told[key] <= maxListed {
		u.skip(s)
	}
}

// sum tells, under the address of the pass, how many were not listed.
func (u *unread) sum(uri string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	var lines []scanner.Skip
	for key, n := range u.told {
		if n > maxListed {
			lines = append(lines, scanner.Skip{URI: uri, Reason: fmt.Sprintf("%d more: %s", n-maxListed, key.text), Cause: key.cause})
		}
	}
	slices.SortFunc(lines, func(a, b scanner.Skip) int { return strings.Compare(a.Reason, b.Reason) })
	for _, line := range lines {
		u.skip(line)
	}
}

// causeOf asks the error whether it is a choice.
func causeOf(err error) scanner.Cause {
	var policy interface{ Policy() bool }
	if errors.As(err, &policy) && policy.Policy() {
		return scanner.Policy
	}
	return scanner.Failure
}

// reasonOf is an error in words, without the address, which stands beside it.
func reasonOf(err error) string {
	text := ""
	if outer, ok := errors.AsType[*fetch.Error](err); ok {
		text = string(outer.Class) + ": " + outer.Err.Error()
	} else {
		text = scanner.Reason(err)
	}
	return fetch.Printable(text, maxReason)
}
