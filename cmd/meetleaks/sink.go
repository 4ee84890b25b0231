package main

import (
	"fmt"
	"time"

	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/scanner"
)

// The bounds of what a run remembers.
const (
	maxSkips    = 20_000  // of each cause; the rest is counted
	maxSkipped  = 4 << 20 // bytes of their names and reasons, of each cause
	maxMeetings = 500_000 // distinct meetings; a summary never counts more
)

// scanSink takes what the matcher finds: it hides what is ignored, hands on the rest, and counts. [scanner.Matcher.Each]
// calls it from one goroutine at a time.
type scanSink struct {
	plan *scanPlan
	line *progress

	findings, ignored int
	unregistered      int              // of pages of the network: not listed
	meetings          *scanner.HashSet // their keys
	platforms         map[string]int
	failures, left    skipList
}

// Finding implements [scanner.Sink].
func (s *scanSink) Finding(f scanner.Finding) error {
	if !s.plan.reveal {
		s.plan.hidden.learn(f.Link)
	}
	if s.plan.ignore.hides(f, s.plan.key) {
		s.ignored++
		return nil
	}
	s.findings++
	s.line.findings.Add(1)
	s.meetings.Add(f.Link.Key())
	if s.platforms == nil {
		s.platforms = map[string]int{}
	}
	s.platforms[f.Link.Platform]++
	return s.plan.report.Finding(f)
}

// Skip implements [scanner.Sink].
func (s *scanSink) Skip(skip scanner.Skip) {
	if skip.Cause == scanner.Failure {
		s.failures.add(skip)
		return
	}
	s.left.add(skip)
}

// Done implements [scanner.Sink].
func (s *scanSink) Done(string, int64) {
	s.line.documents.Add(1)
	if s.plan.stream {
		_ = s.plan.buffer.Flush() // the error stays in the buffer and comes back at the next write and at the end
	}
}

// summary sums the run up.
func (s *scanSink) summary(stats scanner.Stats, took time.Duration) report.Summary {
	return report.Summary{
		Documents: stats.Documents,
		Bytes:     stats.Bytes,
		Seconds:   took.Seconds(),
		Findings:  s.findings,
		Meetings:  s.meetings.Len(),
		Ignored:   s.ignored,

		Unregistered: s.unregistered,
		Possible:     stats.Possible,
		Skipped:      s.skipped(),
		Incomplete:   len(s.failures.list) > 0,
		Platforms:    s.platforms,
	}
}

// skipped is all that was not read, without the ids that this run has found.
func (s *scanSink) skipped() []scanner.Skip {
	list := append(s.failures.all(scanner.Failure), s.left.all(scanner.Policy)...)
	for i := range list {
		list[i].URI, list[i].Reason = s.plan.hidden.hide(list[i].URI), s.plan.hidden.hide(list[i].Reason)
	}
	return list
}

// skipList is a bounded list of skips.
type skipList struct {
	list  []scanner.Skip
	bytes int
	more  int
}

func (l *skipList) add(skip scanner.Skip) {
	bytes := len(skip.URI) + len(skip.Reason)
	if len(l.list) >= maxSkips || l.bytes+bytes > maxSkipped {
		l.more++
		return
	}
	l.bytes += bytes
	l.list = append(l.list, skip)
}

// all gives the skips, and one more that stands for those that were only counted.
func (l *skipList) all(cause scanner.Cause) []scanner.Skip {
	if l.more == 0 {
		return l.list
	}
	return append(l.list[:len(l.list):len(l.list)], scanner.Skip{URI: "…", Reason: fmt.Sprintf("and %d more", l.more), Cause: cause})
}
