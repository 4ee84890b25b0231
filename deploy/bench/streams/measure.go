package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// beats is how often a second frames that are due are sent.
const beats = 100

// latency measures the time from a post to its alert.
func latency(ctx context.Context, p plan, w io.Writer) error {
	meetings := firstMeetings(p.seconds + 1)
	s, err := start(ctx, p, meetings)
	defer s.stop()
	if err != nil {
		return err
	}
	before, began := s.usage(), time.Now()
	r, err := s.roll(ctx, p, meetings)
	if err != nil {
		return err
	}
	after, lasted := s.usage(), time.Since(began)
	found, alerted, err := s.times(ctx, meetings, r.sent)
	if err != nil {
		return err
	}
	behind := alerted[len(alerted)-1]
	if err := s.balanced(ctx, len(meetings), r.nobodys); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %d frames in %s (%.0f a second), %d leaks, %d links of nobody, %d cores; the sender was never more than %s late\n",
		p.service, r.frames, lasted.Round(time.Second/10), float64(r.frames)/lasted.Seconds(), len(meetings), r.nobodys, runtime.NumCPU(),
		r.late.Round(time.Millisecond))
	report(w, "post sent to read", found)
	report(w, "post sent to alert accepted", alerted)
	fmt.Fprintf(w, "processor: %.0f %% of a core; memory %d MiB; the last frame was a leak, and alerted after %s; the books balance\n",
		100*(after.cpu-before.cpu).Seconds()/lasted.Seconds(), s.usage().memory, behind.Round(time.Millisecond))
	return nil
}

// rolled is what was sent.
type rolled struct {
	frames, nobodys int
	sent            []time.Time   // the leaks
	late            time.Duration // at most
}

// roll sends frames at an even pace, once a second a leak, and one at the end.
func (s *serving) roll(ctx context.Context, p plan, meetings []string) (rolled, error) {
	var r rolled
	f := newFilm(p.service, time.Now())
	ticker := time.NewTicker(time.Second / beats)
	defer ticker.Stop()
	var wire []byte
	began := time.Now()
	for beat := range p.seconds * beats {
		r.late = max(r.late, time.Since(began)-time.Duration(beat)*time.Second/beats)
		for r.frames < (beat+1)*p.rate/beats {
			one := f.shoot()
			if n := len(r.sent); n*beats <= beat || r.frames == p.seconds*p.rate-1 {
				one = f.leak(meetings[n])
				r.sent = append(r.sent, time.Now())
			} else if one.linked {
				r.nobodys++
			}
			r.frames++
			if wire = onWire(wire[:0], p.service, one); s.stream.send(wire) != nil {
				return r, errors.Join(errors.New("the service went away"), s.stream.steady())
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return r, ctx.Err()
		}
	}
	return r, nil
}

// times are how long the leaks took to be read, and to be alerted.
func (s *serving) times(ctx context.Context, meetings []string, sent []time.Time) (found, alerted []time.Duration, err error) {
	for i := range sent {
		t, err := s.soc.of(ctx, meetings[i], time.Minute)
		if err != nil {
			return nil, nil, fmt.Errorf("%d of %d: %w", i, len(sent), err)
		}
		found = append(found, max(t.found.Sub(sent[i]), 0)) // it counts milliseconds, rounded down
		alerted = append(alerted, t.came.Sub(sent[i]))
	}
	return found, alerted, nil
}

// batch is how many bytes are sent at a time when there is no pace.
const batch = 48 << 10

// flood measures how many frames one core reads, beside the peer.
func flood(ctx context.Context, p plan, w io.Writer) error {
	ours, err := floodOurs(ctx, p)
	if err != nil {
		return err
	}
	theirs, err := floodPeer(ctx, p)
	if err != nil {
		return err
	}
	if ours.Found != theirs.Found {
		return fmt.Errorf("meetleaks found %d links, the peer %d", ours.Found, theirs.Found)
	}
	ours.report(w, "meetleaks serve")
	theirs.report(w, "encoding/json + regexp")
	fmt.Fprintf(w, "%-10s %.1f times the peer's frames by the second of processor time\n", p.service, theirs.CPU/ours.CPU)
	return nil
}

func (t tally) report(w io.Writer, who string) {
	fmt.Fprintf(w, "  %-24s %8d frames of %4d bytes, %6d links  %8.0f frames/s  %8.0f by the second of processor time  %4d MiB\n",
		who, t.Frames, t.Bytes/int64(max(t.Frames, 1)), t.Found, float64(t.Frames)/t.Seconds, float64(t.Frames)/t.CPU, t.Memory)
}

func floodOurs(ctx context.Context, p plan) (t tally, err error) {
	last := firstMeetings(1)[0]
	s, err := start(ctx, p, []string{last})
	defer s.stop()
	if err != nil {
		return t, err
	}
	before, began := s.usage(), time.Now()
	if t, err = s.stream.pour(ctx, p, last); err != nil {
		return t, err
	}
	if _, err := s.soc.of(ctx, last, 5*time.Minute); err != nil {
		return t, err
	}
	t.Seconds = time.Since(began).Seconds()
	after := s.usage()
	t.CPU, t.Memory = (after.cpu - before.cpu).Seconds(), after.memory
	return t, s.balanced(ctx, 1, t.Found-1)
}

// pour sends all frames as fast as they are taken, and a leak at the end.
func (s *standIn) pour(ctx context.Context, p plan, last string) (tally, error) {
	var t tally
	f := newFilm(p.service, time.Now())
	wire := make([]byte, 0, batch+4096)
	for t.Frames < p.frames && ctx.Err() == nil {
		one := f.shoot()
		if t.Frames == p.frames-1 {
			one = f.leak(last)
		}
		if one.linked {
			t.Found++
		}
		t.Frames++
		t.Bytes += int64(len(one.body))
		wire = onWire(wire, p.service, one)
		if len(wire) >= batch || t.Frames == p.frames {
			if err := s.send(wire); err != nil {
				return t, err
			}
			wire = wire[:0]
		}
	}
	return t, ctx.Err()
}

// floodPeer runs the peer in a process of its own.
func floodPeer(ctx context.Context, p plan) (t tally, err error) {
	self, err := os.Executable()
	if err != nil {
		return t, err
	}
	s, err := play(ctx, p.service)
	if err != nil {
		return t, err
	}
	defer s.close()
	command := pinned(ctx, p.core, self, "peer", "-service", p.service, "-url", s.address())
	command.Stderr = os.Stderr
	sent := make(chan error, 1)
	go func() {
		err := s.wait(ctx)
		if err == nil {
			_, err = s.pour(ctx, p, firstMeetings(1)[0])
		}
		sent <- err
	}()
	out, err := command.Output()
	if err = errors.Join(err, <-sent); err != nil {
		return t, err
	}
	return t, json.Unmarshal(out, &t)
}

// quantile is the time that a share of the sorted times does not exceed.
func quantile(times []time.Duration, share float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return times[min(int(share*float64(len(times))), len(times)-1)]
}

// report prints how times are spread.
func report(w io.Writer, what string, times []time.Duration) {
	times = slices.Clone(times)
	slices.Sort(times)
	ms := func(share float64) string {
		return strconv.FormatFloat(float64(quantile(times, share).Microseconds())/1000, 'f', 1, 64) + "ms"
	}
	fmt.Fprintf(w, "  %-30s %5d  p50 %8s  p90 %8s  p99 %8s  max %8s\n", what, len(times), ms(0.5), ms(0.9), ms(0.99), ms(1))
}
