package config

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"rootwatch/config/secret"
)

// Numbers without what YAML's versions read differently (0x10, 017, 1_000),
// and without exponents, so that no short text is a huge number.
var (
	integer = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,8})$`)
	decimal = regexp.MustCompile(`^-?[0-9]{1,9}(\.[0-9]{1,6})?$`)
)

// maxText bounds any text, in bytes.
const maxText = 1024

func (r *reading) scalar(n *yaml.Node, v reflect.Value, path string) {
	// What comes from a variable is text and has no tag.
	is := func(tags ...string) bool {
		ok := r.variables[n] && n.Kind == yaml.ScalarNode
		for _, tag := range tags {
			ok = ok || n.Kind == yaml.ScalarNode && n.Tag == tag
		}
		return ok
	}
	switch v.Interface().(type) {
	case number:
		if !is("!!int", "!!float") || !decimal.MatchString(n.Value) {
			r.wrongType(path, "a number such as 25 or 7.5, in plain digits", n)
			return
		}
		v.SetString(n.Value)
	case int:
		i, err := strconv.Atoi(n.Value)
		if !is("!!int") || !integer.MatchString(n.Value) || err != nil {
			r.wrongType(path, "a whole number such as 64, in plain digits", n)
			return
		}
		v.SetInt(int64(i))
	case bool:
		if !is("!!bool") || n.Value != "true" && n.Value != "false" {
			r.wrongType(path, "true or false", n)
			return
		}
		v.SetBool(n.Value == "true")
	default:
		r.text(n, v, path, is("!!str"))
	}
}

func (r *reading) text(n *yaml.Node, v reflect.Value, path string, isText bool) {
	switch {
	case isText:
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null":
		r.wrongType(path, "text (put it in quotes)", n)
		return
	default:
		r.wrongType(path, "text", n)
		return
	}
	if len(n.Value) > maxText || strings.ContainsFunc(n.Value, isControl) {
		r.fault(path, "must be one line of at most %d bytes, without control characters", maxText)
		r.broken[path] = true
		return
	}
	if _, ref := v.Interface().(reference); !ref && secret.Redact(n.Value) != n.Value {
		r.fault(path, "looks like it holds a secret, which belongs under another key, as a reference; replace that secret, for others may have read it")
		r.broken[path] = true
		return
	}
	v.SetString(n.Value)
}
