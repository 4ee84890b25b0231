package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify"
	"meetleaks/scanner"
	"meetleaks/scanner/source/bluesky"
	"meetleaks/scanner/source/mastodon"
	"meetleaks/scanner/source/x"
	v1 "meetleaks/scanner/source/x/v1"
)

// opener makes the reader of a source, as [sourceKind] has it.
type opener = func(s *service, source config.Source, base *url.URL, client *http.Client) (passReader, error)

// joinService adds a source that is read through a service's own interface.
func (s *service) joinService(i int, source config.Source) error {
	read, err := s.openService(source)
	if err != nil {
		return usage("", "sources[%d] (%s): %w", i, source.Name, err)
	}
	s.watch(source, read)
	return nil
}

// openService makes the reader of such a source. It asks nobody.
func (s *service) openService(source config.Source) (passReader, error) {
	base, client, err := s.serviceClient(source)
	if err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	return kindNamed(source.Kind).open(s, source, base, client)
}

// watch adds a source to what is read.
func (s *service) watch(source config.Source, read passReader) {
	w, _ := lookedAt(source)
	w.Read = read
	s.reading.watches = append(s.reading.watches, w)
}

// serviceClient is the address of a source's service, and what it is asked with.
func (s *service) serviceClient(source config.Source) (*url.URL, *http.Client, error) {
	base, err := url.Parse(serviceAddress(source))
	if err != nil {
		return nil, nil, err
	}
	switch base.Scheme { // a web socket begins as a request
	case "ws":
		base.Scheme = "http"
	case "wss":
		base.Scheme = "https"
	}
	client, err := s.clients(base)
	return base, client, err
}

// takerOf is what becomes of what a service gives. On the public internet it is looked for those alone that have proved a domain; a
// service on loopback, or a private address, is the operator's own.
func (s *service) takerOf(base *url.URL) judgedAnew {
	if notify.IsPrivate(base) {
		return judgedAnew{s.pushed, s.listed}
	}
	return judgedAnew{s.pulled, s.listed}
}

// promising says whether a frame of JSON can hold anything that is looked for. Services that write "é" as "\u00e9" are asked twice: else
// what is looked for in other scripts would stand in no frame.
func (s *service) promising() func([]byte) bool {
	find := s.app.finder(s.loaded.Organisations).Promising
	return func(frame []byte) bool {
		if find(frame) {
			return true
		}
		if !bytes.Contains(frame, []byte(`\u`)) {
			return false
		}
		plain, escaped := withoutEscapes(frame)
		return escaped && find(plain)
	}
}

// withoutEscapes puts characters in the place of \uXXXX, as far as they are none of ASCII's; escaped says whether there were any. Frame
// is not changed.
func withoutEscapes(frame []byte) (plain []byte, escaped bool) {
	for {
		at := bytes.Index(frame, []byte(`\u`))
		if at < 0 || len(frame)-at < escapeSize {
			return append(plain, frame...), escaped
		}
		r, size := escapeAt(frame[at:])
		plain = append(plain, frame[:at]...)
		if r < utf8.RuneSelf {
			plain = append(plain, frame[at:at+size]...)
		} else {
			plain, escaped = utf8.AppendRune(plain, r), true
		}
		frame = frame[at+size:]
	}
}

const escapeSize = len(`\u0000`)

// escapeAt is the character that is written at the beginning of text as one escape, or as the two of a surrogate pair, and the size of
// that; 0 for what is none.
func escapeAt(text []byte) (r rune, size int) {
	first, err := strconv.ParseUint(string(text[2:escapeSize]), 16, 16)
	if err != nil {
		return 0, 2
	}
	if !utf16.IsSurrogate(rune(first)) || len(text) < 2*escapeSize || text[escapeSize] != '\\' || text[escapeSize+1] != 'u' {
		return rune(first), escapeSize
	}
	second, err := strconv.ParseUint(string(text[escapeSize+2:2*escapeSize]), 16, 16)
	if both := utf16.DecodeRune(rune(first), rune(second)); err == nil && both != utf8.RuneError {
		return both, 2 * escapeSize
	}
	return rune(first), escapeSize
}

func (s *service) openBluesky(source config.Source, base *url.URL, client *http.Client) (passReader, error) {
	dictionary, err := readDictionary(string(source.Dictionary))
	if err != nil {
		return nil, err
	}
	made, err := bluesky.NewSource(bluesky.Options{
		BaseURL: base, Client: client, Taker: s.takerOf(base), Collections: source.Collections, Dictionary: dictionary,
		Promising: s.promising(), UserAgent: s.agent(), Log: s.log, Now: s.app.now,
	})
	if err != nil {
		return nil, err
	}
	return made.Read, nil
}

// maxDictionary bounds a dictionary of compression, in bytes.
const maxDictionary = 1 << 20

