package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

// indexKey gives the key under which findings get their `key`: the configured one, which is stable, else a new one that
// is forgotten with this run.
func (a *app) indexKey(keys config.Keys) (key []byte, stable bool, err error) {
	key, stable, err = keys.IndexKey()
	switch {
	case errors.Is(err, fs.ErrNotExist) && !keys.Index.IsSet():
		// `serve` makes it on its first start; one look is possible before that.
		fmt.Fprintf(a.stderr, "meetleaks: keys.master_file: %s is not there (yet): keys (mk1:…) are those of this run only\n", plain(keys.Master.File()))
	case err != nil:
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

// newIndex says whose links are; nil without organisations.
func newIndex(organisations []config.Organisation, key []byte) (*matchers.Index, error) {
	index, err := config.Index(organisations, key)
	if err != nil {
		return nil, usage("", "%w", err)
	}
	if len(organisations) == 0 {
		index = nil
	}
	return index, nil
}

// newJudge makes the function that completes findings: whose they are, then how bad. It is safe for concurrent use. Findings
// on pages of the network are an organisation's only where may says that it may see them there.
func newJudge(index *matchers.Index, now time.Time, may func(org, page string) bool) scanner.Judge {
	return scanner.NewJudge(scanner.JudgeOptions{Index: index, May: may, Nobodys: true, Now: func() time.Time { return now }})
}
