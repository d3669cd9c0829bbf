package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"rootwatch/config/secret"
)

// maxFileBytes bounds the file: 5,000 accounts with names, addresses and
// aliases take about 600 KiB.
const maxFileBytes = 1 << 20

// parse reads the one YAML document of content. The tree has no aliases and no
// deeper nesting than the shape could use, so that walking it is cheap.
func parse(file string, content []byte) (*yaml.Node, Faults) {
	fail := func(line int, format string, args ...any) (*yaml.Node, Faults) {
		sentence := fmt.Sprintf(format, args...)
		if secret.LooksLike(sentence) { // the parser repeats the name of an unknown anchor
			sentence = "is not YAML"
		}
		return nil, Faults{{File: file, Line: line, Sentence: sentence}}
	}
	if len(content) > maxFileBytes {
		return fail(0, "is larger than 1 MiB, which no configuration needs")
	}
	if line := invalidLine(content); line > 0 {
		return fail(line, "is not plain UTF-8 text: this line holds a byte that YAML does not allow")
	}
	loader, err := yaml.NewLoader(bytes.NewReader(content))
	if err != nil {
		return fail(0, "could not be read as YAML: %v", err)
	}
	var document, next yaml.Node
	switch err := loader.Load(&document); {
	case errors.Is(err, io.EOF):
		return &yaml.Node{Kind: yaml.MappingNode, Line: 1}, nil // as good as an empty file: what is required will be missed
	case err != nil:
		line, sentence := badYAML(err)
		return fail(line, "%s", sentence)
	}
	switch err := loader.Load(&next); {
	case err == nil:
		return fail(next.Line, "a second YAML document begins here (---); put everything into one")
	case !errors.Is(err, io.EOF):
		line, sentence := badYAML(err)
		return fail(line, "%s", sentence)
	}
	root := &document
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = root.Content[0]
	}
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return &yaml.Node{Kind: yaml.MappingNode, Line: 1}, nil
	}
	if faults := inspect(file, root, 0); len(faults) > 0 {
		return nil, faults
	}
	return root, nil
}

// maxDepth is twice what the shape needs.
const maxDepth = 12

// inspect refuses what no reader of the tree should have to think of: aliases,
// merge keys, tags of one's own and nesting without end.
func inspect(file string, n *yaml.Node, depth int) Faults {
	at := func(sentence string) Faults { return Faults{{File: file, Line: n.Line, Sentence: sentence}} }
	switch {
	case depth > maxDepth:
		return at("is nested deeper than any key of the configuration")
	case n.Kind == yaml.AliasNode:
		return at("uses a YAML alias (*name); write the value out")
	case n.Tag == "!!merge":
		return at("uses a YAML merge key (<<); write the keys out")
	case n.Style&yaml.TaggedStyle != 0:
		return at("uses a YAML tag (!name); leave it out, and put text in quotes")
	}
	var faults Faults
	for _, child := range n.Content {
		faults = append(faults, inspect(file, child, depth+1)...)
	}
	return faults
}

// badYAML is the line of a syntax error, and what the parser says of it.
func badYAML(err error) (int, string) {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return 0, "is not YAML: " + err.Error()
	}
	line := load.Mark.Line
	sentence := "is not YAML: " + load.Message
	if context := load.ContextMark.Line; context > 0 && load.ContextMsg != "" {
		// The parser stops where it gives up, often a line or more after the cause.
		sentence += fmt.Sprintf(" (%s that begins in line %d)", load.ContextMsg, context)
	}
	if strings.Contains(load.Message, "cannot start any token") {
		sentence += "; indent with spaces, not with tabs"
	}
	return line, sentence
}

// invalidLine is the first line with a byte that YAML refuses, 0 for none:
// the parser itself knows no line for these.
func invalidLine(content []byte) int {
	for i, line := range bytes.Split(content, []byte("\n")) {
		for _, r := range string(line) {
			if r == 0xFFFD || r == 0x7f || r < ' ' && r != '\t' && r != '\r' {
				return i + 1
			}
		}
	}
	return 0
}
