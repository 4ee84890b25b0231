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
	"runtime"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/archive"
	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/sqlitestore"
)

// backupOptions are the flags of `backup`.
type backupOptions struct {
	config, to                     string
	recipients                     []string
	recipientsFile, passphraseFile string
}

func (a *app) backupCommand() *cobra.Command {
	var o backupOptions
	cmd := &cobra.Command{
		Use:   "backup --to FILE (--recipient age1… | --recipients-file FILE | --passphrase-file FILE)",
		Short: "Write what the store holds to one encrypted file",
		Long: `Write what the store holds to one file, encrypted with age. Services may go on.

The master key is not in it: keep that apart, or what is restored cannot be read. Nor is what may be
lost: which pages were read already, leases, and the counts of alerts. So after a restore pages are
read again and some alerts may be told again; none is missed. An embedded store is copied as it is at
one moment, Redis leak by leak. Backups keep what has since been erased: delete them in time.`,
		Example: "  meetleaks backup --to /backup/meetleaks.age --recipient age1…\n  meetleaks backup --to - --passphrase-file /etc/meetleaks/backup | ssh vault 'cat > meetleaks.age'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.interruptible(cmd.Context(), a.backup(cmd.Context(), o))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.config, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	flags.StringVar(&o.to, "to", "", "`FILE` to write, which must not be there; - for standard output")
	flags.StringArrayVar(&o.recipients, "recipient", nil, "age `RECIPIENT` who can read it; may be given again")
	flags.StringVar(&o.recipientsFile, "recipients-file", "", "`FILE` of recipients, one a line")
	flags.StringVar(&o.passphraseFile, "passphrase-file", "", "`FILE` with a passphrase, for its owner alone")
	return cmd
}

// interruptible turns the end of ctx into its exit code. What was under way was undone.
func (a *app) interruptible(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		complain(a.stderr, errors.New("interrupted; nothing is left of it"), "")
		return outcome(exitInterrupted)
	}
	return err
}

func (a *app) backup(ctx context.Context, o backupOptions) error {
	recipients, err := o.encryptTo()
	if err != nil {
		return err
	}
	if err := a.checkTarget(o.to); err != nil {
		return err
	}
	loaded, err := a.loadConfigOrDefault(o.config)
	if err != nil {
		return err
	}
	opened, err := a.existingStore(ctx, loaded.Config)
	if err != nil {
		return err
	}
	counts, err := a.writeBackup(ctx, o.to, opened, recipients)
	if closed := opened.store.Close(); err == nil && closed != nil {
		err = failed("", "%w", closed)
	}
	if err != nil {
		return err
	}
	name := o.to
	if name == "-" {
		name = "standard output"
	}
	fmt.Fprintf(a.stderr, "backed up %s to %s: %s\nthe master key is not in it: keep that apart\n", opened, plain(name), told(counts))
	return nil
}

func (a *app) loadConfigOrDefault(file string) (*config.Loaded, error) {
	if file == "" {
		file = existingDefault()
	}
	return a.loadConfig(file)
}

// encryptTo reads who can read the backup.
func (o backupOptions) encryptTo() ([]age.Recipient, error) {
	given := 0
	for _, is := range []bool{len(o.recipients) > 0, o.recipientsFile != "", o.passphraseFile != ""} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, usage("`age-keygen -o backup.key` makes a key and prints its recipient; keep backup.key away from this machine",
			"give one of --recipient, --recipients-file and --passphrase-file: a backup is always encrypted")
	}
	if o.passphraseFile != "" {
		recipient, _, err := passphrase(o.passphraseFile)
		return []age.Recipient{recipient}, err
	}
	text := strings.Join(o.recipients, "\n")
	if o.recipientsFile != "" {
		content, err := config.ReadFile(o.recipientsFile, maxKeyFile)
		if err != nil {
			return nil, usage("", "--recipients-file: %w", err)
		}
		text = string(content)
	}
	recipients, err := archive.Recipients(text)
	if err != nil {
		return nil, usage("", "%w", err)
	}
	return recipients, nil
}

// maxKeyFile bounds files of recipients, identities and passphrases, in bytes.
const maxKeyFile = 64 << 10

// passphrase reads a passphrase from a file that nobody else reads.
func passphrase(file string) (age.Recipient, age.Identity, error) {
	text, err := ownSecret("--passphrase-file", file)
	if err != nil {
		return nil, nil, err
	}
	recipient, identity, err := archive.Passphrase(text)
	if err != nil {
		return nil, nil, usage("`openssl rand -base64 24` makes a good one", "--passphrase-file: %w", err)
	}
	return recipient, identity, nil
}

