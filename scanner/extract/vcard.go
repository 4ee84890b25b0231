package extract

import (
	"context"
)

// vcard reads vCards 2.1 to 4.0 (RFC 6350): lines unfolded, values decoded.
func (w *work) vcard(c content, head []byte, all bool) error {
	return w.asLines(c, head, all, "text/vcard", func(v *view) error { return v.vcard(w.ctx) })
}

// vcard appends the text of vCards, which are the source of the current part, each behind a blank line. What is no property
// is appended as it is, files inside too (photographs, keys) unless they are text.
func (v *view) vcard(ctx context.Context) error {
	out := newScribe(v)
	lines := contentLines{source: out.source}
	var (
		l    contentLine
		torn tornWord
	)
	for n := 0; lines.next(&l); n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		torn.line(&l, out)
		out.card(&l)
		out.lineEnd(&l)
		out.doubts(&l)
		if l.name == "END" {
			out.put("\n", out.last())
		}
	}
	torn.flush(out)
	return nil
}

// card appends a line of a vCard.
func (s *scribe) card(l *contentLine) {
	switch {
	case l.head < 0:
		s.mapped(&l.mapped, 0, len(l.text))
		return
	case l.isBase64():
		if text, ok := l.plainText(); ok {
			s.params(l)
			s.put("\n"+text, l.source(l.head))
			return
		}
	}
	s.property(l)
}
