package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/sqlitestore"
)

// disk is a file system as far as it can be asked about.
type disk struct {
	kind              string // "" when it is an ordinary one
	network           bool
	fleeting, foreign bool // in memory; of a program, which may be anything
	free              uint64
}

// storeLook is what the steps about the store hand on to each other.
type storeLook struct {
	*doctor
	place storePlace    // nil: see bad
	bad   error         // the place cannot be read
	store scanner.Store // nil: not made yet, or not to be opened
	why   string        // nil store: why, in words
	keys  *scanner.Keyring
}

// storeExamination looks at the store, and at the keys that open what is in it.
func (d *doctor) storeExamination() examination {
	s := &storeLook{doctor: d, why: "the store could not be opened"}
	s.place, s.bad = d.app.storePlace(d.loaded.Config)
	list := examination{{"store", "", s.readable}}
	if s.bad == nil {
		list = s.place.examine(s)
	}
	return append(list,
		checkStep{"master key", "", s.masterKey},
		checkStep{"data keys", "", s.dataKeys},
		checkStep{"source's record", "", s.outlooks},
	)
}

// readable says that the place itself is wrong.
func (s *storeLook) readable(context.Context) []diagnosis {
	return []diagnosis{ailing("store", "", s.bad.Error(), "give `store: sqlite:PATH` or `store: redis://host:6379/0`, in place or as store_file")}
}

func (p sqlitePlace) examine(s *storeLook) examination {
	open := func(ctx context.Context) (scanner.Store, error) {
		return sqlitestore.Open(ctx, sqlitestore.Options{Path: p.path, Busy: stepBound / 2})
	}
	return examination{
		{"store", p.String(), func(ctx context.Context) []diagnosis { return s.lookAtFile(ctx, p.path) }},
		{"store integrity", p.String(), func(ctx context.Context) []diagnosis { return s.integrity(ctx, p.path) }},
		{"store", p.String(), func(ctx context.Context) []diagnosis { return s.open(ctx, open) }},
	}
}

func (p redisPlace) examine(s *storeLook) examination {
	open := func(ctx context.Context) (scanner.Store, error) {
		return redisstore.Open(ctx, redisstore.Options{Address: p.address})
	}
	return examination{
		{"store", p.String(), func(ctx context.Context) []diagnosis { return s.lookAtRedis(ctx, p.address) }},
		{"store", p.String(), func(ctx context.Context) []diagnosis { return s.open(ctx, open) }},
	}
}

// open opens a store that is there and needs no change for that, and asks how it is.
func (s *storeLook) open(ctx context.Context, open func(context.Context) (scanner.Store, error)) []diagnosis {
	if s.why != "" {
		return nil // said already
	}
	var err error
	if s.store, err = open(ctx); err != nil {
		s.store, s.why = nil, "the store could not be opened"
		return []diagnosis{ailing("store", s.place.String(), err.Error(), "the checks above say why; run doctor as the user that serve runs as")}
	}
	s.atEnd(func() { _ = s.store.Close() }) // nothing was written
	return s.health(ctx)
}

// health looks whether alerts are being sent.
func (s *storeLook) health(ctx context.Context) []diagnosis {
	const name = "alerts"
	h, err := s.store.Health(ctx)
	if err != nil {
		return []diagnosis{ailing(name, s.place.String(), err.Error(), "see whether the store is running and not overloaded")}
	}
	waits := h.Now.Sub(h.OldestDue).Round(time.Second)
	if h.Due > 0 && waits > stuckAlerts {
		return []diagnosis{worry(name, "", fmt.Sprintf("%s should have been sent %s ago and longer, and nobody sends them", count(int(h.Due), "alert"), waits),
			"start serve with the role alert, or look in its log why it does not send")}
	}
	return []diagnosis{healthy(name, "", "%s due; the store's history goes back to %s", count(int(h.Due), "alert"), h.Since.UTC().Format(time.RFC3339))}
}

// stuckAlerts is how long an alert may be due.
const stuckAlerts = 5 * time.Minute

// masterKey looks at the master key as serve does, but makes none.
func (s *storeLook) masterKey(context.Context) []diagnosis {
	const name = "master key"
	if s.bad != nil {
		return []diagnosis{unexamined(name, "", "where it belongs is not known without the store")}
	}
	keys, beside := s.loaded.Keys, s.place.file()
	file, missing := keys.Master.File(), false
	switch {
	case keys.Master.IsSet() && file == "":
	case !keys.Master.IsSet() && beside == "":
		return []diagnosis{ailing(name, "", "with Redis keys.master_file must be given",
			"make one with `openssl rand -base64 32 > master.key`, and give the same to every process")}
	default:
		keys.Master, file = masterOrDefault(keys.Master, beside)
		missing = isMissing(file)
	}
	fresh, err := s.place.missing()
	switch {
	case missing && err != nil:
		return []diagnosis{unexamined(name, file, "is not there, and whether there is a store is not known")}
	case missing && fresh:
		return []diagnosis{healthy(name, file, "not made yet, serve makes it")}
	case missing && beside != "":
		return []diagnosis{ailing(name, file, "is not there, but the store is: what it holds is sealed under that key",
			"put it back from its backup; only when the store may be lost too, remove the store, and a new key is made")}
	case missing:
		return []diagnosis{ailing(name, file, "is not there", "make it once, with `openssl rand -base64 32 > "+file+"`, and give the same to every process")}
	}
	if seen := judgeKeyFile(file); seen != nil {
		return seen
	}
	ring, err := readKeys(keys)
	if err != nil {
		return []diagnosis{ailing(name, file, err.Error(), "put the right key there: 32 random bytes as base64 or hexadecimal text, the newest first")}
	}
	s.keys = ring
	return []diagnosis{healthy(name, file, "can be read, by nobody else, and is well formed")}
}

