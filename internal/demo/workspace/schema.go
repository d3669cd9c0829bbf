package workspace

import (
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// BlockFault is one thing that is wrong with blocks, and where.
type BlockFault struct {
	Pointer string // JSON pointer: /blocks/0/text/text
	Message string
}

// checker walks a payload and collects its faults.
type checker struct {
	blocks map[string]check // the kinds of block that the payload may hold
	faults []BlockFault
}

// check judges the value at a JSON pointer.
type check func(k *checker, at string, v any)

func (k *checker) fault(at, format string, details ...any) {
	k.faults = append(k.faults, BlockFault{at, fmt.Sprintf(format, details...)})
}

// part is a member of an object, or a rule about several of them.
type part struct {
	name     string
	required bool
	check    check
	rule     func(k *checker, at string, o map[string]any)
}

func need(name string, c check) part { return part{name: name, required: true, check: c} }
func may(name string, c check) part  { return part{name: name, check: c} }

func rule(r func(k *checker, at string, o map[string]any)) part { return part{rule: r} }

// object holds the given members and no others.
func object(parts ...part) check {
	known := map[string]bool{}
	for _, p := range parts {
		known[p.name] = true
	}
	return func(k *checker, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			k.fault(at, "must provide an object")
			return
		}
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if !known[name] {
				k.fault(at, "invalid additional property: %s", name)
			}
		}
		for _, p := range parts {
			value, there := o[p.name]
			switch {
			case p.rule != nil:
				p.rule(k, at, o)
			case there:
				p.check(k, at+"/"+p.name, value)
			case p.required:
				k.fault(at, "missing required field: %s", p.name)
			}
		}
	}
}

// anyOf asks for at least one of the members, oneOf for exactly one.
func anyOf(names ...string) part {
	return rule(func(k *checker, at string, o map[string]any) {
		if count(o, names) == 0 {
			k.fault(at, "must define at least one of: %s", strings.Join(names, ", "))
		}
	})
}

func oneOf(names ...string) part {
	return rule(func(k *checker, at string, o map[string]any) {
		if count(o, names) != 1 {
			k.fault(at, "must define exactly one of: %s", strings.Join(names, ", "))
		}
	})
}

func count(o map[string]any, names []string) (n int) {
	for _, name := range names {
		if _, there := o[name]; there {
			n++
		}
	}
	return n
}

// byType picks the check for an object by its type.
func byType(kinds map[string]check) check {
	return func(k *checker, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			k.fault(at, "must provide an object")
			return
		}
		kind, _ := o["type"].(string)
		c := kinds[kind]
		if c == nil {
			k.fault(at+"/type", "unsupported type: %s", kind)
			return
		}
		c(k, at, v)
	}
}

// only is the part of a table of checks that one place allows.
func only(from map[string]check, kinds ...string) check {
	allowed := map[string]check{}
	for _, kind := range kinds {
		if allowed[kind] = from[kind]; from[kind] == nil {
			panic("there is no shape of " + kind)
		}
	}
	return byType(allowed)
}

// list judges an array's length and each of its values. Slack has no use for
// an empty one anywhere.
func list(path string, each check) check {
	b := boundOf(path)
	return func(k *checker, at string, v any) {
		values, ok := v.([]any)
		if !ok {
			k.fault(at, "must provide an array")
			return
		}
		if n := float64(len(values)); n < max(b.least, 1) {
			k.fault(at, "no fewer than %d items allowed", int(max(b.least, 1)))
		} else if b.most > 0 && n > b.most {
			k.fault(at, "no more than %d items allowed", int(b.most))
		}
		for i, value := range values {
			each(k, at+"/"+strconv.Itoa(i), value)
		}
	}
}

// str is a string that is not empty, within the bound of path.
func str(path string) check {
	b := boundOf(path)
	return func(k *checker, at string, v any) {
		text, ok := v.(string)
		if !ok {
			k.fault(at, "must provide a string")
			return
		}
		n := float64(utf8.RuneCountInString(text))
		if n < max(b.least, 1) {
			k.fault(at, "must be more than %d characters", int(max(b.least, 1))-1)
		} else if b.most > 0 && n > b.most {
			k.fault(at, "must be less than %d characters", int(b.most)+1)
		}
	}
}

func link(path string) check {
	length := str(path)
	return func(k *checker, at string, v any) {
		length(k, at, v)
		text, _ := v.(string)
		if u, err := url.Parse(text); text != "" && (err != nil || u.Scheme == "") {
			k.fault(at, "invalid url")
		}
	}
}

func enum(values ...string) check {
	return func(k *checker, at string, v any) {
		if text, ok := v.(string); !ok || !slices.Contains(values, text) {
			k.fault(at, "must be a valid enum value: %s", strings.Join(values, ", "))
		}
	}
}

func boolean(k *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		k.fault(at, "must provide a boolean")
	}
}

// numeric is a number within the bound of path; "" has no bound.
func numeric(path string) check {
	b := bound{least: math.Inf(-1)}
	if path != "" {
		b = boundOf(path)
	}
	return func(k *checker, at string, v any) {
		n, ok := v.(float64)
		switch {
		case !ok:
			k.fault(at, "must provide a number")
		case n < b.least || b.above && n == b.least:
			k.fault(at, "must be at least %v", b.least)
		case b.most > 0 && n > b.most:
			k.fault(at, "must be at most %v", b.most)
		}
	}
}

func integer(path string) check {
	within := numeric(path)
	return func(k *checker, at string, v any) {
		if n, ok := v.(float64); ok && n != math.Trunc(n) {
			k.fault(at, "must provide an integer")
			return
		}
		within(k, at, v)
	}
}

func anything(*checker, string, any) {}
