package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"
)

// The bounds of the machine's own checks.
const (
	fewFiles     = 1024
	clockJump    = 2 * time.Second // while doctor runs
	clockWorry   = 30 * time.Second
	clockFailure = 2 * time.Minute // signatures of Slack and of webhooks are refused at five minutes
)

// machine looks at what the process was given.
func (d *doctor) machine(context.Context) []diagnosis {
	list := []diagnosis{d.user(), openFiles()}
	if core, ok := coreLimit(); ok {
		detail := "are allowed in this shell; serve forbids them for itself"
		if core == 0 {
			detail = "are not written"
		}
		list = append(list, healthy("core dumps", "", "%s", detail))
	}
	return append(list, d.timeZones())
}

func (d *doctor) user() diagnosis {
	id := os.Geteuid()
	switch {
	case runtime.GOOS == "windows" || id < 0:
		return unexamined("user", "", "there are no user numbers here")
	case id == 0:
		return worry("user", "root", "this runs as root; if serve does too, a mistake in it could reach the whole machine", "run both as a user of their own")
	}
	return healthy("user", fmt.Sprint(id), "not root")
}

func openFiles() diagnosis {
	limit, ok := openFileLimit()
	switch {
	case !ok:
		return unexamined("open files", "", "the limit cannot be asked for here")
	case limit < fewFiles:
		return worry("open files", "", fmt.Sprintf("at most %d: connections will fail when many sites are read", limit),
			"ulimit -n 4096, or LimitNOFILE=4096 in the service's unit")
	}
	return healthy("open files", "", "at most %d", limit)
}

// timeZones tries zones of three continents, and all that the configuration names.
func (d *doctor) timeZones() diagnosis {
	names := []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata"}
	if d.loaded != nil {
		for _, o := range d.loaded.Organisations {
			if o.Timezone != "" {
				names = append(names, o.Timezone)
			}
		}
	}
	for _, name := range names {
		if _, err := time.LoadLocation(name); err != nil {
			return ailing("time zones", name, "is not known here", "install the system's time zone data (tzdata), or build the program anew: it carries its own")
		}
	}
	return healthy("time zones", "", "known")
}

// machineClock compares the clock's steps since the start with the clock that never jumps, and looks at the year.
func (d *doctor) machineClock() diagnosis {
	const mend = "let the machine keep its time by NTP (chrony, systemd-timesyncd)"
	now := d.app.now()
	jump := now.Round(0).Sub(d.began.Round(0)) - time.Since(d.steady)
	switch {
	case now.Year() < 2026:
		return ailing("clock", "", "says "+now.UTC().Format(time.RFC3339)+", which is past: certificates and signatures will be refused", mend)
	case jump.Abs() > clockJump:
		return worry("clock", "", "jumped by "+jump.Round(time.Millisecond).String()+" while this ran", mend)
	}
	return healthy("clock", "", "%s", now.UTC().Format(time.RFC3339))
}

// clockAgainst judges how far this machine's clock is ahead of another's.
func clockAgainst(target string, ahead time.Duration) diagnosis {
	const name = "clock"
	side := "ahead of"
	if ahead < 0 {
		side = "behind"
	}
	away := ahead.Abs().Round(time.Millisecond)
	seen := fmt.Sprintf("ours is %s %s theirs", away, side)
	const mend = "let both machines keep their time by NTP (chrony, systemd-timesyncd)"
	switch {
	case away > clockFailure:
		return ailing(name, target, seen+": signed requests will be refused, and what is due comes at the wrong time", mend)
	case away > clockWorry:
		return worry(name, target, seen, mend)
	}
	return healthy(name, target, "%s", seen)
}
