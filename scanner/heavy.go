package scanner

import "context"

// Documents that keep much take turns: of those read at a time, one may keep more than heavyBytes of what was found in it. The others
// wait before they begin a further piece, where they hold nothing that it needs.
const (
	heavyBytes   = 1 << 20
	heavyMeeting = 500  // bytes of a meeting without its letters and the text around it
	heavyPiece   = 1000 // sightings in one piece
	heavyFurther = 72   // bytes of a place beyond a meeting's first
)

// heavy says whether more is kept than a document may without its turn.
func (s *meetings) heavy() bool {
	return s.live*heavyMeeting+s.places*heavyFurther+s.held+s.near > heavyBytes
}

// takeTurn waits until no other document has its turn, or until the context is done.
func (s *meetings) takeTurn(ctx context.Context) error {
	if s.turn == nil || s.hasTurn {
		return nil
	}
	select {
	case s.turn <- struct{}{}:
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
		<-s.turn
	}
}

// addWhole takes in a document of one piece.
func (s *meetings) addWhole(ctx context.Context, p piece) error {
	if len(p.sightings) > heavyPiece {
		_ = s.takeTurn(ctx) // when the run is stopped, what was found is still kept
	}
	s.add(p)
	return p.err
}
