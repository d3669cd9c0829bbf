package config

import (
	"fmt"
	"slices"
	"time"
)

// weekend is the watch over AWS's estimated charges. A holiday of a year long
// past does no harm, and one that is no day would never be watched.
func (c *composer) weekend(k weekendSection) WeekendOptions {
	o := WeekendOptions{Enabled: k.Enabled, Schedule: c.spec("weekend.schedule", k.Schedule), Holidays: slices.Clone(k.Holidays)}
	first := map[string]string{}
	for i, text := range k.Holidays {
		path := fmt.Sprintf("weekend.holidays[%d]", i)
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			c.fault(path, "%s is not a day like 2026-12-25", quote(text))
		} else if at, twice := first[text]; twice {
			c.fault(path, "%s is %s already", quote(text), at)
		}
		first[text] = path
	}
	return o
}
