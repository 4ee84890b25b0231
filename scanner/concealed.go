package scanner

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// errConcealed is what becomes of an attempt to write a key down.
var errConcealed = errors.New("a key is never written down")

// concealed holds a key that cannot be printed: fmt and slog show "•", encoders of every kind fail. It is behind a function,
// because fmt prints the unexported fields of a surrounding struct without asking for a Formatter; it never calls a function.
type concealed struct{ held func() []byte }

func conceal(key []byte) concealed {
	kept := append([]byte(nil), key...)
	return concealed{func() []byte { return kept }}
}

// Secret is a text that cannot be printed or encoded: what prints or writes down what holds it shows "•", or fails. The zero Secret
// is not set.
type Secret struct{ concealed }

// NewSecret keeps a text.
func NewSecret(text string) Secret { return Secret{conceal([]byte(text))} }

// Text is the text itself, "" when it is not set. It must not be stored, logged or shown.
func (s Secret) Text() string { return string(s.bytes()) }

// IsSet reports whether there is a key.
func (c concealed) IsSet() bool { return c.held != nil }

// bytes is the key itself, nil when there is none. It must not be changed.
func (c concealed) bytes() []byte {
	if c.held == nil {
		return nil
	}
	return c.held()
}

// Format prints "•" whatever the verb.
func (concealed) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "•") }

// String is "•".
func (concealed) String() string { return "•" }

// GoString is "•".
func (concealed) GoString() string { return "•" }

// LogValue is "•".
func (concealed) LogValue() slog.Value { return slog.StringValue("•") }

// MarshalText always fails.
func (concealed) MarshalText() ([]byte, error) { return nil, errConcealed }

// MarshalJSON always fails.
func (concealed) MarshalJSON() ([]byte, error) { return nil, errConcealed }

// MarshalYAML always fails.
func (concealed) MarshalYAML() (any, error) { return nil, errConcealed }

// MarshalBinary always fails.
func (concealed) MarshalBinary() ([]byte, error) { return nil, errConcealed }
