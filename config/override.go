package config

import (
	"cmp"
	"fmt"

	yaml "go.yaml.in/yaml/v4"
)

// override is one variable that replaces the key at steps.
type override struct {
	name, value string
	steps       []step
}

// step is a key of a section, or an index of a list where key is "".
type step struct {
	key   string
	index int
}

// compareSteps counts indices as numbers, so that a list grows in its order.
func compareSteps(a, b step) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.index, b.index))
}

// apply puts the override's value into the tree, making sections and the next
// element of a list where they are missing. Where the file has another shape
// there, reading the file says so.
func (r *reading) apply(o override, n *yaml.Node) {
	for i, s := range o.steps {
		var slot **yaml.Node
		switch {
		case s.key != "" && n.Kind == yaml.MappingNode:
			slot = valueOf(n, s.key)
		case s.key == "" && n.Kind == yaml.SequenceNode && s.index <= len(n.Content):
			if s.index == len(n.Content) {
				n.Content = append(n.Content, nil)
			}
			slot = &n.Content[s.index]
		case s.key == "" && n.Kind == yaml.SequenceNode:
			r.faults = append(r.faults, Fault{File: environment, Key: o.name,
				Sentence: fmt.Sprintf("skips an index: the list has %d, so the next is %d", len(n.Content), len(n.Content))})
			return
		default:
			return
		}
		if i == len(o.steps)-1 {
			*slot = r.fromVariable(&yaml.Node{Kind: yaml.ScalarNode, Value: o.value})
			return
		}
		if *slot == nil || (*slot).Tag == "!!null" {
			kind := yaml.MappingNode
			if o.steps[i+1].key == "" {
				kind = yaml.SequenceNode
			}
			*slot = r.fromVariable(&yaml.Node{Kind: kind})
		}
		n = *slot
	}
}

// valueOf is the place of key's value in a mapping, made where it is missing.
func valueOf(n *yaml.Node, key string) **yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return &n.Content[i+1]
		}
	}
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, nil)
	return &n.Content[len(n.Content)-1]
}

func (r *reading) fromVariable(n *yaml.Node) *yaml.Node {
	r.variables[n] = true
	return n
}
