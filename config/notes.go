package config

import (
	"regexp"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// exampleNotes are what the example says of each key, by its general path: the
// comment behind it, or above it where it is a section. The documentation and
// the schema tell the same.
func exampleNotes() map[string]string {
	notes := map[string]string{}
	collectNotes(wholeExample(), "", notes)
	return notes
}

// switchedOff is a line of the example that takes effect without its #. A
// remark has a blank behind it.
var switchedOff = regexp.MustCompile(`(?m)^( *)#(\S)`)

func allSwitchedOn() []byte { return switchedOff.ReplaceAll(example, []byte("$1$2")) }

// wholeExample is the example with every key that there is.
func wholeExample() *yaml.Node {
	root, faults := parse("example.yaml", allSwitchedOn())
	if len(faults) > 0 {
		panic(faults) // the example is part of the program
	}
	return root
}

func collectNotes(n *yaml.Node, path string, notes map[string]string) {
	note := func(path, comment string) {
		if comment != "" && notes[path] == "" {
			lines := strings.Split(comment, "\n")
			for i := range lines {
				lines[i] = strings.TrimSpace(strings.TrimPrefix(lines[i], "#"))
			}
			notes[path] = strings.Join(lines, " ")
		}
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			here := join(path, n.Content[i].Value)
			note(here, n.Content[i].LineComment)
			collectNotes(n.Content[i+1], here, notes)
			note(here, n.Content[i].HeadComment)
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			collectNotes(item, path+"[]", notes)
			note(path+"[]", n.LineComment)
		}
	case yaml.ScalarNode:
		note(path, n.LineComment)
	}
}
