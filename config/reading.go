package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/agnivade/levenshtein"
	yaml "go.yaml.in/yaml/v4"

	"rootwatch/config/secret"
)

// reading is one file on its way into a document: what was wrong so far, and
// where each key stands.
type reading struct {
	file      string
	faults    Faults
	lines     map[string]int      // path of a key that was given -> its line
	variables map[*yaml.Node]bool // nodes that an environment variable made
	byEnv     map[string]bool     // paths whose value came from a variable
	broken    map[string]bool     // paths whose value has the wrong type, and holds a default
}

func newReading(file string) *reading {
	return &reading{file: file, lines: map[string]int{}, variables: map[*yaml.Node]bool{}, byEnv: map[string]bool{}, broken: map[string]bool{}}
}

// fault notes what is wrong with the value at path, unless its type was
// wrong already.
func (r *reading) fault(path, format string, args ...any) {
	if !r.broken[path] {
		r.faults = append(r.faults, r.at(path, format, args...))
	}
}

// at is a fault with the place of path, or of the nearest section around it
// that was given.
func (r *reading) at(path, format string, args ...any) Fault {
	f := Fault{File: r.file, Key: path, Sentence: secret.Redact(fmt.Sprintf(format, args...))}
	for around := path; around != ""; around = parent(around) {
		if r.byEnv[around] {
			f.File, f.Key = environment, variable(path)
			return f
		}
		if line, given := r.lines[around]; given {
			f.Line = line
			return f
		}
	}
	return f
}

// given reports whether the file or the environment holds the key.
func (r *reading) given(path string) bool {
	_, ok := r.lines[path]
	return ok
}

// parent is the section around a path, "" for the top.
func parent(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

// wrongType notes a value of another kind than the key has.
func (r *reading) wrongType(path, want string, n *yaml.Node) {
	is := kindOf(n)
	if r.variables[n] || is == "a number" && strings.Contains(want, "number") { // a number, but 0x10
		r.fault(path, "must be %s", want)
	} else {
		r.fault(path, "must be %s, and is %s", want, is)
	}
	r.broken[path] = true
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a section with keys"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!null":
		return "empty"
	case "!!bool":
		return "true or false"
	case "!!int", "!!float":
		return "a number"
	case "!!timestamp":
		return "a date"
	}
	return "text"
}

// read takes the node at path into the value v, and goes on after faults.
func (r *reading) read(n *yaml.Node, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Struct:
		r.section(n, v, path)
	case reflect.Slice:
		r.list(n, v, path)
	default:
		r.scalar(n, v, path)
	}
}

// place remembers where path stands, for faults that are found later.
func (r *reading) place(path string, line int, value *yaml.Node) {
	r.lines[path] = line
	if r.variables[value] {
		r.byEnv[path] = true
	}
}

func (r *reading) section(n *yaml.Node, v reflect.Value, path string) {
	fields := fieldsOf(v.Type())
	switch {
	case n.Kind == yaml.MappingNode:
	case n.Tag == "!!null": // all its keys are commented out
	default:
		r.wrongType(path, "a section with keys", n)
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		here := join(path, show(key.Value))
		if first, twice := seen[key.Value]; twice {
			r.faults = append(r.faults, Fault{r.file, key.Line, here, fmt.Sprintf("stands twice; the first is in line %d", first), nil})
			continue
		}
		seen[key.Value] = key.Line
		f, ok := findField(fields, key)
		if !ok {
			r.faults = append(r.faults, Fault{r.file, key.Line, here, unknownKey(fields, key), nil})
			continue
		}
		r.place(here, key.Line, value)
		r.read(value, v.Field(f.index), here)
	}
	for _, f := range fields {
		if _, given := seen[f.key]; f.required && !given {
			r.fault(join(path, f.key), "is missing")
		}
	}
}

func findField(fields []field, key *yaml.Node) (field, bool) {
	for _, f := range fields {
		if key.Kind == yaml.ScalarNode && f.key == key.Value {
			return f, true
		}
	}
	return field{}, false
}

func unknownKey(fields []field, key *yaml.Node) string {
	if key.Kind != yaml.ScalarNode {
		return "is no key: a key is one word"
	}
	best, distance := "", len(key.Value)/2+1
	var all []string
	for _, f := range fields {
		all = append(all, f.key)
		if d := levenshtein.ComputeDistance(clip(strings.ToLower(key.Value)), f.key); d < distance {
			best, distance = f.key, d
		}
	}
	if best == "" {
		return "is no known key here; there are " + strings.Join(all, ", ")
	}
	return "is no known key; did you mean " + best + "?"
}

func (r *reading) list(n *yaml.Node, v reflect.Value, path string) {
	switch {
	case n.Kind == yaml.SequenceNode:
	case n.Tag == "!!null":
		return
	default:
		r.wrongType(path, "a list", n)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		here := fmt.Sprintf("%s[%d]", path, i)
		r.place(here, item.Line, item)
		element := v.Index(i)
		if d, ok := element.Addr().Interface().(interface{ setDefaults() }); ok {
			d.setDefaults()
		}
		r.read(item, element, here)
	}
}
