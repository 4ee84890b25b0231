package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"weak"
)

// record is a sink.
type record struct {
	findings []Finding
	skips    []Skip
	done     []string
	fail     error
}

func (r *record) Finding(f Finding) error {
	r.findings = append(r.findings, f)
	return r.fail
}
func (r *record) Skip(s Skip)              { r.skips = append(r.skips, s) }
func (r *record) Done(uri string, _ int64) { r.done = append(r.done, uri) }

// unit yields one document with count meetings.
func unit(n, count int) Unit {
	return func(_ context.Context, yield func(Document) error, _ func(Skip)) error {
		var b strings.Builder
		for i := range count {
			fmt.Fprintf(&b, "meeting:%d\n", i)
		}
		return yield(Document{URI: fmt.Sprint(n), Text: strings.NewReader(b.String())})
	}
}

func TestEachKeepsDocumentsTogether(t *testing.T) {
	sink := &record{}
	stats, err := NewMatcher(words{}, nil).Each(t.Context(), 4, sink, func(yield func(Unit) error, skip func(Skip)) error {
		skip(Skip{URI: "away", Cause: Policy})
		for i := range 100 {
			if err := yield(unit(i, i*3)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || stats.Documents != 100 || stats.Findings != 3*99*100/2 || stats.Findings != int64(len(sink.findings)) || len(sink.done) != 100 || len(sink.skips) != 1 {
		t.Fatalf("%+v, %v, %d findings", stats, err, len(sink.findings))
	}
	seen := map[string]bool{}
	for i, f := range sink.findings {
		uri := f.Places[0].URI
		if i > 0 && sink.findings[i-1].Places[0].URI == uri {
			continue
		}
		if seen[uri] {
			t.Fatalf("document %s comes in parts", uri)
		}
		seen[uri] = true
	}
}

func TestEachRunsAtMostTheJobsAskedFor(t *testing.T) {
	var now, most atomic.Int32
	busy := func(_ context.Context, yield func(Document) error, _ func(Skip)) error {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		defer now.Add(-1)
		return yield(Document{Text: strings.NewReader("x")})
	}
	_, err := NewMatcher(words{}, nil).Each(t.Context(), 3, &record{}, func(yield func(Unit) error, _ func(Skip)) error {
		for range 200 {
			if err := yield(busy); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || most.Load() > 3 {
		t.Errorf("%v, %d at the same time", err, most.Load())
	}
}

func TestEachEndsWhenTheSinkFails(t *testing.T) {
	full := errors.New("disk full")
	_, err := NewMatcher(words{}, nil).Each(t.Context(), 2, &record{fail: full}, func(yield func(Unit) error, _ func(Skip)) error {
		for i := range 100_000 {
			if err := yield(unit(i, 1)); err != nil {
				return err
			}
		}
		return errors.New("the feed was not stopped")
	})
	if !errors.Is(err, full) || !errors.Is(err, ErrSink) {
		t.Errorf("got %v", err)
	}
}

func TestEachEndsWithTheErrorOfTheFeed(t *testing.T) {
	away := errors.New("away")
	_, err := NewMatcher(words{}, nil).Each(t.Context(), 2, &record{}, func(func(Unit) error, func(Skip)) error { return away })
	if !errors.Is(err, away) {
		t.Errorf("got %v", err)
	}
}

func TestCancellationKeepsWhatWasFound(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	sink := &record{}
	endless := func(_ context.Context, yield func(Document) error, _ func(Skip)) error {
		return yield(Document{URI: "endless", Text: &stopping{text: "meeting:1 ", after: 3 * chunkSize, stop: cancel}})
	}
	_, err := NewMatcher(words{}, nil).Each(ctx, 1, sink, func(yield func(Unit) error, _ func(Skip)) error {
		if err := yield(unit(0, 2)); err != nil {
			return err
		}
		return yield(endless)
	})
	if !errors.Is(err, context.Canceled) || len(sink.findings) != 3 || len(sink.skips) != 1 || sink.skips[0].Cause != Failure {
		t.Errorf("%v: %d findings, %+v", err, len(sink.findings), sink.skips)
	}
}

// stopping is a text without end that calls stop on the way.
type stopping struct {
	text  string
	after int
	stop  func()
}

func (s *stopping) Read(p []byte) (int, error) {
	n := 0
	for n+len(s.text) <= len(p) {
		n += copy(p[n:], s.text)
	}
	if s.after -= n; s.after <= 0 {
		s.stop()
	}
	if n == 0 {
		n = copy(p, strings.Repeat(" ", len(p)))
	}
	return n, nil
}

var _ io.Reader = (*stopping)(nil)

// gate is a sink that takes nothing until it is opened.
type gate struct {
	record
	open chan struct{}
}

func (g *gate) Finding(f Finding) error {
	<-g.open
	return g.record.Finding(f)
}

func TestReadersWaitForASlowSinkOnlyWhenTooMuchWaits(t *testing.T) {
	few := 30
	if long {
		few = 3 * maxWeight
	}
	for _, test := range []struct {
		name             string
		documents, found int // found in each
		least, limit     int // how many are read while the sink takes nothing
	}{
		{"a finding in each", 3 * maxWeight, 1, maxWeight / 2, maxWeight/2 + 4},
		{"more than may wait", few, maxWeight, 2, 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sink := &gate{open: make(chan struct{})}
				var read atomic.Int32
				counted := func(i int) Unit {
					return func(ctx context.Context, yield func(Document) error, skip func(Skip)) error {
						read.Add(1)
						return unit(i, test.found)(ctx, yield, skip)
					}
				}
				var stats Stats
				var err error
				done := make(chan struct{})
				go func() {
					defer close(done)
					stats, err = NewMatcher(words{}, nil).Each(t.Context(), 2, sink, func(yield func(Unit) error, _ func(Skip)) error {
						for i := range test.documents {
							if err := yield(counted(i)); err != nil {
								return err
							}
						}
						return nil
					})
				}()
				synctest.Wait()
				if n := int(read.Load()); n < test.least || n > test.limit {
					t.Errorf("%d documents were read while the sink took nothing, want %d to %d", n, test.least, test.limit)
				}
				close(sink.open)
				<-done
				if err != nil || stats.Findings != int64(test.documents*test.found) || len(sink.findings) != test.documents*test.found || len(sink.done) != test.documents {
					t.Errorf("%+v, %v: %d findings and %d documents arrived", stats, err, len(sink.findings), len(sink.done))
				}
			})
		})
	}
}

// source is a locator that holds what was read, as those of pages and mails do.
type source struct{ text []byte }

func (*source) Locate(int64) Spot { return Spot{Line: 1, Column: 1} }

func TestWhatWaitsForTheSinkHoldsNothingThatWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const documents = maxWeight / 4
		read := make(chan weak.Pointer[source], documents)
		located := func(_ context.Context, yield func(Document) error, _ func(Skip)) error {
			where := &source{make([]byte, 1<<10)}
			read <- weak.Make(where)
			return yield(Document{URI: "a", Text: strings.NewReader("meeting:1"), Where: where})
		}
		sink := &gate{open: make(chan struct{})}
		done := make(chan error, 1)
		go func() {
			_, err := NewMatcher(words{}, nil).Each(t.Context(), 2, sink, func(yield func(Unit) error, _ func(Skip)) error {
				for range documents {
					if err := yield(located); err != nil {
						return err
					}
				}
				return nil
			})
			done <- err
		}()
		synctest.Wait()
		runtime.GC()
		held := 0
		for range documents {
			if (<-read).Value() != nil {
				held++
			}
		}
		if held > 2 {
			t.Errorf("of %d documents that were read while the sink took nothing, %d are held", documents, held)
		}
		close(sink.open)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// breaking is a sink that breaks on its first finding.
type breaking struct {
	record
	broke bool
}

func (b *breaking) Finding(f Finding) error {
	if !b.broke {
		b.broke = true
		panic("broken")
	}
	return b.record.Finding(f)
}

func TestAUnitMayRecoverFromASinkThatBreaks(t *testing.T) {
	sink := &breaking{}
	var broken any
	_, err := NewMatcher(words{}, nil).Each(t.Context(), 1, sink, func(yield func(Unit) error, _ func(Skip)) error {
		return errors.Join(yield(func(ctx context.Context, yield func(Document) error, skip func(Skip)) error {
			defer func() { broken = recover() }()
			return unit(0, 1)(ctx, yield, skip)
		}), yield(unit(1, 1)))
	})
	if broken != "broken" || err != nil || len(sink.findings) != 1 {
		t.Errorf("recovered from %v; then %v and %d findings", broken, err, len(sink.findings))
	}
}
