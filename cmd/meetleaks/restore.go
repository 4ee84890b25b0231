package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/archive"
	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/store/sqlitestore"
)

// restoreOptions are the flags of `restore`.
type restoreOptions struct {
	config, from                 string
	identityFile, passphraseFile string
	force                        bool
}

func (a *app) restoreCommand() *cobra.Command {
	var o restoreOptions
	cmd := &cobra.Command{
		Use:   "restore --from FILE (--identity-file FILE | --passphrase-file FILE)",
		Short: "Put back what `backup` wrote",
		Long: `Put back what ` + "`meetleaks backup`" + ` wrote, into the store that the configuration names. Stop the service first.

The backup is read to its end and checked before anything is written. An embedded store that is there
is replaced only with --force, and kept beside the new one. Redis must be empty. A backup of an embedded
store can be restored into Redis; one of Redis only into Redis. The master key must be put back by hand.`,
		Example: "  meetleaks restore --from /backup/meetleaks.age --identity-file backup.key",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.interruptible(cmd.Context(), a.restore(cmd.Context(), o))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.config, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	flags.StringVar(&o.from, "from", "", "backup `FILE`")
	flags.StringVar(&o.identityFile, "identity-file", "", "`FILE` of age-keygen, for its owner alone")
	flags.StringVar(&o.passphraseFile, "passphrase-file", "", "`FILE` with the passphrase, for its owner alone")
	flags.BoolVar(&o.force, "force", false, "replace an embedded store that is there; it is kept beside the new one")
	return cmd
}

// restoring is a restore on its way.
type restoring struct {
	*app
	from       string
	identities []age.Identity
	place      storePlace
	force      bool
}

func (a *app) restore(ctx context.Context, o restoreOptions) error {
	r := restoring{app: a, from: o.from, force: o.force}
	var err error
	if r.identities, err = o.openWith(); err != nil {
		return err
	}
	loaded, err := a.loadConfigOrDefault(o.config)
	if err != nil {
		return err
	}
	if r.place, err = a.storePlace(loaded.Config); err != nil {
		return err
	}
	if err := r.free(); err != nil {
		return err
	}
	ring := r.ring(loaded.Keys)
	counts, sealed, err := r.verify(ctx, ring)
	if err != nil {
		return err
	}
	put, err := r.into(ctx)
	if err != nil {
		return err
	}
	r.report(counts, put, ring != nil && !sealed)
	return nil
}

// free says why nothing may be restored to the place: an embedded store is there. One in Redis says itself that it is not empty.
func (r *restoring) free() error {
	file := r.place.file()
	if file == "" || r.force {
		return nil
	}
	missing, err := r.place.missing()
	if err != nil || missing {
		return err
	}
	return usage("--force replaces it, and keeps it beside the new one", "there is a store at %s", file)
}

// openWith reads what opens the backup.
func (o restoreOptions) openWith() ([]age.Identity, error) {
	switch {
	case o.from == "":
		return nil, usage("", "--from names the backup")
	case (o.identityFile == "") == (o.passphraseFile == ""):
		return nil, usage("", "give one of --identity-file and --passphrase-file")
	case o.passphraseFile != "":
		_, identity, err := passphrase(o.passphraseFile)
		return []age.Identity{identity}, err
	}
	text, err := ownSecret("--identity-file", o.identityFile)
	if err != nil {
		return nil, err
	}
	identities, err := archive.Identities(text)
	if err != nil {
		return nil, usage("", "--identity-file: %w", err)
	}
	return identities, nil
}

// besideAny is a place as though a store were there, for which no key is made.
type besideAny struct{ keyPlace }

func (besideAny) missing() (bool, error) { return false, nil }

// ring is the master key that is here, nil when there is none that can be read. It makes none.
func (r *restoring) ring(keys config.Keys) *scanner.Keyring {
	opened, err := openKeys(keys, besideAny{r.place})
	if err != nil {
		return nil
	}
	return opened.ring
}

// read opens the backup and hands a reader of it to do.
func (r *restoring) read(do func(*archive.Reader) error) error {
	info, err := os.Stat(r.from)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", r.from)
	}
	if err != nil {
		return usage("", "--from: %w", err)
	}
	file, err := os.Open(r.from)
	if err != nil {
		return usage("", "--from: %w", err)
	}
	defer file.Close()
	reader, err := archive.NewReader(bufio.NewReaderSize(file, 64<<10), r.identities...)
	if err == nil {
		err = r.fits(reader.Header)
	}
	if errors.Is(err, archive.ErrKey) {
		return usage("", "%s: %w", r.from, err)
	}
	if err != nil {
		return failed("", "%s: %w", r.from, err)
	}
	return do(reader)
}

