package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"rootwatch/config/secret"
)

// Fault is one thing that is wrong with the configuration. It never repeats a secret.
type Fault struct {
	File     string // the file's path as it was given, or "environment"; "" where there is no file
	Line     int    // counted from 1; 0 where no line can be named
	Key      string // organizations[0].role_name, or the environment variable; "" for the file as a whole
	Sentence string // what is wrong, and where it helps, what to write instead

	err error // the file system's own, so that errors.Is finds fs.ErrNotExist
}

// String is one line: rootwatch.yaml:12: organizations[0].role_name: sentence.
func (f Fault) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File)
		if f.Line > 0 {
			fmt.Fprintf(&b, ":%d", f.Line)
		}
		b.WriteString(": ")
	}
	if f.Key != "" {
		b.WriteString(f.Key + ": ")
	}
	return b.String() + f.Sentence
}

// Faults is everything that is wrong, by line, then what the environment says.
// It is the error of Load, Default and RequireSlack.
type Faults []Fault

// Error lists all faults, each on a line.
func (all Faults) Error() string {
	lines := make([]string, len(all))
	for i, f := range all {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the causes that a program may ask for: fs.ErrNotExist.
func (all Faults) Unwrap() []error {
	var causes []error
	for _, f := range all {
		if f.err != nil {
			causes = append(causes, f.err)
		}
	}
	return causes
}

// sorted puts faults in the order in which somebody mends them.
func (all Faults) sorted() Faults {
	slices.SortStableFunc(all, func(a, b Fault) int {
		return cmp.Or(
			cmp.Compare(rank(a), rank(b)),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Key, b.Key),
		)
	})
	return all
}

// orNil is no error where there is no fault.
func (all Faults) orNil() error {
	if len(all) == 0 {
		return nil
	}
	return all
}

func rank(f Fault) int {
	if f.File == environment {
		return 1
	}
	return 0
}

// unreadable is the fault of a file that could not be opened at all.
func unreadable(path string, err error) Faults {
	sentence := "could not be read: " + secret.Redact(err.Error())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		sentence = "does not exist; `rootwatch config example` prints one to start from"
	case errors.Is(err, fs.ErrPermission):
		sentence = "may not be read by this user"
	}
	return Faults{{File: path, Sentence: sentence, err: err}}
}
