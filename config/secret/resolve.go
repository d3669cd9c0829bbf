package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// ErrReference is what Resolve wraps where ref is no reference at all: the
// text itself is wrong, whatever the environment holds.
var ErrReference = errors.New("is not a reference to a secret")

// maxBytes bounds a secret: tokens and passwords are lines, not documents.
const maxBytes = 16 << 10

const (
	envPrefix  = "env:"
	filePrefix = "file:"
)

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Resolve reads the secret that ref names: env:NAME is an environment
// variable, file:/path a file whose line break at the end is dropped. An
// empty secret, one of several lines and one above 16 KiB are refused.
// Errors never repeat the secret, nor a ref that could be one itself.
func Resolve(ref string, lookupEnv func(string) (string, bool), readFile func(string) ([]byte, error)) (Value, error) {
	if name, ok := strings.CutPrefix(ref, envPrefix); ok {
		return fromEnv(name, lookupEnv)
	}
	if path, ok := strings.CutPrefix(ref, filePrefix); ok {
		return fromFile(path, readFile)
	}
	if LooksLike(ref) {
		return Value{}, fmt.Errorf("%w: it looks like the secret itself, which everybody who reads this place can now use; "+
			"replace that secret, and write env:NAME or file:/path here", ErrReference)
	}
	return Value{}, fmt.Errorf("%w: write env:NAME or file:/path", ErrReference)
}

// IsReference reports whether text has the form of a reference, good or not.
func IsReference(text string) bool {
	return strings.HasPrefix(text, envPrefix) || strings.HasPrefix(text, filePrefix)
}

func fromEnv(name string, lookupEnv func(string) (string, bool)) (Value, error) {
	if !variable.MatchString(name) || LooksLike(name) {
		return Value{}, fmt.Errorf("%w: after env: comes the name of an environment variable, like env:SLACK_BOT_TOKEN", ErrReference)
	}
	text, set := lookupEnv(name)
	if !set {
		return Value{}, fmt.Errorf("the environment variable %s is not set", name)
	}
	if err := fit(text); err != nil {
		return Value{}, fmt.Errorf("the environment variable %s %w", name, err)
	}
	return New(text), nil
}

func fromFile(path string, readFile func(string) ([]byte, error)) (Value, error) {
	if !filepath.IsAbs(path) || LooksLike(path) {
		return Value{}, fmt.Errorf("%w: after file: comes a whole path, like file:/run/secrets/slack_bot_token", ErrReference)
	}
	content, err := readFile(path)
	if err != nil {
		return Value{}, fmt.Errorf("the file %q %s", path, cause(err))
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if err := fit(text); err != nil {
		return Value{}, fmt.Errorf("the file %q %w", path, err)
	}
	return New(text), nil
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
