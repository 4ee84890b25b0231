package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/redistest"
	"meetleaks/scanner/store/sqlitestore"
	"meetleaks/scanner/store/storetest"
)

// vault is a place with a configuration, a key and backups.
type vault struct {
	t        *testing.T
	folder   string
	store    string // the setting
	config   string // file
	identity *age.X25519Identity
	keyFile  string
}

func newVault(t *testing.T, store string) *vault {
	t.Helper()
	v := &vault{t: t, folder: t.TempDir(), store: store}
	if store == kindSQLite {
		v.store = "sqlite:" + filepath.Join(v.folder, "state", "meetleaks.db")
	}
	var err error
	if v.identity, err = age.GenerateX25519Identity(); err != nil {
		t.Fatal(err)
	}
	v.keyFile = v.write("backup.key", v.identity.String()+"\n")
	master := v.write("master.key", base64.StdEncoding.EncodeToString(masterBytes())+"\n")
	v.config = v.write("meetleaks.yaml", fmt.Sprintf("store: %q\nkeys: {master_file: %q}\n", v.store, master))
	return v
}

func (v *vault) write(name, text string) string {
	v.t.Helper()
	file := filepath.Join(v.folder, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		v.t.Fatal(err)
	}
	return file
}

// masterBytes is a master key that is none of a service.
func masterBytes() []byte {
	sum := sha256.Sum256([]byte("of tests"))
	return sum[:]
}

func (v *vault) path(name string) string { return filepath.Join(v.folder, name) }

// db is the file of an embedded store.
func (v *vault) db() string { return strings.TrimPrefix(v.store, "sqlite:") }

// open opens the store.
func (v *vault) open() scanner.Store {
	v.t.Helper()
	var store scanner.Store
	var err error
	if path, embedded := strings.CutPrefix(v.store, "sqlite:"); embedded {
		store, err = sqlitestore.Open(v.t.Context(), sqlitestore.Options{Path: path})
	} else {
		redisstore.QuietLibrary()
		var address redisstore.Address
		if address, err = redisstore.ParseAddress(v.store); err == nil {
			store, err = redisstore.Open(v.t.Context(), redisstore.Options{Address: address})
		}
	}
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { _ = store.Close() }) // most are closed already
	return store
}

// fill puts something of each kind into the store, and says what it holds then.
func (v *vault) fill() storetest.Held {
	v.t.Helper()
	s := v.open()
	storetest.Fill(v.t.Context(), v.t, s)
	held := storetest.Hold(v.t.Context(), v.t, s)
	if err := s.Close(); err != nil {
		v.t.Fatal(err)
	}
	return held
}

// holds wants a store to hold that.
func (v *vault) holds(want storetest.Held) {
	v.t.Helper()
	s := v.open()
	if diff := storetest.Differ(want, storetest.Hold(v.t.Context(), v.t, s)); diff != "" {
		v.t.Errorf("the restored store differs (-backed up +restored):\n%s", diff)
	}
	if err := s.Close(); err != nil {
		v.t.Fatal(err)
	}
}

// carry runs one of the two commands by itself.
func (v *vault) carry(ctx context.Context, stdout io.Writer, of func(*app) *cobra.Command, args ...string) (code int, stderr string) {
	v.t.Helper()
	var diagnostics bytes.Buffer
	cmd := of(&app{env: nil, stdin: strings.NewReader(""), stdout: stdout, stderr: &diagnostics, now: time.Now})
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(append([]string{"--config", v.config}, args...))
	return conclude(cmd.ExecuteContext(ctx), &diagnostics), diagnostics.String()
}

func (v *vault) backup(args ...string) (code int, stderr string) {
	v.t.Helper()
	return v.carry(v.t.Context(), io.Discard, (*app).backupCommand, args...)
}

func (v *vault) restore(args ...string) (code int, stderr string) {
	v.t.Helper()
	return v.carry(v.t.Context(), io.Discard, (*app).restoreCommand, args...)
}

// backedUp is a backup of the store.
func (v *vault) backedUp() string {
	v.t.Helper()
	file := v.path("backup.age")
	if code, stderr := v.backup("--to", file, "--recipient", v.identity.Recipient().String()); code != exitFine {
		v.t.Fatalf("exit code %d: %s", code, stderr)
	}
	return file
}

