package config

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// masterFile writes a key's file and gives the Keys that name it.
func masterFile(t *testing.T, content string) Keys {
	t.Helper()
	file := filepath.Join(t.TempDir(), "master.key")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return Keys{Master: SecretFile(file)}
}

// testMasters are two keys that are no text and begin and end with white space.
func testMasters() (first, second []byte) {
	first = []byte("\n\x01\xffmaster key number one here.. ")
	second = []byte(" \x02\xfemaster key number two here..\t")
	return first, second
}

func indexOf(t *testing.T, k Keys) string {
	t.Helper()
	key, configured, err := k.IndexKey()
	if err != nil || !configured {
		t.Fatalf("IndexKey: %v, %v", configured, err)
	}
	return hex.EncodeToString(key)
}

func TestFormsOfMasterKeys(t *testing.T) {
	one, two := testMasters()
	base64One, hexTwo := base64.StdEncoding.EncodeToString(one), hex.EncodeToString(two)
	for name, test := range map[string]struct {
		content string
		want    [][]byte
	}{
		"raw":          {string(one), [][]byte{one}},
		"base64":       {base64One + "\n", [][]byte{one}},
		"no padding":   {strings.TrimRight(base64One, "="), [][]byte{one}},
		"url":          {base64.URLEncoding.EncodeToString(one), [][]byte{one}},
		"hexadecimal":  {hexTwo + "\r\n", [][]byte{two}},
		"capitals":     {strings.ToUpper(hexTwo), [][]byte{two}},
		"newest first": {"\n" + hexTwo + "\n\n " + base64One + " \n", [][]byte{two, one}},
	} {
		got, err := masterFile(t, test.content).Masters()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got) != len(test.want) {
			t.Errorf("%s: %d keys, want %d", name, len(got), len(test.want))
			continue
		}
		for i := range got {
			if !bytes.Equal(got[i], test.want[i]) {
				t.Errorf("%s: key %d is another", name, i+1)
			}
		}
	}
	if got, err := (Keys{}).Masters(); got != nil || err != nil {
		t.Errorf("none configured: %d keys, %v", len(got), err)
	}
	if got, err := (Keys{Master: NewSecret(hexTwo)}).Masters(); err != nil || len(got) != 1 || !bytes.Equal(got[0], two) {
		t.Errorf("in place: %v", err)
	}
}

func TestBadMasterKeysAreNotRepeated(t *testing.T) {
	one, _ := testMasters()
	good := hex.EncodeToString(one)
	for name, content := range map[string]string{
		"empty": "", "blank": " \n\t\n", "short": "c2VjcmV0c2VjcmV0", "long": strings.Repeat("c2VjcmV0", 20), "31 bytes": string(one[:31]),
		"words": "secretsecret is a key that is 32 bytes or longer", "second line bad": good + "\nsecretsecret",
		"too many": strings.Repeat(good+"\n", 17), "hexadecimal of 31": good[:62], "raw and a line end": string(one) + "\n",
	} {
		keys, err := masterFile(t, content).Masters()
		if err == nil {
			t.Errorf("%s: %d keys", name, len(keys))
			continue
		}
		if strings.Contains(err.Error(), "secretsecret") || strings.Contains(err.Error(), good[:10]) || strings.Contains(err.Error(), "c2VjcmV0") {
			t.Errorf("%s: repeats the file: %v", name, err)
		}
		if !strings.HasPrefix(err.Error(), "keys.master: ") {
			t.Errorf("%s: does not say where: %v", name, err)
		}
	}
	if _, err := (Keys{Master: SecretFile("no/such/file")}).Masters(); err == nil {
		t.Error("no file: no error")
	}
}

// TestIndexKeyOutlivesItsMaster: findings keep their keys when a master key is put in front, however a file of one key was
// written before files of several were known.
func TestIndexKeyOutlivesItsMaster(t *testing.T) {
	one, two := testMasters()
	base64One, hexTwo := base64.StdEncoding.EncodeToString(one), hex.EncodeToString(two)
	alone := indexOf(t, masterFile(t, base64One+"\n"))
	if got := indexOf(t, masterFile(t, hexTwo+"\n"+base64One+"\n")); got != alone {
		t.Error("a new master in front changes the index key")
	}
	if got := indexOf(t, Keys{Master: NewSecret(base64One)}); got != alone {
		t.Error("given in place it is another")
	}
	if got := indexOf(t, masterFile(t, hexTwo)); got == alone {
		t.Error("another master gives the same index key")
	}
	for content, want := range map[string]string{ // derived by the version before
		"a key for tests that is 32 bytes or longer\n":               "1e75addc",
		"a key of two lines, as openssl\nprints long ones, is whole": "d5d22bb0",
	} {
		if got := indexOf(t, masterFile(t, content)); got[:8] != want {
			t.Errorf("%q gives %s, want %s", content, got[:8], want)
		}
	}
	if raw := indexOf(t, masterFile(t, string(one))); raw == alone {
		t.Error("the raw form gives the text's key") // documented: the text counts, not the bytes
	}
}

func FuzzMasters(f *testing.F) {
	one, two := testMasters()
	for _, seed := range [][]byte{nil, one, []byte(hex.EncodeToString(two)), []byte("a\nb"), bytes.Repeat([]byte("\n"), 40)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) == 0 || len(content) > 4096 {
			return
		}
		keys := Keys{Master: NewSecret(string(content))}
		masters, err := keys.Masters()
		if err == nil && (len(masters) == 0 || len(masters) > maxMasterLines) {
			t.Errorf("%d keys", len(masters))
		}
		for _, key := range masters {
			if len(key) != masterBytes {
				t.Errorf("a key of %d bytes", len(key))
			}
		}
		if _, _, err := keys.IndexKey(); err == nil && len(bytes.TrimSpace(content)) < minKeyBytes && len(content) != masterBytes {
			t.Error("an index key of too short a text")
		}
	})
}