func readDictionary(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("dictionary: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxDictionary+1))
	if err == nil && len(text) > maxDictionary {
		err = fmt.Errorf("of more than %d bytes", maxDictionary)
	}
	if err != nil {
		return nil, fmt.Errorf("dictionary: %w", err)
	}
	return text, nil
}

func (s *service) openMastodon(source config.Source, base *url.URL, client *http.Client) (passReader, error) {
	transport := source.Transport
	if transport == config.TransportPoll {
		transport = mastodon.TransportAuto
	}
	made, err := mastodon.NewSource(mastodon.Options{
		Server: base, Client: client, Token: readAnew(source.Token), Taker: s.takerOf(base), Read: s.readStatus, Streams: source.Streams,
		Transport: transport, Promising: s.promising(), LookAgain: time.Duration(source.LookAgain), SkipNoindex: source.SkipNoindex, Log: s.log, Now: s.app.now,
	})
	if err != nil {
		return nil, err
	}
	return made.Read, nil
}

// readStatus makes documents of the HTML of a post.
func (s *service) readStatus(ctx context.Context, page *mastodon.Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
	return s.reading.unpack.Read(ctx, page, yield, skip)
}

func (s *service) openX(source config.Source, base *url.URL, client *http.Client) (passReader, error) {
	key, err := s.keys.ring.PlaceKey()
	if err != nil {
		return nil, err
	}
	taker := s.takerOf(base)
	searched := func(context.Context) ([]x.Terms, error) {
		var list []x.Terms
		for _, t := range s.searchedFor(notify.IsPrivate(base), key) {
			list = append(list, x.Terms{Tag: t.tag, URLs: t.urls, Numbers: t.numbers})
		}
		return list, nil
	}
	spelling := x.SpelledTweet
	if source.Fields == "post.fields" {
		spelling = x.SpelledPost
	}
	made, err := x.NewSource(x.Options{
		API: client, Base: base, Token: readAnew(source.Token), Terms: searched, Taker: taker, References: taker,
		Budget: budgetOf(source.Budget), Back: time.Duration(source.LookBack), NoQuoted: source.NoQuoted, Stream: spelling, Search: spelling, LookAgain: time.Duration(source.LookAgain), Promising: s.promising(), Agent: s.agent(), Log: s.log,
		Now: s.app.now,
	})
	if err != nil {
		return nil, err
	}
	return made.Read, nil
}

// unbounded is the budget of a service that is the operator's own, when the configuration does not say: of X's it must.
const unbounded = 1_000_000_000

// budgetOf is a budget of which one bound may be left out: a month has 31 days then.
func budgetOf(b config.Budget) x.Budget {
	day, month := int64(b.PostsPerDay), int64(b.PostsPerMonth)
	switch {
	case day == 0 && month == 0:
		day, month = unbounded, unbounded
	case month == 0:
		month = 31 * day
	case day == 0:
		day = month
	}
	return x.Budget{PerDay: day, PerMonth: month, Price: b.USDPerPost}
}

// openX1 reads gateways that speak X's version 1.1.
func (s *service) openX1(source config.Source, base *url.URL, client *http.Client) (passReader, error) {
	key, err := s.keys.ring.PlaceKey()
	if err != nil {
		return nil, err
	}
	taker := s.takerOf(base)
	searched := func(context.Context) ([]v1.Terms, error) {
		var list []v1.Terms
		for _, t := range s.searchedFor(notify.IsPrivate(base), key) {
			list = append(list, v1.Terms{Tag: t.tag, URLs: t.urls, Numbers: t.numbers})
		}
		return list, nil
	}
	token := readAnew(source.Token)
	if !source.Token.IsSet() {
		token = nil // none is sent
	}
	made, err := v1.NewSource(v1.Options{
		API: client, Base: base, Token: token, Terms: searched, Taker: taker, Keeper: taker, Back: time.Duration(source.LookBack), NoSearch: source.NoSearch,
		NoLookup: source.NoLookup, LookAgain: time.Duration(source.LookAgain), Promising: s.promising(), Agent: s.agent(), Log: s.log, Now: s.app.now,
	})
	if err != nil {
		return nil, err
	}
	return made.Read, nil
}

// searchedFor gives what may stand in queries: of organisations that have proved a domain, or of all where the service is the
// operator's own.
func (s *service) searchedFor(own bool, key []byte) []terms {
	var list []terms
	for _, o := range s.loaded.Organisations {
		if !own && !s.claims.Proved(o.Name) {
			continue
		}
		if t := termsOf(o, key); len(t.urls)+len(t.numbers) > 0 {
			list = append(list, t)
		}
	}
	return list
}

// readAnew gives a secret as it is now, "" when there is none.
func readAnew(secret config.Secret) func() (string, error) {
	if !secret.IsSet() {
		return func() (string, error) { return "", nil }
	}
	return secret.Read
}

// agent is how the program names itself.
func (s *service) agent() string { return "meetleaks/" + version() }
