package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"meetleaks/scanner"
)

// key is a recipient with its identity.
func key(t testing.TB) *age.X25519Identity {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

func header() Header {
	return Header{Kind: "sqlite", Schema: 1, Made: time.Date(2026, 3, 9, 8, 30, 0, 0, time.UTC), Program: "v1.2.0"}
}

func samples() []scanner.Dumped {
	return []scanner.Dumped{
		{Cursor: &scanner.DumpedCursor{Name: "source/own-site", Value: []byte{0, '\n', 0xff}}},
		{Visit: &scanner.DumpedVisit{Source: "own-site", Page: "https://acme.example/?a=<b>&c", Data: []byte("{}")}},
		{Org: "acme", Key: []byte("wrapped")},
		{Org: "acme", Audit: &scanner.Audit{What: scanner.Mute, Reason: "a\nb ü"}},
		{Org: "acme", Ledger: &scanner.Ledger{Found: 1, Pending: 1}},
	}
}

// written is an archive of the samples.
func written(t testing.TB, to age.Recipient) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := NewWriter(&file, header(), to)
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range samples() {
		if err := w.Write(record); err != nil {
			t.Fatal(err)
		}
	}
	counts, err := w.Close()
	if err != nil || counts.total() != int64(len(samples())) || counts["organisation"] != 1 {
		t.Fatalf("%v, %v", counts, err)
	}
	return file.Bytes()
}

// readAll reads to the end, and returns the lines of what it got.
func readAll(file []byte, identities ...age.Identity) (Header, []string, error) {
	r, err := NewReader(bytes.NewReader(file), identities...)
	if err != nil {
		return Header{}, nil, err
	}
	var lines []string
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Header, lines, nil
		}
		if err != nil {
			_, again := r.Next()
			if !errors.Is(again, err) {
				err = fmt.Errorf("it goes on after %w", err)
			}
			return r.Header, lines, err
		}
		line, err := scanner.EncodeDumped(record)
		if err != nil {
			return r.Header, lines, err
		}
		lines = append(lines, string(line))
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	k := key(t)
	h, lines, err := readAll(written(t, k.Recipient()), k)
	if err != nil {
		t.Fatal(err)
	}
	if h != header() || len(lines) != len(samples()) {
		t.Errorf("%+v, %d records", h, len(lines))
	}
	for i, record := range samples() {
		want, err := scanner.EncodeDumped(record)
		if err != nil || lines[i] != string(want) {
			t.Errorf("record %d is %s, want %s, %v", i, lines[i], want, err)
		}
	}
}

func TestNothingCanBeReadWithoutTheKey(t *testing.T) {
	t.Parallel()
	file := written(t, key(t).Recipient())
	if bytes.Contains(file, []byte("acme")) {
		t.Error("the archive is not encrypted")
	}
	if _, _, err := readAll(file, key(t)); !errors.Is(err, ErrKey) {
		t.Errorf("with another key: %v", err)
	}
}

func TestATornArchiveIsNeverWhole(t *testing.T) {
	t.Parallel()
	k := key(t)
	file := written(t, k.Recipient())
	for n := range file {
		if _, _, err := readAll(file[:n], k); err == nil {
			t.Fatalf("the first %d of %d bytes are read as a whole", n, len(file))
		}
		changed := bytes.Clone(file)
		changed[n] ^= 1
		if _, _, err := readAll(changed, k); err == nil {
			t.Fatalf("byte %d of %d can be changed", n, len(file))
		}
	}
}

// sealed encrypts text as it is.
func sealed(t testing.TB, to age.Recipient, text string) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := age.Encrypt(&file, to)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// ended puts the last line behind lines.
func ended(records int, lines ...string) string {
	text := strings.Join(lines, "\n") + "\n"
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("%s{\"records\":%d,\"sha256\":\"%s\"}\n", text, records, hex.EncodeToString(sum[:]))
}

const (
	firstLine  = "meetleaks-backup 1"
	headerLine = `{"kind":"sqlite","schema":1,"made":"2026-03-09T08:30:00Z","program":"v1.2.0"}`
	orgLine    = `{"org":"acme","key":"d3JhcHBlZA=="}`
)

