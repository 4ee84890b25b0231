package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// mask stands for every secret in every output.
const mask = "•"

// maxSecretBytes bounds a secret file.
const maxSecretBytes = 64 << 10

// Secret is a password, token or key, given in place or as the name of a file that holds it. It cannot be printed: every
// verb of fmt, encoding/json, encoding/xml, yaml and slog shows "•". The zero Secret is not set. It is a value, safe for
// concurrent use.
type Secret struct {
	// Behind a function, because fmt prints the unexported fields of a surrounding struct without asking for a Formatter,
	// and follows a pointer when the verb is a wrong one. It never calls a function.
	held func() held
}

type held struct{ value, file string }

func hold(value, file string) func() held { return func() held { return held{value, file} } }

// NewSecret makes a Secret of a value. The empty value is not set.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{hold(value, "")}
}

// SecretFile makes a Secret that is read from the file at path when it is asked for.
func SecretFile(path string) Secret {
	if path == "" {
		return Secret{}
	}
	return Secret{hold("", path)}
}

// IsSet reports whether a value or a file was given. It opens nothing.
func (s Secret) IsSet() bool { return s.held != nil }

// File is the name of the file that holds the secret, "" when it was given in place.
func (s Secret) File() string {
	if s.held == nil {
		return ""
	}
	return s.held().file
}

// Read gives the secret in clear, reading its file each time, so that a changed file counts. White space around a file's
// content is cut off. It fails when the file cannot be read, is no regular file, is empty or is larger than 64 KiB; no
// error holds any of the content. A Secret that is not set gives "".
func (s Secret) Read() (string, error) {
	if s.held == nil {
		return "", nil
	}
	h := s.held()
	if h.file == "" {
		return h.value, nil
	}
	return readSecretFile(h.file)
}

func readSecretFile(path string) (string, error) {
	content, err := ReadFile(path, maxSecretBytes)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	value := strings.TrimSpace(string(content))
	if value == "" {
		return "", fmt.Errorf("read secret: %s is empty", path)
	}
	return value, nil
}

// Format prints "•" whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

// String is "•".
func (Secret) String() string { return mask }

// GoString is "•".
func (Secret) GoString() string { return mask }

// LogValue is "•".
func (Secret) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText gives "•".
func (Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// MarshalJSON gives "•" as a JSON string.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }

// MarshalYAML gives "•".
func (Secret) MarshalYAML() (any, error) { return mask, nil }

// ClearID is a meeting or room that the operator names in clear, "zoom:98…" or "zoom:my/jdoe". Like a Secret it cannot be
// printed. The zero ClearID is not set.
type ClearID struct{ held func() held }

var errClearID = errors.New("want PLATFORM:ID, as in zoom:my/NAME, or a whole link, of at most 1,000 bytes")

// ParseClearID reads "platform:id" or a whole link. Its error does not repeat the text.
func ParseClearID(text string) (ClearID, error) {
	platform, id, ok := strings.Cut(text, ":")
	if !ok || !isLabel(platform) || id == "" || len(id) > 1000 || strings.ContainsAny(id, " \t\r\n") {
		return ClearID{}, errClearID
	}
	return ClearID{hold(text, "")}, nil
}

// IsSet reports whether an id was given.
func (c ClearID) IsSet() bool { return c.held != nil }

// Platform is the part before the first colon: "zoom", or "https" of a whole link; "" when nothing was given.
func (c ClearID) Platform() string {
	platform, _, _ := strings.Cut(c.Clear(), ":")
	return platform
}

// Clear gives "platform:id". The caller must not print, log or store it.
func (c ClearID) Clear() string {
	if c.held == nil {
		return ""
	}
	return c.held().value
}

// Format prints "•" whatever the verb.
func (ClearID) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

// String is "•".
func (ClearID) String() string { return mask }

// GoString is "•".
func (ClearID) GoString() string { return mask }

// LogValue is "•".
func (ClearID) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText gives "•".
func (ClearID) MarshalText() ([]byte, error) { return []byte(mask), nil }

// MarshalJSON gives "•" as a JSON string.
func (ClearID) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }

// MarshalYAML gives "•".
func (ClearID) MarshalYAML() (any, error) { return mask, nil }
