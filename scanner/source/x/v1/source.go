package v1

import (
	"context"
	"errors"
	"fmt"

	"meetleaks/scanner"
	"meetleaks/scanner/source/x/internal/terms"
	"meetleaks/scanner/source/x/internal/waits"
)

// Source watches a gateway for a [scanner.Watch] of kind Stream. It is safe for concurrent use; between passes it starts nothing.
type Source struct {
	o      Options
	shared map[string]bool // hosts that are everybody's
	fails  waits.Failures
}

// NewSource makes a Source; nothing is requested. Its error lists all that is wrong with the options.
func NewSource(o Options) (*Source, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	return &Source{o: o, shared: terms.Everybodys()}, nil
}

// Read makes a pass; it fits [scanner.Watch].Read. It returns nil when the stream ended after something was heard, when what is looked
// for has changed, or when ctx is done. Other errors are an [*Error], that of Pass.Save, or that of the Taker or Keeper, wrapped.
func (s *Source) Read(ctx context.Context, p scanner.Pass) (scanner.Outcome, error) {
	r, err := s.begin(p)
	if err != nil {
		return scanner.Outcome{}, err
	}
	err = r.run(ctx)
	var own *Error
	if errors.As(err, &own) && refusal(own.Status) {
		r.health.Refused++
	}
	r.tell()
	if err != nil && ctx.Err() != nil && !errors.Is(err, scanner.ErrLost) {
		return r.out, nil //nolint:nilerr // a stream that is ended has not failed
	}
	if err != nil && own == nil {
		err = fmt.Errorf("x v1.1: %w", err)
	}
	return r.out, err
}
