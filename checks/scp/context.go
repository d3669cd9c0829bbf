package scp

import (
	"maps"
	"strings"
)

// Value is what is known of one condition key of a request. Its zero value is
// nothing: the key may be absent, or hold anything.
type Value struct {
	// options are the ways it may be, each the values of the key or none for
	// absent; nil where nothing bounds it.
	options [][]string
	// present is that it is there, whatever it holds; only without options.
	present bool
	// elsewhere is that it holds what no policy names: an address outside of
	// every company's ranges. Only with present.
	elsewhere bool
}

// Is is a key that is known to hold the values. Several are those of a key
// that may have many, such as aws:TagKeys.
func Is(values ...string) Value { return Value{options: [][]string{values}} }

// Absent is a key that is known not to be in the request.
func Absent() Value { return Value{options: [][]string{nil}} }

// Some is a key that is in the request with a value that is not known.
func Some() Value { return Value{present: true} }

// absentOr is a key of which it is not known whether it is absent or holds the value.
func absentOr(value string) Value { return Value{options: [][]string{nil, {value}}} }

// known is the one way the key may be; ok is false where there are several.
func (v Value) known() (values []string, ok bool) {
	if len(v.options) == 1 {
		return v.options[0], true
	}
	return nil, false
}

// Context is what is known of a request, by condition key. A key that is not
// in it is not known.
type Context struct{ keys map[string]Value }

// With is the context with the key set. Keys are not case-sensitive. A key
// that ends in / stands for all keys that begin so, such as aws:PrincipalTag/.
func (c Context) With(key string, v Value) Context {
	keys := maps.Clone(c.keys)
	if keys == nil {
		keys = map[string]Value{}
	}
	keys[strings.ToLower(key)] = v
	return Context{keys}
}

// of is what is known of a key in small letters.
func (c Context) of(key string) Value {
	if v, ok := c.keys[key]; ok {
		return v
	}
	if slash := strings.IndexByte(key, '/'); slash >= 0 {
		return c.keys[key[:slash+1]]
	}
	return Value{}
}