func TestHostileArchivesAreRefused(t *testing.T) {
	t.Parallel()
	k := key(t)
	whole := ended(1, firstLine, headerLine, orgLine)
	if _, _, err := readAll(sealed(t, k.Recipient(), whole), k); err != nil {
		t.Fatalf("the model itself: %v", err)
	}
	long := strings.Repeat("x", MaxLine)
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":                {"", ErrNotArchive},
		"another file":           {"SQLite format 3\x00", ErrNotArchive},
		"another line":           {"hello\n", ErrNotArchive},
		"a newer form":           {"meetleaks-backup 2\n", ErrNewer},
		"a long first line":      {long + "\n", ErrNotArchive},
		"no header":              {firstLine + "\n", ErrTorn},
		"a header of nothing":    {firstLine + "\n{}\n", scanner.ErrBadValue},
		"a header with more":     {firstLine + "\n" + `{"kind":"sqlite","more":1}` + "\n", ErrTorn},
		"a header with controls": {firstLine + "\n" + `{"kind":"\u001b[2J","program":"x"}` + "\n", scanner.ErrBadValue},
		"a long header":          {firstLine + "\n" + long, ErrTorn},
		"no end":                 {firstLine + "\n" + headerLine + "\n" + orgLine + "\n", ErrTorn},
		"a line without an end":  {strings.TrimSuffix(whole, "\n"), ErrTorn},
		"something behind":       {whole + "\n", ErrTorn},
		"an end twice":           {whole + whole, ErrTorn},
		"a wrong number":         {ended(2, firstLine, headerLine, orgLine), ErrTorn},
		"no number":              {strings.Replace(whole, `"records":1`, `"records":null`, 1), ErrTorn},
		"a wrong sum":            {strings.Replace(whole, "acme", "acne", 1), ErrTorn},
		"an empty line":          {ended(1, firstLine, headerLine, orgLine, ""), scanner.ErrBadValue},
		"no record":              {ended(1, firstLine, headerLine, "{}"), scanner.ErrBadValue},
		"null":                   {ended(1, firstLine, headerLine, "null"), scanner.ErrBadValue},
		"an unknown field":       {ended(1, firstLine, headerLine, `{"org":"acme","key":"d3I=","more":1}`), scanner.ErrBadValue},
		"two records in a line":  {ended(2, firstLine, headerLine, orgLine+orgLine), scanner.ErrBadValue},
		"a number as a name":     {ended(1, firstLine, headerLine, `{"org":5,"key":"d3I="}`), scanner.ErrBadValue},
		"a deep record":          {ended(1, firstLine, headerLine, strings.Repeat(`{"leak":`, 20_000)), scanner.ErrBadValue},
		"a huge record":          {ended(1, firstLine, headerLine, `{"org":"`+long+`","key":"d3I="}`), ErrTorn},
		"a long key":             {ended(1, firstLine, headerLine, `{"org":"acme","key":"`+strings.Repeat("AAAA", 2000)+`"}`), scanner.ErrBadValue},
		"a key outside":          {ended(1, firstLine, headerLine, `{"cursor":{"tag":"","name":""}}`), scanner.ErrBadValue},
	} {
		if _, _, err := readAll(sealed(t, k.Recipient(), c.text), k); !errors.Is(err, c.want) || errors.Is(err, io.EOF) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		} else if len(err.Error()) > 300 || strings.Contains(err.Error(), "acne") {
			t.Errorf("%s: the error quotes the archive: %.400s", name, err)
		}
	}
}

func TestMillionsOfOrganisationsAreRefused(t *testing.T) {
	t.Parallel()
	k := key(t)
	var text strings.Builder
	fmt.Fprintln(&text, firstLine+"\n"+headerLine)
	for n := range scanner.MaxDumpedOrganisations + 1 {
		fmt.Fprintf(&text, "{\"org\":\"o%d\",\"key\":\"d3I=\"}\n", n)
	}
	_, lines, err := readAll(sealed(t, k.Recipient(), text.String()), k)
	if !errors.Is(err, scanner.ErrFull) || len(lines) != scanner.MaxDumpedOrganisations {
		t.Errorf("%d organisations, %v", len(lines), err)
	}
}

// endless is an age file whose header has no end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	const start, stanza = "age-encryption.org/v1\n", "-> X25519 AAAA\nAAAA\n"
	for i := range p {
		if at := e.read + i; at < len(start) {
			p[i] = start[at]
		} else {
			p[i] = stanza[(at-len(start))%len(stanza)]
		}
	}
	e.read += len(p)
	return len(p), nil
}

