package config

import (
	"context"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	yaml "go.yaml.in/yaml/v4"

	"rootwatch/config/secret"
)

// Env is what configuration takes from the process: its environment variables,
// the files that it names, and the secrets that it may read.
type Env struct {
	Lookup   func(name string) (string, bool)
	Environ  func() []string // NAME=value, as os.Environ
	ReadFile func(path string) ([]byte, error)
	// Fetch reads what AWS keeps; its errors are sentences for a person that
	// repeat no secret. nil: references are checked for their form alone.
	Fetch func(ctx context.Context, place secret.Place) (string, error)
}

// OSEnv is the real one, without Fetch. It reads no more of a file than the configuration
// may be long, so that a device or a pipe without end cannot fill the memory.
func OSEnv() Env {
	return Env{Lookup: os.LookupEnv, Environ: os.Environ, ReadFile: readSome}
}

func readSome(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return io.ReadAll(io.LimitReader(f, maxFileBytes+1))
}

const (
	environment = "environment" // the File of a fault in a variable
	prefix      = "ROOTWATCH_"
)

// reserved are variables of ours that are no keys: the command line's path of
// the file, and what tests and the demo use. A * stands for any ending.
var reserved = []string{"ROOTWATCH_CONFIG", "ROOTWATCH_OFFSET", "ROOTWATCH_TEST_*"}

// overrides reads the variables. An empty one counts as not set, as compose
// files and charts leave them.
func (r *reading) overrides(environ []string, root *yaml.Node) []override {
	var found []override
	used := referenced(root)
	shape := reflect.TypeFor[document]()
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		rest, ours := strings.CutPrefix(name, prefix)
		if !ours || value == "" || used[name] && !known(shape, rest) || isReserved(name) {
			continue
		}
		if steps, ok := resolve(shape, rest); ok {
			found = append(found, override{name, value, steps})
			continue
		}
		r.unknownVariable(name, rest)
	}
	slices.SortFunc(found, func(a, b override) int { return slices.CompareFunc(a.steps, b.steps, compareSteps) })
	return found
}

func isReserved(name string) bool {
	return slices.ContainsFunc(reserved, func(r string) bool {
		if family, ok := strings.CutSuffix(r, "*"); ok {
			return strings.HasPrefix(name, family)
		}
		return name == r
	})
}

// referenced lists the variables that the file takes secrets from (env:NAME):
// they may be called ROOTWATCH_ something without being keys.
func referenced(n *yaml.Node) map[string]bool {
	names := map[string]bool{}
	if name, ok := strings.CutPrefix(n.Value, "env:"); ok {
		names[name] = true
	}
	for _, child := range n.Content {
		for name := range referenced(child) {
			names[name] = true
		}
	}
	return names
}

func known(shape reflect.Type, rest string) bool {
	_, ok := resolve(shape, rest)
	return ok
}

// resolve finds the scalar key that the rest of a variable's name spells.
func resolve(t reflect.Type, rest string) ([]step, bool) {
	switch t.Kind() {
	case reflect.Struct:
		for _, f := range fieldsOf(t) {
			after, ok := strings.CutPrefix(rest, strings.ToUpper(f.key))
			if !ok || after != "" && after[0] != '_' {
				continue
			}
			if steps, ok := resolve(f.typ, strings.TrimPrefix(after, "_")); ok {
				return append([]step{{key: f.key}}, steps...), true
			}
		}
		return nil, false
	case reflect.Slice:
		digits, after, _ := strings.Cut(rest, "_")
		index, err := strconv.Atoi(digits)
		if err != nil || strconv.Itoa(index) != digits || index < 0 {
			return nil, false
		}
		steps, ok := resolve(t.Elem(), after)
		return append([]step{{index: index}}, steps...), ok
	}
	return nil, rest == ""
}

// unknownVariable is a fault where the name begins like a key of ours or is
// nearly one. Anything else may be somebody else's: a container platform
// makes variables from the names of its services.
func (r *reading) unknownVariable(name, rest string) {
	best, distance := nearestVariable(name)
	ours := slices.ContainsFunc(fieldsOf(reflect.TypeFor[document]()), func(f field) bool {
		section := strings.ToUpper(f.key)
		return rest == section || strings.HasPrefix(rest, section+"_")
	})
	if !ours && distance > 2 {
		return
	}
	sentence := "is no key of the configuration"
	if distance <= max(2, len(name)/4) {
		sentence += "; did you mean " + best + "?"
	}
	r.faults = append(r.faults, Fault{File: environment, Key: show(name), Sentence: sentence})
}

var digitGroup = regexp.MustCompile(`_\d+(_|$)`)

// nearestVariable compares with every variable there is, whatever the indices.
func nearestVariable(name string) (best string, distance int) {
	indices := digitGroup.FindAllString(name, -1)
	plain := digitGroup.ReplaceAllString(name, "_0$1")
	distance = len(name) + 1
	for _, path := range leaves(reflect.TypeFor[document](), "") {
		if d := levenshtein.ComputeDistance(clip(plain), variable(path)); d < distance {
			best, distance = variable(path), d
		}
	}
	best = digitGroup.ReplaceAllStringFunc(best, func(group string) string {
		if len(indices) == 0 {
			return group
		}
		index := strings.Trim(indices[0], "_")
		indices = indices[1:]
		return strings.Replace(group, "0", index, 1)
	})
	return best, distance
}
