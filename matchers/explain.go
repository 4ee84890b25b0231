package matchers

// Step is one candidate's way through Find, for people who ask why. It holds no id in clear and no secret.
type Step struct {
	Start, End int // in the text; inside a wrapper: the wrapper's place
	Platform   string
	Via        []string // wrappers taken off so far
	Outcome    string   // "kept", "dropped", "number" (a number block, see the result for what became of it), "opaque"
	Reason     string   // why it was dropped
	Possible   string   // for opaque wrappers: the platform whose host the wrapper names, or ""
	Shown      string   // the candidate, masked
}

// MaxSteps bounds an explanation.
const MaxSteps = 10_000

// Explain is what Standard explains.
func Explain(text []byte) (found []Sighting, steps []Step, truncated bool) {
	return standard().Explain(text)
}

// Explain finds as FindIn does in the whole text and reports every candidate on the way. truncated says that there were more
// than MaxSteps.
func (f *Finder) Explain(text []byte) (found []Sighting, steps []Step, truncated bool) {
	s := f.search()
	s.trace = func(step Step) {
		if len(steps) >= MaxSteps {
			truncated = true
			return
		}
		steps = append(steps, step)
	}
	found = s.run(text, 0, len(text))
	s.end()
	return found, steps, truncated
}