// opened is a backup as its key opens it.
func (v *vault) opened(file string) []byte {
	v.t.Helper()
	f, err := os.Open(file)
	if err != nil {
		v.t.Fatal(err)
	}
	defer f.Close()
	plain, err := age.Decrypt(f, v.identity)
	if err != nil {
		v.t.Fatal(err)
	}
	text, err := io.ReadAll(plain)
	if err != nil {
		v.t.Fatal(err)
	}
	return text
}

func TestWhatIsBackedUpIsRestored(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	database := func(n int) string { return strings.TrimSuffix(server.URL(), "/0") + fmt.Sprint("/", n) }
	for name, stores := range map[string][2]string{
		"an embedded store into another": {kindSQLite, kindSQLite},
		"Redis into Redis":               {database(1), database(2)},
		"an embedded store into Redis":   {kindSQLite, database(3)},
	} {
		t.Run(name, func(t *testing.T) {
			from, into := newVault(t, stores[0]), newVault(t, stores[1])
			want := from.fill()
			code, stderr := into.restore("--from", from.backedUp(), "--identity-file", from.keyFile)
			if code != exitFine || !strings.Contains(stderr, "2 organisations, 8 leaks, 8 sightings") {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			into.holds(want)
			into.nothingBeside()
		})
	}
}

// nothingBeside wants no file of a restore to be left.
func (v *vault) nothingBeside() {
	v.t.Helper()
	for _, pattern := range []string{"*restoring*", ".*partial*", "state/*restoring*"} {
		left, err := filepath.Glob(v.path(pattern))
		if err != nil || len(left) > 0 {
			v.t.Errorf("%q are left, %v", left, err)
		}
	}
}

func TestABackupOfRedisIsOfRedisOnly(t *testing.T) {
	t.Parallel()
	from, into := newVault(t, redistest.Start(t).URL()), newVault(t, kindSQLite)
	from.fill()
	code, stderr := into.restore("--from", from.backedUp(), "--identity-file", from.keyFile)
	if code != exitIncomplete || !strings.Contains(stderr, "into Redis only") || !isMissing(into.db()) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestABackupHoldsNoSecret plants a meeting's id, its data key, the master key and the password of Redis.
func TestABackupHoldsNoSecret(t *testing.T) {
	t.Parallel()
	const id, password = "zoom:84930275116", "hush-Vandelay-42"
	server := redistest.Start(t, "--requirepass", password)
	for _, store := range []string{kindSQLite, strings.Replace(server.URL(), "redis://", "redis://:"+password+"@", 1)} {
		v := newVault(t, store)
		keys, err := openKeys(config.Keys{Master: config.SecretFile(v.path("master.key"))}, keptAt{})
		if err != nil {
			t.Fatal(err)
		}
		data, wrapped, err := keys.ring.NewDataKey("acme")
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := data.Seal("lk1:1", scanner.SealedMeeting, id)
		if err != nil {
			t.Fatal(err)
		}
		s := v.open()
		if _, err := s.AddOrgKey(t.Context(), "acme", wrapped); err != nil {
			t.Fatal(err)
		}
		if err := s.Commit(t.Context(), scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: scanner.Leak{
			ID: "lk1:1", Org: "acme", Keys: []string{"mk1:1"}, State: scanner.StateOpen, Sealed: sealed, MaskedID: "849•••••116",
		}}}}); err != nil {
			t.Fatal(err)
		}
		text := v.opened(v.backedUp())
		if !bytes.Contains(text, []byte("849•••••116")) || !bytes.Contains(text, []byte(base64.StdEncoding.EncodeToString(wrapped))) {
			t.Error("the leak or the wrapped key is not in the backup")
		}
		master := masterBytes()
		for _, secret := range []string{
			"84930275116", password, string(master), base64.StdEncoding.EncodeToString(master), fmt.Sprintf("%x", master), v.identity.String(),
		} {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%.6s… is in the backup", secret)
			}
		}
	}
}

func TestBackupsAreTheirOwnersAloneAndReplaceNothing(t *testing.T) {
	t.Parallel()
	v := newVault(t, kindSQLite)
	v.fill()
	file := v.backedUp()
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	before := v.opened(file)
	code, stderr := v.backup("--to", file, "--recipient", v.identity.Recipient().String())
	if code != exitUsage || !strings.Contains(stderr, "already exists") || !bytes.Equal(v.opened(file), before) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	v.nothingBeside()
}

