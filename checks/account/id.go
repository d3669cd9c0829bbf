package account

import (
	"errors"
	"fmt"
)

// ID is an AWS account id: twelve digits. It comes only from ParseID, so a
// value that is not zero is always well formed. It can be a map key and
// travels as text in JSON, YAML and SQL.
type ID struct{ digits string }

// ErrID is what every refusal of ParseID wraps.
var ErrID = errors.New("not an AWS account id")

// ParseID accepts exactly twelve ASCII digits. What people type (dashes,
// names) is bot.Parse's business.
func ParseID(s string) (ID, error) {
	for _, r := range s {
		if r < '0' || r > '9' {
			return ID{}, fmt.Errorf("%w: %q has characters other than digits", ErrID, clip(s))
		}
	}
	if len(s) != 12 {
		return ID{}, fmt.Errorf("%w: %q has %d digits, ids have 12", ErrID, clip(s), len(s))
	}
	return ID{s}, nil
}

// String is the twelve digits, or "" for the zero value.
func (id ID) String() string { return id.digits }

// IsZero reports whether no id was ever set.
func (id ID) IsZero() bool { return id.digits == "" }

// MarshalText writes the twelve digits.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.digits), nil }

// UnmarshalText reads twelve digits, or nothing for the zero value.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = ID{}
		return nil
	}
	parsed, err := ParseID(string(b))
	*id = parsed
	return err
}

// clip keeps a stranger's text short enough to repeat in an error.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "..."
	}
	return s
}
