// Package secret is a value that never prints itself, where it comes from,
// and the mask that keeps others' tokens out of what we print.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// Mask stands where a secret would.
const Mask = "[redacted]"

// Value is a secret. Every way of printing or marshalling it gives Mask, or
// "" for an empty one; only Reveal gives the text. The zero value is empty.
type Value struct {
	// A pointer, because fmt cannot call the methods of a Value in somebody's
	// unexported field: it then prints an address instead of the text.
	text *string
}

// New keeps text from being printed.
func New(text string) Value {
	if text == "" {
		return Value{}
	}
	return Value{&text}
}

// Reveal is the secret itself, for the one call that needs it.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// Empty reports whether there is no secret.
func (v Value) Empty() bool { return v.Reveal() == "" }

// Equal compares two secrets by their text, as == on a Value cannot.
func (v Value) Equal(other Value) bool { return v.Reveal() == other.Reveal() }

// String is Mask, or "" for an empty secret.
func (v Value) String() string {
	if v.Empty() {
		return ""
	}
	return Mask
}

// GoString is String.
func (v Value) GoString() string { return v.String() }

// Format writes String for every verb, so that no verb reaches the text.
func (v Value) Format(state fmt.State, _ rune) {
	// A fmt.State has nowhere to report a failed write to.
	_, _ = io.WriteString(state, v.String())
}

// MarshalText is String.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// MarshalJSON is String as a JSON string.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(`"` + v.String() + `"`), nil }

// LogValue is String.
func (v Value) LogValue() slog.Value { return slog.StringValue(v.String()) }
