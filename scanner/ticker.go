package scanner

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// maxTicks bounds the leaks that are looked at in one step.
const maxTicks = 64

// tickLease is how long a leak that is being looked at is nobody else's.
const tickLease = time.Minute

// Tick looks at leaks whose time has come, at most 64, and says how many there were. An error of one does not hold back the
// others: it comes again when its claim ends. When the clock went back it looks at all leaks first. One goroutine at a time calls it.
func (p *Pipeline) Tick(ctx context.Context) (int, error) {
	if p.wentBack() {
		if err := p.setRight(ctx); err != nil {
			return 0, err
		}
	}
	refs, err := p.store.ClaimWakes(ctx, maxTicks, tickLease)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, ref := range refs {
		if ctx.Err() != nil {
			return len(refs), ctx.Err()
		}
		if err := p.tick(ctx, ref); err != nil && !errors.Is(err, ErrNotFound) {
			failed = append(failed, err)
		}
	}
	return len(refs), errors.Join(failed...)
}

func (p *Pipeline) tick(ctx context.Context, ref LeakRef) error {
	p.counts.ticks.Add(1)
	return p.again(ctx, "look at a leak", func(int) error {
		d, err := p.openDraft(ctx, ref.Org, ref.ID)
		if err != nil {
			return err
		}
		if err := d.apply(LeakEvent{Kind: Tick}); err != nil {
			return err
		}
		if err := p.believe(ctx, d); err != nil {
			return err
		}
		d.renew = true
		if err := p.refresh(ctx, d); err != nil {
			return err
		}
		return p.commit(ctx, d)
	})
}

// Every calls step again and again until ctx is done: at once while step says that there is more, else after pause. An error is
// logged as what, and waits for pause too; when the store does not answer, for ten times that.
func Every(ctx context.Context, what string, pause time.Duration, log *slog.Logger, step func(context.Context) (more bool, err error)) {
	for {
		more, err := step(ctx)
		wait := pause
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Error(what, "error", err.Error())
			if errors.Is(err, ErrUnavailable) {
				wait = 10 * pause
			}
		case more:
			continue
		}
		if rest(ctx, jittered(wait)) != nil {
			return
		}
	}
}

// RunTicks keeps the ladder going until ctx is done.
func (p *Pipeline) RunTicks(ctx context.Context, pause time.Duration, log *slog.Logger) {
	Every(ctx, "look at leaks", pause, log, func(ctx context.Context) (bool, error) {
		n, err := p.Tick(ctx)
		return n == maxTicks, err
	})
}
