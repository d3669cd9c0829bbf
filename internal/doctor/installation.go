package doctor

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"rootwatch/bot"
	"rootwatch/config"
	"rootwatch/internal/store"
)

// How far clocks may be apart: Slack refuses signatures, and AWS requests,
// that are five minutes off.
const (
	warnAhead = time.Minute
	failAhead = 5 * time.Minute
)

// JudgeClock compares our clock with somebody else's.
func JudgeClock(whose string, ahead time.Duration, known bool) Line {
	l := Line{Area: Clock, Subject: whose, Status: OK}
	off := ahead.Abs().Round(time.Second)
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	switch {
	case !known:
		l.Status, l.Found = NotKnown, whose+" did not tell its time"
		l.Do = "See why " + whose + " does not answer, and ask again."
		return l
	case off > failAhead:
		l.Status = Problem
		l.Do = "Set this machine's clock (timedatectl set-ntp true): beyond 5 minutes AWS refuses our signatures and we refuse Slack's."
	case off > warnAhead:
		l.Status = Warning
		l.Do = "Have this machine's clock kept by NTP (timedatectl set-ntp true): beyond 5 minutes nothing works."
	default:
		l.Found = "our clock agrees with " + whose + "'s"
		return l
	}
	l.Found = fmt.Sprintf("our clock is %s %s %s's", off, direction, whose)
	return l
}

// minFree is room for the store's growth of a year, and for SQLite to tidy up.
const minFree = 64 << 20

// JudgeStore tells of a store in a file.
func JudgeStore(s store.Standing) []Line {
	l := Line{Area: Store, Subject: s.Path, Status: OK}
	var lines []Line
	add := func(status Status, found, do string) {
		l.Status, l.Found, l.Do = status, found, do
		lines = append(lines, l)
	}
	if s.Unwritable != "" {
		add(Problem, fmt.Sprintf("the directory %s %s", s.Directory, s.Unwritable), "Make it, give this user write access to it, or set store.path to another place.")
	}
	if s.Trouble != nil {
		found, do := inStore(s.Trouble)
		add(Problem, found, or(do, "Give another store.path, or move the file away."))
	}
	if s.FreeKnown && s.Free < minFree {
		add(Problem, fmt.Sprintf("its disk has %s left, less than the %s that it needs", humanize.IBytes(s.Free), humanize.IBytes(minFree)), "Make room on it, or set store.path to another disk.")
	}
	if len(lines) > 0 {
		return lines
	}
	switch {
	case !s.Exists:
		add(OK, "there is none yet; the first command that needs it makes it", "")
	case s.Schema < s.Newest:
		add(OK, fmt.Sprintf("its schema is %d; this version brings it to %d when it opens it", s.Schema, s.Newest), "")
	default:
		add(OK, fmt.Sprintf("schema %d, %s", s.Schema, humanize.IBytes(uint64(max(s.Size, 0)))), "") //nolint:gosec // not negative
	}
	if s.Held {
		who := "a process"
		if s.Holder > 0 {
			who = fmt.Sprintf("process %d", s.Holder)
		}
		add(OK, who+" works it (rootwatch serve?); a second serve on it would be refused, other commands ask through it", "")
	}
	return lines
}

// inStore parts a sentence of the store, where what to do comes after a
// semicolon.
func inStore(err error) (found, do string) {
	found, do, cut := strings.Cut(err.Error(), "; ")
	if !cut {
		return halves(err.Error())
	}
	return upperFirst(found), upperFirst(do)
}

// JudgePostgres tells of a store in a database.
func JudgePostgres(s store.PostgresStanding) []Line {
	l := Line{Area: Store, Subject: s.Where, Status: OK}
	if s.Trouble != nil {
		l.Status = Problem
		l.Found, l.Do = inStore(s.Trouble)
		return []Line{l}
	}
	l.Found = fmt.Sprintf("Postgres %s, schema %d, %s serve it", s.Server, s.Schema, bot.Count(s.Serving, "process", "processes"))
	if s.Schema < s.Newest {
		l.Found = fmt.Sprintf("Postgres %s, schema %d; this version brings it to %d when it opens it", s.Server, s.Schema, s.Newest)
	}
	clock := JudgeClock("Postgres", s.Ahead, true)
	if clock.Status != OK { // unlike AWS's and Slack's, this clock may be the wrong one
		clock.Do = "See which of the two is off, this machine's clock or the database's, and have both kept by NTP."
	}
	return []Line{l, clock}
}

// JudgeConfiguration tells all faults of the configuration.
func JudgeConfiguration(path string, p config.Partial, named bool) []Line {
	var lines []Line
	fault := func(f config.Fault) {
		where := f.Key
		if f.Line > 0 {
			where = fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Key)
		}
		lines = append(lines, Line{Area: Configuration, Subject: where, Status: Problem, Found: f.Sentence,
			Do: "Correct it there, or set what it names; `rootwatch config example` explains every key."})
	}
	if p.Config == nil && !named {
		return []Line{{Area: Configuration, Subject: path, Status: OK, Found: "there is none: commands use your own credentials and a temporary store"}}
	}
	for _, f := range p.Faults {
		fault(f)
	}
	if p.Config != nil && withoutSlack(p.Config) {
		return append(lines, Line{Area: Configuration, Subject: "slack", Status: Warning,
			Found: "nothing of Slack is set up: check, spend and digest --dry-run work, serve would not start", Do: "`rootwatch manifest` prints the app to make; then set slack and the organizations' channels."})
	}
	for _, f := range p.Missing {
		fault(f)
	}
	if len(lines) == 0 {
		lines = append(lines, Line{Area: Configuration, Subject: path, Status: OK, Found: bot.Count(len(p.Config.Organizations), "organization", "organizations") + ", nothing is wrong"})
	}
	return lines
}

// withoutSlack is the configuration of somebody who works on the terminal alone.
func withoutSlack(c *config.Config) bool {
	for _, o := range c.Organizations {
		if o.Channels != (config.Channels{}) {
			return false
		}
	}
	return c.Slack.BotToken.Empty() && c.Slack.SigningSecret.Empty() && c.Slack.AppToken.Empty()
}

// JudgeSchedule tells when a schedule fires next; the zero time is never.
func JudgeSchedule(name, spec string, next time.Time) Line {
	l := Line{Area: Schedules, Subject: name, Status: OK, Found: fmt.Sprintf("%s, next on %s", spec, next.Format("Monday 2 January at 15:04 MST"))}
	if next.IsZero() {
		l.Status, l.Found, l.Do = Problem, spec+" never comes", "Write five fields such as 0 9 * * *."
	}
	return l
}
