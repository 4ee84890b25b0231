package scanner

import "context"

// Documents that keep much take turns: of those that [Matcher.Each] reads at a time, one may go on when it keeps more than heavyBytes of
// what was found in it. The others wait before they begin a further piece, where they hold nothing that it needs. A stream has no turn
// and waits for no other document: it may stand still for as long as it likes, and what fills it may be what another document waits for.
const (
	heavyBytes   = 1 << 20
	meetingBytes = 500 // of a meeting without its letters and the text around it
	placeBytes   = 72  // of a place beyond a meeting's first
)

// turns has room for the one document whose turn it is; nil: nobody takes turns.
type turns chan struct{}

// heavy says whether more is kept than a document may without its turn. Who has handed over a chapter soon has the next.
func (s *meetings) heavy() bool {
	return s.chapters.keys != nil || s.live*meetingBytes+s.places*placeBytes+s.held+s.near+s.further > heavyBytes
}

// takeTurn waits until no other document has its turn, or until the context is done.
func (s *meetings) takeTurn(ctx context.Context) error {
	if s.turns == nil || s.hasTurn {
		return nil
	}
	select {
	case s.turns <- struct{}{}:
		s.hasTurn = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// endTurn is called when what was found is no longer kept.
func (s *meetings) endTurn() {
	if s.hasTurn {
		s.hasTurn = false
		<-s.turns
	}
}

// addInTurn takes in a piece of a document that is read by one goroutine. Once the document is heavy it waits for its turn, before the
// next piece or until it is handed over.
func (s *meetings) addInTurn(ctx context.Context, p piece) error {
	s.add(p)
	if s.heavy() {
		_ = s.takeTurn(ctx) // when the run is stopped, what was found is still handed over
	}
	return p.err
}
