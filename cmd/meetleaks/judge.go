package main

import (
	"crypto/rand"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

// indexKey gives the key under which findings get their `key`: the configured one, which is stable, else a new one that
// is forgotten with this run.
func indexKey(keys config.Keys) (key []byte, stable bool, err error) {
	key, stable, err = keys.IndexKey()
	if err != nil {
		return nil, false, usage("", "%w", err)
	}
	if stable {
		return key, true, nil
	}
	key = make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, false, failed("", "make a key: %w", err)
	}
	return key, false, nil
}

// newJudge makes the function that completes findings: whose they are, then how bad. It is safe for concurrent use.
func newJudge(_ []config.Organisation, now time.Time) (scanner.Judge, error) {
	assessor := scanner.NewAssessor()
	retired := map[string]string{}
	for _, p := range matchers.All() {
		retired[p.Name] = p.Retired
	}
	return func(f *scanner.Finding, c scanner.Context) {
		texts := make([]string, 0, len(c.Near))
		for _, near := range c.Near {
			texts = append(texts, near.Text)
		}
		f.Risk = assessor.Assess(f, scanner.Near{Texts: texts, Now: now, Retired: retired[f.Link.Platform]})
	}, nil
}
