package aside

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"meetleaks/scanner"
)

func TestAnErrandBringsWhatIsToBeDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e Errand
		applied := errors.New("applied")
		e.Ask(t.Context(), "X", func(context.Context) Apply { return func(context.Context) error { return applied } })
		if !e.Busy() {
			t.Error("it is under way, and does not say so")
		}
		if err := e.Take(t.Context(), <-e.Done()); !errors.Is(err, applied) || e.Busy() {
			t.Errorf("%v, busy %v", err, e.Busy())
		}
		e.Ask(t.Context(), "X", func(context.Context) Apply { panic("quillbert") })
		if err := e.Take(t.Context(), <-e.Done()); !errors.Is(err, scanner.ErrPanicked) || err.Error() == "" || errors.Is(err, applied) {
			t.Errorf("one that broke: %v", err)
		}
	})
}

func TestAnErrandHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e Errand
		e.Stop() // of nothing
		began := time.Now()
		e.Ask(t.Context(), "X", func(ctx context.Context) Apply {
			<-ctx.Done()
			return func(context.Context) error { return nil }
		})
		e.Stop()
		if took := time.Since(began); took != bound || e.Busy() {
			t.Errorf("after %s, busy %v", took, e.Busy())
		}
	})
}
