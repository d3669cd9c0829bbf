package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// maxBytes bounds a secret: tokens and passwords are lines, not documents.
const maxBytes = 16 << 10

// Source is where secrets are read.
type Source struct {
	Lookup   func(name string) (string, bool)  // an environment variable
	ReadFile func(path string) ([]byte, error) // a file
	Fetch    func(place Place) (string, error) // what AWS keeps; its errors are sentences for a person
}

// Resolve reads the secret that ref names. A line break at its end is dropped,
// as editors and shells add one; an empty secret, one of several lines and one
// above 16 KiB are refused. Errors never repeat the secret, nor a ref that
// could be one itself.
func Resolve(ref string, from Source) (Value, error) {
	r, err := Parse(ref)
	if err != nil {
		return Value{}, err
	}
	return r.Read(from)
}

// Read reads the secret; see Resolve.
func (r Reference) Read(from Source) (Value, error) {
	switch {
	case r.variable != "":
		return r.fromEnv(from)
	case r.path != "":
		return r.fromFile(from)
	}
	return r.fromAWS(from)
}

func (r Reference) fromEnv(from Source) (Value, error) {
	text, set := from.Lookup(r.variable)
	if !set {
		return Value{}, fmt.Errorf("the environment variable %s %w", r.variable, ErrNotSet)
	}
	if err := fit(text); err != nil {
		return Value{}, fmt.Errorf("the environment variable %s %w", r.variable, err)
	}
	return New(text), nil
}

// ErrNotSet is what Resolve wraps where the variable that was named is not there.
var ErrNotSet = errors.New("is not set")

func (r Reference) fromFile(from Source) (Value, error) {
	content, err := from.ReadFile(r.path)
	if err != nil {
		return Value{}, fmt.Errorf("the file %q %s", r.path, cause(err))
	}
	text := withoutLineBreak(string(content))
	if err := fit(text); err != nil {
		return Value{}, fmt.Errorf("the file %q %w", r.path, err)
	}
	return New(text), nil
}

func (r Reference) fromAWS(from Source) (Value, error) {
	text, err := from.Fetch(r.place)
	if err != nil {
		return Value{}, err
	}
	what := fmt.Sprintf("what AWS keeps as %s", r.place)
	switch object := members(text); {
	case r.key == "" && object != nil:
		return Value{}, fmt.Errorf("%s is a JSON object: say which of its keys, as in %s#bot_token", what, r.place)
	case r.key != "" && object == nil:
		return Value{}, fmt.Errorf("%s is no JSON object, so that it has no key %q: leave #%s out", what, r.key, r.key)
	case r.key != "":
		member, ok := object[r.key]
		if !ok {
			return Value{}, fmt.Errorf("%s has no JSON key %q", what, r.key)
		}
		what += "#" + r.key
		if json.Unmarshal(member, &text) != nil || string(member) == "null" {
			return Value{}, fmt.Errorf("%s is not text: put the secret in quotes there", what)
		}
	}
	text = withoutLineBreak(text)
	if err := fit(text); err != nil {
		return Value{}, fmt.Errorf("%s %w", what, err)
	}
	return New(text), nil
}

// members are those of a JSON object, nil where text is none.
func members(text string) map[string]json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil {
		return nil
	}
	return object
}

func withoutLineBreak(text string) string {
	return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
}

// fit refuses what no header or form field can carry.
func fit(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return errors.New("is empty")
	case len(text) > maxBytes:
		return fmt.Errorf("holds more than %d bytes, which no secret does", maxBytes)
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return errors.New("holds more than one line, or control characters")
	}
	return nil
}

func cause(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "may not be read by this user"
	}
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err // without the path, which the sentence names already
	}
	return "could not be read: " + err.Error()
}
