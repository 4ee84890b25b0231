package extract

import "bytes"

// tornWord puts words together again that a fold tore apart whose white space got lost on the way, as it does when a
// calendar is copied out of a web page. Since that may as well be no fold, the word is written in addition to the lines.
type tornWord struct {
	word   mapped
	pieces int
}

// tornLeast is the length in bytes of the shortest line that is torn: lines are folded behind 75, less a character.
const tornLeast = 70

// line is told of each line in order, before it is written.
func (t *tornWord) line(l *contentLine, out *scribe) {
	first := l.text
	if n := bytes.IndexAny(first, " \t"); n >= 0 {
		first = first[:n]
	}
	whole := len(first) == len(l.text)
	if t.pieces > 0 && goesOn(l) && len(first) > 0 && len(t.word.text)+len(first) < 4*maxToken {
		t.word.part(&l.mapped, 0, len(first))
		t.pieces++
	} else {
		whole = false
	}
	full := l.end-l.last >= tornLeast && l.end-l.last < 2*tornLeast
	if whole && full {
		return // it may go on
	}
	t.flush(out)
	if last := lastWord(l.text); full && last < len(l.text) {
		t.word.part(&l.mapped, last, len(l.text))
		t.pieces = 1
	}
}

// flush writes the word, if it is one of several pieces.
func (t *tornWord) flush(out *scribe) {
	if t.pieces > 1 {
		out.mapped(&t.word, 0, len(t.word.text))
		out.put("\n", out.last())
	}
	t.word.text, t.word.runs, t.pieces = t.word.text[:0], t.word.runs[:0], 0
}

// goesOn says that the line may be the rest of another: properties are written in capitals.
func goesOn(l *contentLine) bool {
	return l.head < 0 || l.head > 0 && !bytes.Equal(bytes.ToUpper(l.text[:len(l.name)]), l.text[:len(l.name)])
}

// lastWord is where the last word of text begins.
func lastWord(text []byte) int {
	from := len(text)
	for from > 0 && len(text)-from < maxToken && text[from-1] > ' ' {
		from--
	}
	return from
}