// fits says whether an archive can be restored into the configured store.
func (r *restoring) fits(h archive.Header) error {
	if h.Kind != kindSQLite && h.Kind != kindRedis {
		return fmt.Errorf("%w: of a store of another kind", archive.ErrNewer)
	}
	known, err := knownSchema(h.Kind)
	switch {
	case err != nil:
		return err
	case h.Schema > known:
		return fmt.Errorf("%w: schema %d, known are %d", archive.ErrNewer, h.Schema, known)
	case h.Kind == kindRedis && r.place.kind() != kindRedis:
		return errors.New("it is of Redis, which does not keep the names of cursors: it can be restored into Redis only")
	}
	return nil
}

// verify reads the backup to its end. sealed says whether the ring opens all of its data keys.
func (r *restoring) verify(ctx context.Context, ring *scanner.Keyring) (counts archive.Counts, sealed bool, err error) {
	sealed = true
	err = r.read(func(reader *archive.Reader) error {
		for ctx.Err() == nil {
			record, err := reader.Next()
			if errors.Is(err, io.EOF) {
				counts = reader.Counts()
				return nil
			}
			if err != nil {
				return failed("nothing was changed", "%s: %w", r.from, err)
			}
			if record.Key != nil && ring != nil {
				_, unknown := ring.Unwrap(record.Org, record.Key)
				sealed = sealed && unknown == nil
			}
		}
		return ctx.Err()
	})
	return counts, sealed, err
}

// restored is what a restore did.
type restored struct {
	scanner.Loaded
	kept string // where the old store is, "" when there was none
}

func (r *restoring) into(ctx context.Context) (restored, error) {
	if file := r.place.file(); file != "" {
		return r.intoFile(ctx, file)
	}
	if r.force {
		return restored{}, usage("name another database, or empty this one yourself", "--force is of embedded stores: Redis must be empty")
	}
	loaded, err := r.load(ctx, r.place)
	return restored{Loaded: loaded}, err
}

// load fills the store at a place, which must be empty.
func (r *restoring) load(ctx context.Context, place storePlace) (scanner.Loaded, error) {
	var loaded scanner.Loaded
	err := r.read(func(reader *archive.Reader) error {
		opened, err := openPlace(ctx, place)
		if err != nil {
			return err
		}
		dumper, _, err := opened.dumper()
		if err == nil {
			loaded, err = dumper.Load(ctx, reader.Next)
		}
		hint := ""
		if errors.Is(err, scanner.ErrConflict) || errors.Is(err, scanner.ErrHeld) {
			hint = "stop the service; then name another database, or empty this one if nothing else uses it"
		}
		if err = errors.Join(err, opened.store.Close()); err != nil {
			return failed(hint, "restore into %s: %w", place, err)
		}
		return nil
	})
	return loaded, err
}

// intoFile fills a new file beside the store, and then puts it in its place.
func (r *restoring) intoFile(ctx context.Context, store string) (restored, error) {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails
	path := fmt.Sprintf("%s.restoring-%s", store, hex.EncodeToString(random[:]))
	loaded, err := r.load(ctx, sqlitePlace{path})
	kept := ""
	if err == nil {
		if kept, err = sqlitestore.Replace(ctx, store, path, r.now()); err != nil {
			err = failed("", "%w", err)
		}
	}
	if err != nil {
		return restored{}, withoutFiles(err, path)
	}
	return restored{loaded, kept}, nil
}

// withoutFiles takes a store's files away, and adds to err what is left.
func withoutFiles(err error, path string) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if left := os.Remove(path + suffix); left != nil && !errors.Is(left, fs.ErrNotExist) {
			err = errors.Join(err, left)
		}
	}
	return err
}

func (r *restoring) report(counts archive.Counts, done restored, foreign bool) {
	fmt.Fprintf(r.stderr, "restored %s from %s: %s\n", plain(r.place.String()), plain(r.from), told(counts))
	if done.kept != "" {
		fmt.Fprintf(r.stderr, "the old store is kept as %s: remove it when you do not need it\n", plain(filepath.Base(done.kept)))
	}
	if done.Ledgers+done.Keys > 0 {
		fmt.Fprintf(r.stderr, "put right: the ledgers of %s, %s that led to two leaks\n", count(done.Ledgers, "organisation"), count(done.Keys, "key"))
	}
	if foreign {
		fmt.Fprintln(r.stderr, "warning: the master key that is configured does not open the data keys: put back the one of that time")
	} else {
		fmt.Fprintln(r.stderr, "before `serve` the master key of that time must be in its place, too")
	}
}
