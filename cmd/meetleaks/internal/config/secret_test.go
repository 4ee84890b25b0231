package config

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const hidden = "hunter2-b7Qx"

// TestSecretsCannotBePrinted tries every way of printing, also of structs around a secret whose field fmt cannot call.
func TestSecretsCannotBePrinted(t *testing.T) {
	id, err := ParseClearID("zoom:my/" + hidden)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []any{
		NewSecret(hidden), id, &id,
		struct{ S Secret }{NewSecret(hidden)},
		struct{ s Secret }{NewSecret(hidden)},
		struct{ c ClearID }{id},
		[]Secret{NewSecret(hidden)},
		map[string]ClearID{"a": id},
		Config{Store: NewSecret(hidden)},
	} {
		if text := everyWay(t, value); strings.Contains(text, hidden) || strings.Contains(text, fmt.Sprintf("%x", hidden)) {
			t.Errorf("%T was printed in clear: %s", value, text)
		}
	}
}

func everyWay(t *testing.T, value any) string {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		fmt.Fprintf(&out, verb+"\n", value)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("value", "v", value)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("value", "v", value)
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, xml.Marshal, yaml.Marshal} {
		text, err := marshal(value)
		if err == nil {
			out.Write(text)
		}
	}
	return out.String()
}

func TestSecretRead(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) string {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, test := range map[string]struct {
		secret     Secret
		want, fail string
	}{
		"not set":      {Secret{}, "", ""},
		"in place":     {NewSecret(" a b "), " a b ", ""},
		"file":         {SecretFile(write("good", hidden+"\n")), hidden, ""},
		"empty file":   {SecretFile(write("empty", " \n")), "", "is empty"},
		"large file":   {SecretFile(write("large", strings.Repeat(hidden, 10_000))), "", "larger than 64 KiB"},
		"folder":       {SecretFile(folder), "", "no regular file"},
		"missing file": {SecretFile(filepath.Join(folder, "none")), "", "no such file"},
	} {
		got, err := test.secret.Read()
		switch {
		case test.fail == "" && (err != nil || got != test.want):
			t.Errorf("%s: got %q, %v", name, got, err)
		case test.fail != "" && (err == nil || !strings.Contains(err.Error(), test.fail) || strings.Contains(err.Error(), hidden)):
			t.Errorf("%s: got %q, %v; want an error with %q", name, got, err, test.fail)
		}
	}
}

func TestIndexKey(t *testing.T) {
	const text = "an index key for tests, 32 bytes or more"
	folder := t.TempDir()
	file := filepath.Join(folder, "key")
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	inPlace, configured, err := Keys{Index: NewSecret(text)}.IndexKey()
	if err != nil || !configured || len(inPlace) != 32 {
		t.Fatalf("in place: %d bytes, %v, %v", len(inPlace), configured, err)
	}
	derived, _, err := Keys{Master: SecretFile(file)}.IndexKey()
	if err != nil || !bytes.Equal(inPlace, derived) {
		t.Errorf("the same text in place and in a file make different keys (%v)", err)
	}
	if other, _, _ := (Keys{Index: NewSecret(text + ".")}).IndexKey(); bytes.Equal(inPlace, other) {
		t.Error("different texts make the same key")
	}
	if _, configured, err := (Keys{}).IndexKey(); configured || err != nil {
		t.Errorf("no keys: configured %v, %v", configured, err)
	}
	if _, _, err := (Keys{Index: NewSecret("short")}).IndexKey(); err == nil || strings.Contains(err.Error(), "short") {
		t.Errorf("a short key: %v", err)
	}
}

func TestClearIDErrorsHoldNoID(t *testing.T) {
	for _, text := range []string{"", "98412765302", "zoom", "zoom:", ":98412765302", "Zoom:98412765302", "zoom:98412 765302", "zoom:" + strings.Repeat("9", 1001)} {
		if _, err := ParseClearID(text); err == nil || strings.Contains(err.Error(), "98412") {
			t.Errorf("ParseClearID(%q): %v", text, err)
		}
	}
}
