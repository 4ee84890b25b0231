package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func services() []string { return []string{serviceBluesky, serviceMastodon, serviceX} }

// What is sent is JSON, one post in fifty holds a link, and all that must differ does.
func TestFilm(t *testing.T) {
	for _, service := range services() {
		f, linked, seen := newFilm(service, time.Now()), 0, map[string]bool{}
		for i := range 2 * filmFrames {
			one := f.shoot()
			body := string(one.body)
			if !one.isWhole() || !json.Valid(one.body) || seen[body] {
				t.Fatalf("%s: frame %d is not whole, no JSON, or comes again: %s", service, i, body)
			}
			has := strings.Contains(body, "zoom.us/j/") || strings.Contains(body, "zoom.us/w/") || strings.Contains(body, "zoom.us/s/")
			if has != one.linked {
				t.Errorf("%s: frame %d has a link: %v, but is counted as %v", service, i, has, one.linked)
			}
			if seen[body] = true; one.linked {
				linked++
			}
		}
		if linked != 2*filmFrames/linkedEvery {
			t.Errorf("%s: %d frames of %d hold a link", service, linked, 2*filmFrames)
		}
		leak := f.leak("84930275116")
		if !leak.isWhole() || !json.Valid(leak.body) || !bytes.Contains(leak.body, []byte("https://acme.zoom.us/j/84930275116")) {
			t.Errorf("%s: a leak is %s", service, leak.body)
		}
	}
}

func TestNumbers(t *testing.T) {
	seen := map[string]bool{}
	for _, number := range firstMeetings(50_000) {
		if len(number) != 11 || isExample(number) || seen[maskOf(number)] {
			t.Fatalf("%s is too long or short, looks like an example, or its mask is that of another", number)
		}
		seen[maskOf(number)] = true
	}
	for number, want := range map[string]bool{"84930275116": false, "81110293847": true, "92345118273": true, "98765204816": true} {
		if isExample(number) != want {
			t.Errorf("%s looks like an example: %v", number, !want)
		}
	}
}

// The peer finds each link, in memory and over each service's stream.
func TestPeerFindsAll(t *testing.T) {
	for _, service := range services() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s, err := play(ctx, service)
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		const frames = 1000
		poured := make(chan error, 1)
		go func() {
			err := s.wait(ctx)
			if err == nil {
				_, err = s.pour(ctx, plan{service: service, frames: frames}, "84930275116")
			}
			poured <- err
		}()
		var out bytes.Buffer
		if err := peer(ctx, plan{service: service, frames: frames, url: s.address()}, &out); err != nil {
			t.Fatal(service, err)
		}
		var got tally
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Frames != frames || got.Found != frames/linkedEvery+1 {
			t.Errorf("%s: %+v, %v", service, got, err)
		}
		b := newBot(service)
		if err := b.fromMemory(ctx, frames, &tally{}); err != nil || b.found != frames/linkedEvery {
			t.Errorf("%s in memory: %d links, %v", service, b.found, err)
		}
		if err := <-poured; err != nil {
			t.Error(err)
		}
		if err := s.steady(); err != nil {
			t.Error(err)
		}
	}
}

// A stream that was opened anew is told: what was sent in between is lost.
func TestReopenedStreamIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &standIn{joined: make(chan struct{})}
		for range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			go s.join(ctx, func([]byte) error { return nil })
			synctest.Wait()
			if err := s.send(nil); err != nil {
				t.Error(err)
			}
			cancel()
			synctest.Wait()
		}
		if s.send(nil) == nil || s.steady() == nil {
			t.Error("nobody is told that the stream broke off")
		}
	})
}

func TestReport(t *testing.T) {
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(100-i)*time.Millisecond)
	}
	var out bytes.Buffer
	report(&out, "post sent", times)
	if got := strings.Join(strings.Fields(out.String()), " "); got != "post sent 100 p50 51.0ms p90 91.0ms p99 100.0ms max 100.0ms" {
		t.Error(got)
	}
	if times[0] != 100*time.Millisecond {
		t.Error("the times were put in another order")
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range []string{
		"", "walk", "latency", "latency -meetleaks p", "peer -service birds", "peer -frames 0", "peer more",
		"flood -meetleaks p -store s -rate 1", "latency -meetleaks p -store s -seconds 0", "peer -core -2",
	} {
		var said bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), &said, &said); code != 2 || said.Len() == 0 {
			t.Errorf("%q: exit code %d, and said: %s", args, code, said.String())
		}
	}
	if got := fmt.Sprint(plan{service: serviceX, rate: beats, seconds: 1, frames: 1, core: -1}.fits(false)); got != "true" {
		t.Error("the least is refused")
	}
}
