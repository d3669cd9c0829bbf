package schedule

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// localLayout names a slot: the wall clock of the configured zone, to the minute.
const localLayout = "2006-01-02T15:04"

// Spec is a five-field cron expression read against the wall clock of one
// time zone. It is evaluated on a clock without a zone, so that every
// wall-clock minute names one slot: an hour that a time change leaves out runs at the first
// instant after it, an hour that comes twice runs once.
type Spec struct {
	text  string
	inner cron.Schedule
	zone  *time.Location
}

// ParseSpec reads a five-field cron expression or one of @hourly, @daily,
// @weekly, @monthly, @yearly. A prefix with a zone, @every (it names no
// wall-clock slot) and an expression that never comes are refused.
func ParseSpec(text string, zone *time.Location) (spec Spec, err error) {
	defer func() { // v3.0.1 panics on a zone prefix without a space
		if p := recover(); p != nil {
			err = fmt.Errorf("%q is not a cron expression: %v", text, p)
		}
	}()
	trimmed := strings.TrimSpace(text)
	switch upper := strings.ToUpper(trimmed); {
	case trimmed == "":
		return Spec{}, errors.New("the schedule is empty; write five fields like 0 9 * * *")
	case strings.HasPrefix(upper, "TZ=") || strings.HasPrefix(upper, "CRON_TZ="):
		return Spec{}, fmt.Errorf("%q names a zone of its own; set time_zone instead", text)
	case strings.HasPrefix(upper, "@EVERY"):
		return Spec{}, fmt.Errorf("%q has no wall-clock time; write five fields like */30 * * * *", text)
	}
	inner, err := cron.ParseStandard(trimmed)
	if err != nil {
		return Spec{}, fmt.Errorf("%q is not a cron expression: %s", text, cronWords(err))
	}
	spec = Spec{trimmed, inner, zone}
	if inner.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Spec{}, fmt.Errorf("%q never comes", text)
	}
	return spec, nil
}

// What the parser of cron expressions says, and how a person says it.
var cronFaults = []struct {
	said  *regexp.Regexp
	means string
}{
	{regexp.MustCompile(`^expected exactly 5 fields, found (\d+): .*$`), "it has $1 fields, and five are needed: minute, hour, day, month and weekday, like 0 9 * * *"},
	{regexp.MustCompile(`^end of range \((\d+)\) above maximum \((\d+)\): .*$`), "$1 is more than $2, the most that its field takes"},
	{regexp.MustCompile(`^beginning of range \((\d+)\) below minimum \((\d+)\): .*$`), "$1 is less than $2, the least that its field takes"},
	{regexp.MustCompile(`^beginning of range \((\d+)\) beyond end of range \((\d+)\): .*$`), "a range from $1 to $2 runs backwards"},
	{regexp.MustCompile(`^failed to parse int from (.*): strconv\..*$`), "$1 is no number"},
}

func cronWords(err error) string {
	for _, f := range cronFaults {
		if f.said.MatchString(err.Error()) {
			return f.said.ReplaceAllString(err.Error(), f.means)
		}
	}
	return err.Error()
}

// CheckSpec is ParseSpec for whoever only wants to know whether it would do.
func CheckSpec(text string) error {
	_, err := ParseSpec(text, time.UTC)
	return err
}

// Next is the first instant after t at which a slot is due, as cron.Schedule wants it.
func (s Spec) Next(t time.Time) time.Time {
	wall := floating(t.In(s.zone))
	for range 400 { // a repeated hour holds at most a few slots that lie behind t
		wall = s.inner.Next(wall)
		if wall.IsZero() {
			return wall
		}
		if at := s.instant(wall); at.After(t) {
			return at
		}
	}
	return time.Time{}
}

// Due lists the slots after the one named last (all of the past days where
// last is "") up to now, oldest first.
func (s Spec) Due(last string, now time.Time, past time.Duration) []string {
	from := floating(now.Add(-past).In(s.zone))
	if at, err := time.Parse(localLayout, last); err == nil && at.After(from) {
		from = at
	}
	var due []string
	for wall := s.inner.Next(from); !wall.IsZero() && !s.instant(wall).After(now); wall = s.inner.Next(wall) {
		due = append(due, wall.Format(localLayout))
	}
	return due
}

// before is the newest slot up to now, if there is one within past.
func (s Spec) before(now time.Time, past time.Duration) (time.Time, bool) {
	due := s.Due("", now, past)
	if len(due) == 0 {
		return time.Time{}, false
	}
	wall, err := time.Parse(localLayout, due[len(due)-1])
	return s.instant(wall), err == nil
}

// instant is the moment at which the zone's clocks first show wall or, where
// a time change leaves wall out, the first moment after the gap.
func (s Spec) instant(wall time.Time) time.Time {
	at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, s.zone)
	if !floating(at).Equal(wall) { // in a gap: time.Date guesses with one of the two offsets
		return gapEnd(at, s.zone)
	}
	// A repeated wall clock has an earlier twin; time changes are at most two hours.
	for _, back := range []time.Duration{2 * time.Hour, time.Hour, 30 * time.Minute} {
		if twin := at.Add(-back); floating(twin.In(s.zone)).Equal(wall) {
			return twin
		}
	}
	return at
}

// gapEnd finds the first instant with the offset that holds after the gap near at.
func gapEnd(at time.Time, zone *time.Location) time.Time {
	lo, hi := at.Add(-3*time.Hour), at.Add(3*time.Hour)
	_, after := hi.In(zone).Zone()
	for hi.Sub(lo) > time.Second {
		mid := lo.Add(hi.Sub(lo) / 2)
		if _, offset := mid.In(zone).Zone(); offset == after {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi.Truncate(time.Second)
}

// floating is t's wall clock as a time in UTC, so that it can be compared and counted on.
func floating(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
}
