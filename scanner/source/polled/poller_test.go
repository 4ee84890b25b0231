package polled_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/polled"
	"meetleaks/scanner/source/sourcetest"
)

func TestABlindPass(t *testing.T) {
	for _, c := range []struct {
		broken int // of four
		want   string
	}{
		{0, ""},
		{2, ""},
		{3, "notice hall: blind: 3 of 4 notices cannot be read: the server answered 404"},
		{4, "notice hall: blind: 4 of 4 notices cannot be read: the server answered 404"},
	} {
		r := newRig(t, "/0", "/1", "/2", "/3")
		for i := c.broken; i < 4; i++ {
			r.site.Set(fmt.Sprint("/", i), "All are welcome.")
		}
		out, err := r.Pass(0)
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%d broken: %v", c.broken, err)
		}
		if (r.Cursor == "1 2026-11-23T10:30:00Z") != (c.want == "") || out.Documents != 4-c.broken || len(r.Health().Notes) != c.broken {
			t.Errorf("%d broken: cursor %q, %+v, notes %q", c.broken, r.Cursor, out, r.Health().Notes)
		}
	}
}

func TestAHostThatAsksUsToStayAway(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Set("/one", "All are welcome.")
	r.site.Break(sourcetest.Answers(http.StatusServiceUnavailable, "Retry-After", "7200"))
	var blind *polled.BlindError
	if _, err := r.Pass(time.Hour); !errors.As(err, &blind) || blind.RetryAfter() != 2*time.Hour || r.Health().Refused != 1 {
		t.Fatalf("error %v, health %+v", err, r.Health())
	}
	r.site.Break(nil)
	if _, err := r.Pass(time.Hour); !errors.As(err, &blind) || blind.RetryAfter() != time.Hour || r.taken() != 0 {
		t.Errorf("a document that is not asked for yet looks read: %v", err)
	}
	r.Must(0)
}

func TestNotesAreInOrderAndBounded(t *testing.T) {
	var paths []string
	for i := range 30 {
		paths = append(paths, fmt.Sprint("/", i))
	}
	r := newRig(t, paths...)
	_, _ = r.Pass(0) // is blind
	notes := r.Health().Notes
	if len(notes) != scanner.MaxNotes || notes[scanner.MaxNotes-1] != "and 23 more like these" {
		t.Fatalf("notes %q", notes)
	}
	for i, note := range notes[:scanner.MaxNotes-1] {
		if !strings.HasPrefix(note, fmt.Sprintf("notice %d: ", i+1)) {
			t.Errorf("note %d is %q", i, note)
		}
	}
}

func TestAPanicEndsThePassAndSaysNothing(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Set("/one", "panic")
	if _, err := r.Pass(0); !errors.Is(err, polled.ErrBroken) || err.Error() != "notice hall: notice 1: its reader broke (string)" || r.Cursor != "" {
		t.Errorf("error %v, cursor %q", err, r.Cursor)
	}
}

func TestTheTakersErrorKeepsNothing(t *testing.T) {
	r := newRig(t, "/one", "/two")
	r.site.Set("/one", "All are welcome.")
	r.site.Set("/two", "Nobody is.")
	down := fmt.Errorf("the store: %w", scanner.ErrUnavailable)
	r.Taker.Fail(down)
	if _, err := r.Pass(0); !errors.Is(err, down) || r.Cursor != "" || len(r.Visits.Kept()) != 0 {
		t.Errorf("error %v, cursor %q, %d kept", err, r.Cursor, len(r.Visits.Kept()))
	}
	r.Taker.Fail(fmt.Errorf("a text: %w", scanner.ErrBadValue))
	if r.Must(0); r.Health().Failed != 2 {
		t.Errorf("what cannot be kept is not counted: %+v", r.Health())
	}
}

func TestAPassEndsWithItsContext(t *testing.T) {
	r := newRig(t, "/one")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Read(ctx, scanner.Pass{Source: "hall"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestOptionsSayEveryMistake(t *testing.T) {
	r := newRig(t, "/one")
	_, err := polled.New(kindOf(), polled.Options{
		Name: "a\nb", Client: r.Clock.Client(t), Key: []byte("short"), Parallel: 99, MaxRest: 99 * time.Hour, URLs: []*url.URL{
			sourcetest.Address(t, "ftp://acme.example/"), sourcetest.Address(t, "https://acme.zoom.us/j/84930275116"), sourcetest.Address(t, "https://acme.example/f"),
			sourcetest.Address(t, "https://acme.example/f#two"), nil, sourcetest.Address(t, "https://quillbert:pw@acme.example/"),
		},
	})
	for _, want := range []string{"name", "key", "taker", "99", "rest", "notice 1", "notice 2", "notice 4: it stands there twice", "notice 5", "notice 6"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in: %v", want, err)
		}
	}
	for _, bad := range []string{"84930275116", "quillbert", "notice 3"} {
		if strings.Contains(fmt.Sprint(err), bad) {
			t.Errorf("%q stands in: %v", bad, err)
		}
	}
}