// Somebody may name the master key where the archive belongs.
func TestWhatIsNoArchiveIsNotQuoted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"m4sterkeym4sterkeym4sterkey=\n", "age-encryption.org/v1\n-> m4sterkey m4sterkey\n", "age-encryption.org/v1\nm4sterkey\n"} {
		_, err := NewReader(strings.NewReader(text), key(t))
		if !errors.Is(err, ErrNotArchive) || strings.Contains(err.Error(), "m4sterkey") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAHeaderWithoutAnEndIsLeft(t *testing.T) {
	t.Parallel()
	var source endless
	if _, err := NewReader(&source, key(t)); !errors.Is(err, ErrNotArchive) || source.read > maxAgeHeader+64<<10 {
		t.Errorf("%v after %d bytes", err, source.read)
	}
}

func TestAnErrorOfTheFileIsToldAsSuch(t *testing.T) {
	t.Parallel()
	k, broken := key(t), errors.New("input/output error")
	file := written(t, k.Recipient())
	for _, n := range []int{0, 10, len(file) - 5} {
		r, err := NewReader(io.MultiReader(bytes.NewReader(file[:n]), failing{broken}), k)
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestWhatCannotBeRestoredIsNotWritten(t *testing.T) {
	t.Parallel()
	w, err := NewWriter(io.Discard, header(), key(t).Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(scanner.Dumped{Org: "a\x00b", Key: []byte("k")}); !errors.Is(err, scanner.ErrBadValue) {
		t.Errorf("%v", err)
	}
	full := errors.New("no space left")
	if w, err = NewWriter(failing{full}, header(), key(t).Recipient()); err == nil {
		_, err = w.Close()
	}
	if !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

func TestPassphrases(t *testing.T) {
	t.Parallel()
	if _, _, err := Passphrase("too short"); err == nil {
		t.Error("a short passphrase is taken")
	}
	recipient, identity, err := Passphrase("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	recipient.(*age.ScryptRecipient).SetWorkFactor(10)
	if _, lines, err := readAll(written(t, recipient), identity); err != nil || len(lines) != len(samples()) {
		t.Errorf("%d records, %v", len(lines), err)
	}
	_, other, err := Passphrase("correct horse batteries")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := readAll(written(t, recipient), other); !errors.Is(err, ErrKey) {
		t.Errorf("another passphrase: %v", err)
	}
	costly := []byte("age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 30\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")
	if _, err := NewReader(bytes.NewReader(costly), identity); err == nil || !strings.Contains(err.Error(), "work factor too large") {
		t.Errorf("a work factor of 2^30: %v", err)
	}
}

func TestKeysAreReadAndNeverQuoted(t *testing.T) {
	t.Parallel()
	k := key(t)
	if got, err := Recipients("# backup\n\n" + k.Recipient().String() + "\n"); err != nil || len(got) != 1 {
		t.Errorf("%d recipients, %v", len(got), err)
	}
	if got, err := Identities("# created\n" + k.String()); err != nil || len(got) != 1 {
		t.Errorf("%d identities, %v", len(got), err)
	}
	for _, text := range []string{"", "# nothing", k.String() + "x", strings.Repeat(k.Recipient().String()+"\n", maxKeys+1), "ssh-ed25519 AAAA"} {
		if _, err := Recipients(text); err == nil || strings.Contains(err.Error(), "SECRET-KEY-1"+k.String()[16:30]) {
			t.Errorf("recipients: %v", err)
		}
		if _, err := Identities(strings.Replace(text, "age1", "AGE-SECRET-KEY-1", 1)); err == nil || strings.Contains(err.Error(), k.String()[16:30]) {
			t.Errorf("identities: %v", err)
		}
	}
}

// FuzzLines reads what a key's owner could be sent: an error, or an archive that is whole.
func FuzzLines(f *testing.F) {
	k := key(f)
	f.Add(ended(1, firstLine, headerLine, orgLine))
	f.Add(ended(0, firstLine, headerLine))
	f.Add(firstLine + "\n" + headerLine + "\n")
	var lines []string
	for _, record := range samples() {
		line, err := scanner.EncodeDumped(record)
		if err != nil {
			f.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	f.Add(ended(len(lines), append([]string{firstLine, headerLine}, lines...)...))
	f.Add(ended(1, firstLine, headerLine, `{"org":"a","leak":{"leak":{"id":"lk1:a","version":1,"org":"a","keys":["k"],"state":"open"},"keys":["k"]}}`))
	f.Fuzz(func(t *testing.T, text string) {
		_, lines, err := readAll(sealed(t, k.Recipient(), text), k)
		if err != nil {
			return
		}
		body := text[:strings.LastIndex(strings.TrimSuffix(text, "\n"), "\n")+1]
		sum := sha256.Sum256([]byte(body))
		if !strings.Contains(text[len(body):], hex.EncodeToString(sum[:])) || strings.Count(body, "\n") != len(lines)+2 {
			t.Errorf("%q is whole", text)
		}
	})
}

// FuzzFile reads any bytes as an encrypted archive.
func FuzzFile(f *testing.F) {
	k := key(f)
	f.Add(written(f, k.Recipient()))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 AAAA\n\n--- AAAA\n"))
	f.Fuzz(func(_ *testing.T, file []byte) {
		_, _, _ = readAll(file, k) // an error, or what the key's owner wrote
	})
}
