package notify

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a token, key or URL that cannot be printed: every verb of fmt, encoding/json and slog shows "•". It is read anew
// each time it is used, so that a changed file counts. The zero Secret is not set. It is a value, safe for concurrent use
// when its reader is.
type Secret struct {
	// A function, because fmt prints unexported fields of a surrounding struct without asking for a Formatter, but calls none.
	read func() (string, error)
}

// NewSecret makes a Secret of a value. The empty value is not set.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{func() (string, error) { return value, nil }}
}

// SecretFrom makes a Secret that asks read each time. What read says when it fails is never shown.
func SecretFrom(read func() (string, error)) Secret { return Secret{read} }

// IsSet reports whether the secret was given. It reads nothing.
func (s Secret) IsSet() bool { return s.read != nil }

// Open gives the secret in clear. The error is of class Config and holds nothing of it.
func (s Secret) Open() (string, error) {
	if s.read == nil {
		return "", &Error{Class: Config, Reason: "secret-not-set"}
	}
	value, err := s.read()
	if err != nil || value == "" {
		return "", &Error{Class: Config, Reason: "secret-unreadable"}
	}
	return value, nil
}

// Format prints "•" whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// String is "•".
func (Secret) String() string { return hidden }

// GoString is "•".
func (Secret) GoString() string { return hidden }

// LogValue is "•".
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText gives "•".
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

const hidden = "•"