// ownSecret reads a secret from a file that others cannot read and its group cannot change. White space around it is cut off.
func ownSecret(flag, file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", usage("", "%s: %w", flag, err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o027 != 0 {
		return "", usage("chmod 600 "+file, "%s: others can read or change %s (mode %04o)", flag, file, mode)
	}
	content, err := config.ReadFile(file, maxKeyFile)
	if err != nil {
		return "", usage("", "%s: %w", flag, err)
	}
	return strings.TrimSpace(string(content)), nil
}

// checkTarget refuses what is there, and a terminal.
func (a *app) checkTarget(to string) error {
	if to == "" {
		return usage("", "--to says where the backup goes: give a file, or - for standard output")
	}
	if to == "-" {
		if isTerminal(a.stdout) {
			return usage("", "a backup is no text: send standard output to a file or a program")
		}
		return nil
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return usage("give another name: a backup never replaces a file", "--to: %w", errors.Join(fmt.Errorf("%s: %w", to, fs.ErrExist), err))
	}
	return nil
}

// writeBackup writes to standard output, or to a file that gets its name when it is whole.
func (a *app) writeBackup(ctx context.Context, to string, s *openedStore, recipients []age.Recipient) (archive.Counts, error) {
	if to == "-" {
		counts, err := a.writeArchive(ctx, a.stdout, s, recipients)
		if err != nil {
			err = failed("", "write the backup: %w", err)
		}
		return counts, err
	}
	file, err := newBeside(to)
	if err != nil {
		return nil, failed("", "write the backup: %w", err)
	}
	counts, err := a.writeArchive(ctx, file, s, recipients)
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = giveName(file.Name(), to)
	}
	if err != nil {
		return nil, failed("", "write the backup: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return counts, nil
}

// newBeside makes a file for its owner alone, in the folder where it will get its name.
func newBeside(to string) (*os.File, error) {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails
	name := fmt.Sprintf(".%s.partial-%s", filepath.Base(to), hex.EncodeToString(random[:]))
	return os.OpenFile(filepath.Join(filepath.Dir(to), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// giveName renames a file to a name that nobody has.
func giveName(from, to string) error {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s: %w", to, fs.ErrExist), err)
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

func (a *app) writeArchive(ctx context.Context, to io.Writer, s *openedStore, recipients []age.Recipient) (archive.Counts, error) {
	dumper, schema, err := s.dumper()
	if err != nil {
		return nil, err
	}
	buffer := bufio.NewWriterSize(to, 64<<10)
	w, err := archive.NewWriter(buffer, archive.Header{Kind: s.kind(), Schema: schema, Made: a.now().UTC(), Program: version()}, recipients...)
	if err != nil {
		return nil, err
	}
	if err := dumper.Dump(ctx, w.Write); err != nil {
		return nil, fmt.Errorf("read the store: %w", err)
	}
	counts, err := w.Close()
	if err == nil {
		err = buffer.Flush()
	}
	return counts, err
}

// dumper is the store as it can be backed up, and the number of its schema.
func (s *openedStore) dumper() (scanner.Dumper, int, error) {
	dumper, ok := s.store.(scanner.Dumper)
	if !ok {
		return nil, 0, fmt.Errorf("a store of kind %s has no backup", s.kind())
	}
	schema, err := knownSchema(s.kind())
	return dumper, schema, err
}

// knownSchema is the newest schema of a kind of store that this program knows.
func knownSchema(kind string) (int, error) {
	if kind == kindRedis {
		return redisstore.Schema, nil
	}
	return sqlitestore.Schema()
}

// told says what is in an archive.
func told(c archive.Counts) string {
	var parts []string
	for _, kind := range []struct{ one, more string }{
		{"organisation", "organisations"}, {"leak", "leaks"}, {"sighting", "sightings"}, {"delivery", "deliveries"},
		{"audit", "audit entries"}, {"visit", "visits"}, {"cursor", "cursors"},
	} {
		switch n := c[kind.one]; {
		case n == 1 && kind.one == "audit":
			parts = append(parts, "1 audit entry")
		case n == 1:
			parts = append(parts, "1 "+kind.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, kind.more))
		}
	}
	return strings.Join(parts, ", ")
}
