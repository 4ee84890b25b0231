package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"
)

// number is the n-th meeting number: no two of the first 810,000 have the same mask and the same place in it.
func number(n int) string {
	return fmt.Sprintf("%03d%05d%03d", 810+(n/900)%90, (n*7919+31337)%90_000+10_000, 100+n%900)
}

func maskOf(number string) string { return number[:3] + "•••••" + number[8:] }

// prose is a page without a link, about 2 KB long.
func prose(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Notes of the committee, number %d.\n", n)
	for i := 0; b.Len() < 2000; i++ {
		fmt.Fprintf(&b, "Item %d was read for the second time; see https://acme.example/minutes/%d and the map in room %d.\n", i, n+i, i)
	}
	return b.String()
}

// beats is how often a second documents are handed in together.
const beats = 20

// latency measures the time from handing a document in to the call that tells Slack.
func latency(ctx context.Context, p plan, w io.Writer) error {
	total := p.seconds * p.leaks
	meetings := make([]string, total)
	for i := range meetings {
		meetings[i] = number(i)
	}
	s, err := start(ctx, p, "hosts", meetings)
	defer s.stop()
	if err != nil {
		return err
	}
	seen := make([]time.Time, 0, total)
	begun := time.Now()
	lag := time.Duration(0)
	ticker := time.NewTicker(time.Second / beats)
	defer ticker.Stop()
	for beat := range p.seconds * beats {
		batch := make([]document, 0, p.documents/beats+1)
		for i := range p.documents / beats {
			n := beat*p.documents/beats + i
			batch = append(batch, document{fmt.Sprintf("https://acme.example/notes/%d", n), prose(n)})
		}
		for len(seen) < total && len(seen)*beats <= beat*p.leaks {
			n := len(seen)
			batch = append(batch, document{
				fmt.Sprintf("https://acme.example/agenda/%d", n), prose(n) + "Join: https://acme.zoom.us/j/" + meetings[n] + "\n",
			})
			seen = append(seen, time.Now())
		}
		if err := s.feed(ctx, fmt.Sprintf("latency-%d", beat), batch); err != nil {
			return err
		}
		lag = max(lag, time.Since(begun)-time.Duration(beat)*time.Second/beats)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	handed := time.Since(begun)
	times, err := s.told(ctx, meetings, seen)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d documents and %d leaks in %s, %d cores; the feeder was never more than %s late\n", p.seconds*p.documents, total,
		handed.Round(time.Second), runtime.NumCPU(), lag.Round(time.Millisecond))
	report(w, "document seen to Slack's call", times)
	fmt.Fprintf(w, "memory of the service: %d MiB\n", s.memory())
	return nil
}

// told waits until every meeting was told, and says how long each took.
func (s *service) told(ctx context.Context, meetings []string, seen []time.Time) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var times []time.Duration
	for i := range seen {
		for {
			if at := s.slack.first(maskOf(meetings[i])); !at.IsZero() {
				times = append(times, at.Sub(seen[i]))
				break
			}
			select {
			case <-ctx.Done():
				return nil, fmt.Errorf("%d of %d: %w", len(seen)-len(times), len(seen), errLost)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return times, nil
}

// linksPerPage is how many meetings stand on one page while a long queue is made.
const linksPerPage = 100

// listing measures how fast a long queue is made and listed.
func listing(ctx context.Context, p plan, w io.Writer) error {
	s, err := start(ctx, p, "observe", nil)
	defer s.stop()
	if err != nil {
		return err
	}
	begun := time.Now()
	for place := range p.sightings {
		for first := 0; first < p.leaks; first += linksPerPage {
			var text strings.Builder
			for n := first; n < min(first+linksPerPage, p.leaks); n++ {
				fmt.Fprintf(&text, "Meeting %d: https://acme.zoom.us/j/%s\n\n", n, number(n))
			}
			page := document{fmt.Sprintf("https://acme.example/%d/%d", place, first), text.String()}
			if err := s.feed(ctx, fmt.Sprintf("listing-%d-%d", place, first), []document{page}); err != nil {
				return err
			}
		}
		fmt.Fprintf(os.Stderr, "service: %d of %d places of each leak, %s\n", place+1, p.sightings, time.Since(begun).Round(time.Second))
	}
	filled := time.Since(begun)
	pages, leaks, err := s.list(ctx, p.perPage)
	if err != nil {
		return err
	}
	if leaks < p.leaks*999/1000 { // some numbers look like examples, and are no meetings
		return fmt.Errorf("%d leaks are listed, want %d", leaks, p.leaks)
	}
	fmt.Fprintf(w, "%d sightings of %d leaks taken in %s (%.0f a second)\n", leaks*p.sightings, leaks, filled.Round(time.Second),
		float64(p.leaks*p.sightings)/filled.Seconds())
	report(w, fmt.Sprintf("pages of %d leaks", p.perPage), pages)
	fmt.Fprintf(w, "memory of the service: %d MiB\n", s.memory())
	return nil
}

// list reads the whole queue page by page, and says how long each page took.
func (s *service) list(ctx context.Context, limit int) (times []time.Duration, leaks int, err error) {
	after := ""
	for {
		begun := time.Now()
		status, body, err := s.get(ctx, fmt.Sprintf("/api/v1/organisations/acme/leaks?limit=%d&after=%s", limit, url.QueryEscape(after)))
		if err != nil || status != http.StatusOK {
			return nil, 0, fmt.Errorf("list: %d %w", status, err)
		}
		times = append(times, time.Since(begun))
		var page struct {
			Leaks []json.RawMessage `json:"leaks"`
			Next  string            `json:"next"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, 0, err
		}
		leaks += len(page.Leaks)
		if after = page.Next; after == "" {
			return times, leaks, nil
		}
	}
}
