package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner/fetch"
)

// Who scans a site sees the meetings on it only when they are registered, or when they show that the site is theirs: they put
// a file with a word of their choice on it. The file's name is made of the word's hash, so that nobody who does not know the
// word can ask for it, and a server that answers every request with what was asked for does not answer with the word.

const (
	minProof  = 32 // characters of the word
	maxProof  = 128
	proofLine = "meetleaks-proof="
)

// newProof makes a word.
func newProof() (string, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", failed("", "make a proof: %w", err)
	}
	return hex.EncodeToString(b), nil
}

func checkProof(word string) error {
	if word == "" {
		return nil
	}
	plainWord := strings.Trim(word, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == ""
	if len(word) < minProof || len(word) > maxProof || !plainWord {
		return usage("leave --proof out: standard error then says which word to use", "--proof wants %d to %d letters and digits", minProof, maxProof)
	}
	return nil
}

// proofURL is where the file with the word lies on the site of u.
func proofURL(u *url.URL, word string) string {
	sum := sha256.Sum256([]byte(word))
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/.well-known/meetleaks-" + hex.EncodeToString(sum[:8]) + ".txt"}).String()
}

// proofs is the sites that were shown to belong to whoever scans. Without --proof there are none, and word is a new one to show.
type proofs struct {
	word  string
	sites map[string]bool // by origin, see origin
}

// proofsOf asks the sites of the targets for the file, when a word is given. What does not prove is said, and no failure.
func (a *app) proofsOf(ctx context.Context, client *fetch.Client, word string, targets []*url.URL) (*proofs, error) {
	p := &proofs{word: word, sites: map[string]bool{}}
	if word == "" {
		var err error
		p.word, err = newProof()
		return p, err
	}
	asked := map[string]bool{}
	for _, target := range targets {
		site := origin(target)
		if asked[site] {
			continue
		}
		asked[site] = true
		if err := p.ask(ctx, client, target); err != nil {
			fmt.Fprintf(a.stderr, "meetleaks: %s is not shown to be yours: %s\n", plain(site), plain(err.Error()))
			continue
		}
		p.sites[site] = true
	}
	return p, nil
}

func (p *proofs) ask(ctx context.Context, client *fetch.Client, site *url.URL) error {
	at := proofURL(site, p.word)
	page, err := client.Get(ctx, fetch.Request{URL: at, MaxBytes: 4 << 10})
	if err != nil {
		return err
	}
	if err := page.StatusError(); err != nil {
		return err
	}
	if moved, err := url.Parse(page.URL); err != nil || origin(moved) != origin(site) {
		return errors.New("the file is on another site")
	}
	if strings.TrimSpace(string(page.Body)) != proofLine+p.word {
		return fmt.Errorf("%s holds something else than the one line %s and the word", at, proofLine)
	}
	return nil
}

// organisations are the proved sites as if they were registered: links that name nobody, on that very site.
func (p *proofs) organisations() []config.Organisation {
	var list []config.Organisation
	for site := range p.sites {
		list = append(list, config.Organisation{Name: site, Patterns: []config.Pattern{{Page: site + "/*"}}})
	}
	return list
}

// origin is "scheme://host[:port]" in lower case, without the port that the scheme implies.
func origin(u *url.URL) string {
	scheme := strings.ToLower(u.Scheme)
	host := strings.ToLower(u.Host)
	switch {
	case scheme == "http":
		host = strings.TrimSuffix(host, ":80")
	case scheme == "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return scheme + "://" + host
}