func TestABackupThatCannotBeWrittenLeavesNothing(t *testing.T) {
	t.Parallel()
	v := newVault(t, kindSQLite)
	v.fill()
	to := []string{"--recipient", v.identity.Recipient().String(), "--to"}
	code, stderr := v.carry(t.Context(), brokenWriter{}, (*app).backupCommand, append(to, "-")...)
	if code != exitIncomplete || !strings.Contains(stderr, "no space left") || strings.Contains(stderr, "does not answer") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if code, stderr := v.backup(append(to, v.path("nowhere/b.age"))...); code != exitIncomplete {
		t.Errorf("into no folder: exit code %d: %s", code, stderr)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if code, stderr := v.carry(ended, io.Discard, (*app).backupCommand, append(to, v.path("b.age"))...); code != exitInterrupted {
		t.Errorf("interrupted: exit code %d: %s", code, stderr)
	}
	if !isMissing(v.path("b.age")) {
		t.Error("an interrupted backup has its name")
	}
	v.nothingBeside()
}

func TestABackupGoesToStandardOutput(t *testing.T) {
	t.Parallel()
	v := newVault(t, kindSQLite)
	want := v.fill()
	var out bytes.Buffer
	recipients := v.write("recipients", "# ours\n"+v.identity.Recipient().String()+"\n")
	code, stderr := v.carry(t.Context(), &out, (*app).backupCommand, "--to", "-", "--recipients-file", recipients)
	if code != exitFine {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	into := newVault(t, kindSQLite)
	if code, stderr := into.restore("--from", into.write("piped.age", out.String()), "--identity-file", v.keyFile); code != exitFine {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	into.holds(want)
}

func TestPassphrasesOpenBackups(t *testing.T) {
	t.Parallel()
	v := newVault(t, kindSQLite)
	want := v.fill()
	secret := v.write("passphrase", "correct horse battery staple\n")
	if code, stderr := v.backup("--to", v.path("b.age"), "--passphrase-file", secret); code != exitFine {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	into := newVault(t, kindSQLite)
	if code, stderr := into.restore("--from", v.path("b.age"), "--identity-file", v.keyFile); code != exitUsage || !strings.Contains(stderr, "cannot be opened") {
		t.Errorf("with another key: exit code %d: %s", code, stderr)
	}
	if code, stderr := into.restore("--from", v.path("b.age"), "--passphrase-file", secret); code != exitFine {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	into.holds(want)
}

func TestMistakesOfBackupAndRestore(t *testing.T) {
	t.Parallel()
	v := newVault(t, kindSQLite)
	v.fill()
	file, recipient := v.backedUp(), v.identity.Recipient().String()
	open := v.write("open", "a passphrase that all can read")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	short, fresh := v.write("short", "short"), newVault(t, kindSQLite)
	for _, c := range []struct {
		of   func(*app) *cobra.Command
		args []string
		want string
	}{
		{(*app).backupCommand, []string{"--to", v.path("x")}, "always encrypted"},
		{(*app).backupCommand, []string{"--to", v.path("x"), "--recipient", recipient, "--passphrase-file", open}, "give one of"},
		{(*app).backupCommand, []string{"--recipient", recipient}, "--to"},
		{(*app).backupCommand, []string{"--to", v.path("x"), "--recipient", v.identity.String()}, "no recipients"},
		{(*app).backupCommand, []string{"--to", v.path("x"), "--recipients-file", v.path("none")}, "--recipients-file"},
		{(*app).backupCommand, []string{"--to", v.path("x"), "--passphrase-file", open}, "others can read"},
		{(*app).backupCommand, []string{"--to", v.path("x"), "--passphrase-file", short}, "12 or more"},
		{(*app).backupCommand, []string{"--to", v.path("x"), "--recipient", recipient}, "there is no store"},
		{(*app).restoreCommand, []string{"--from", file}, "give one of"},
		{(*app).restoreCommand, []string{"--identity-file", v.keyFile}, "--from"},
		{(*app).restoreCommand, []string{"--from", file, "--identity-file", open}, "others can read"},
		{(*app).restoreCommand, []string{"--from", file, "--identity-file", short}, "no identities"},
		{(*app).restoreCommand, []string{"--from", v.path("none"), "--identity-file", v.keyFile}, "--from"},
		{(*app).restoreCommand, []string{"--from", v.folder, "--identity-file", v.keyFile}, "no regular file"},
	} {
		code, stderr := fresh.carry(t.Context(), io.Discard, c.of, c.args...)
		if code != exitUsage || !strings.Contains(stderr, c.want) || strings.Contains(stderr, v.identity.String()) {
			t.Errorf("%q: exit code %d, want %q: %s", c.args, code, c.want, stderr)
		}
	}
	if !isMissing(v.path("x")) || !isMissing(fresh.db()) {
		t.Error("a mistake made a file")
	}
}

func TestAStoreIsReplacedOnlyByForceAndKept(t *testing.T) {
	t.Parallel()
	v := newVault(t, kindSQLite)
	want := v.fill()
	from := []string{"--from", v.backedUp(), "--identity-file", v.keyFile}
	s := v.open()
	if _, err := s.AddOrgKey(t.Context(), "later", []byte("key")); err != nil {
		t.Fatal(err)
	}
	if code, stderr := v.restore(from...); code != exitUsage || !strings.Contains(stderr, "--force") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if code, stderr := v.restore(append(from, "--force")...); code != exitIncomplete || !strings.Contains(stderr, "stop it first") {
		t.Errorf("in use: exit code %d: %s", code, stderr)
	}
	if names, err := s.Organisations(t.Context()); err != nil || !slices.Contains(names, "later") {
		t.Errorf("the store in use has %q, %v", names, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if code, stderr := v.restore(append(from, "--force")...); code != exitFine || !strings.Contains(stderr, "before-restore") {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	v.holds(want)
	v.nothingBeside()
	kept, err := filepath.Glob(v.db() + ".before-restore-*")
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept are %q, %v", kept, err)
	}
	v.store = "sqlite:" + kept[0]
	if names, err := v.open().Organisations(t.Context()); err != nil || !slices.Contains(names, "later") {
		t.Errorf("the kept store has %q, %v", names, err)
	}
}

func TestAStoreThatIsBrokenCanBeReplaced(t *testing.T) {
	t.Parallel()
	v := newVault(t, kindSQLite)
	want := v.fill()
	from := []string{"--from", v.backedUp(), "--identity-file", v.keyFile, "--force"}
	for _, suffix := range []string{"", "-wal"} {
		if err := os.WriteFile(v.db()+suffix, []byte(strings.Repeat("this was a store ", 500)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, stderr := v.restore(from...); code != exitFine {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	v.holds(want)
	for _, suffix := range []string{"", "-wal"} {
		if kept, err := filepath.Glob(v.db() + ".before-restore-*Z" + suffix); err != nil || len(kept) != 1 {
			t.Errorf("kept are %q, %v", kept, err)
		}
	}
}

func TestATornBackupChangesNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	from := newVault(t, kindSQLite)
	from.fill()
	whole, err := os.ReadFile(from.backedUp())
	if err != nil {
		t.Fatal(err)
	}
	torn := from.write("torn.age", string(whole[:len(whole)-7]))
	other := from.write("other.age", "age-encryption.org/v1\n\x1b[2J\n")
	for _, into := range []*vault{newVault(t, kindSQLite), newVault(t, server.URL())} {
		for _, file := range []string{torn, other} {
			code, stderr := into.restore("--from", file, "--identity-file", from.keyFile)
			if code != exitIncomplete || strings.Contains(stderr, "\x1b") || strings.Contains(stderr, "does not answer") {
				t.Errorf("exit code %d: %s", code, stderr)
			}
		}
		into.nothingBeside()
	}
	if size := server.Do("DBSIZE"); size != int64(0) {
		t.Errorf("%v keys in Redis", size)
	}
}

func TestRedisMustBeEmptyAndIdle(t *testing.T) {
	t.Parallel()
	v := newVault(t, redistest.Start(t).URL())
	want := v.fill()
	from := []string{"--from", v.backedUp(), "--identity-file", v.keyFile}
	if code, stderr := v.restore(from...); code != exitIncomplete || !strings.Contains(stderr, "not empty") || !strings.Contains(stderr, "another database") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if code, stderr := v.restore(append(from, "--force")...); code != exitUsage {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	v.holds(want)
	idle := newVault(t, redistest.Start(t).URL())
	if _, err := idle.open().Acquire(t.Context(), "source/own-site", "service", time.Minute); err != nil {
		t.Fatal(err)
	}
	if code, stderr := idle.restore(from...); code != exitIncomplete || !strings.Contains(stderr, "stop") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestAForeignMasterKeyIsTold(t *testing.T) {
	t.Parallel()
	v := newVault(t, kindSQLite)
	v.fill() // its keys are wrapped by nobody's
	into := newVault(t, kindSQLite)
	code, stderr := into.restore("--from", v.backedUp(), "--identity-file", v.keyFile)
	if code != exitFine || !strings.Contains(stderr, "does not open the data keys") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat(into.path("state/master.key")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a restore made a master key: %v", err)
	}
}
