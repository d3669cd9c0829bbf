package bot

import (
	"slices"
	"strings"
)

// ServicesCalled are the names of the bill that people shorten to name, EC2
// for "Amazon Elastic Compute Cloud - Compute", in alphabetical order.
func ServicesCalled(name string) []string {
	var names []string
	for aws, short := range shortServices {
		if strings.EqualFold(short, name) {
			names = append(names, aws)
		}
	}
	slices.Sort(names)
	return names
}