// masterOrDefault is the configured master key, or the file beside an embedded store, and the name of the file.
func masterOrDefault(given config.Secret, store string) (config.Secret, string) {
	if !given.IsSet() {
		given = config.SecretFile(filepath.Join(filepath.Dir(store), masterKeyName))
	}
	return given, given.File()
}

// judgeKeyFile is what serve refuses to start with; nil when nothing is wrong, or there is no file.
func judgeKeyFile(file string) []diagnosis {
	if file == "" {
		return nil
	}
	info, err := os.Stat(file)
	if err == nil {
		err = checkKeyMode(file, info)
	}
	var f *fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f) && f.hint != "":
		return []diagnosis{ailing("master key", file, err.Error(), f.hint)}
	}
	return []diagnosis{ailing("master key", file, err.Error(), "put the key there, as a file that only the user of serve can read")}
}

// maxOrganisations bounds how many data keys are opened.
const maxOrganisations = 10_000

// dataKeys opens the data key of each organisation in the store.
func (s *storeLook) dataKeys(ctx context.Context) []diagnosis {
	const name = "data keys"
	if s.store == nil || s.keys == nil {
		return []diagnosis{unexamined(name, "", "%s", s.reason())}
	}
	names, err := s.store.Organisations(ctx)
	if err != nil {
		return []diagnosis{ailing(name, "", err.Error(), "see whether the store is running and not overloaded")}
	}
	var list []diagnosis
	opened := 0
	for _, org := range names[:min(len(names), maxOrganisations)] {
		wrapped, err := s.store.OrgKey(ctx, org)
		if errors.Is(err, scanner.ErrNotFound) {
			continue // it is being erased
		}
		if err == nil {
			_, err = s.keys.Unwrap(org, wrapped)
		}
		switch {
		case err == nil:
			opened++
		case errors.Is(err, scanner.ErrKeyUnknown):
			list = append(list, ailing("data key", org, "is wrapped under another master key than those that are given",
				"add the master key of that time as a further line of the master key's file"))
		default:
			list = append(list, ailing("data key", org, err.Error(), "restore the store from a backup; without this key the organisation's ids cannot be read"))
		}
		if len(list) > maxMistakesShown || ctx.Err() != nil {
			break
		}
	}
	return append(list, healthy(name, "", "%s opened by the master key", count(opened, "key")))
}

// reason is why something that needs store and keys was not looked at.
func (s *storeLook) reason() string {
	if s.store == nil && s.why != "" {
		return s.why
	}
	return "there is no master key to open them with"
}

// outlooks tells which sources are blind by the store's record.
func (s *storeLook) outlooks(ctx context.Context) []diagnosis {
	const name = "source's record"
	var watches []scanner.Watch
	for _, source := range s.loaded.Sources {
		if w, read := lookedAt(source); read {
			watches = append(watches, w)
		}
	}
	switch {
	case len(watches) == 0:
		return nil
	case s.store == nil:
		return []diagnosis{unexamined(name, "", "%s", s.reason())}
	}
	outlooks, err := lookOnce(ctx, watches, s.store)
	if err != nil {
		return []diagnosis{unexamined(name, "", "%s", err)}
	}
	var list []diagnosis
	for _, o := range outlooks {
		switch {
		case o.Blind == scanner.BlindUnread:
			list = append(list, unexamined("source's record", o.Source, "was not read yet"))
		case o.Blind != "":
			list = append(list, worry("source's record", o.Source, "is blind: "+o.Blind+", since "+o.Since.UTC().Format(time.RFC3339),
				"the source's check below may say why, else the log of serve"))
		default:
			list = append(list, healthy("source's record", o.Source, "was read %s", o.Passed.UTC().Format(time.RFC3339)))
		}
	}
	return list
}

// lookOnce asks the store once how the sources are doing.
func lookOnce(ctx context.Context, watches []scanner.Watch, store scanner.Store) ([]scanner.Outlook, error) {
	s, err := scanner.NewScheduler(scanner.SchedulePlan{
		Watches: watches, Store: store, Queue: noQueue{}, Holder: "doctor", Tick: time.Hour,
	})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Schedule(ctx) }()
	defer func() {
		stop()
		<-ended //nolint:errcheck // it ends with its context, and then says nil
	}()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		err := s.Ready()
		if err == nil {
			return s.Outlooks(), nil
		}
		if errors.Is(err, scanner.ErrUnavailable) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-again.C:
		}
	}
}
